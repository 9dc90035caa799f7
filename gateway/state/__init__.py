"""What the gateway remembers between calls, bounded."""
