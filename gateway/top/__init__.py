"""What a gateway does at this moment, for whoever looks on with `ecluse top`."""
