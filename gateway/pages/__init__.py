"""What the data listener answers by itself: no call to a vendor, so no outcome of one on record."""
