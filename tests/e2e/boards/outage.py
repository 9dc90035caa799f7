"""The run behind `docs/howto/continuity/outage.md`: the first vendor fails under load, and is well again."""

from __future__ import annotations

import asyncio
import time

from tests.e2e.boards.scene import Scene
from tests.e2e.boards.staff import Ask

DAY = (
    Ask("development", "[[sim:words=30]] Explain this loop", every=0.3),
    Ask("development", "[[sim:words=60,drip=0.05]] Review this change", "claude-sonnet-5", every=0.5),
    Ask("finance", "[[sim:words=40]] Summarise the report", every=0.5),
    Ask("support", "[[sim:words=20]] Answer this customer", "gpt-4o-mini", every=0.25),
    Ask("support", "[[sim:words=30]] Answer this customer politely", every=0.5),
    Ask("hr", "[[sim:echo]] Écris à Mme Nadège Kervella que sa candidature est retenue.", "gpt-4o-mini", every=0.8),
    Ask("hr", "[[sim:words=20,drip=0.03]] Write the letter", "maison", every=1),
    Ask("finance", "[[sim:words=200,drip=0.03]] Write the annual report", every=2),
    Ask("legal", "[[sim:words=50]] Compare the two contracts", every=6),
)
"""An ordinary day: `development` alone uses a model that only the first vendor has."""


BREAKING = 0.02
"""Share of the run in which answers under way are broken off."""


async def outage(scene: Scene, seconds: float) -> tuple[float, float]:
    """A day in so many seconds; in its middle third the first vendor breaks off its answers, and then refuses all with
    503. Its begin and end (Unix times)."""
    begun = time.time()
    working = asyncio.create_task(scene.staff.work(DAY))
    for fault, until in ((None, 1 / 3), ("cut=10", 1 / 3 + BREAKING), ("status=503", 2 / 3), ("none", 1)):
        if fault is not None:
            scene.vendors.fault("alpha", fault)
        await asyncio.sleep(max(0.0, begun + until * seconds - time.time()))
    ended = time.time()
    scene.staff.stop.set()
    await working
    return begun, ended
