"""One file per dialect that client tools speak."""
