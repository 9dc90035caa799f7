"""Lanes with futures around them: calls that wait are tasks, and are woken when they have a slot or are turned away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import TYPE_CHECKING

from gateway.bundle.use_cases import PRIORITIES
from gateway.capacity.refused import Spread, no_room

if TYPE_CHECKING:
    from gateway.capacity.lanes import Lanes
    from gateway.capacity.queue import Place
    from gateway.measure import Measure


class Line:
    """clock: monotonic seconds. reason: what is said to those turned away, where it isn't why the core did it."""

    def __init__(
        self, lanes: Lanes, measure: Measure, clock: Callable[[], float], spread: Spread, reason: str = ""
    ) -> None:
        self.lanes, self.clock, self._reason = lanes, clock, reason
        self._measure, self._spread = measure, spread
        self.waiting: dict[Place, asyncio.Future[None]] = {}

    async def wait(self, names: Sequence[str], place: Place, left: float = inf) -> float:
        """Returns when the call has a slot at any of `names`; seconds waited. Raises Unavailable where it is turned
        away; however it ends without a slot, it is in no queue then."""
        begun = self.clock()
        turned = self.lanes.wait(names, place, begun, left)
        if turned is not None:
            self.wake((turned,))
        try:
            if not place.shed:
                woken = self.waiting[place] = asyncio.get_running_loop().create_future()
                await woken
        except asyncio.CancelledError:
            self.wake(self.lanes.leave(place, self.clock()))
            raise
        finally:
            self.waiting.pop(place, None)
        if place.shed:
            reason = self._reason or place.shed
            self._measure.shed(reason, PRIORITIES[place.rank])
            raise no_room(reason, self._spread.seconds(place.rank, self.lanes.clears(names[0])))
        return self.clock() - begun

    def wake(self, places: Iterable[Place]) -> None:
        """They have a slot now, or are turned away."""
        for place in places:
            woken = self.waiting.get(place)
            if woken is not None and not woken.done():
                woken.set_result(None)

    def tick(self) -> None:
        """What time brings: to be called several times a second."""
        given, late = self.lanes.tick(self.clock())
        self.wake(given)
        self.wake(late)
