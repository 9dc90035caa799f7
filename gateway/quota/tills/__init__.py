"""Stores that workers share, each a side of the store with its own memory."""
