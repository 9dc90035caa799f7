"""How a serving process stops: first it says so, then it takes no more, then it finishes what it has."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from observability.ledger import Event

if TYPE_CHECKING:
    from gateway.runtime import Runtime
    from gateway.serve import Gateway

LOOK_SECONDS = 0.02


async def drain(serving: Gateway) -> None:
    """Stops the listeners and finishes the calls in flight, up to `limits.drain_seconds`."""
    runtime = serving.runtime
    limits, server = runtime.epoch.pair.settings.limits, runtime.epoch.pair.settings.server
    await serving.conductor.close()
    runtime.draining = True
    serving.data.end_with_answers()
    if runtime.station.alone:
        await asyncio.sleep(server.unready_seconds)
    serving.data.let_go()
    await _lingered(serving)
    runtime.closed = True
    serving.data.stop_accepting()
    serving.clean = await serving.data.finish(limits.drain_seconds, lambda: _cut(runtime))
    for listener in (serving.metrics, serving.control, *([serving.own] if serving.own is not None else [])):
        listener.stop_accepting()
        await listener.finish(1.0, lambda: None)
    runtime.ledger.post(Event(at=runtime.now(), event="stop", detail={"clean": serving.clean}))


async def _lingered(serving: Gateway) -> None:
    """Leaves kept connections a while to be used once more: one that we closed might have a call on its way."""
    clock = serving.runtime.monotonic
    ends = clock() + serving.linger
    while serving.data.connections and clock() < ends:  # noqa: ASYNC110 - uvicorn's set of connections tells nobody
        await asyncio.sleep(LOOK_SECONDS)


def _cut(runtime: Runtime) -> None:
    for exchange in tuple(runtime.live):
        exchange.cut("drain")
