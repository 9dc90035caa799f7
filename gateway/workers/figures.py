"""The one page of metrics of several workers. A slow worker is shown as it last was; a dead one keeps its counts."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from gateway.workers.asking import Silent, ask
from observability.exposition import Format
from observability.families import FAMILIES
from observability.merging import counted, merged
from observability.metrics import FRESH_SECONDS, Metrics
from observability.processes import PROCESS_FAMILIES, show

if TYPE_CHECKING:
    from gateway.workers.child import Child

ASK_SECONDS = 1.0
_OWN = (
    "ecluse_workers", "ecluse_workers_wanted", "ecluse_worker_restarts_total", "ecluse_bridge_up",
    "ecluse_bridge_restarts_total",
    *PROCESS_FAMILIES,
)  # fmt: skip


class Figures:
    """What the supervisor counts, what workers that ended had counted, and the page.

    own: what it counts. replaced: how often each worker was, by reason: ended | hung.
    """

    def __init__(self) -> None:
        self.own = Metrics(family for family in FAMILIES if family.name in _OWN)
        self.replaced: dict[str, Counter[str]] = {}
        # Both hold their families' caps: what many workers counted in their time is bounded like what one did.
        self._ended, self._whole = Metrics(), Metrics()
        self._asking = asyncio.Lock()
        self._looked = float("-inf")

    def lost(self, worker: str, reason: str) -> None:
        """A worker is to be started again."""
        self.own.inc("ecluse_worker_restarts_total", (worker, reason))
        self.replaced.setdefault(worker, Counter())[reason] += 1

    def departed(self, child: Child) -> None:
        """A worker ended. What it counted stays."""
        self._ended.hold(merged((counted(self._ended.snapshot()), counted(child.last))))
        child.last = {}

    async def page(self, children: Sequence[Child], taking: int, bridge: int | None, format_: Format) -> bytes:
        """What Prometheus reads, a second old at most. taking: workers that take calls. bridge: its process."""
        async with self._asking:
            if time.monotonic() - self._looked >= FRESH_SECONDS:
                await asyncio.gather(*(_look(child) for child in children if child.ready))
                self.own.set("ecluse_workers", (), float(taking))
                show(self.own, {"supervisor": os.getpid(), "bridge": bridge})
                ended = counted(self._ended.snapshot())
                self._whole.hold(merged((ended, *(child.last for child in children), self.own.snapshot())))
                self._looked = time.monotonic()
            return await self._whole.paced_page(format_)


async def _look(child: Child) -> None:
    assert child.station.control_socket is not None
    try:
        answer = await ask(child.station.control_socket, "GET", "/metrics", seconds=ASK_SECONDS)
    except Silent:
        return
    if answer.status == 200 and not child.ended.done():
        child.last = orjson.loads(answer.body)
