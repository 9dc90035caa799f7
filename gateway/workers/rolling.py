"""A rolling restart: every worker replaced by a fresh one, while calls go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gateway.config.changes import changed
from gateway.config.starting import starting_settings
from gateway.workers.crew import START_SECONDS
from gateway.workers.errors import RestartRefused

if TYPE_CHECKING:
    from gateway.workers.crew import Crew

FIXED = ("server", "state_dir", "organisation", "keyring", "shared", "simulator")
"""Where the settings are in which workers that serve at the same time can't differ, all but a few."""


class Rolling:
    """Of one crew, one at a time."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._under_way = asyncio.Lock()

    def soon(self) -> None:
        """The same beside; why it didn't come about is printed."""

        async def rolled() -> None:
            try:
                await self.restart()
            except RestartRefused as refused:
                print(f"not restarted: {refused}", flush=True)  # noqa: T201

        self._crew.beside(rolled())

    async def restart(self) -> int:
        """Replaces one worker after the other: the new one serves before the old one takes no more; how many.

        The old ones finish their calls beside. Raises RestartRefused: what is there goes on.
        """
        if self._under_way.locked():
            raise RestartRefused("a restart is under way")
        async with self._under_way:
            await self._refuse_fixed()
            revision = ""
            for slot in range(self._crew.slots):
                if self._crew.draining:
                    raise RestartRefused("the gateway stops")
                try:
                    child = await self._crew.spawn(slot, in_force=revision, strict=not revision, succeeds="restarted")
                except OSError as failed:
                    raise RestartRefused(f"a new worker can't be started: {failed}") from None
                if not await child.began(START_SECONDS):
                    raise RestartRefused(
                        f"the new w{slot} doesn't start (its words are in the log); {slot} were replaced"
                    )
                revision = child.revision
                await self._crew.take_over(child)
            return self._crew.slots

    async def _refuse_fixed(self) -> None:
        """What only a stop and a start bring into force."""
        new = await asyncio.to_thread(starting_settings, self._crew.config)
        if new is None:
            raise RestartRefused("the configuration can't be read")
        fixed = changed(self._crew.settings, new, FIXED)
        if fixed:
            raise RestartRefused(f"{', '.join(fixed)} changed, which takes a stop and a start")
