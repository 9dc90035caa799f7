"""Reports of a stretch of time, made from the ledger: what was used and what it cost."""
