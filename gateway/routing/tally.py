"""Counts over the last while, and averages that forget: what breakers and outliers are judged by."""

from __future__ import annotations

SLOTS = 10


class Tally:
    """How often something happened in the last `seconds`, to a tenth of them. A clock that jumps empties it at
    worst."""

    __slots__ = ("_counts", "_slot", "_width", "count")

    def __init__(self, seconds: float) -> None:
        self._width = seconds / SLOTS
        self._counts = [0] * SLOTS
        self._slot = 0
        self.count = 0

    def add(self, now: float) -> None:
        """It happened."""
        self._move(now)
        self._counts[self._slot % SLOTS] += 1
        self.count += 1

    def at(self, now: float) -> int:
        """How often by now."""
        self._move(now)
        return self.count

    def clear(self) -> None:
        """Forget all."""
        self._counts = [0] * SLOTS
        self.count = 0

    def _move(self, now: float) -> None:
        slot = int(now // self._width)
        ahead = slot - self._slot
        if not ahead:
            return
        if not 0 < ahead < SLOTS:
            self.clear()
        else:
            for passed in range(self._slot + 1, slot + 1):
                self.count -= self._counts[passed % SLOTS]
                self._counts[passed % SLOTS] = 0
        self._slot = slot


class Average:
    """A moving average of seconds in which the newest value weighs a fifth. count: values since it was cleared."""

    __slots__ = ("count", "seconds")

    NEWEST = 0.2

    def __init__(self) -> None:
        self.seconds = 0.0
        self.count = 0

    def add(self, seconds: float) -> None:
        """One more."""
        self.count += 1
        # The first ones weigh alike, or the very first would count for a dozen.
        self.seconds += (seconds - self.seconds) * max(self.NEWEST, 1 / self.count)

    def clear(self) -> None:
        """Forget all but the value itself, which stays until there are new ones."""
        self.count = 0
