"""Translation between dialects, by way of one canonical form."""
