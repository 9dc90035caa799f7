"""Makes indexes of the company's own data out of its exports and folders."""
