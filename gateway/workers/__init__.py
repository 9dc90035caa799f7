"""Several serving processes of one installation: what each is told, and what holds them together."""
