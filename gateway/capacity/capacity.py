"""The capacity of one serving process: what it may ask of destinations, and what it can take itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.bundle.use_cases import PRIORITIES
from gateway.capacity.bodies import Bodies
from gateway.capacity.door import Door
from gateway.capacity.refused import Spread, no_room
from gateway.capacity.slots import Slots
from gateway.capacity.work import Work

if TYPE_CHECKING:
    from gateway.bundle.bundle import Bundle
    from gateway.config.settings import Settings
    from gateway.errors import Refusal
    from gateway.exchange import Exchange
    from gateway.http import Request
    from gateway.identity.callers import Caller
    from gateway.measure import Measure
    from gateway.routes import Route
    from gateway.routing.health import Health

LOOK_SECONDS = 0.1
LIGHT = "anthropic_count_tokens"
LOWEST = len(PRIORITIES) - 1


class Capacity:
    """slots: at destinations. door, work, bodies: of this process. Routing asks for the slots' `load`."""

    def __init__(
        self,
        settings: Settings,
        measure: Measure,
        clock: Callable[[], float],
        health: Health,
    ) -> None:
        self._measure, self._clock = measure, clock
        self._spread = Spread()
        self._turned_away: Counter[tuple[int, str]] = Counter()
        self.slots = Slots(settings, measure, clock, self._spread, health)
        self.work = Work(settings, measure, clock, self._spread)
        self.bodies = Bodies(settings.limits.bodies_bytes, lambda rank: self._no_room("bodies", rank))
        self.door = Door(settings.capacity.lag_seconds, settings.capacity.lower_percent)
        self._most = settings.limits.connections

    def use(self, settings: Settings) -> None:
        """A load brought other settings."""
        self.slots.use(settings)
        self.work.use(settings)
        self.bodies.most = settings.limits.bodies_bytes
        self.door.lag, self.door.lower = settings.capacity.lag_seconds, settings.capacity.lower_percent
        self._most = settings.limits.connections

    def enter(self, caller: Caller, route: Route, request: Request, bundle: Bundle, in_flight: int) -> int:
        """The class of a call that comes to the door. Raises Refusal where it can't come in."""
        rank = rank_of(caller, request, bundle)
        # Counts of tokens are light, and agent tools ask for dozens of them at once: they go with the highest class.
        at_door = 0 if route.dialect == LIGHT else rank
        if self.door.admits(at_door, caller.team, in_flight, self._most) and not self.work.behind(at_door):
            return rank
        self._turned_away[rank, caller.team] += 1
        refusal = self._no_room("busy", rank)
        self._measure.failed_at_door(refusal, caller, route, request)
        raise refusal

    async def begin(self, exchange: Exchange) -> None:
        """Returns when it is the call's turn to be read and inspected. Raises Unavailable."""
        if not self.work.begins(exchange, 0 if exchange.dialect.name == LIGHT else exchange.rank):
            await self.work.wait(exchange)

    def leave(self, exchange: Exchange) -> None:
        """A call is over: it keeps nothing."""
        self.slots.leave(exchange)
        self.work.end(exchange)
        if exchange.body is not None:
            exchange.body.release()

    def turned_away(self) -> dict[str, int]:
        """Calls turned away at the door since the last time that this was asked, by class and team."""
        counts = {f"{PRIORITIES[rank]}, {team}": n for (rank, team), n in self._turned_away.most_common(20)}
        total = self._turned_away.total()
        self._turned_away.clear()
        return {"calls": total, **counts} if total else {}

    async def keep(self) -> None:
        """What time brings, until cancelled: looks at the loop, and at those who wait."""
        before = self._clock()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = self._clock()
            try:
                self.door.look(now - before - LOOK_SECONDS, now - before)
                self.slots.line.tick()
                self.work.line.tick()
            except Exception as bug:  # noqa: BLE001 - whoever waits would wait for ever after a mistake of ours
                self._measure.log.fault(bug)
            before = now

    def _no_room(self, reason: str, rank: int) -> Refusal:
        self._measure.shed(reason, PRIORITIES[rank])
        return no_room(reason, self._spread.seconds(rank, 0.0))


def rank_of(caller: Caller, request: Request, bundle: Bundle) -> int:
    """The class that a call belongs to by its use case; the lowest where its caller has no such use case."""
    chosen = caller.use_case(request.header(b"x-ecluse-use-case") or None)
    use_case = bundle.use_cases.get(chosen) if chosen is not None else None
    return RANKS[use_case.priority] if use_case is not None else LOWEST


RANKS = {priority: rank for rank, priority in enumerate(PRIORITIES)}
