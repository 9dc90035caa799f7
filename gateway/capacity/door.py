"""The door of a serving process: whether a call may come in, before its body is read.

Open to all while the process keeps up. When its event loop is behind for three looks in a row, the door lets in so many
calls a second, fewer at each look that finds it behind and more at each that doesn't, shared out by class and team
(`allot.py`); what is turned away costs little, so that the rest is served in time. It opens again when it would turn
nobody away. Plain values in and out.

Why a rate and not a number in flight: calls spend their time at vendors, so that their number says little of the work
that they are here; the number counts too, but only near what the process can hold at all (`FULL`).
"""

from __future__ import annotations

from collections import Counter
from math import inf

from gateway.capacity.allot import allot

LOOKS = 3
LESS, MORE = 0.9, 1.03
OPEN_AGAIN = 20
RECENT = 0.3
FULL = (1.0, 0.85, 0.7)
"""Part of the most calls in flight up to which a class is let in."""


class Door:
    """lag: seconds that the loop may be behind. lower: see `allot`. rate: calls a second let in, None: all."""

    def __init__(self, lag: float, lower: int) -> None:
        self.lag, self.lower = lag, lower
        self.rate: float | None = None
        self._came: Counter[tuple[int, str]] = Counter()
        self._demand: dict[tuple[int, str], float] = {}
        self._credit: dict[tuple[int, str], float] = {}
        self._levels: dict[int, float] = {}
        self._behind = self._ahead = 0

    def admits(self, rank: int, team: str, in_flight: int, most: int) -> bool:
        """Whether a call of this class and team may come in, beside so many in flight of at `most`."""
        key = (rank, team)
        self._came[key] += 1
        if in_flight >= most * FULL[rank]:
            return False
        if self.rate is None or self._levels.get(rank, inf) == inf:
            return True
        credit = self._credit.get(key, 1.0)
        self._credit[key] = credit - 1.0 if credit >= 1.0 else credit
        return credit >= 1.0

    def look(self, behind: float, seconds: float) -> None:
        """One look at the loop: how far behind it is, and the seconds since the last look."""
        self._weigh(seconds)
        late = behind > self.lag
        self._behind = self._behind + 1 if late else 0
        if self.rate is None:
            if self._behind < LOOKS:
                return
            self.rate, self._ahead = sum(self._demand.values()) * LESS, 0
        elif late:
            self.rate = max(self.rate * LESS, 1.0)
        elif 2 * behind < self.lag:
            self.rate = self.rate * MORE + 0.1
        self._share_out(seconds)
        self._maybe_open()

    def _weigh(self, seconds: float) -> None:
        """Calls a second by class and team, of late; those that no longer come are forgotten."""
        for key in self._came.keys() | self._demand.keys():
            now = self._came[key] / seconds
            before = self._demand.get(key)
            weighed = now if before is None else before + (now - before) * RECENT
            if weighed < 0.01:
                self._demand.pop(key, None)
                self._credit.pop(key, None)
            else:
                self._demand[key] = weighed
        self._came.clear()

    def _share_out(self, seconds: float) -> None:
        assert self.rate is not None
        self._levels = allot(self._demand, self.rate, self.lower)
        for key in self._demand:
            level = self._levels[key[0]] * seconds
            if level != inf:
                self._credit[key] = min(self._credit.get(key, 0.0) + level, max(2 * level, 1.0))

    def _maybe_open(self) -> None:
        enough = all(level == inf for level in self._levels.values())
        self._ahead = self._ahead + 1 if enough and not self._behind else 0
        if self._ahead >= OPEN_AGAIN:
            self.rate = None
            self._levels, self._credit = {}, {}
