"""How much a vendor still lets one of our credentials do, as its answers say it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

LONGEST = 300.0
"""A destination without room is asked again after so many seconds, whatever the vendor says of its reset."""

MOST = 16
"""Limits remembered of one credential; vendors have up to five."""


class Limit(Protocol):
    """One limit as an answer's headers tell it. remaining: units left. limit: of so many, None where unsaid. reset:
    seconds until it is whole again."""

    @property
    def unit(self) -> str: ...
    @property
    def remaining(self) -> float: ...
    @property
    def limit(self) -> float | None: ...
    @property
    def reset(self) -> float: ...


class _Room:
    __slots__ = ("left", "most", "until")

    def __init__(self, left: float, most: float, until: float) -> None:
        self.left, self.most, self.until = left, most, until


class Rooms:
    """The limits of one credential at one destination, requests and tokens each by itself."""

    __slots__ = ("_rooms",)

    def __init__(self) -> None:
        self._rooms: dict[str, _Room] = {}

    def told(self, limits: Iterable[Limit], now: float) -> None:
        """An answer came with these."""
        for said in limits:
            if said.unit not in self._rooms and len(self._rooms) == MOST:
                continue  # a vendor that invents names must not fill our memory
            until = now + min(max(said.reset, 0.0), LONGEST)
            left = max(said.remaining, 0.0)
            self._rooms[said.unit] = _Room(left, max(said.limit or left, left, 1.0), until)

    def sent(self) -> None:
        """One more request went there: until an answer says otherwise there is room for one less."""
        room = self._rooms.get("requests")
        if room is not None:
            room.left = max(room.left - 1, 0.0)

    def share(self, now: float) -> float:
        """The smallest share of a limit that is left, 1.0 where nothing is known."""
        return min((r.left / r.most for r in self._rooms.values() if now < r.until), default=1.0)

    def wait(self, now: float) -> float:
        """Seconds until there is room for a call, 0 where there is now."""
        waits = [r.until - now for r in self._rooms.values() if r.left < 1 and now < r.until]
        return min(max(waits, default=0.0), LONGEST)
