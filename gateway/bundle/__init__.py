"""The governance bundle, and the pair that it makes with the configuration."""
