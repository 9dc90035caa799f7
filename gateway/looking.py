"""The page of metrics of a serving process, and what it asks the process for each time that it is made."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from gateway.quota.shown import shares
from gateway.routing.shown import show
from gateway.state.stops import KINDS
from gateway.tracing.tracing import RESULTS
from observability.metrics import watch_ledger
from observability.processes import show as show_processes
from observability.turns import Turns

if TYPE_CHECKING:
    from gateway.runtime import Runtime
    from gateway.tracing.tracing import Tracing
    from observability.exposition import Format
    from observability.merging import Snapshot
    from observability.metrics import Metrics

_LOOKED_AT = (
    "ecluse_quota_used_ratio",
    "ecluse_quota_at_hand_ratio",
    "ecluse_destination_limit",
    "ecluse_destination_in_flight",
    "ecluse_destination_waiting",
    "ecluse_breaker_state",
    "ecluse_destination_share",
    "ecluse_destination_headroom_ratio",
)


class Page:
    """What a process says of itself to who asks: for Prometheus, or for the one page of several workers."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._metrics = runtime, runtime.measure.metrics

    def watch(self) -> None:
        """Lets the page ask the runtime for what it shows; once, at the start."""
        watch_ledger(self._metrics, self._runtime.ledger)
        _watch(self._metrics, self._runtime)

    async def page(self, format_: Format = "text") -> bytes:
        """What Prometheus reads, a second old at most."""
        turns = Turns()
        if self._metrics.stale(format_):
            await self._look(turns)
        return await self._metrics.paced_page(format_, turns)

    async def snapshot(self) -> Snapshot:
        """The same in plain values, for the one page of several workers."""
        turns = Turns()
        await self._look(turns)
        found = self._metrics.snapshot()
        self._metrics.took(turns.spent)
        return found

    async def _look(self, turns: Turns) -> None:
        await _look(self._metrics, self._runtime, turns)
        self._runtime.measure.contracts.look(self._runtime.now().timestamp())


def _watch(metrics: Metrics, runtime: Runtime) -> None:
    """Lets the page read what is one number each."""
    follower, stops, ledger = runtime.follower, runtime.stops, runtime.ledger
    metrics.watch("ecluse_file_workers", (), lambda: float(runtime.files.pool.processes))
    metrics.watch("ecluse_drills_running", (), lambda: float(len(runtime.drills.now())))
    metrics.watch("ecluse_body_bytes", (), lambda: float(runtime.capacity.bodies.held))
    metrics.watch("ecluse_door_rate", (), lambda: runtime.capacity.door.rate or 0.0)
    metrics.watch("ecluse_in_flight", (), lambda: float(len(runtime.live)))
    for kind in KINDS:
        metrics.watch("ecluse_stops", (kind,), partial(stops.count, kind))
    metrics.watch("ecluse_ready", (), lambda: float(ledger.ready and not runtime.draining and not follower.stale))
    _watch_tracing(metrics, runtime.tracing)


def _watch_tracing(metrics: Metrics, tracing: Tracing) -> None:
    metrics.watch("ecluse_telemetry_traces_waiting", (), lambda: float(tracing.waiting))
    for result in RESULTS:
        metrics.watch("ecluse_telemetry_spans_total", (result,), partial(tracing.count, result))
    metrics.watch("ecluse_telemetry_dropped_total", ("traces",), lambda: tracing.lost)


async def _look(metrics: Metrics, runtime: Runtime, turns: Turns) -> None:
    """Sets what has a row for each quota, destination, route or process. Calls have their turn meanwhile."""
    used, at_hand = await shares(runtime.quotas.each(), turns)
    for family in _LOOKED_AT:  # what isn't configured any more must not stay
        metrics.forget(family)
    for labels, share in used.items():
        metrics.set("ecluse_quota_used_ratio", labels, share)
    for labels, share in at_hand.items():
        metrics.set("ecluse_quota_at_hand_ratio", labels, share)
    for name, limit, taken, waiting in runtime.capacity.slots.states():
        metrics.set("ecluse_destination_limit", (name,), float(limit))
        metrics.set("ecluse_destination_in_flight", (name,), float(taken))
        metrics.set("ecluse_destination_waiting", (name,), float(waiting))
    show(metrics, runtime.router.shown(runtime.monotonic()))
    _health(metrics, runtime)
    name, bridge = runtime.station.name, runtime.bridge
    pids = {name: os.getpid(), f"{name} scribe": runtime.ledger.scribe}
    show_processes(metrics, pids | ({"bridge": bridge.pid} if bridge is not None else {}))


def _health(metrics: Metrics, runtime: Runtime) -> None:
    numbers = {"closed": 0.0, "half_open": 1.0, "open": 2.0}
    for state in runtime.health.states():
        credential = "all" if state.credential is None else str(state.credential)
        labels = (state.destination, state.failure, credential)
        metrics.set("ecluse_breaker_state", labels, numbers[state.state])
    for destination in runtime.epoch.pair.destinations:
        metrics.set("ecluse_destination_share", (destination,), runtime.health.share(destination))
        headroom = runtime.health.headroom(destination)
        metrics.set("ecluse_destination_headroom_ratio", (destination,), headroom)
