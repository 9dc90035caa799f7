"""Promises of contracts counted while calls run: for metrics. The account of a month is made from the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from observability.metrics import Metrics
from observability.periods import Period, month_of, zone_of
from observability.promises import AVAILABILITY, kept_by, verdict
from observability.promises.recount import Contract as Before
from observability.promises.recount import Job, Latency

if TYPE_CHECKING:
    from gateway.bundle.contracts import Contract


class Took(NamedTuple):
    """Seconds that an attempt took: to its first word (None: none came), and to its end."""

    first_token: float | None
    total: float
    streamed: bool


class _Promises:
    """What is counted of one contract: in this month, by promise and result."""

    __slots__ = ("contract", "counts", "month")

    def __init__(self, contract: Contract, month: Period) -> None:
        self.contract = contract
        self.month = month
        self.counts: Counter[tuple[str, str]] = Counter()


class Counting:
    """The promises of the contracts in force, as one process sees them kept. Months turn when the page is asked for."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._held: dict[str, _Promises] = {}

    def use(self, contracts: Iterable[Contract], now: float) -> None:
        """The contracts from now on (Unix seconds); what was counted of those that stay is kept."""
        held, self._held = self._held, {}
        self._metrics.forget("ecluse_contract_promised_ratio")
        for contract in contracts:
            service = contract.service
            before = held.get(contract.id)
            made = _Promises(contract, _month(now, zone_of(service.zone)))
            if before is not None and before.month == made.month:
                made.counts = before.counts
            self._held[contract.id] = made
            promised = {AVAILABILITY: service.availability, **{p.name: p.percentile for p in service.latency}}
            for name, percent in promised.items():
                if percent is not None:
                    self._metrics.set("ecluse_contract_promised_ratio", (contract.id, name), round(percent / 100, 12))

    def ended(self, contract: str, error: str | None, fault: str | None, took: Took) -> None:
        """An attempt under a contract ended. error, fault: as its record has them."""
        held = self._held.get(contract)
        if held is None:
            return
        service = held.contract.service
        said = verdict(error, fault, service.faults)
        self._metrics.inc("ecluse_contract_attempts_total", (contract, said))
        for promise, kept in kept_by(said, service, took):
            result = "kept" if kept else "broken"
            held.counts[promise, result] += 1
            self._metrics.inc("ecluse_contract_promise_total", (contract, promise, result))

    def asked(self, ledger: Path, workers: Sequence[str], until: float) -> Job:
        """What would tell how this month went before this process began (Unix seconds). workers: whose part of it."""
        contracts = {
            name: Before(
                held.month.since.timestamp(), held.contract.service.available, held.contract.service.faults,
                tuple(Latency(p.name, p.measure, p.percentile, p.seconds) for p in held.contract.service.latency),
            )
            for name, held in self._held.items()
            if held.contract.service.promises
        }  # fmt: skip
        return Job(str(ledger), tuple(workers), until, contracts)

    def told(self, job: Job, counts: Mapping[str, Counter[tuple[str, str]]]) -> None:
        """How it went, by the answer to that; it doesn't count where a load changed the terms, or the month turned."""
        now = self.asked(Path(job.ledger), job.workers, job.until)
        for name, found in counts.items():
            if now.contracts.get(name) == job.contracts.get(name) is not None:
                self._held[name].counts.update(found)

    def look(self, now: float) -> None:
        """Shows what was counted in the month that `now` (Unix seconds) lies in."""
        self._metrics.forget("ecluse_contract_month_requests")
        for name, held in self._held.items():
            month = _month(now, held.month.zone)
            if month != held.month:
                held.month, held.counts = month, Counter()
            for (promise, result), count in held.counts.items():
                self._metrics.set("ecluse_contract_month_requests", (name, promise, result), float(count))


def _month(now: float, zone: tzinfo) -> Period:
    return month_of(datetime.fromtimestamp(now, UTC), zone)
