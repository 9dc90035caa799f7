"""Contracts that end: on which days before it somebody is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

DAYS: Final = (90, 30, 14, 7, 3, 2, 1)


class Ending(NamedTuple):
    """A contract to tell of. days: until its last one is over; below 1: it has ended."""

    contract: str
    days: int


def endings(expiries: Mapping[str, date], today: date) -> Iterator[Ending]:
    """Which to tell of today. expiries: the last day of each contract. One that has ended is told on the day after."""
    for contract, last in expiries.items():
        days = (last - today).days + 1
        if days in DAYS or days == 0:
            yield Ending(contract, days)
