"""The company's own data: rows of its lists and excerpts of its documents, found by keyed hashes alone."""
