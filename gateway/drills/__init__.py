"""Drills: a destination is made to fail on purpose, for a while and for a few callers, and what became of their calls
is read off the ledger.
"""
