"""Whether the gateway waited as long as a vendor asked for, before it asked again: what a claim may hang on."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from observability.promises.attempts import Ended

_DOUBLINGS = 5  # a contract's back-off doubles with each failure in a row, up to so often
_SLACK = 0.1  # seconds: records are cut to the millisecond, and clocks are set
_SHOWN = 20


class Early(NamedTuple):
    """An attempt that began too soon. began, until: Unix seconds; until: when it might have."""

    destination: str
    began: float
    until: float


class Waits(NamedTuple):
    """asked: failures after which a wait was due. early: attempts that began within one; first: the first of them.
    cut: failures of which the vendor asked for a longer wait than counts."""

    asked: int
    early: int
    first: tuple[Early, ...] = ()
    cut: int = 0


class Waiting:
    """Gathers the attempts under one contract. Waits are of each destination and credential for itself.

    patience: seconds that the contract asks for after a failure, doubled with each in a row; None: only what the
    vendor's answers ask for (`retry-after`), of which at most `longest` seconds count. who: calls (any attempt there
    must wait) | retries (only those of the call that had failed there) | none.
    """

    def __init__(self, patience: float | None, who: str, longest: float) -> None:
        self._patience, self._who, self._longest = patience or 0.0, who, longest
        self._cut = 0
        self._places: dict[tuple[str, int], _Place] = {}

    def add(self, one: Ended) -> None:
        """An attempt."""
        if self._who == "none":
            return
        place = self._places.setdefault((one.destination, one.credential), _Place())
        again = one.number > 1 and one.call in place.failed
        if self._who == "calls" or again:
            place.began.append(one.began)
        failed = one.error is not None and one.fault == "vendor"
        if failed:
            place.failed.add(one.call)
        place.sent.append(one.began)
        place.ended.append(one.ended)
        stated = one.retry_after or 0.0
        place.asks.append(min(stated, self._longest) if failed else -1.0)
        self._cut += failed and stated > self._longest

    def result(self) -> Waits:
        """What was found."""
        asked, early = 0, list[Early]()
        for (destination, _), place in sorted(self._places.items()):
            waits = [(start, end) for start, end in place.waits(self._patience) if end > start]
            asked += len(waits)
            early += _early(destination, place, waits)
        early.sort(key=lambda one: one.began)
        return Waits(asked, len(early), tuple(early[:_SHOWN]), self._cut)


class _Place:
    """One destination with one credential. began: of those that must wait. sent, ended, asks: of all; asks: seconds
    that a failure asked for, -1 where there was none."""

    __slots__ = ("asks", "began", "ended", "failed", "sent")

    def __init__(self) -> None:
        self.began, self.sent, self.ended, self.asks = array("d"), array("d"), array("d"), array("d")
        self.failed: set[str] = set()

    def waits(self, patience: float) -> Iterator[tuple[float, float]]:
        """From when until when nothing should have been sent, in the order of time. Failures of attempts that were
        under way when another failed are of one round with it: the wait doubles only when a further one fails."""
        row, since = -1, 0.0
        for ended, asks, began in sorted(zip(self.ended, self.asks, self.sent, strict=True)):
            if asks < 0:
                if began > since:
                    row = -1
                continue
            if began > since or row < 0:
                row, since = row + 1, ended
            yield ended, ended + max(asks, patience * 2 ** min(row, _DOUBLINGS)) - _SLACK


def _early(destination: str, place: _Place, waits: list[tuple[float, float]]) -> Iterator[Early]:
    """The attempts that began within a wait."""
    starts = [start for start, _ in waits]
    latest, until = [], 0.0
    for _, end in waits:  # the end of the longest wait that had begun by then
        until = max(until, end)
        latest.append(until)
    for began in place.began:
        at = bisect_left(starts, began) - 1
        if at >= 0 and began < latest[at]:
            yield Early(destination, began, latest[at] + _SLACK)
