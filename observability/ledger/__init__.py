"""The ledger: what is written down of every call before it goes on, and can be read back after any crash."""

from observability.ledger.hits import Count, Hit, Hits
from observability.ledger.ids import made_at, uuid7
from observability.ledger.in_force import Pair, Terms
from observability.ledger.ledger import Ledger
from observability.ledger.line import LedgerFailed
from observability.ledger.parts import Found, Place, Ruled, RuleFired, Tokens, Who
from observability.ledger.reading import Damaged, begins, events, read, records, show, tail, written_since
from observability.ledger.records import Attempt, AttemptStart, Event, Intent, Outcome, Result, Value
from observability.ledger.search import End, TooMany, Wanted, end_of, ended, happened, pair_of, spanning, whole
from observability.ledger.story import render_show, render_tail
from observability.scribe.messages import Report
from observability.scribe.scribe import Durability

__all__ = [
    "Attempt",
    "AttemptStart",
    "Count",
    "Damaged",
    "Durability",
    "End",
    "Event",
    "Found",
    "Hit",
    "Hits",
    "Intent",
    "Ledger",
    "LedgerFailed",
    "Outcome",
    "Pair",
    "Place",
    "Report",
    "Result",
    "RuleFired",
    "Ruled",
    "Terms",
    "Tokens",
    "TooMany",
    "Value",
    "Wanted",
    "Who",
    "begins",
    "end_of",
    "ended",
    "events",
    "happened",
    "made_at",
    "pair_of",
    "read",
    "records",
    "render_show",
    "render_tail",
    "show",
    "spanning",
    "tail",
    "uuid7",
    "whole",
    "written_since",
]
