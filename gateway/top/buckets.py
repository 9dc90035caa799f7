"""How long calls took, kept as counts of growing stretches of time: small, and good to an eighth."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

_FIRST = 0.001
_GROWTH = 1.25
_LAST = 80
"""About 15 hours."""


def bucket(seconds: float) -> int:
    """The stretch that a time falls in."""
    if seconds <= _FIRST:
        return 0
    return min(int(log(seconds / _FIRST) / log(_GROWTH)) + 1, _LAST)


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The time that this share of calls took at most, in seconds; None where there are none."""
    total = sum(counts.values())
    if total <= 0:
        return None
    wanted, seen = share * total, 0
    for number in sorted(counts):
        seen += counts[number]
        if seen >= wanted:
            break
    return float(_FIRST * _GROWTH ** (number - 0.5)) if number else _FIRST
