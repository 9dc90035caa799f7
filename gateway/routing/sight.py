"""How destinations are just now, for one call: health, capacity, prices and what routing saw itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.pricing.rates import Used, cost
from gateway.routing.routes import BYTES_PER_TOKEN

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Exchange
    from gateway.routing.around import Around
    from gateway.routing.pace import Pace
    from gateway.routing.routes import Route

SCARCE = 0.1
"""The part of a vendor's rate limit below which its destination gets less and less of its calls."""
EXPECTED_OUTPUT = 500
"""Tokens of an answer, for comparing prices before there is one."""


class Sight:
    """The view of one call. It changes nothing but a destination's standing, which time may have changed."""

    __slots__ = ("_ask", "_exchange", "_now", "_paces", "_runtime")

    def __init__(self, runtime: Around, exchange: Exchange, ask: Ask) -> None:
        self._runtime, self._exchange, self._ask = runtime, exchange, ask
        self._paces = runtime.router.paces
        self._now = runtime.monotonic()

    def first_word(self, destination: str) -> float | None:
        """Seconds that it takes to begin an answer."""
        pace = self._pace(destination)
        if pace is None or not self._runtime.health.admits(destination):
            return None
        return pace.first_word(self._now)

    def unheard(self, destination: str) -> bool:
        """Whether nothing was heard of it for so long that it may have changed."""
        pace = self._pace(destination)
        return pace is not None and pace.unheard(self._now)

    def _pace(self, destination: str) -> Pace | None:
        return self._paces.get((destination, self._ask.stream))

    def load(self, destination: str) -> float:
        """Calls that it would have with this one, by calls that it can have."""
        return self._runtime.capacity.slots.load(destination)

    def share(self, destination: str) -> float:
        """How much of its part it may get."""
        return min(self._runtime.health.headroom(destination) / SCARCE, 1.0)

    def price(self, destination: str) -> float | None:
        """What this call costs there, about."""
        tariffs = self._exchange.pair.tariffs
        tariff = tariffs.of.get(destination)
        if tariff is None:  # it has one for each model that is asked for
            asked = (c.destination for c in self._exchange.candidates if c.destination.name == destination)
            tariff = next((tariffs.at(one) for one in asked), None)
        if tariff is None or tariff.assumed:
            return None
        output = min(self._ask.max_output or EXPECTED_OUTPUT, EXPECTED_OUTPUT)
        return float(cost(tariff.plain, Used(self._exchange.bytes_in // BYTES_PER_TOKEN, output)))

    def trial(self, route: Route, destination: str) -> float | None:
        """For a demoted destination, the share of calls by which it is tried."""
        if route.objectives is None:
            return None
        standing = self._runtime.router.judge(self._runtime, route.name, destination, route.objectives)
        return standing.share if standing.demoted else None
