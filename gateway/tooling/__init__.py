"""The settings of tools that staff use, made for this gateway: what they are, and how they come into files."""
