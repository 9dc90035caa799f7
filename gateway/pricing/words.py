"""Prices as people read them: currency per million tokens."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gateway.pricing.rates import Price, Rates, Tariff
from gateway.pricing.table import Entry, Table


def shown(rate: int) -> str:
    """A rate, in currency per million tokens: 2.5."""
    text = f"{Decimal(rate) / 10**6:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def price_words(price: Price) -> str:
    """The rates of a price, and those of larger requests."""
    first, *above = price.bands
    return _rates(first[1]) + "".join(f"; above {size} input tokens {_rates(rates)}" for size, rates in above)


def tariff_words(tariff: Tariff) -> str:
    """What a destination costs and where that is from."""
    return f"{price_words(tariff.plain)}  ({tariff.version})"


def entry_lines(name: str, entry: Entry) -> Iterator[str]:
    """One model of the table, a line for each way of being served."""
    yield f"{name}: {price_words(entry.plain)}"
    for service, price in entry.services.items():
        yield f"{name} [{service}]: {price_words(price)}"


def changes(before: Table, after: Table) -> Iterator[str]:
    """What is new, gone or priced otherwise in a table."""
    for kind in sorted({*before.prices, *after.prices}):
        old, new = before.prices.get(kind, {}), after.prices.get(kind, {})
        for name in sorted({*old, *new}):
            if name not in old:
                yield f"new: {kind} {name}: {price_words(new[name].plain)}"
            elif name not in new:
                yield f"gone: {kind} {name}"
            elif old[name] != new[name]:
                yield f"changed: {kind} {name}: {price_words(old[name].plain)} -> {price_words(new[name].plain)}"


def _rates(rates: Rates) -> str:
    words = [f"input {shown(rates.input)}", f"output {shown(rates.output)}"]
    if rates.cached != rates.input:
        words.append(f"cached {shown(rates.cached)}")
    if rates.written != rates.input:
        words.append(f"written {shown(rates.written)}")
    if rates.kept != rates.written:
        words.append(f"kept {shown(rates.kept)}")
    if rates.reasoning != rates.output:
        words.append(f"reasoning {shown(rates.reasoning)}")
    return ", ".join(words)
