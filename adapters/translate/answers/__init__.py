"""Answers of each dialect, whole and streamed, read into the parts of the canonical form and written from them."""
