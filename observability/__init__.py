"""What happened: the ledger, metrics and logs."""
