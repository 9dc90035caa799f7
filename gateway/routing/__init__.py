"""Which permitted destination is asked first, and which is left alone for a while."""
