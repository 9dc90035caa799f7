"""Counting, cheaply: own accumulators on the path of a call, and the page made of them when it is asked for."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from observability.exposition import END, Exemplar, Format, Labels, Writer
from observability.families import FAMILIES, Family
from observability.merging import Snapshot, together
from observability.turns import Turns

if TYPE_CHECKING:
    from observability.ledger.ledger import Ledger
    from observability.scribe.messages import Report

OTHER = "__other__"
FRESH_SECONDS = 1.0
_SERIES, _FOLDED, _PAGE = (
    "ecluse_telemetry_series", "ecluse_telemetry_folded_total", "ecluse_telemetry_page_seconds",
)  # fmt: skip


class Metrics:
    """The accumulators of one process. Not for several threads at once.

    A family or a number of labels that the table does not have raises: KeyError, ValueError. Values are in the unit
    of the family's name. clock: monotonic seconds.
    """

    def __init__(self, families: Iterable[Family] = FAMILIES, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._families = {family.name: family for family in families}
        self._values: dict[str, dict[Labels, float]] = {}
        self._cells: dict[str, dict[Labels, list[float]]] = {}
        self._bounds: dict[str, tuple[float, ...]] = {}
        self._exemplars: dict[str, dict[Labels, dict[int, Exemplar]]] = {}
        self._folded: dict[str, dict[Labels, dict[Labels, float]]] = {}
        """Of what was set: family, what it folded into, and the values that it was made of."""
        self._watched: dict[str, dict[Labels, Callable[[], float]]] = {}
        for name, family in self._families.items():
            if family.kind == "histogram":
                # One cell a bucket, one for what is above all of them, and the sum.
                self._cells[name] = {} if family.labels else {(): [0.0] * (len(family.buckets) + 2)}
                self._bounds[name], self._exemplars[name] = family.buckets, {}
            else:
                self._values[name] = {} if family.labels else {(): 0.0}
        self._clock = clock
        self._writers = {name: Writer(family) for name, family in self._families.items()}
        self._pages: dict[Format, tuple[float, bytes]] = {}
        self._making = asyncio.Lock()
        if _SERIES in self._families:
            self.watch(_SERIES, (), lambda: float(self.series))

    @property
    def series(self) -> int:
        """Label sets that are held: of a histogram each is several lines of the page."""
        return sum(map(len, self._values.values())) + sum(map(len, self._cells.values()))

    def inc(self, name: str, labels: Labels = (), amount: float = 1.0) -> None:
        """Add to a counter (or a gauge)."""
        values = self._values[name]
        if labels in values:
            values[labels] += amount
        else:
            labels = self._admitted(name, labels, values)
            values[labels] = values.get(labels, 0.0) + amount

    def set(self, name: str, labels: Labels = (), value: float = 1.0) -> None:
        """Set a gauge, or a counter that something else counts. Those that fold into one are shown as their family
        merges: of many contracts the one that ends first."""
        values = self._values[name]
        if labels not in values and (admitted := self._admitted(name, labels, values)) is not labels:
            labels, value = admitted, self._fold(name, admitted, labels, value)
        values[labels] = value

    def _fold(self, name: str, into: Labels, labels: Labels, value: float) -> float:
        family, parts = self._families[name], self._folded.setdefault(name, {}).setdefault(into, {})
        before = parts.get(labels)
        parts[labels] = value
        if before is None and len(parts) > 1:
            return float(together(family, self._values[name][into], value))
        return float(reduce(partial(together, family), parts.values()))

    def observe(self, name: str, labels: Labels, value: float, exemplar: Exemplar | None = None) -> None:
        """Count a value in a histogram. exemplar: the call that it was, of a family that shows some."""
        series = self._cells[name]
        cells = series.get(labels)
        if cells is None:
            labels = self._admitted(name, labels, series)
            cells = series.setdefault(labels, [0.0] * (len(self._bounds[name]) + 2))
        bucket = bisect_left(self._bounds[name], value)
        cells[bucket] += 1.0
        cells[-1] += value
        if exemplar is not None:
            shown = self._exemplars[name].get(labels)
            if shown is None:
                shown = self._exemplars[name][labels] = {}
            shown[bucket] = exemplar

    def watch(self, name: str, labels: Labels, read: Callable[[], float]) -> None:
        """Let the page ask for a value instead of being told it. `read` must be quick and never raise."""
        self._watched.setdefault(name, {})[self._admitted(name, labels, ())] = read

    def forget(self, name: str) -> None:
        """Drop all series of a gauge whose labels are no longer true (a revision, a contract)."""
        self._values[name].clear()
        self._folded.pop(name, None)

    def snapshot(self) -> Snapshot:
        """All series as plain values, for the one page of several processes."""
        found: Snapshot = {}
        for name in self._values:
            found[name] = [[list(labels), value] for labels, value in self._values_of(name).items()]
        for name, series in self._cells.items():
            shown = self._exemplars[name]
            found[name] = [
                [list(k), list(cells), [[n, *one] for n, one in shown[k].items()]]
                if k in shown
                else [list(k), list(cells)]
                for k, cells in series.items()
            ]
        return found

    def hold(self, snapshot: Snapshot) -> None:
        """Show this instead of what was counted here. What the table doesn't have, or has otherwise, is left out.

        Caps hold here too, and what was shown before is not folded now.
        """
        self._pages.clear()
        self._folded.clear()
        for name, before in self._values.items():
            self._values[name] = {k: v for k, v, _ in self._held(name, before, snapshot.get(name, ()))}
        for name, bounds in self._bounds.items():
            fitting = [row for row in snapshot.get(name, ()) if len(row[1]) == len(bounds) + 2]
            rows = self._held(name, self._cells[name], fitting)
            self._cells[name] = {k: v for k, v, _ in rows}
            self._exemplars[name] = {k: {n: Exemplar(*one) for n, *one in shown} for k, _, shown in rows if shown}

    def _held(self, name: str, before: Collection[Labels], rows: Iterable[list[Any]]) -> list[tuple[Labels, Any, Any]]:
        """Labels, value and exemplars of each series, those that were there before first, folded above the cap."""
        family, found = self._families[name], dict[Labels, tuple[Labels, Any, Any]]()
        for row in sorted(rows, key=lambda row: tuple(row[0]) not in before):
            labels, value, shown = tuple(row[0]), row[1], row[2] if len(row) > 2 else ()
            if labels not in before:
                labels = placed(family, labels, found)
            if labels in found:
                value = together(family, found[labels][1], value)
            found[labels] = labels, value, shown
        return list(found.values())

    def page(self, format_: Format = "text") -> bytes:
        """All families as text (of the content type CONTENT_TYPES[format_]), at most a second old."""
        return self._fresh(format_) or self._made(format_, list(self._parts(format_)))

    async def paced_page(self, format_: Format = "text", turns: Turns | None = None) -> bytes:
        """The same, made in slices: whatever else the loop has to do waits for a millisecond or two.

        turns: where work on the page has begun.
        """
        async with self._making:
            if (page := self._fresh(format_)) is not None:
                return page
            parts, turns = [], turns or Turns()
            for part in self._parts(format_):
                parts.append(part)
                if turns.over:
                    await turns.end()
            page = self._made(format_, parts)
            self.took(turns.spent)
            return page

    def took(self, seconds: float) -> None:
        """A page, or a worker's share of one, took so much of the event loop."""
        if _PAGE in self._values:
            self.set(_PAGE, (), seconds)

    def stale(self, format_: Format) -> bool:
        """Whether the next page will be made anew."""
        return self._fresh(format_) is None

    def _fresh(self, format_: Format) -> bytes | None:
        made, page = self._pages.get(format_, (float("-inf"), b""))
        return page if self._clock() - made < FRESH_SECONDS else None

    def _made(self, format_: Format, parts: list[str]) -> bytes:
        page = "".join((*parts, END[format_])).encode()
        self._pages[format_] = self._clock(), page
        return page

    def _admitted(self, name: str, labels: Labels, held: Collection[Labels]) -> Labels:
        """The labels to count under: folded where the family holds its cap of series."""
        family = self._families[name]
        if len(labels) != len(family.labels):
            raise ValueError(f"{name} has the labels {family.labels}, given were {len(labels)}")
        admitted = placed(family, labels, held)
        if admitted is not labels and name != _FOLDED and _FOLDED in self._values:
            self.inc(_FOLDED, (name,))
        return admitted

    def _parts(self, format_: Format) -> Iterator[str]:
        for name, writer in self._writers.items():
            if name in self._cells:
                yield writer.cells(self._cells[name], self._exemplars[name], format_)
            else:
                yield writer.values(self._values_of(name), format_)

    def _values_of(self, name: str) -> dict[Labels, float]:
        watched = self._watched.get(name)
        if not watched:
            return self._values[name]
        return self._values[name] | {labels: read() for labels, read in watched.items()}


