"""TLS on our own listener: what its files hold, the contexts made of it, and how a renewal is taken."""
