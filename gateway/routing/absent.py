"""Models that a vendor said it doesn't have, where clients' names tell the model: they aren't asked for again at once.

A destination with a model of its own has a breaker for that. Here the vendor is well, and one name is wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.bundle.destinations import Destination

SECONDS = 60.0
MOST = 1000


class Absent:
    """What vendors said lately. clock: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()

    def add(self, destination: Destination) -> None:
        """The vendor doesn't have the model that this destination was asked for."""
        key = destination.name, destination.model
        self._until.pop(key, None)
        self._until[key] = self._clock() + SECONDS
        if len(self._until) > MOST:
            self._until.popitem(last=False)

    def knows(self, destination: Destination) -> bool:
        """Whether it said so in the last minute."""
        return bool(self._until) and self._until.get((destination.name, destination.model), 0.0) > self._clock()
