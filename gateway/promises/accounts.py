"""The account of each contract's month: its terms, what was measured, and what may be claimed until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from gateway.bundle.contracts import Contract
from gateway.bundle.service import ServiceTerms
from observability.ledger import Damaged, begins
from observability.periods import Period, month, zone_of
from observability.promises import Kept, Measured, Measuring, Waiting, attempts
from observability.promises.attempts import Progress


class Due(NamedTuple):
    """A credit that a broken promise earns. percent: of what the month cost. amounts: by currency and our prices, in
    thousand millionths; cut, so that no claim is too high."""

    promise: str
    percent: float
    amounts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Account:
    """One contract's month. contract: None where the bundle has none of that name, and then nothing is promised.

    dues: what may be claimed. until: the last day to claim; None: no deadline is stated. over: whether the month is.
    void: the gateway asked again before the vendor's wait was over, so that the claim doesn't hold.
    """

    name: str
    contract: Contract | None
    service: ServiceTerms
    measured: Measured
    dues: tuple[Due, ...]
    until: date | None
    over: bool
    void: bool

    @property
    def promises(self) -> tuple[Kept, ...]:
        """Each promise; availability first, which is also measured where none is promised."""
        return (self.measured.availability, *self.measured.latency)

    @property
    def broken(self) -> tuple[Kept, ...]:
        """The promises that weren't kept."""
        return tuple(kept for kept in self.promises if kept.met is False)

    def lapsed(self, today: date) -> bool:
        """Whether the time to claim is over."""
        return self.until is not None and today > self.until


class Asked(NamedTuple):
    """Which month (2026-10) of which ledgers, one of each replica. only: the contracts that matter; empty: all. now:
    Unix seconds."""

    ledgers: tuple[Path, ...]
    month: str
    now: float
    only: frozenset[str] = frozenset()


def accounts(
    contracts: Mapping[str, Contract],
    asked: Asked,
    progress: Progress = lambda done, of: None,
    damaged: Damaged = lambda path: None,
) -> list[Account]:
    """The accounts of all contracts of the bundle, and of those that only the ledger knows, by name."""
    gathering = {name: _measuring(c, c.service, asked) for name, c in contracts.items() if _wanted(name, asked)}
    for one in attempts(asked.ledgers, *_stretch(contracts.values(), asked), progress, damaged=damaged):
        if one.contract is None or not _wanted(one.contract, asked):
            continue
        if one.contract not in gathering:
            gathering[one.contract] = _measuring(None, ServiceTerms(), asked)
        gathering[one.contract].add(one)
    return [_account(name, contracts.get(name), gathering[name].result(asked.now)) for name in sorted(gathering)]


def _wanted(name: str, asked: Asked) -> bool:
    return not asked.only or name in asked.only


def _measuring(contract: Contract | None, service: ServiceTerms, asked: Asked) -> Measuring:
    patience = contract.backoff_seconds if contract is not None else None
    waiting = Waiting(patience, service.claim.backoff, service.claim.longest_seconds)
    return Measuring(service, month(asked.month, zone_of(service.zone)), waiting)


def _stretch(contracts: Iterable[Contract], asked: Asked) -> tuple[float, float]:
    """From when until when: the month in every zone that a contract counts in."""
    months = [month(asked.month, zone_of(name)) for name in {"UTC", *(c.service.zone for c in contracts)}]
    return min(one.since for one in months).timestamp(), max(one.until for one in months).timestamp()


def _account(name: str, contract: Contract | None, measured: Measured) -> Account:
    service = contract.service if contract is not None else ServiceTerms()
    over = measured.until >= measured.month.until.timestamp()
    dues = tuple(_dues(service, measured)) if over else ()
    days = service.claim.days
    until = last_day(measured.month) + timedelta(days=days) if days is not None else None
    return Account(name, contract, service, measured, dues, until, over, measured.waits.early > 0)


def _dues(service: ServiceTerms, measured: Measured) -> Iterable[Due]:
    kept = measured.availability
    if kept.met is False and kept.share is not None:
        percent = max((s.percent for s in service.credits if kept.share < Fraction(str(s.below)) / 100), default=0.0)
        if percent:
            yield _due(kept.name, percent, measured)
    for promise, latency in zip(service.latency, measured.latency, strict=True):
        if latency.met is False and promise.credit_percent is not None:
            yield _due(latency.name, promise.credit_percent, measured)


def _due(promise: str, percent: float, measured: Measured) -> Due:
    share = Fraction(str(percent)) / 100
    return Due(promise, percent, {c: int(nanos * share) for c, nanos in measured.cost.items()})


def late(found: Sequence[Account], ledgers: Iterable[Path]) -> float | None:
    """When the ledger that begins last does (Unix seconds), where that is after a month began; else None."""
    start = begins(ledgers)
    return start.timestamp() if start and any(start > one.measured.month.since for one in found) else None


def last_day(month: Period) -> date:
    """Of a month."""
    return month.day(month.until - timedelta(microseconds=1))


def today_of(account: Account, now: float) -> date:
    """The day in the contract's zone."""
    return datetime.fromtimestamp(now, account.measured.month.zone).date()
