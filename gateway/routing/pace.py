"""How soon a destination begins to answer: what this process saw, nothing shared."""

from __future__ import annotations

from itertools import islice
from math import exp, log

FORGETS = 2.5
"""Seconds after which an old time counts for a third, whatever comes in between."""
LEAST = 0.05
"""What the newest time weighs at least: among many calls the last twenty count."""
UNKNOWN = 1.0
"""Seconds for which a destination that never answered yet isn't slow."""
UNHEARD = 5.0
"""Seconds after which a destination may have become another."""
SHORTEST = 0.0001
LOOKED_AT = 64


class Pace:
    """One destination.

    The average is one of logarithms, since times of answers have long tails: one that takes twenty times as long moves
    it by a sixth, a second one after it makes the destination slow. Calls that wait for their first word count for as
    long as they have waited, so that a destination that hangs is slow before it says so: by their median, since one
    long prompt says nothing.
    """

    __slots__ = ("_answered", "_average", "_heard", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[int, float] = {}
        self._average: float | None = None
        self._heard = self._answered = 0.0

    def begun(self, attempt: int, now: float) -> None:
        """A call was sent there. attempt: its number among those that are there."""
        self._waiting[attempt] = now
        self._heard = now

    def answered(self, attempt: int, now: float) -> None:
        """Its first word came."""
        started = self._waiting.pop(attempt, None)
        if started is None:
            return
        took = log(max(now - started, SHORTEST))
        if self._average is None:
            self._average = took
        else:
            # How old what was known had become when the call was sent.
            newest = max(LEAST, 1.0 - exp(min(self._answered - started, 0.0) / FORGETS))
            self._average += (took - self._average) * newest
        self._heard = self._answered = now

    def ended(self, attempt: int) -> None:
        """It is over, answered or not."""
        self._waiting.pop(attempt, None)

    def first_word(self, now: float) -> float | None:
        """Seconds to the first word, None where nobody knows."""
        waited = 0.0
        if self._waiting:
            middle = min(len(self._waiting) // 2, LOOKED_AT)
            waited = now - next(islice(self._waiting.values(), middle, None))
        if self._average is None:
            return waited if waited > UNKNOWN else None
        return max(exp(self._average), waited)

    def overdue(self, now: float, seconds: float, most: int) -> int:
        """How many wait for their first word for longer than `seconds`, at most `most`."""
        late = 0
        for started in self._waiting.values():  # the oldest first
            if late == most or now - started <= seconds:
                break
            late += 1
        return late

    def unheard(self, now: float) -> bool:
        """Whether nothing was sent there and nothing came back for a while."""
        return now - self._heard > UNHEARD
