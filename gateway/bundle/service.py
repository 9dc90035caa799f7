"""What a contract promises of its vendor's service, what counts as a failure of it, and what a broken promise earns."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() and section() return dataclasses.field(), they are no shared defaults
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING

from adapters.errors import BY_KIND
from gateway.bundle.contract_files import contract_files
from gateway.config import kinds as k
from gateway.config.kinds import Words
from gateway.config.routes import GOAL
from gateway.config.table import listed, section, setting
from gateway.documents import Documents, Problem
from gateway.routing.breakers import LONGEST_STATED
from observability.promises import CAPACITY

if TYPE_CHECKING:
    from gateway.bundle.contracts import Contract

BLAMED = tuple(kind for kind, error in BY_KIND.items() if error.blames == "vendor" and kind not in CAPACITY)
"""Kinds of errors that may be a vendor's fault. A 429 says that there is no room: it is none."""
USUAL = tuple(kind for kind in BLAMED if kind != "schema")

_PERCENT = k.number(0.01, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyPromise:
    """One promise of how long answers take."""

    measure: str = setting(
        k.choice("first_token", "total"), "What is timed: the first word of streamed answers, or the end of any."
    )
    percentile: float = setting(GOAL, "How many of the answers keep it, in percent.", default=95.0)
    seconds: float = setting(k.SPAN, "Within which.")
    credit_percent: float | None = setting(_PERCENT, "Credit where it is broken.", default=None)

    @property
    def name(self) -> str:
        """As metrics and reports call it: first_token_p95."""
        return f"{self.measure}_p{self.percentile:g}"

    def __str__(self) -> str:
        """As people read it where two bundles are compared."""
        return f"{self.name} {self.seconds:g} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditStep:
    """What an availability below a bound earns."""

    below: float = setting(GOAL, "Availability in percent, below which this is due; the lowest that fits counts.")
    percent: float = setting(_PERCENT, "Credit, in percent of what the month cost.")

    def __str__(self) -> str:
        """As people read it where two bundles are compared."""
        return f"below {self.below:g}: {self.percent:g} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTerms:
    """How a credit is claimed."""

    days: int | None = setting(k.count(1, 3_660), "Days after the month's end within which to claim.", default=None)
    to: str | None = setting(k.TEXT, "Where to: an address, a form, a portal.", default=None)
    asks: Words | None = setting(k.WORDS, "What else the vendor asks for with it.", default=None)
    backoff: str = setting(
        k.choice("calls", "retries", "none"),
        "What must have kept the vendor's retry-after and backoff_seconds, or the claim is void: every call to the "
        "destination, further attempts of the same call, or nothing.",
        default="calls",
    )
    longest_seconds: float = setting(
        k.SPAN, "The most of a retry-after that counts for this; the gateway itself keeps 300 s.",
        default=LONGEST_STATED,
    )  # fmt: skip

    def __str__(self) -> str:
        """As people read it where two bundles are compared."""
        within = f"within {self.days} days" if self.days is not None else "at any time"
        most = f" up to {self.longest_seconds:g} s" if self.longest_seconds != LONGEST_STATED else ""
        return f"{within} to {self.to or 'nobody named'}, back-off of {self.backoff}{most}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTerms:
    """What is promised over a calendar month."""

    availability: float | None = setting(GOAL, "Availability promised, in percent.", default=None)
    count: str = setting(
        k.choice("requests", "minutes"), "What availability is a share of: requests, or minutes of the month.",
        default="requests",
    )  # fmt: skip
    minute_errors_percent: float = setting(
        _PERCENT, "With `count: minutes`, a minute is lost where at least so many of its requests failed.", default=5.0
    )
    minute_least: int = setting(k.count(1, 10**6), "Requests that a minute needs before it can be lost.", default=1)
    faults: tuple[str, ...] = setting(
        k.several(k.choice(*BLAMED), least=1),
        "Kinds of errors that count as its failures; a 429 never does.",
        default=USUAL,
        shown=", ".join(USUAL),
    )
    least: int = setting(k.count(1), "Requests of the month without which nothing is promised.", default=1)
    latency: tuple[LatencyPromise, ...] = listed(LatencyPromise, "How long answers may take.")
    zone: str = setting(k.ZONE, "Time zone whose calendar months count.", default="UTC")
    credits: tuple[CreditStep, ...] = listed(CreditStep, "What a lower availability earns.")
    claim: ClaimTerms = section(ClaimTerms, "How credits are claimed.")

    def __str__(self) -> str:
        """As people read it where two bundles are compared: what isn't as by default."""
        usual = ServiceTerms()
        said = {item.name: getattr(self, item.name) for item in fields(self)}
        own = {name: value for name, value in said.items() if value != getattr(usual, name)}
        return ", ".join(f"{name} {_spelt(value)}" for name, value in own.items()) or "nothing"

    @property
    def available(self) -> bool:
        """Whether availability is promised."""
        return self.availability is not None

    @property
    def promises(self) -> bool:
        """Whether anything is promised."""
        return self.available or bool(self.latency)


def _spelt(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def service_faults(documents: Documents, contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """Terms that can't be meant: credits that nothing earns, or more for less broken; the same promise twice."""
    names = contract_files(documents)
    for contract in contracts.values():
        for path, message in _faults(contract.service):
            yield Problem((names[contract.id], "service", *path), message)


def _faults(service: ServiceTerms) -> Iterator[tuple[tuple[str | int, ...], str]]:
    steps = service.credits
    for index, step in enumerate(steps):
        if service.availability is None:
            yield ("credits", index), "earns nothing: no availability is promised"
        elif step.below > service.availability:
            yield ("credits", index, "below"), f"is above the availability promised, {service.availability:g}"
    for index, (step, lower) in enumerate(pairwise(steps)):
        if lower.below >= step.below or lower.percent <= step.percent:
            yield ("credits", index + 1), "must be of a lower availability than the one before it, and earn more"
    said: set[str] = set()
    for index, promise in enumerate(service.latency):
        if promise.name in said:
            yield ("latency", index), f"{promise.name} is promised twice"
        said.add(promise.name)
