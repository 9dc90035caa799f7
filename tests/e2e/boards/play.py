"""What happens in the run beside the staff's work: a vendor fails and is well again."""

from __future__ import annotations

import asyncio
import time

from tests.e2e.boards.scene import Scene


async def play(scene: Scene, seconds: float) -> tuple[float, float]:
    """An ordinary day for so long, with an outage in the middle third; when it began and ended (Unix times)."""
    begun = time.time()
    working = asyncio.create_task(scene.staff.work())
    await asyncio.sleep(seconds / 3)
    scene.vendors.fault("alpha", "status=503")
    await asyncio.sleep(seconds / 3)
    scene.vendors.fault("alpha", "none")
    await asyncio.sleep(seconds / 3)
    ended = time.time()
    scene.staff.stop.set()
    await working
    return begun, ended
