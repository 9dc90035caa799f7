"""What was used and what it cost: the attempts of a period, added up in whole numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from observability.ledger.records import NANOS
from observability.periods import Period
from observability.reports.calls import Asked, Ended, Tried

Dimension = Literal[
    "day", "month", "organisation", "team", "use_case", "person", "key", "model", "destination", "vendor", "contract",
    "vendor_model", "dialect", "operation", "data_class",
]  # fmt: skip
DIMENSIONS: tuple[str, ...] = get_args(Dimension)
PERSONAL = ("person", "key")
"""Kept apart only where they are asked for: a report that nobody asked to name people names none."""


class Cell(NamedTuple):
    """What figures belong to; "" where it isn't known or there is none. person: pseudonym. model: the public one,
    vendor_model the vendor's name of what answered."""

    day: str
    organisation: str
    team: str
    use_case: str
    person: str
    key: str
    model: str
    destination: str
    vendor: str
    contract: str
    vendor_model: str
    dialect: str
    operation: str
    data_class: str
    currency: str


@dataclass(slots=True)
class Figures:
    """Counts. input, output: tokens as priced; cached and written are parts of input, reasoning of output.

    nanos: cost. Of it, estimated: for tokens that the vendor didn't count; assumed: at the dearest price, for want of
    one; failed: of attempts that ended in an error; drilled: of drills. estimates: attempts with estimated tokens.
    """

    calls: int = 0
    served: int = 0
    refused: int = 0
    attempts: int = 0
    errors: int = 0
    estimates: int = 0
    input: int = 0
    output: int = 0
    cached: int = 0
    written: int = 0
    reasoning: int = 0
    nanos: int = 0
    estimated: int = 0
    assumed: int = 0
    failed: int = 0
    drilled: int = 0

    def add(self, other: Figures) -> None:
        """Add all of another's. One by one: a month has a million of these."""
        self.calls += other.calls
        self.served += other.served
        self.refused += other.refused
        self.attempts += other.attempts
        self.errors += other.errors
        self.estimates += other.estimates
        self.input += other.input
        self.output += other.output
        self.cached += other.cached
        self.written += other.written
        self.reasoning += other.reasoning
        self.nanos += other.nanos
        self.estimated += other.estimated
        self.assumed += other.assumed
        self.failed += other.failed
        self.drilled += other.drilled


COUNTS = tuple(one.name for one in fields(Figures))


@dataclass(slots=True)
class Usage:
    """Figures by cell. unknown: attempts of calls whose INTENT isn't in the ledger, so nobody knows whose they were.

    begins: when the ledger does, None where that isn't known. made: when it was read. The period is told to be whole
    where neither lies in it. damaged: segments of the ledger that lack records. ledgers: how many were read, one of
    each replica.
    """

    period: Period
    begins: datetime | None = None
    made: datetime | None = None
    cells: dict[Cell, Figures] = field(default_factory=dict)
    unknown: int = 0
    damaged: int = 0
    ledgers: int = 1

    def add(self, found: Tried | Ended, personal: Sequence[str] = ()) -> None:
        """Count one attempt or one end of a call. personal: which of PERSONAL to keep apart."""
        day = self.period.day(found.at).isoformat()
        if isinstance(found, Tried):
            cell = _cell(day, found.asked, found.attempt, personal)
            self.unknown += not found.asked.dialect
            _tried(self._figures(cell), found)
            return
        figures = self._figures(_cell(day, found.asked, found.last, personal))
        figures.calls += 1
        figures.served += found.outcome["outcome"] == "served"
        figures.refused += found.outcome["outcome"] == "refused"

    def lacks_beginning(self) -> bool:
        """Whether the ledger begins in the period: what was before isn't in the figures."""
        return self.begins is not None and self.begins > self.period.since

    def lacks_end(self) -> bool:
        """Whether the period wasn't over when the ledger was read."""
        return self.made is not None and self.made < self.period.until

    def currencies(self) -> list[str]:
        """In which was counted, the one of most attempts first; several where the configuration changed."""
        counts: Counter[str] = Counter()
        for cell, figures in self.cells.items():
            counts[cell.currency] += figures.attempts
        named = [currency for currency, count in counts.most_common() if count]
        return named or [""]

    def of(self, currency: str) -> dict[Cell, Figures]:
        """The cells of one currency: each is of one of `currencies`.

        Calls that reached no vendor go with the first, and so do ends of calls whose attempts were before the period
        and in a currency that none was in since.
        """
        known = self.currencies()

        def here(cell: Cell) -> bool:
            return (cell.currency if cell.destination and cell.currency in known else known[0]) == currency

        return {cell: figures for cell, figures in self.cells.items() if here(cell)}

    def _figures(self, cell: Cell) -> Figures:
        found = self.cells.get(cell)
        if found is None:
            found = self.cells[cell] = Figures()
        return found


def usage(found: Iterable[Tried | Ended], period: Period, personal: Sequence[str] = ()) -> Usage:
    """All of them, counted."""
    whole = Usage(period)
    for one in found:
        whole.add(one, personal)
    return whole


def total(cells: Mapping[Cell, Figures]) -> Figures:
    """All cells together."""
    whole = Figures()
    for figures in cells.values():
        whole.add(figures)
    return whole


def by(cells: Mapping[Cell, Figures], dimensions: Sequence[str]) -> dict[tuple[str, ...], Figures]:
    """Figures by the values of some dimensions: the dearest first, then by calls; days and months in order."""
    # A month is the beginning of a day: 2026-11 of 2026-11-20.
    places = [
        (Cell._fields.index("day"), 7) if name == "month" else (Cell._fields.index(name), None) for name in dimensions
    ]
    found: dict[tuple[str, ...], Figures] = {}
    for cell, figures in cells.items():
        found.setdefault(tuple(cell[place][:most] for place, most in places), Figures()).add(figures)
    if list(dimensions) in (["day"], ["month"]):
        return dict(sorted(found.items()))
    return dict(sorted(found.items(), key=lambda one: (-one[1].nanos, -one[1].calls, one[0])))


def _cell(day: str, asked: Asked, attempt: Mapping[str, Any] | None, personal: Sequence[str]) -> Cell:
    there = attempt or {}
    return Cell(
        day, asked.organisation, asked.team, asked.use_case,
        asked.person if "person" in personal else "", asked.key if "key" in personal else "", asked.model,
        there.get("destination") or "", there.get("vendor") or "", there.get("contract") or "",
        there.get("model") or "", asked.dialect, asked.operation, asked.data_class, there.get("currency") or "",
    )  # fmt: skip


def _tried(figures: Figures, found: Tried) -> None:
    attempt, tokens = found.attempt, found.attempt["tokens"]
    counted = (tokens["input"] or 0, tokens["output"] or 0)
    # Records of before there were prices say nothing of what was charged.
    charged = tuple(attempt["charged"]) if "charged" in attempt else counted
    nanos = round((attempt["cost"] or 0.0) * NANOS)
    figures.attempts += 1
    figures.input += charged[0]
    figures.output += charged[1]
    figures.cached += tokens["cached"] or 0
    figures.written += tokens.get("written") or 0
    figures.reasoning += tokens["reasoning"] or 0
    figures.nanos += nanos
    if charged != counted:
        figures.estimates += 1
        figures.estimated += nanos
    if (attempt.get("price_version") or "").endswith(", dearest"):
        figures.assumed += nanos
    if attempt["error"] is not None:
        figures.errors += 1
        figures.failed += nanos
    if attempt.get("drill") or found.asked.drill:
        figures.drilled += nanos
