"""The cost of tokens, in whole numbers from end to end.

A rate is in millionths of the currency per million tokens, which is a millionth of a millionth (a pico) per token:
2.50 USD a million tokens is 2_500_000. A cost is in nanos (thousand millionths of the currency), rounded up, so that
what was used is never counted as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

NANOS = 1_000_000_000
"""In one unit of the currency."""
MICROS = 1_000_000
"""The same, as quotas count."""


class Rates(NamedTuple):
    """Per token, in picos. cached: input read from the vendor's cache. written: input put into it, for minutes; kept:
    for hours. reasoning: output that the model keeps to itself."""

    input: int
    output: int
    cached: int
    written: int
    kept: int
    reasoning: int


class Price(NamedTuple):
    """The rates of a model, by size of the request: `bands` are (above so many input tokens, rates of the whole
    request), the lowest first, which is above -1."""

    bands: tuple[tuple[int, Rates], ...]


class Used(NamedTuple):
    """Tokens of one attempt. cached, written and kept are parts of input, kept of written too; reasoning of output."""

    input: int = 0
    output: int = 0
    cached: int = 0
    written: int = 0
    kept: int = 0
    reasoning: int = 0


NOTHING = Used()
FREE = Price(((-1, Rates(0, 0, 0, 0, 0, 0)),))


def filled(
    input: int,
    output: int,
    cached: int | None = None,
    written: int | None = None,
    kept: int | None = None,
    reasoning: int | None = None,
) -> Rates:
    """Rates of which some are unknown: what is unknown costs what it would without a discount."""
    write = input if written is None else written
    return Rates(
        input,
        output,
        input if cached is None else cached,
        write,
        write if kept is None else kept,
        output if reasoning is None else reasoning,
    )


def cost(price: Price, used: Used) -> int:
    """Nanos, rounded up."""
    rates = _band(price, used.input)
    cached = min(used.cached, used.input)
    written = min(used.written, used.input - cached)
    kept = min(used.kept, written)
    reasoning = min(used.reasoning, used.output)
    picos = (
        (used.input - cached - written) * rates.input
        + cached * rates.cached
        + (written - kept) * rates.written
        + kept * rates.kept
        + (used.output - reasoning) * rates.output
        + reasoning * rates.reasoning
    )
    return -(-picos // 1000)


def saved(price: Price, used: Used) -> int:
    """Nanos that input read from the vendor's cache cost less than fresh input would have."""
    return cost(price, used._replace(cached=0)) - cost(price, used) if used.cached else 0


def bound(price: Price, input: int, output: int) -> int:
    """The most, in nanos, that a usage of no more than `input` and `output` tokens can cost, however it divides."""
    picos = 0
    for above, rates in price.bands:
        if above < input:
            dearest = max(rates.input, rates.cached, rates.written, rates.kept)
            picos = max(picos, input * dearest + output * max(rates.output, rates.reasoning))
    return -(-picos // 1000)


def converted(price: Price, convert: Callable[[int], int]) -> Price:
    """The same in another currency, or at a discount."""
    return Price(tuple((above, Rates(*map(convert, rates))) for above, rates in price.bands))


def dearest(prices: Iterable[Price]) -> Price:
    """A price that is nowhere below any of these: rate by rate the highest, for requests of any size."""
    every = [rates for price in prices for _, rates in price.bands]
    if not every:
        return FREE
    return Price(((-1, Rates(*map(max, zip(*every, strict=True)))),))


class Tariff(NamedTuple):
    """What one destination costs, resolved when the configuration is loaded.

    services: prices of ways to be served that a request can ask for, by their words. other: where it asks for one that
    isn't known. version: where the price is from. assumed: no price is known, so the dearest is taken.
    """

    plain: Price
    services: Mapping[str, Price]
    other: Price
    version: str
    assumed: bool = False

    def price(self, service: str) -> Price:
        """The price of a request that asks to be served so; "" is as usual."""
        return self.plain if not service else self.services.get(service, self.other)


def _band(price: Price, input: int) -> Rates:
    found = price.bands[0][1]
    for above, rates in price.bands[1:]:
        if input > above:
            found = rates
    return found
