"""The slots of all destinations, and the queues before them, as a core without I/O: moments in, who goes on out.

A destination has a limit of its own (`limit.py`), and all destinations of one vendor together have no more slots than
the vendor has connections. A call that finds no slot waits in the queues of the destinations that it may go to, and
takes the first that comes free; the most preferred one's queue decides whether there is room for it to wait. No slot is
free while somebody waits for it. `now` is monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from gateway.capacity.limit import Limit
from gateway.capacity.queue import Place, Queue

USUAL = 0.1
"""Weight of one call in how long a slot is usually held."""


class Bounds(NamedTuple):
    """What the configuration says of a destination. least, most: the limit stays between them; fixed: it is `most`.

    pool: the vendor, whose destinations have `connections` slots together.
    """

    pool: str
    connections: int
    least: int
    most: int
    fixed: bool


class Terms(NamedTuple):
    """What the configuration says of waiting. seconds: by class. lower: see `Queue`."""

    length: int
    seconds: tuple[float, ...]
    lower: int


@dataclass(slots=True)
class Pool:
    """The slots of one vendor. lanes: names of its destinations."""

    most: int
    held: int = 0
    lanes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Lane:
    """One destination. taken: slots held now. by: them by class and team. usual: seconds for which one is held.
    turn: number of the last time that somebody who waited got one."""

    name: str
    limit: Limit
    pool: Pool
    queue: Queue
    taken: int = 0
    by: dict[tuple[int, str], int] = field(default_factory=dict)
    usual: float = 0.0
    turn: int = 0
    retired: bool = False

    def room(self, now: float) -> int:
        """Slots that are free now."""
        limit, pool = self.limit, self.pool
        most = limit.ceiling if limit.value >= limit.ceiling else limit.now(self.taken, now)
        return max(min(most - self.taken, pool.most - pool.held), 0)

    def clears(self, waiting: int) -> float:
        """Seconds until so many waiting calls got a slot, going by what was seen."""
        return waiting * self.usual / max(int(self.limit.value), 1)


class Lanes:
    """All of them. closed: tells of a destination whether it must not be asked now (its vendor's own limits)."""

    def __init__(self, terms: Terms, closed: Callable[[str], bool] = lambda name: False) -> None:
        self.terms = terms
        self.lanes: dict[str, Lane] = {}
        self._pools: dict[str, Pool] = {}
        self._closed = closed
        self._turn = 0

    def use(self, bounds: Mapping[str, Bounds], terms: Terms) -> None:
        """What holds from now on: at the start and after a reload. Slots held under what held before stay counted."""
        self.terms = terms
        for name, of in bounds.items():
            self._bound(name, of)
        for name in [name for name in self.lanes if name not in bounds]:
            self.lanes[name].retired = True
            self._drop_if_idle(self.lanes[name])

    def revive(self, name: str, of: Bounds) -> None:
        """A destination that a reload took away is asked once more, by a call that began before it."""
        self._bound(name, of)
        self.lanes[name].retired = True

    def take(self, name: str, place: Place, now: float, *, leave: bool = False) -> bool:
        """A slot at once, where one is free. leave: the call may go there although the destination is closed to others
        (it is the one that tries); then it waits for none of those who wait for it to open."""
        lane = self.lanes[name]
        if lane.room(now) < 1:
            return False
        if self._closed(name):
            if not leave:
                return False
        elif lane.queue.length:
            return False
        self._give(lane, place, now)
        return True

    def wait(self, names: Sequence[str], place: Place, now: float, left: float = inf) -> Place | None:
        """Joins the queues; the one who is turned away for it: none, another, or the newcomer itself. left: seconds
        that the call has at all."""
        home = self.lanes[names[0]]
        place.waits, place.since, place.shed = tuple(names), now, ""
        place.until = now + min(self.terms.seconds[place.rank], left)
        if self.too_long(names[0], place.rank, left):
            place.waits, place.shed = (), "queue_slow"
            return place
        turned = home.queue.least(place) if home.queue.length >= self.terms.length else None
        if turned is not None:
            self._unqueue(turned)
            turned.shed = "queue_full" if turned is place else "displaced"
        if turned is not place:
            for name in names:
                self.lanes[name].queue.add(place)
        return turned

    def too_long(self, name: str, rank: int, left: float = inf) -> bool:
        """Whether a new call of this class would wait there for longer than it may, going by what was seen."""
        lane = self.lanes[name]
        if not lane.queue.length:
            return False
        return lane.clears(lane.queue.ahead(rank) + 1) > min(self.terms.seconds[rank], left)

    def clears(self, name: str) -> float:
        """Seconds until all that wait there now have a slot, going by what was seen."""
        lane = self.lanes.get(name)
        return lane.clears(lane.queue.length) if lane is not None else 0.0

    def leave(
        self, place: Place, now: float, kind: str | None = None, begun: float = 0.0, first: float | None = None
    ) -> list[Place]:
        """The call holds no slot and waits no more. kind, begun, first: of its attempt (see `Limit.ended`), where one
        was made. Gives who got a slot by that."""
        if place.waits:
            self._unqueue(place)
        if not place.at:
            return []
        lane = self.lanes[place.at]
        if begun:
            lane.limit.ended(kind, begun, first, lane.taken, now)
            held = now - place.since
            lane.usual += (held - lane.usual) * (USUAL if lane.usual else 1.0)
        pool = lane.pool
        crowded = pool.held >= pool.most
        self._take_back(lane, place)
        if crowded:
            return self._fill(tuple(pool.lanes), now)
        return self._fill((lane.name,), now) if lane.queue.length else []

    def tick(self, now: float) -> tuple[list[Place], list[Place]]:
        """What time brings: who got a slot, and who has waited for as long as it may."""
        late = [p for lane in self.lanes.values() for p in lane.queue if p.until <= now and p.waits[0] == lane.name]
        for place in late:
            self._unqueue(place)
            place.shed = "queue_time"
        return self._fill(tuple(self.lanes), now), late

    def _bound(self, name: str, of: Bounds) -> None:
        pool = self._pools.setdefault(of.pool, Pool(of.connections))
        pool.most = of.connections
        lane = self.lanes.get(name)
        if lane is None:
            lane = self.lanes[name] = Lane(name, Limit(of.least, of.most, of.fixed), pool, Queue(self.terms.lower))
            pool.lanes.append(name)
        if lane.pool is not pool:
            self._move(lane, pool)
        lane.retired = False
        lane.queue.lower = self.terms.lower
        lane.limit.bounds(of.least, of.most, fixed=of.fixed)

    def _move(self, lane: Lane, pool: Pool) -> None:
        lane.pool.held -= lane.taken
        lane.pool.lanes.remove(lane.name)
        lane.pool = pool
        pool.held += lane.taken
        pool.lanes.append(lane.name)

    def _give(self, lane: Lane, place: Place, now: float) -> None:
        place.at, place.since = lane.name, now
        lane.taken += 1
        lane.pool.held += 1
        key = (place.rank, place.team)
        lane.by[key] = lane.by.get(key, 0) + 1

    def _take_back(self, lane: Lane, place: Place) -> None:
        place.at = ""
        lane.taken -= 1
        lane.pool.held -= 1
        key = (place.rank, place.team)
        left = lane.by[key] - 1
        if left:
            lane.by[key] = left
        else:
            del lane.by[key]
        if lane.retired:
            self._drop_if_idle(lane)

    def _drop_if_idle(self, lane: Lane) -> None:
        if lane.retired and not lane.taken and not lane.queue.length:
            self.lanes.pop(lane.name, None)
            lane.pool.lanes.remove(lane.name)

    def _unqueue(self, place: Place) -> None:
        for name in place.waits:
            if name in self.lanes:
                self.lanes[name].queue.remove(place)
        place.waits = ()

    def _fill(self, names: Sequence[str], now: float) -> list[Place]:
        """Gives free slots to those who wait at these destinations: the highest class first, destinations in turn."""
        given: list[Place] = []
        while ready := [
            lane
            for lane in map(self.lanes.get, names)
            if lane is not None and lane.queue.length and lane.room(now) and not self._closed(lane.name)
        ]:
            lane = min(ready, key=lambda one: (one.queue.rank, one.turn))
            place = lane.queue.next(lane.by)
            assert place is not None
            self._unqueue(place)
            self._give(lane, place, now)
            self._turn += 1
            lane.turn = self._turn
            given.append(place)
        return given
