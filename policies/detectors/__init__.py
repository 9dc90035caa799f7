"""What stands in a text: patterns, checks and hot words over a one-byte view, and the catalogue that names them."""