def placed(family: Family, labels: Labels, held: Collection[Labels]) -> Labels:
    """These labels, or what they fold into beside so many others."""
    if len(held) < family.cap:
        return labels
    kept = tuple(v if name in family.keep else OTHER for name, v in zip(family.labels, labels, strict=True))
    return kept if kept in held or len(held) < family.cap * 3 // 2 else (OTHER,) * len(labels)


def watch_ledger(metrics: Metrics, ledger: Ledger) -> None:
    """Let the page show a ledger's state, and count its commits."""

    def committed(report: Report) -> None:
        metrics.observe("ecluse_ledger_commit_seconds", (), report.seconds)
        metrics.inc("ecluse_ledger_records_total", (), report.records)
        metrics.inc("ecluse_ledger_bytes_total", (), report.size)

    ledger.on_commit(committed)
    metrics.watch("ecluse_ledger_pending", (), lambda: float(ledger.pending))
    metrics.watch("ecluse_ledger_failures_total", (), lambda: float(ledger.failures))
    metrics.watch("ecluse_ledger_lost_total", (), lambda: float(ledger.lost))
    metrics.watch("ecluse_ledger_disk_free_bytes", (), lambda: float(ledger.free))
    metrics.watch("ecluse_ledger_disk_low_bytes", (), lambda: float(ledger.low))
    metrics.watch("ecluse_ledger_ready", (), lambda: float(ledger.ready))
