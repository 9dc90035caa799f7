"""When failovers away from one destination become worth a message."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

COUNT, SECONDS = 10, 60.0
QUIET = 300.0
"""Seconds until the same destination is worth another one."""
MOST_NAMES = 1_000


class Bursts:
    """Counts by destination. clock: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: dict[str, deque[float]] = {}
        self._told: dict[str, float] = {}

    def add(self, name: str) -> bool:
        """One more; whether that makes a burst that nobody was told of lately."""
        now = self._clock()
        if name not in self._times and len(self._times) >= MOST_NAMES:
            self._times.clear()
        times = self._times.setdefault(name, deque(maxlen=COUNT))
        times.append(now)
        if len(times) < COUNT or now - times[0] > SECONDS or now - self._told.get(name, -QUIET) < QUIET:
            return False
        self._told[name] = now
        return True
