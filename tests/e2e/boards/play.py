"""What happens in the run: a vendor is slow, then fails, then is well again; and what else a gateway meets."""

from __future__ import annotations

import asyncio
import os
import signal
import time

from tests.e2e.boards.scene import Scene
from tests.e2e.boards.visitors import rush, visit
from tests.e2e.several import ecluse, processes, until

AFTERWARDS = 3.0
"""Seconds in which a worker that has just begun is read."""


async def play(scene: Scene, seconds: float) -> tuple[float, float]:
    """A day in so many seconds or a few more, an outage of the first vendor in its third quarter; its begin and end
    (Unix times). What happens goes on until Prometheus has seen it."""
    begun, quarter = time.time(), seconds / 4
    going = [asyncio.create_task(work) for work in (scene.staff.work(), visit(scene.staff))]
    # On a slow machine a drill could end in the outage, and never see its destination well again.
    await asyncio.gather(asyncio.sleep(quarter), _operate(scene))
    suffering = asyncio.create_task(_suffer(scene))
    scene.vendors.fault("alpha", "delay=0.5")
    await asyncio.gather(asyncio.sleep(quarter), _seen(scene, "ecluse_outliers_total"))
    scene.vendors.fault("alpha", "status=503")
    await asyncio.gather(
        rush(scene.staff),
        asyncio.sleep(quarter),
        _seen(scene, "ecluse_breaker_openings_total"),
        _seen(scene, "ecluse_route_demotions_total"),
        _seen(scene, "ecluse_shed_total"),
    )
    scene.vendors.fault("alpha", "none")
    await asyncio.gather(asyncio.sleep(quarter), suffering)
    await _seen(scene, "ecluse_drill_last_timestamp_seconds > 0")
    await asyncio.sleep(AFTERWARDS)
    ended = time.time()
    scene.staff.stop.set()
    await asyncio.gather(*going)
    return begun, ended


async def _seen(scene: Scene, expr: str) -> None:
    """Waits until Prometheus has an answer."""
    await asyncio.to_thread(until, lambda: scene.prometheus.query(expr), f"{expr} is seen", 40.0)


async def _operate(scene: Scene) -> None:
    """What operators do: a reload, a stop, a drill."""
    why = ("--reason", "to see it on the boards")
    drill = ("drill", "run", "alpha/gpt-4o", "refuse", "--for", "2", "--before", "1", *why)
    await asyncio.gather(_told(scene, "reload", "--untested"), _told(scene, "stop", "use-case", "hr-letters", *why))
    await asyncio.gather(_told(scene, *drill), _told(scene, "start", "use-case", "hr-letters"))


async def _suffer(scene: Scene) -> None:
    """What the machine does to them: a lost worker, a store that says nothing for a while."""
    serving = await asyncio.to_thread(processes, scene.folder)
    os.kill(next(iter(serving.values())), signal.SIGKILL)
    if scene.redis is not None:
        scene.redis.freeze()
        try:
            await asyncio.gather(asyncio.sleep(3), _seen(scene, "ecluse_quota_unknown_total"))
        finally:
            scene.redis.thaw()
    await asyncio.to_thread(until, lambda: len(processes(scene.folder)) == len(serving), "another worker serves", 30.0)


async def _told(scene: Scene, *words: str) -> None:
    """A command that does what it is told."""
    done = await asyncio.to_thread(ecluse, scene.folder, *words)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
