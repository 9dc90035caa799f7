"""One file per kind of vendor: where it listens, how it is paid, how it fails."""
