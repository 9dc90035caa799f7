"""Slots at destinations for the calls of one process: `lanes.py` with futures around it.

A call holds at most one slot: it gets it before its attempt is recorded, and gives it back when the attempt ends or the
call does, whatever made it end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import TYPE_CHECKING

from gateway.bundle.use_cases import PRIORITIES
from gateway.capacity.bounds import bounds, bounds_of, terms
from gateway.capacity.lanes import Lanes
from gateway.capacity.line import Line
from gateway.capacity.queue import Place

if TYPE_CHECKING:
    from adapters.errors import UpstreamError
    from gateway.bundle.destinations import Destination
    from gateway.capacity.refused import Spread
    from gateway.config.settings import Settings
    from gateway.exchange import Attempt, Candidate, Exchange
    from gateway.measure import Measure
    from gateway.routing.health import Health

UNCOUNTED = "count_tokens"
"""An operation that takes no slot: agent tools ask for dozens at once, and vendors answer them apart."""


class Slots:
    """health: of the destinations, as `Health` of routing tells it."""

    def __init__(
        self,
        settings: Settings,
        measure: Measure,
        clock: Callable[[], float],
        spread: Spread,
        health: Health,
    ) -> None:
        self._measure, self._clock = measure, clock
        self._throttled = health.throttled
        self._lanes = Lanes(terms(settings), lambda name: not health.admits(name))
        self.line = Line(self._lanes, measure, clock, spread)
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """What a load of the configuration says of the destinations."""
        self._lanes.use(bounds(settings), terms(settings))

    def load(self, destination: str) -> float:
        """What is under way or waits there, with one call more, as a part of its limit: above 1.0 that call waits."""
        lane = self._lanes.lanes.get(destination)
        if lane is None:
            return 0.0
        return (lane.taken + lane.queue.length + 1) / max(lane.limit.now(lane.taken, self._clock()), 1)

    def states(self) -> list[tuple[str, int, int, int]]:
        """(destination, limit, slots taken, calls waiting) of each destination."""
        now = self._clock()
        return [
            (lane.name, lane.limit.now(lane.taken, now), lane.taken, lane.queue.length)
            for lane in self._lanes.lanes.values()
        ]

    def turns(self, exchange: Exchange, candidates: Iterable[Candidate], waits: Callable[[str], float]) -> Turns:
        """The candidates as the call gets a slot at them. waits: seconds until a destination may be tried at all."""
        return Turns(self, exchange, candidates, waits)

    async def hold(self, exchange: Exchange, destination: Destination) -> None:
        """Returns when the call has its slot at `destination`. Raises Unavailable where there is no room to wait."""
        place = exchange.place
        if place is not None and place.at == destination.name:
            return
        self.leave(exchange)
        if not self.take(exchange, destination, leave=True):
            await self.wait(exchange, [destination])

    def take(self, exchange: Exchange, destination: Destination, *, leave: bool = False) -> bool:
        """A slot at once, or none. leave: as for `Lanes.take`."""
        if exchange.dialect.operation == UNCOUNTED:
            return True
        name = self._known(exchange, destination)
        return self._lanes.take(name, _place(exchange), self._clock(), leave=leave)

    async def wait(self, exchange: Exchange, destinations: Sequence[Destination], most: float = inf) -> str:
        """Waits for a slot at any of them, `most` seconds; the name of the one that it is at. Raises Unavailable."""
        place, begun = _place(exchange), self._clock()
        try:
            names = tuple(dict.fromkeys(self._known(exchange, destination) for destination in destinations))
            await self.line.wait(names, place, min(exchange.deadline.left(begun), most))
        finally:
            waited = self._clock() - begun
            exchange.was_queued(waited)
            self._measure.queued(PRIORITIES[place.rank], waited)
        return place.at

    def ended(self, exchange: Exchange, attempt: Attempt, error: UpstreamError | None) -> None:
        """An attempt ended: its slot is free, and its destination's limit learns from it."""
        place = exchange.place
        if place is None or not place.at:
            return
        kind = error.kind if error is not None else None
        if kind == "timeout" and (attempt.first_content or (error is not None and error.fault == "client")):
            kind = None  # it had begun to answer, or the caller was in haste: not a crowd
        first = attempt.first_content - attempt.started if attempt.first_content else None
        self.line.wake(self._lanes.leave(place, self._clock(), kind, attempt.started, first))

    def patience(self, exchange: Exchange) -> float:
        """For how many seconds the call may wait."""
        return self._lanes.terms.seconds[exchange.rank]

    def throttled(self, destination: str) -> bool:
        """Whether a destination that is left alone is so because its vendor can't take more just now."""
        return self._throttled(destination)

    def leave(self, exchange: Exchange) -> None:
        """The call needs no slot and waits for none."""
        place = exchange.place
        if place is not None and (place.at or place.waits):
            self.line.wake(self._lanes.leave(place, self._clock()))

    def _known(self, exchange: Exchange, destination: Destination) -> str:
        """The name of a destination that there is a lane for: also of one that a reload took away from later calls."""
        if destination.name not in self._lanes.lanes:
            self._lanes.revive(destination.name, bounds_of(exchange.pair.settings, destination.name))
        return destination.name


def _place(exchange: Exchange) -> Place:
    if exchange.place is None:
        exchange.place = Place(exchange.rank, exchange.caller.team)
    return exchange.place


class Turns:
    """The candidates of one call, in the order in which it gets a slot: the first in order with room, at once; where
    none has any, the first that gets some. A candidate whose slot isn't used is done with when the next is asked for.
    """

    __slots__ = ("_exchange", "_left", "_slots", "_waits")

    def __init__(
        self, slots: Slots, exchange: Exchange, candidates: Iterable[Candidate], waits: Callable[[str], float]
    ) -> None:
        self._slots, self._exchange, self._waits = slots, exchange, waits
        self._left = list(candidates)

    @property
    def left(self) -> Sequence[Candidate]:
        """Candidates whose turn is still to come."""
        return self._left

    def __aiter__(self) -> Turns:
        return self

    async def __anext__(self) -> Candidate:
        """The next candidate; the call holds a slot there unless it mustn't be tried now anyway."""
        self._slots.leave(self._exchange)
        spill = self._exchange.plan is None or self._exchange.plan.spill
        for index, candidate in enumerate(self._left):
            if self._slots.take(self._exchange, candidate.destination):
                return self._left.pop(index)
            if not spill and self._may_wait(candidate.destination.name):
                break
        if not self._left:
            raise StopAsyncIteration
        able = [c for c in self._left if self._may_wait(c.destination.name)]
        if not able:
            return self._left.pop(0)
        if not spill:
            del able[1:]
        chosen = await self._waited_for(able)
        self._left.remove(chosen)
        return chosen

    async def _waited_for(self, able: list[Candidate]) -> Candidate:
        """Where one call tries a destination that was left alone, the others that were given slots wait on."""
        left = self._slots.patience(self._exchange)
        while True:
            before = self._exchange.waited
            name = await self._slots.wait(self._exchange, [c.destination for c in able], left)
            if not self._waits(name):
                return next(c for c in able if c.destination.name == name)
            left -= self._exchange.waited - before
            self._slots.leave(self._exchange)

    def _may_wait(self, destination: str) -> bool:
        """Whether the call may wait for a destination: there is no slot, or its vendor throttles for no longer."""
        seconds = self._waits(destination)
        return seconds <= self._slots.patience(self._exchange) and (not seconds or self._slots.throttled(destination))
