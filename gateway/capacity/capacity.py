"""The capacity of one serving process: what it may ask of destinations, and what it can take itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.capacity.slots import Slots

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from gateway.measure import Measure

TICK_SECONDS = 0.1


class Capacity:
    """slots: at destinations. Asked by routing: `busy` and `room`."""

    def __init__(
        self,
        settings: Settings,
        measure: Measure,
        clock: Callable[[], float],
        closed: Callable[[str], bool] = lambda destination: False,
    ) -> None:
        self.slots = Slots(settings, measure, clock, closed)

    def use(self, settings: Settings) -> None:
        """A load brought other settings."""
        self.slots.use(settings)

    def busy(self, destination: str) -> float:
        """What is under way or waits there, as a part of its limit: 1.0 is full."""
        return self.slots.busy(destination)

    def room(self, destination: str) -> int:
        """Slots of this process that are free there now; 0 where calls wait."""
        return self.slots.room(destination)

    async def keep(self) -> None:
        """What time brings, until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.slots.tick()
