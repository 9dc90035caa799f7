"""What models cost under a contract, where that isn't what the price table says."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gateway.bundle.contract_files import contract_files
from gateway.config.kinds import TEXT, WORD
from gateway.config.money import PERCENT, PRICE
from gateway.config.table import setting
from gateway.documents import Documents, Problem
from gateway.pricing.table import RATES
from gateway.pricing.words import shown

if TYPE_CHECKING:
    from gateway.bundle.contracts import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractPrice:
    """The price of the models that a pattern names. Rates, as read, are in millionths of the currency."""

    model: str = setting(TEXT, "Which models, as a pattern of the vendor's names; the first line that fits counts.")
    input: int | None = setting(PRICE, "A million input tokens.", default=None)
    output: int | None = setting(PRICE, "A million output tokens.", default=None)
    cached: int | None = setting(
        PRICE, "A million input tokens read from the vendor's cache.", default=None, shown="as input"
    )
    written: int | None = setting(
        PRICE, "A million input tokens put into the vendor's cache.", default=None, shown="as input"
    )
    kept: int | None = setting(PRICE, "The same, to be kept for hours.", default=None, shown="as written")
    reasoning: int | None = setting(
        PRICE, "A million output tokens that the model keeps to itself.", default=None, shown="as output"
    )
    like: str | None = setting(
        WORD, "Instead of rates: the model of the price table that it costs as much as.", default=None
    )
    discount: Decimal | None = setting(PERCENT, "Instead of rates: percent off the price table.", default=None)

    def __str__(self) -> str:
        """As people read it where two bundles are compared."""
        rates = {name: shown(rate) for name in RATES if (rate := getattr(self, name)) is not None}
        said = {**rates, "like": self.like, "discount": self.discount}
        return f"{self.model}: {', '.join(f'{name} {value}' for name, value in said.items() if value is not None)}"

    def fits(self, model: str) -> bool:
        """Whether this line is about the vendor's model of that name."""
        return fnmatchcase(model, self.model)

    @property
    def own(self) -> bool:
        """Whether it states rates of its own, rather than what to make of the table's."""
        return any(getattr(self, name) is not None for name in RATES)


def price_faults(documents: Documents, contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """Lines that say nothing, or two things at once."""
    names = contract_files(documents)
    for contract in contracts.values():
        for index, line in enumerate(contract.prices):
            path = (names[contract.id], "prices", index)
            if line.own and (line.like is not None or line.discount is not None):
                yield Problem(path, "rates of its own, or like and discount: not both")
            elif line.own and (line.input is None or line.output is None):
                yield Problem(path, "rates need input and output at least")
            elif not line.own and line.like is None and line.discount is None:
                yield Problem(path, "says no price: give input and output, like, or discount")
