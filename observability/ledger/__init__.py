"""The ledger: what is written down of every call before it goes on, and can be read back after any crash."""

from observability.ledger.commit import Commit, Durability, LedgerFailed
from observability.ledger.disk import Disk
from observability.ledger.ids import made_at, uuid7
from observability.ledger.ledger import Ledger
from observability.ledger.reading import read, show, tail
from observability.ledger.records import (
    Attempt,
    AttemptStart,
    Event,
    Found,
    Intent,
    Outcome,
    Result,
    Ruled,
    RuleFired,
    Tokens,
    Value,
    Who,
)

__all__ = [
    "Attempt", "AttemptStart", "Commit", "Disk", "Durability", "Event", "Found", "Intent", "Ledger", "LedgerFailed",
    "Outcome", "Result", "RuleFired", "Ruled", "Tokens", "Value", "Who", "made_at", "read", "show", "tail", "uuid7",
]  # fmt: skip
