"""One objective, and how fast its budget may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A share of calls that is to be good, over days.

    service, name: make its id. percent: of the calls, between 0 and 100. bad, total: PromQL of calls a second, each one
    series, or one for each `job`; `{window}` where the window goes. least: calls that the longer window of an alert
    must have for anybody to be told. labels: set on every rule.
    """

    service: str
    name: str
    title: str
    percent: float
    days: int
    bad: str
    total: str
    least: int
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Unique over services."""
        return f"{self.service}-{self.name}"

    @property
    def budget(self) -> float:
        """The share that may be bad."""
        return round(1 - self.percent / 100, 10)

    @property
    def budget_minutes(self) -> float:
        """The same as a time in which nothing would be good."""
        return self.budget * self.days * 1440


class Burn(NamedTuple):
    """One pair of windows: somebody is told when both use `spent` percent of the budget in the longer one, or more.

    The shorter one makes the alert end soon after its cause.
    """

    spent: int
    long: str
    short: str
    severity: Literal["page", "ticket"]


PACES = (
    Burn(2, "1h", "5m", "page"),
    Burn(5, "6h", "30m", "page"),
    Burn(10, "1d", "2h", "ticket"),
    Burn(10, "3d", "6h", "ticket"),
)
"""From a page within the hour to a ticket after days."""
