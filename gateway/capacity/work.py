"""A few calls at a time are read and inspected; the others wait for their turn, in the order of classes and teams.

What a call costs this process is spent here, on one event loop: with any number at once they would only delay each
other, and the loop would be late for all answers under way. Nothing in a turn waits for others, so few are enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.capacity.lanes import Bounds, Lanes, Terms
from gateway.capacity.line import Line
from gateway.capacity.queue import CLASSES, Place

if TYPE_CHECKING:
    from gateway.capacity.refused import Spread
    from gateway.config.settings import Settings
    from gateway.exchange import Exchange
    from gateway.measure import Measure

AT_ONCE = 8
HERE = "here"
_ONE_LANE = {HERE: Bounds(HERE, AT_ONCE, AT_ONCE, AT_ONCE, True)}


class Work:
    """The turns of one process."""

    def __init__(self, settings: Settings, measure: Measure, clock: Callable[[], float], spread: Spread) -> None:
        self._lanes = Lanes(_terms(settings))
        self.line = Line(self._lanes, measure, clock, spread, "busy")
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """A load brought other settings."""
        self._lanes.use(_ONE_LANE, _terms(settings))

    def behind(self, rank: int) -> bool:
        """Whether a call of this class would wait for longer than it may, going by what was seen."""
        return self._lanes.too_long(HERE, rank)

    def begins(self, exchange: Exchange, rank: int) -> bool:
        """Whether it is the call's turn at once."""
        place = exchange.at_work
        if place is None:
            place = exchange.at_work = Place(rank, exchange.caller.team)
        return self._lanes.take(HERE, place, self.line.clock())

    async def wait(self, exchange: Exchange) -> None:
        """Returns when it is the call's turn. Raises Unavailable where that would take too long."""
        assert exchange.at_work is not None
        begun = self.line.clock()
        try:
            await self.line.wait((HERE,), exchange.at_work, exchange.deadline.left(begun))
        finally:
            exchange.was_queued(self.line.clock() - begun)

    def end(self, exchange: Exchange) -> None:
        """Its turn is over, as is its wait for one."""
        place = exchange.at_work
        if place is not None and (place.at or place.waits):
            self.line.wake(self._lanes.leave(place, self.line.clock(), begun=place.since))


def _terms(settings: Settings) -> Terms:
    most = settings.capacity.inspect_seconds
    return Terms(
        settings.limits.connections, tuple(most / 2**rank for rank in range(CLASSES)), settings.capacity.lower_percent
    )
