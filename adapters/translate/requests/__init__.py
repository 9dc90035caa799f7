"""Requests of each dialect, read into the canonical form and written from it."""
