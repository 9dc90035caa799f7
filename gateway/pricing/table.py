"""The price table: a small file that ships with the product, or one that the configuration names.

    {"version": "2026-11-26 litellm 1.110.2", "currency": "USD", "prices": {KIND: {MODEL: ENTRY}}}

An ENTRY has rates in millionths of the currency per million tokens (`input` and `output` at least), under `above` the
rates of requests with more than so many input tokens, under `services` entries for other ways of being served.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from gateway.pricing.rates import Price, Rates, dearest, filled

SHIPPED = Path(__file__).parent / "prices.json"
RATES = Rates._fields

_DATED = re.compile(r"-(?:20[0-9]{2}-?[01][0-9]-?[0-3][0-9]|latest)$")
_CURRENCY = re.compile(r"[A-Z]{3}")


class TableRefused(Exception):
    """A price table that can't be used. Its words say what is wrong."""


class Entry(NamedTuple):
    """What one model costs, as usual and served in other ways."""

    plain: Price
    services: Mapping[str, Price]

    def every(self) -> Iterator[Price]:
        """All its prices."""
        yield self.plain
        yield from self.services.values()


class Table(NamedTuple):
    """Prices by vendor kind and model."""

    version: str
    currency: str
    prices: Mapping[str, Mapping[str, Entry]]

    def find(self, kinds: tuple[str, ...], model: str) -> Entry | None:
        """The entry of a model: by its name, else by the name without the date at its end."""
        for name in (model, _DATED.sub("", model)):
            for kind in kinds:
                found = self.prices.get(kind, {}).get(name)
                if found is not None:
                    return found
        return None

    def dearest(self, kinds: tuple[str, ...]) -> Price:
        """Rate by rate the highest of these kinds; of all where they have none."""
        rows = [row for kind in kinds for row in self.prices.get(kind, {}).values()]
        rows = rows or [row for models in self.prices.values() for row in models.values()]
        return dearest(price for row in rows for price in row.every())


@cache
def shipped() -> Table:
    """The table that ships with the product."""
    return read(SHIPPED.read_bytes())


def load(path: Path) -> Table:
    """The table in a file; TableRefused says what is wrong with it."""
    try:
        return read(path.read_bytes())
    except OSError as failed:
        raise TableRefused(f"can't read {path}: {failed.strerror}") from None


def read(raw: bytes) -> Table:
    """The table in these bytes; TableRefused says what is wrong with it."""
    try:
        value = orjson.loads(raw)
        version, currency, kinds = value["version"], value["currency"], value["prices"]
        if not isinstance(version, str) or not version.isprintable() or not _CURRENCY.fullmatch(currency):
            raise TableRefused("a price table has a version and a currency of three capitals")
        found = {
            kind: {name: _entry(given, f"{kind}/{name}") for name, given in models.items()}
            for kind, models in kinds.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TableRefused("not a price table: it has version, currency and prices by vendor kind and model") from None
    if not any(found.values()):
        raise TableRefused("the price table has no prices")
    return Table(version, currency, found)


def _entry(given: Mapping[str, Any], place: str) -> Entry:
    services = {name: _price(one, place) for name, one in given.get("services", {}).items()}
    return Entry(_price(given, place), services)


def _price(given: Mapping[str, Any], place: str) -> Price:
    above = sorted((int(size), one) for size, one in given.get("above", {}).items())
    if any(size < 1 for size, _ in above):
        raise TableRefused(f"{place}: `above` names numbers of input tokens")
    return Price(((-1, _rates(given, place)), *((size, _rates(one, place)) for size, one in above)))


def _rates(given: Mapping[str, Any], place: str) -> Rates:
    known = {name: given[name] for name in RATES if name in given}
    wrong = [v for v in known.values() if not isinstance(v, int) or isinstance(v, bool) or not 0 <= v <= 10**15]
    if wrong or not {"input", "output"} <= known.keys():
        raise TableRefused(f"{place}: rates are whole numbers, input and output at least")
    return filled(**known)
