"""Makes what is shipped and read from the tables in the code: files for Grafana, pages of the docs, pictures."""
