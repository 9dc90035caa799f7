"""Who waits for a slot, and who is next: classes in order, teams within a class in turn, calls of a team as they came.

A lower class has a bounded share: each time that a higher one goes first while it waits, it earns a part of a turn, and
with a whole one it goes first itself. Within a class the team that holds fewest slots is next, so that a crowd of one
team's calls waits for itself; of teams alike, the one that has waited longest for a turn. Plain values in and out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.bundle.use_cases import PRIORITIES

CLASSES = len(PRIORITIES)
A_TURN = 100


class Place:
    """What one call has at the destinations: nothing, a place in queues, or a slot.

    rank: of its class, 0 is the highest. at: destination of the slot that it holds, "" where it holds none. waits: the
    destinations whose queues it is in, most preferred first. Times are monotonic seconds: since: when it got or began
    to wait for what it has; until: it waits no longer. shed: why it was turned away, "" where it wasn't.
    """

    # One is made for each call: what hasn't happened to it yet costs nothing here.
    at = ""
    waits: tuple[str, ...] = ()
    since = until = 0.0
    shed = ""

    def __init__(self, rank: int, team: str) -> None:
        self.rank, self.team = rank, team


@dataclass(slots=True)
class _Team:
    """Waiting calls of one team in one class, oldest first (a dict as an ordered set). turn: number of its last one."""

    turn: int
    calls: dict[Place, None] = field(default_factory=dict)


class Queue:
    """The calls that wait for one thing: `length` of them. lower: percent of a turn that a class earns as said."""

    __slots__ = ("_counts", "_earned", "_teams", "_turn", "length", "lower")

    def __init__(self, lower: int) -> None:
        self.lower = lower
        self._teams: tuple[dict[str, _Team], ...] = tuple({} for _ in range(CLASSES))
        self._counts = [0] * CLASSES
        self._earned = [0] * CLASSES
        self._turn = 0
        self.length = 0

    def __iter__(self) -> Iterator[Place]:
        for teams in self._teams:
            for team in teams.values():
                yield from team.calls

    @property
    def rank(self) -> int | None:
        """Class of the call that goes next; None where nobody waits."""
        waiting = [rank for rank in range(CLASSES) if self._counts[rank]]
        if not waiting:
            return None
        return next((rank for rank in waiting[1:] if self._earned[rank] >= A_TURN), waiting[0])

    def ahead(self, rank: int) -> int:
        """How many wait that go before a new call of this class."""
        return sum(self._counts[: rank + 1])

    def add(self, place: Place) -> None:
        """Joins the end."""
        teams = self._teams[place.rank]
        if place.team not in teams:
            self._turn += 1
            teams[place.team] = _Team(self._turn)
        teams[place.team].calls[place] = None
        self._counts[place.rank] += 1
        self.length += 1

    def remove(self, place: Place) -> None:
        """Leaves, from wherever it stands; nothing where it isn't in here."""
        teams = self._teams[place.rank]
        team = teams.get(place.team)
        if team is None or place not in team.calls:
            return
        del team.calls[place]
        self._counts[place.rank] -= 1
        self.length -= 1
        if not team.calls:
            del teams[place.team]
        if not teams:
            self._earned[place.rank] = 0

    def next(self, held: Mapping[tuple[int, str], int]) -> Place | None:
        """Takes out the call that goes next. held: slots by class and team."""
        rank = self.rank
        if rank is None:
            return None
        self._earned[rank] = 0
        for lower in range(rank + 1, CLASSES):
            if self._counts[lower]:
                self._earned[lower] += self.lower
        _, team = min(self._teams[rank].items(), key=lambda item: (held.get((rank, item[0]), 0), item[1].turn))
        self._turn += 1
        team.turn = self._turn
        place = next(iter(team.calls))
        self.remove(place)
        return place

    def least(self, newcomer: Place) -> Place:
        """Whom to turn away where there is no room for `newcomer`, which isn't in here.

        The newest call of the team that has most waiting in the lowest class; the newcomer itself, where that would
        make nothing more even.
        """
        rank = max((r for r in range(CLASSES) if self._counts[r]), default=-1)
        if rank < newcomer.rank:
            return newcomer
        team = max(self._teams[rank].values(), key=lambda one: len(one.calls))
        if rank == newcomer.rank:
            own = self._teams[rank].get(newcomer.team)
            if (len(own.calls) if own is not None else 0) + 1 >= len(team.calls):
                return newcomer
        return next(reversed(team.calls))
