"""How one destination fares: its breakers, its pace, the room that its vendor leaves us, and who is there now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.routing.breakers import Breaker
from gateway.routing.rooms import Rooms
from gateway.routing.tally import Average, Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gateway.config.health import HealthSettings

WHOLE = -1
"""In place of a credential's index: the destination as a whole."""


class Turn:
    """One attempt's leave to go to a destination, with one of its credentials; told back exactly once how it went.

    credential: its index. trying: breakers that let this call alone through.
    """

    __slots__ = ("credential", "destination", "open", "started", "trying")

    def __init__(self, destination: str, credential: int, started: float, trying: tuple[Breaker, ...]) -> None:
        self.destination = destination
        self.credential = credential
        self.started = started
        self.trying = trying
        self.open = True


class Fare:
    """All that is known of one destination. since: when it last came back (slow start), None where it never left."""

    __slots__ = (
        "breakers", "busy", "calls", "ejected", "ejections", "faults", "latency", "rooms", "since", "turn",
    )  # fmt: skip

    def __init__(self, settings: HealthSettings, since: float | None) -> None:
        self.calls = Tally(settings.window_seconds)
        self.faults = Tally(settings.window_seconds)
        self.latency = Average()
        self.breakers: dict[tuple[str, int], Breaker] = {}
        self.rooms: dict[int, Rooms] = {}
        self.busy: dict[int, int] = {}
        self.turn = 0
        self.since = since
        self.ejected = 0.0
        self.ejections = 0

    def admits(self, now: float, credential: int) -> bool:
        """Whether a call may go with this credential (WHOLE: as far as the destination alone goes)."""
        if any(c == credential and not b.admits(now) for (_, c), b in self.breakers.items()):
            return False
        rooms = self.rooms.get(credential)
        return rooms is None or rooms.wait(now) <= 0

    def wait(self, now: float, credential: int) -> float:
        """Seconds until a call may go with this credential; at least one where another call is trying."""
        waits = [
            max(b.wait(now), 1.0)
            for (_, c), b in self.breakers.items()
            if c in (credential, WHOLE) and not b.admits(now)
        ]
        rooms = self.rooms.get(credential)
        return max([*waits, rooms.wait(now) if rooms is not None else 0.0])

    def choose(self, now: float, credentials: int, tried: Collection[int]) -> int | None:
        """The credential that the fewest calls use now, in turn where several do; None where none may go."""
        if credentials == 1 and not tried and not self.breakers and not self.rooms:
            return 0
        if not self.admits(now, WHOLE):
            return None
        free = [c for c in range(credentials) if c not in tried and self.admits(now, c)]
        if not free:
            return None
        self.turn += 1
        return min(free, key=lambda c: (self.busy.get(c, 0), (c - self.turn) % credentials))

    def half_open(self, now: float, credential: int) -> Iterator[Breaker]:
        """Breakers that a call with this credential tries."""
        for (_, of), breaker in self.breakers.items():
            if breaker.openings and of in (credential, WHOLE):
                yield breaker
