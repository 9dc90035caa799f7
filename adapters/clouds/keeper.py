"""Keeps a credential that runs out: fetched in a thread, renewed before its end, not waited for while it is good."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from adapters.errors import AuthFailed

T = TypeVar("T")

_EARLY = 300.0  # seconds before its end in which a credential is renewed beside the calls
_LEAST = 20.0  # seconds for which a credential must still be good to be used at all
_REST = 5.0  # seconds in which a fetch that failed isn't tried again
_PATIENCE = 20.0  # seconds that a call waits for a fetch


class Fetched(NamedTuple, Generic[T]):
    """A credential. until: Unix time of its end."""

    value: T
    until: float

    def __repr__(self) -> str:
        return f"<Fetched until {self.until:.0f}>"


class Keeper(Generic[T]):
    """One credential for all calls of one event loop. fetch: blocks, and may raise anything."""

    def __init__(self, fetch: Callable[[], Fetched[T]], now: Callable[[], float] = time.time) -> None:
        self._fetch, self._now = fetch, now
        self._held: Fetched[T] | None = None
        self._early = 0.0
        self._failed = (0.0, "")
        self._task: asyncio.Task[None] | None = None

    async def get(self) -> T:
        """The credential; raises AuthFailed (code `cloud_identity`, type: the name of what went wrong)."""
        held, now = self._held, self._now()
        if held is not None and now < held.until - self._early:
            return held.value
        task = self._renewing(now)
        if held is not None and now < held.until - _LEAST:
            return held.value
        if task is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await asyncio.shield(task)
        held = self._held
        if held is None or self._now() >= held.until - _LEAST:
            raise AuthFailed(code="cloud_identity", type=self._failed[1] or "TimeoutError")
        return held.value

    def warm(self) -> None:
        """Begin to fetch it where nothing is held yet."""
        if self._held is None:
            self._renewing(self._now())

    def _renewing(self, now: float) -> asyncio.Task[None] | None:
        """The fetch that is under way, begun where it may be; None while the last failure is fresh."""
        if self._task is None and now >= self._failed[0]:
            self._task = asyncio.get_running_loop().create_task(self._renew())
        return self._task

    async def _renew(self) -> None:
        try:
            held = await _in_a_thread(self._fetch)
            # One that lives shortly is used for half of its life.
            self._early = min(_EARLY, max(held.until - self._now(), 0.0) / 2)
            self._held, self._failed = held, (0.0, "")
        except Exception as problem:  # noqa: BLE001 - whatever a cloud's library raises; its words may hold secrets
            self._failed = (self._now() + _REST, type(problem).__name__)
        finally:
            self._task = None


async def _in_a_thread(fetch: Callable[[], Fetched[T]]) -> Fetched[T]:
    """Like asyncio.to_thread, in a thread that nobody waits for at the end: a token server may hang."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Fetched[T]] = loop.create_future()

    def settle(found: Fetched[T] | None, problem: BaseException | None) -> None:
        if done.done():
            return
        if found is not None:
            done.set_result(found)
        else:
            done.set_exception(problem or RuntimeError())

    def run() -> None:
        found, problem = None, None
        try:
            found = fetch()
        except BaseException as raised:  # noqa: BLE001 - carried over to the loop
            problem = raised if isinstance(raised, Exception) else RuntimeError(type(raised).__name__)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, found, problem)

    threading.Thread(target=run, name="cloud-identity", daemon=True).start()
    return await done
