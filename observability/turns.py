"""Longer work on the event loop, in slices: what else waits there gets its turn after each."""

from __future__ import annotations

import asyncio
import time

SLICE_SECONDS = 0.001


class Turns:
    """The work begins with this. Whoever does it asks `over` at each step, and awaits `end` where it is."""

    def __init__(self) -> None:
        self._spent, self._began = 0.0, time.perf_counter()

    @property
    def spent(self) -> float:
        """Seconds of the loop, without what others took in between."""
        return self._spent + time.perf_counter() - self._began

    @property
    def over(self) -> bool:
        """Whether this slice is long enough."""
        return time.perf_counter() - self._began > SLICE_SECONDS

    async def end(self) -> None:
        """Let others go on."""
        self._spent = self.spent
        await asyncio.sleep(0)
        self._began = time.perf_counter()
