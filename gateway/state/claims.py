"""What several workers see and one is to tell: the earliest claim on the board counts, the others keep still.

Where the board doesn't answer, each worker tells: better twice than never.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from typing import Protocol

LATEST = (1 << 53) - 2
"""Less the time in microseconds, the rank of a claim: the earlier, the higher."""
PATIENCE = 3.0
"""Seconds to wait for the store to take a claim."""

MOST_KEPT = 1_000
"""Claims of our own that are known as such."""


class Board(Protocol):
    """What claims are made on; a worker's end of the board."""

    @property
    def shared(self) -> bool: ...
    def get(self, key: str) -> bytes | None: ...
    def say(self, key: str, value: bytes, seconds: float | None = None, *, rank: int = 0) -> None: ...
    async def told(self, key: str, seconds: float) -> bool: ...


class Claims:
    """The claims of one worker. settle: seconds until every worker has heard of one."""

    def __init__(self, board: Board, settle: float) -> None:
        self._board, self._settle = board, settle
        self._mine: dict[str, bytes] = {}
        self.under_way: set[asyncio.Task[None]] = set()

    def first(
        self,
        key: str,
        seconds: float,
        now: float,
        then: Callable[[], None],
        *,
        again: bool = False,
        otherwise: Callable[[], None] | None = None,
    ) -> None:
        """Does `then` where no other worker claimed the key first. seconds: how long a claim stays. now: Unix time.

        again: does it also where this worker itself claimed it before. otherwise: is done where another did, when what
        that one said of it thereupon is known here.
        """
        held = self._board.get(key) if self._board.shared else None
        if not self._board.shared or (again and held is not None and held == self._mine.get(key)):
            then()
        elif held is None:
            token = secrets.token_bytes(8)
            if again:
                self._keep(key, token)
            self._board.say(key, token, seconds, rank=LATEST - int(now * 1_000_000))
            self._beside(self._told(key, token, then, otherwise))
        elif otherwise is not None:
            self._beside(self._later(otherwise))

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    def _keep(self, key: str, token: bytes) -> None:
        if len(self._mine) >= MOST_KEPT:
            self._mine.clear()
        self._mine[key] = token

    async def _told(
        self, key: str, token: bytes, then: Callable[[], None], otherwise: Callable[[], None] | None
    ) -> None:
        if await self._board.told(key, PATIENCE):
            await asyncio.sleep(self._settle)
            if self._board.get(key) not in (token, None):
                if otherwise is not None:
                    await self._later(otherwise)
                return
        then()

    async def _later(self, otherwise: Callable[[], None]) -> None:
        """Whoever has the claim waits until it is settled, and what he says then has to get here."""
        await asyncio.sleep(2 * self._settle)
        otherwise()
