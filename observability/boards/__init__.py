"""What operators look at: boards of panels as plain data. Grafana files and pictures are made from it."""
