"""What operators stop and start again, and who holds a key: everywhere within seconds, and never the other way."""
