"""Loads configuration and bundle by itself once somebody has stopped changing them (`reload.watch`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.bundle.source import Look, checkout_under_way, look
from gateway.documents import DocumentsRefused

if TYPE_CHECKING:
    from gateway.runtime import Runtime

EVERY_SECONDS = 1.0


async def watching(watcher: Watcher) -> None:
    """Looks once a second until cancelled."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await watcher.step()


class Watcher:
    """Looks at the files, and reloads when they differ from those in force and have stood still for a while.

    What was refused isn't tried again before it changes. A look reads no file: it costs some microseconds each.
    """

    def __init__(self, runtime: Runtime, reload: Callable[[str], Awaitable[object]], config: Path) -> None:
        self._runtime, self._reload, self._config = runtime, reload, config
        self._tried: Look | None = None
        self._last: Look | None = None
        self._since = 0.0

    async def step(self) -> bool:
        """One look; whether a load was tried."""
        pair = self._runtime.epoch.pair
        settings = pair.settings.reload
        if not settings.watch:
            return False
        # In a thread: the folder may be on a file server.
        seen, busy = await asyncio.to_thread(self._look, pair.settings.bundle)
        if seen in (pair.seen, self._tried):
            self._last = None
            return False
        now = self._runtime.monotonic()
        if busy or seen != self._last:
            self._last, self._since = seen, now
        if now - self._since < settings.quiet_seconds:
            return False
        self._tried, self._last = seen, None
        try:
            await self._reload("watch")
        except (DocumentsRefused, OSError):
            pass  # told by the reloader
        except Exception as bug:  # noqa: BLE001 - a mistake of ours in one load must not end the watch
            self._runtime.measure.log.fault(bug)
        return True

    def _look(self, bundle: Path) -> tuple[Look, bool]:
        return look(self._config, bundle), checkout_under_way(bundle) is not None
