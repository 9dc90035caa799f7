"""How one contract's promises were kept over a month, by the attempts under it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple, Protocol

from observability.periods import Period
from observability.promises.attempts import Ended
from observability.promises.judging import (
    AVAILABILITY,
    FAILED,
    GOOD,
    THROTTLED,
    UNCOUNTED,
    Latency,
    Verdict,
    keeps,
    verdict,
)
from observability.promises.waiting import Waiting, Waits

_MOST_EVIDENCE = 200_000


class Service(Protocol):
    """What a contract says of its vendor's service; the percentages from 0 to 100.

    availability: None where none is promised. count: requests | minutes. minute_errors_percent, minute_least: when a
    minute is lost. faults: kinds of errors that count. least: requests without which nothing is promised.
    """

    @property
    def availability(self) -> float | None: ...
    @property
    def count(self) -> str: ...
    @property
    def minute_errors_percent(self) -> float: ...
    @property
    def minute_least(self) -> int: ...
    @property
    def faults(self) -> Collection[str]: ...
    @property
    def least(self) -> int: ...
    @property
    def latency(self) -> Sequence[Latency]: ...


class Kept(NamedTuple):
    """One promise. promised: percent, None where only measured. kept of counted: requests, minutes or answers.

    met: None where nothing was promised, or too little was sent for the promise to hold. bound: seconds promised for
    that percentage of answers; took: seconds within which that percentage came.
    """

    name: str
    promised: float | None
    counted: int
    kept: int
    met: bool | None
    bound: float | None = None
    took: float | None = None

    @property
    def share(self) -> Fraction | None:
        """What was kept of what was counted, exactly; None where nothing was."""
        return Fraction(self.kept, self.counted) if self.counted else None


class Hour(NamedTuple):
    """One hour. start: Unix seconds. good: requests that didn't fail, those of kinds that don't count too."""

    start: int
    good: int
    failed: int
    throttled: int


class Measured(NamedTuple):
    """The month of one contract. until: up to when (Unix seconds). verdicts: attempts by what they count as.

    hours: those in which there were requests, in order. lost_minutes: by the contract's definition, with
    `count: minutes`. failures: the attempts that count as failed, as they ended; more: how many of them are left out.
    cost: thousand millionths by currency.
    """

    month: Period
    until: float
    verdicts: Mapping[Verdict, int]
    availability: Kept
    latency: tuple[Kept, ...]
    hours: tuple[Hour, ...]
    lost_minutes: int
    failures: tuple[Ended, ...]
    more: int
    waits: Waits
    cost: Mapping[str, int]
    destinations: tuple[str, ...]


class Measuring:
    """Gathers the attempts under one contract in one month, in whatever order they come."""

    def __init__(self, service: Service, month: Period, waiting: Waiting) -> None:
        self._service, self._month, self._waiting = service, month, waiting
        self._verdicts: Counter[Verdict] = Counter()
        self._hours: dict[int, list[int]] = {}
        self._minutes: dict[int, list[int]] = {}
        self._times = [array("d") for _ in service.latency]
        self._failures: list[Ended] = []
        self._more = 0
        self._cost: Counter[str] = Counter()
        self._destinations: set[str] = set()
        self._start, self._end = month.since.timestamp(), month.until.timestamp()

    def add(self, one: Ended) -> None:
        """An attempt; one of another month is left alone."""
        if not self._start <= one.began < self._end:
            return
        said = verdict(one.error, one.fault, self._service.faults)
        self._verdicts[said] += 1
        self._waiting.add(one)
        self._destinations.add(one.destination)
        if one.cost and one.currency:
            self._cost[one.currency] += one.cost
        if said in _PLACES:
            self._timed(one, _PLACES[said])
        if said == GOOD:
            for promise, times in zip(self._service.latency, self._times, strict=True):
                if keeps(promise, one.first_token, one.total, streamed=bool(one.streamed)) is not None:
                    times.append(one.total if promise.measure == "total" else one.first_token or 0.0)
        elif said == FAILED and len(self._failures) < _MOST_EVIDENCE:
            self._failures.append(one)
        elif said == FAILED:
            self._more += 1

    def _timed(self, one: Ended, place: int) -> None:
        self._hours.setdefault(int(one.began // 3600), [0, 0, 0])[place] += 1
        if self._service.count == "minutes" and place < 2:
            self._minutes.setdefault(int(one.began // 60), [0, 0])[place] += 1

    def result(self, now: float) -> Measured:
        """The month up to `now` (Unix seconds)."""
        until = min(max(now, self._start), self._end)
        lost = sum(self._lost(*counts) for counts in self._minutes.values())
        return Measured(
            self._month, until, dict(self._verdicts), self._availability(until, lost), self._latency(),
            tuple(Hour(hour * 3600, *counts) for hour, counts in sorted(self._hours.items())), lost,
            tuple(sorted(self._failures, key=lambda one: (one.began, one.call, one.number))), self._more,
            self._waiting.result(), dict(self._cost), tuple(sorted(self._destinations)),
        )  # fmt: skip

    @property
    def _requests(self) -> int:
        return self._verdicts[GOOD] + self._verdicts[UNCOUNTED] + self._verdicts[FAILED]

    def _lost(self, good: int, failed: int) -> bool:
        """Whether a minute counts as lost."""
        service, sent = self._service, good + failed
        share = _percent(service.minute_errors_percent)
        return failed > 0 and sent >= service.minute_least and Fraction(failed, sent) >= share

    def _availability(self, until: float, lost: int) -> Kept:
        promised, counted = self._service.availability, self._requests
        kept = counted - self._verdicts[FAILED]
        if self._service.count == "minutes":
            counted = int((until - self._start) // 60)
            kept = counted - lost
        return Kept(AVAILABILITY, promised, counted, kept, self._met(promised, counted, kept))

    def _latency(self) -> tuple[Kept, ...]:
        found = []
        for promise, gathered in zip(self._service.latency, self._times, strict=True):
            times = sorted(gathered)
            kept = sum(took <= promise.seconds for took in times)
            met = self._met(promise.percentile, len(times), kept)
            at = ceil(_percent(promise.percentile) * len(times)) - 1
            took = times[at] if times else None
            found.append(Kept(promise.name, promise.percentile, len(times), kept, met, promise.seconds, took))
        return tuple(found)

    def _met(self, promised: float | None, counted: int, kept: int) -> bool | None:
        if promised is None or not counted or self._requests < self._service.least:
            return None
        return Fraction(kept, counted) >= _percent(promised)


_PLACES: Mapping[Verdict, int] = {GOOD: 0, UNCOUNTED: 0, FAILED: 1, THROTTLED: 2}


def _percent(value: float) -> Fraction:
    """A percentage as it was written: 99.9 is nine hundred and ninety-nine thousandths."""
    return Fraction(str(value)) / 100
