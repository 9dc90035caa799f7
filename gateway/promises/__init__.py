"""What contracts promised and kept: measured off the ledger, told to people, and counted while calls run."""
