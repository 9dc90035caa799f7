"""Which calls are traced, and what is told of them."""
