"""The tariff of every destination, once, when configuration and bundle are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gateway.bundle.contract_files import contract_files
from gateway.config.patterns import is_template
from gateway.documents import DocumentsRefused, Problem, nearest
from gateway.pricing.rates import Price, Tariff, converted, dearest, filled
from gateway.pricing.table import Entry, Table, TableRefused, load, shipped
from gateway.pricing.words import shown

if TYPE_CHECKING:
    from gateway.bundle.bundle import Papers
    from gateway.bundle.contracts import Contract
    from gateway.bundle.destinations import Destination
    from gateway.bundle.prices import ContractPrice
    from gateway.config.money import PricesSettings
    from gateway.documents import Documents

KINDS: Mapping[str, tuple[str, ...]] = {
    "azure_openai": ("azure_openai", "openai"),
    "simulator": ("openai", "anthropic", "gemini"),
}
"""Where in the table a vendor kind's models are looked up; other kinds have their own name."""

WILD = frozenset("*?[")
MOST_MADE = 1000
"""Prices of models that only the names asked for tell, kept in one process."""


class Missing(NamedTuple):
    """A destination without a known price; `assumed` is what it counts as."""

    destination: str
    kind: str
    model: str
    assumed: Price


def _nothing(destination: Destination) -> Tariff:
    raise KeyError(destination.name)


class Tariffs(NamedTuple):
    """What every destination costs, by name, in the currency that the configuration counts in.

    of: without those whose model is told by the name that was asked for; `made` resolves these for each model. priced:
    of these, the vendor's models that have a price.
    """

    currency: str
    version: str
    of: Mapping[str, Tariff]
    missing: tuple[Missing, ...]
    made: Callable[[Destination], Tariff] = _nothing
    priced: Mapping[str, tuple[str, ...]] = {}

    def at(self, destination: Destination) -> Tariff:
        """What this destination costs."""
        found = self.of.get(destination.name)
        return self.made(destination) if found is None else found

    def notes(self) -> Iterator[str]:
        """What `check` says: which destinations have no price."""
        for one in self.missing:
            rates = one.assumed.bands[0][1]
            yield (
                f"destination {one.destination}: no price is known of {one.model}, so it counts at the dearest known "
                f"({shown(rates.input)} {self.currency} a million tokens in, {shown(rates.output)} out): state it "
                "under prices of its contract"
            )


def resolve(
    config: Documents, prices: PricesSettings, papers: Papers, destinations: Mapping[str, Destination]
) -> Tariffs:
    """Every destination's tariff; DocumentsRefused for a bad table, an unknown currency or model."""
    file = config.items[0].name
    try:
        table = load(prices.table) if prices.table is not None else shipped()
    except TableRefused as refused:
        raise DocumentsRefused(config.render([Problem((file, "prices", "table"), str(refused))])) from None
    unpriced = [*_unlike(papers, table)]
    if unpriced:
        raise DocumentsRefused(papers.documents.render(unpriced))
    unknown = [*_unknown_currencies(file, prices, table, papers)]
    if unknown:
        raise DocumentsRefused(config.render(unknown))

    @lru_cache(maxsize=MOST_MADE)
    def made(destination: Destination) -> Tariff:
        return _tariff(prices, table, papers.contracts, destination)

    plain = {name: one for name, one in destinations.items() if not is_template(one.model)}
    found = {name: _tariff(prices, table, papers.contracts, one) for name, one in plain.items()}
    missing = tuple(
        Missing(name, one.kind, one.model, found[name].plain) for name, one in plain.items() if found[name].assumed
    )
    priced = {
        name: tuple(_priced(table, papers.contracts, one)) for name, one in destinations.items() if name not in plain
    }
    return Tariffs(prices.currency, table.version, found, missing, made, priced)


def _priced(table: Table, contracts: Mapping[str, Contract], destination: Destination) -> Iterator[str]:
    """The vendor's models of which a price is known."""
    for kind in KINDS.get(destination.kind, (destination.kind,)):
        yield from table.prices.get(kind, {})
    contract = contracts.get(destination.contract or "")
    yield from (line.model for line in contract.prices if not WILD & set(line.model)) if contract else ()


def _tariff(
    prices: PricesSettings, table: Table, contracts: Mapping[str, Contract], destination: Destination
) -> Tariff:
    kinds = KINDS.get(destination.kind, (destination.kind,))
    contract = contracts.get(destination.contract or "")
    line = next((one for one in contract.prices if one.fits(destination.model)), None) if contract else None
    if contract is not None and line is not None and line.own:
        price = converted(_stated(line), _times(_worth(prices, contract.currency)))
        return Tariff(price, {}, price, f"contract {contract.id}")
    like = line.like if line is not None else None
    entry = table.find(kinds, destination.model) if like is None else table.find((*kinds, *table.prices), like)
    version = table.version
    if line is not None and contract is not None:
        version = f"{version}, contract {contract.id}"
    left = 100 - line.discount if line is not None and line.discount is not None else Decimal(100)
    convert = _times(_worth(prices, table.currency) * left / 100)
    if entry is None:
        price = converted(table.dearest(kinds), convert)
        return Tariff(price, {}, price, f"{version}, dearest", assumed=True)
    return _converted(entry, convert, version)


def _converted(entry: Entry, convert: Callable[[int], int], version: str) -> Tariff:
    services = {name: converted(price, convert) for name, price in entry.services.items()}
    return Tariff(converted(entry.plain, convert), services, converted(dearest(entry.every()), convert), version)


def _stated(line: ContractPrice) -> Price:
    assert line.input is not None and line.output is not None
    return Price(((-1, filled(line.input, line.output, line.cached, line.written, line.kept, line.reasoning)),))


def _worth(prices: PricesSettings, currency: str) -> Decimal:
    return Decimal(1) if currency == prices.currency else prices.rates[currency]


def _times(factor: Decimal) -> Callable[[int], int]:
    return lambda rate: int((rate * factor).to_integral_value(ROUND_CEILING))


def _unlike(papers: Papers, table: Table) -> Iterator[Problem]:
    """Lines that refer to a model which the table doesn't have."""
    names = {name for models in table.prices.values() for name in models}
    documents = contract_files(papers.documents)
    for contract in papers.contracts.values():
        for index, line in enumerate(contract.prices):
            if line.like is not None and line.like not in names:
                path = (documents[contract.id], "prices", index, "like")
                yield Problem(path, f"there is no {line.like} in the price table", nearest(line.like, names))


def _unknown_currencies(file: str, prices: PricesSettings, table: Table, papers: Papers) -> Iterator[Problem]:
    named = {table.currency: "the price table"}
    named |= {c.currency: f"contract {c.id}" for c in papers.contracts.values() if any(p.own for p in c.prices)}
    for currency, of in named.items():
        if currency != prices.currency and currency not in prices.rates:
            said = f"{of} is in {currency}: prices.rates must say what one {currency} is worth in {prices.currency}"
            yield Problem((file, "prices"), said)
