"""How long to wait before a worker that died is started again: at once, then longer and longer, up to a bound."""

from __future__ import annotations

from collections.abc import Callable

FIRST, MOST = 0.1, 30.0
STEADY = 60.0
"""Seconds that one must have served for its death to count as the first."""


class Backoff:
    """Of one slot. random: between 0 and 1."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._deaths = 0

    def died(self, lived: float) -> float:
        """Seconds to wait now. lived: how many it had served.

        Half again as long at most, so that workers that died together don't come back together.
        """
        if lived >= STEADY:
            self._deaths = 0
        wait = min(FIRST * 2.0 ** min(self._deaths, 20), MOST)
        self._deaths += 1
        return wait * (1.0 + self._random() / 2)
