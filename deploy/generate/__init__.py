"""Makes what is shipped from the tables in `observability/`: files for Grafana, pages of the docs, pictures."""
