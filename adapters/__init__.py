"""Every wire format and every vendor: it judges nothing and remembers nothing."""
