"""The stores that keep grants: a SQLite file of one machine, a Redis of several."""
