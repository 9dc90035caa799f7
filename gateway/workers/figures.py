"""The one page of metrics of several workers. A slow worker is shown as it last was; a dead one keeps its counts."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from gateway.workers.asking import Silent, ask
from observability.families import FAMILIES
from observability.merging import Snapshot, counted, merged
from observability.metrics import Metrics

if TYPE_CHECKING:
    from gateway.workers.child import Child

ASK_SECONDS = 1.0
FRESH_SECONDS = 1.0
_OWN = (
    "ecluse_workers", "ecluse_worker_restarts_total", "ecluse_bridge_up", "ecluse_bridge_restarts_total",
)  # fmt: skip


class Figures:
    """What the supervisor counts, what workers that ended had counted, and the page.

    own: what it counts. replaced: how often each worker was, by reason: ended | hung.
    """

    def __init__(self) -> None:
        self.own = Metrics(family for family in FAMILIES if family.name in _OWN)
        self.replaced: dict[str, Counter[str]] = {}
        self._ended: Snapshot = {}
        self._asking = asyncio.Lock()
        self._page, self._made = b"", float("-inf")

    def lost(self, worker: str, reason: str) -> None:
        """A worker is to be started again."""
        self.own.inc("ecluse_worker_restarts_total", (worker, reason))
        self.replaced.setdefault(worker, Counter())[reason] += 1

    def departed(self, child: Child) -> None:
        """A worker ended. What it counted stays."""
        self._ended = merged((self._ended, counted(child.last)))
        child.last = {}

    async def page(self, children: Sequence[Child], taking: int) -> bytes:
        """What Prometheus reads, a second old at most. taking: workers that take calls."""
        async with self._asking:
            if time.monotonic() - self._made >= FRESH_SECONDS:
                await asyncio.gather(*(_look(child) for child in children if child.ready))
                self.own.set("ecluse_workers", (), float(taking))
                whole = Metrics()
                whole.hold(merged((self._ended, *(child.last for child in children), self.own.snapshot())))
                self._page, self._made = whole.page(), time.monotonic()
        return self._page


async def _look(child: Child) -> None:
    assert child.station.control_socket is not None
    try:
        answer = await ask(child.station.control_socket, "GET", "/metrics", seconds=ASK_SECONDS)
    except Silent:
        return
    if answer.status == 200 and not child.ended.done():
        child.last = orjson.loads(answer.body)
