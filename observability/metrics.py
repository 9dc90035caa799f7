"""Counting, cheaply: own accumulators on the path of a call, prometheus_client only when the page is asked for."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from observability.families import FAMILIES, Family
from observability.merging import Snapshot

if TYPE_CHECKING:
    from observability.ledger.ledger import Ledger
    from observability.scribe.messages import Report

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OTHER = "__other__"

Labels = tuple[str, ...]
_Exposed = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


class Metrics:
    """The accumulators of one process. Not for several threads at once, but for `page`.

    A family or a number of labels that the table does not have raises: KeyError, ValueError. Values are in the unit
    of the family's name.
    """

    def __init__(self, families: Iterable[Family] = FAMILIES, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._families = {family.name: family for family in families}
        self._values: dict[str, dict[Labels, float]] = {}
        self._cells: dict[str, dict[Labels, list[float]]] = {}
        self._bounds: dict[str, tuple[float, ...]] = {}
        self._watched: dict[str, dict[Labels, Callable[[], float]]] = {}
        for name, family in self._families.items():
            if family.kind == "histogram":
                self._cells[name] = {}
                self._bounds[name] = family.buckets
            else:
                self._values[name] = {} if family.labels else {(): 0.0}
        self._clock = clock
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Exposition(self._expose))
        self._page, self._made = b"", float("-inf")

    def inc(self, name: str, labels: Labels = (), amount: float = 1.0) -> None:
        """Add to a counter (or a gauge)."""
        values = self._values[name]
        if labels in values:
            values[labels] += amount
        else:
            labels = self._admitted(name, labels, len(values))
            values[labels] = values.get(labels, 0.0) + amount

    def set(self, name: str, labels: Labels = (), value: float = 1.0) -> None:
        """Set a gauge."""
        values = self._values[name]
        if labels not in values:
            labels = self._admitted(name, labels, len(values))
        values[labels] = value

    def observe(self, name: str, labels: Labels, value: float) -> None:
        """Count a value in a histogram."""
        series = self._cells[name]
        cells = series.get(labels)
        if cells is None:
            labels = self._admitted(name, labels, len(series))
            # One cell a bucket, one for what is above all of them, and the sum.
            cells = series.setdefault(labels, [0.0] * (len(self._bounds[name]) + 2))
        cells[bisect_left(self._bounds[name], value)] += 1.0
        cells[-1] += value

    def watch(self, name: str, labels: Labels, read: Callable[[], float]) -> None:
        """Let the page ask for a value instead of being told it. `read` must be quick and never raise."""
        self._watched.setdefault(name, {})[self._admitted(name, labels, 0)] = read

    def forget(self, name: str) -> None:
        """Drop all series of a gauge whose labels are no longer true (a revision, a contract)."""
        self._values[name].clear()

    def snapshot(self) -> Snapshot:
        """All series as plain values, for the one page of several processes."""
        found: Snapshot = {
            name: [[list(k), list(v)] for k, v in series.items()] for name, series in self._cells.items()
        }
        for name in self._values:
            found[name] = [[list(labels), value] for labels, value in self._values_of(name).items()]
        return found

    def hold(self, snapshot: Snapshot) -> None:
        """Show this instead of what was counted here. What the table doesn't have, or has otherwise, is left out."""
        for name in self._values:
            self._values[name] = {tuple(labels): value for labels, value in snapshot.get(name, ())}
        for name, bounds in self._bounds.items():
            fitting = [(tuple(k), v) for k, v in snapshot.get(name, ()) if len(v) == len(bounds) + 2]
            self._cells[name] = dict(fitting)

    def page(self) -> bytes:
        """All families as Prometheus text (CONTENT_TYPE), at most a second old."""
        now = self._clock()
        if now - self._made >= 1.0:
            self._page, self._made = generate_latest(self._registry), now
        return self._page

    def _admitted(self, name: str, labels: Labels, held: int) -> Labels:
        """The labels to count under: folded where the family holds its cap of series."""
        family = self._families[name]
        if len(labels) != len(family.labels):
            raise ValueError(f"{name} has the labels {family.labels}, given were {len(labels)}")
        return labels if held < family.cap else (OTHER,) * len(labels)

    def _expose(self) -> Iterator[_Exposed]:
        for name, family in self._families.items():
            if family.kind == "histogram":
                yield self._histogram(family, self._cells[name])
                continue
            values = self._values_of(name)
            kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
            exposed = kind(name, family.help, labels=family.labels)
            for labels, value in values.items():
                exposed.add_metric(labels, value)
            yield exposed

    def _values_of(self, name: str) -> dict[Labels, float]:
        values = dict(self._values[name])
        values.update((labels, read()) for labels, read in self._watched.get(name, {}).items())
        return values

    def _histogram(self, family: Family, series: dict[Labels, list[float]]) -> HistogramMetricFamily:
        exposed = HistogramMetricFamily(family.name, family.help, labels=family.labels)
        bounds = [*(str(bound) for bound in family.buckets), "+Inf"]
        for labels, cells in list(series.items()):
            counts = accumulate(cells[:-1])
            exposed.add_metric(labels, buckets=list(zip(bounds, counts, strict=True)), sum_value=cells[-1])
        return exposed


class _Exposition(Collector):
    def __init__(self, expose: Callable[[], Iterator[_Exposed]]) -> None:
        self._expose = expose

    def collect(self) -> Iterator[_Exposed]:
        return self._expose()


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
    metrics.watch("ecluse_ledger_ready", (), lambda: float(ledger.ready))
