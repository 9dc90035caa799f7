"""The time limits of one attempt: until its first word, and while an answer is read that isn't passed on yet.

The transport ends a connection that is silent. What only sends signs of life (comments, pings, blanks, a byte now and
then) isn't silent: it is ended here.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from adapters.errors import TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from gateway.deadline import Deadline
    from gateway.epoch import Upstream


class Patience:
    """Around the waits of one attempt; leaving it late raises TimedOut.

    Its code says what was late: first_token, deadline, share (the destinations that could follow need the rest of the
    time), idle, slow. Where the client's own haste ended the attempt, the fault is the client's.
    """

    __slots__ = ("_bytes", "_clock", "_code", "_deadline", "_first", "_hasty", "_idle", "_least", "_progress", "_quiet",
                 "_timeout", "_until")  # fmt: skip

    def __init__(
        self, clock: Callable[[], float], deadline: Deadline, upstream: Upstream, share: float, contract: float | None
    ) -> None:
        now = clock()
        ours = deadline.ours if contract is None else min(deadline.ours, deadline.arrived + contract)
        self._clock, self._deadline = clock, deadline
        self._until = now + share * max(min(ours, deadline.theirs) - now, 0.0)
        self._hasty = deadline.theirs < ours
        self._code = "share" if share < 1 else "deadline"
        self._first = now + upstream.first_token_seconds
        self._idle, self._least = upstream.endpoint.idle_seconds, upstream.least_bytes
        self._quiet, self._bytes, self._progress = 0.0, 0, 0
        self._timeout: asyncio.Timeout | None = None

    async def __aenter__(self) -> None:
        until = min(self._until, self._first)
        self._timeout = asyncio.timeout(until - self._clock() if until < math.inf else None)
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        timeout, self._timeout = self._timeout, None
        assert timeout is not None
        try:
            await timeout.__aexit__(kind, error, trace)
            return
        except TimeoutError:
            pass
        raise self._late()

    def word(self) -> None:
        """The first word came: from now on only the end of the attempt bounds it."""
        self._first = math.inf
        self._set(self._until)

    def relayed(self, *, content: bool) -> None:
        """The answer goes to the client from here: no other destination can follow, so the share is void. content: its
        first word is there, so that only a client that wants the whole by a time still ends it."""
        deadline = self._deadline
        if content:
            self._first, self._until, self._hasty = math.inf, deadline.ends, True
        else:
            self._until = min(deadline.ours, deadline.theirs)
            self._hasty = deadline.hasty
        self._code = "deadline"
        self._quiet = 0.0
        self._set(min(self._until, self._first))

    @property
    def endless(self) -> bool:
        """Whether no moment ends it now, so that nothing need be done around it."""
        return self._until == math.inf == self._first

    def waited(self, seconds: float, progress: int) -> None:
        """An answer on its way was waited for; progress: how far it has come by any measure that grows. Raises TimedOut
        where it doesn't grow for too long, whatever else arrives."""
        if progress != self._progress:
            self._progress, self._quiet = progress, 0.0
            return
        self._quiet += seconds
        if self._quiet > self._idle:
            raise TimedOut(code="idle")

    def brought(self, seconds: float, size: int) -> None:
        """An answer that isn't passed on yet was waited for and brought `size` bytes that count. Raises TimedOut
        where it only trickles."""
        self._bytes += size
        self._quiet += seconds
        if self._quiet > self._idle:
            if self._bytes < self._least:
                raise TimedOut(code="slow")
            self._quiet, self._bytes = 0.0, 0

    def _set(self, until: float) -> None:
        if self._timeout is not None:
            left = until - self._clock()
            self._timeout.reschedule(asyncio.get_running_loop().time() + left if until < math.inf else None)

    def _late(self) -> TimedOut:
        if self._first < self._until:
            return TimedOut(code="first_token")
        return TimedOut(code=self._code, fault="client" if self._hasty else None)
