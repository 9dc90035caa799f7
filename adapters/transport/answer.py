"""What a vendor answers, read as it comes, with the limits on its silence and on the whole attempt."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Sequence

import aiohttp

from adapters.errors import CutShort, ProtocolBroken, TimedOut, UpstreamError
from adapters.transport.connecting import Stage
from adapters.transport.pool import Pool, closers

_END_SECONDS = 0.5
_EARLY = 0.001  # seconds by which a timer of the loop may come early
_LOOK = 0.25  # seconds between two looks at an answer that is waited for


class Answer:
    """What a vendor answers: status and headers at once, the body as it comes.

    Close it always: an answer not read to its end is aborted at the vendor. headers: names as the vendor wrote them.
    """

    __slots__ = ("_body", "_closing", "_failure", "_loop", "_over", "_pool", "_response", "_since", "_stage", "_timer",
                 "headers", "status")  # fmt: skip

    def __init__(self, pool: Pool, response: aiohttp.ClientResponse, stage: Stage) -> None:
        self.status = response.status
        self.headers: Sequence[tuple[bytes, bytes]] = response.raw_headers
        self._pool, self._response, self._stage = pool, response, stage
        self._body = response.content
        self._loop = asyncio.get_running_loop()
        self._since: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._failure: UpstreamError | None = None
        self._over = False

    def chunks(self) -> AsyncIterator[bytes]:
        """The body in the pieces in which it arrives, none held back.

        Raises UpstreamError: timeout where the vendor falls silent, cut where the connection breaks.
        """
        return self

    def __aiter__(self) -> Answer:
        return self

    async def __anext__(self) -> bytes:
        if self._over:
            raise StopAsyncIteration
        self._since = self._loop.time()
        if self._timer is None and not self._body.is_eof():
            self._timer = self._loop.call_at(min(self._due(self._since), self._since + _LOOK), self._tick)
        data: bytes | None = None
        try:
            data = await self._body.readany()
        except (aiohttp.ClientError, OSError, UpstreamError):
            # Raised below: the client library's exception holds the request, and must not hang on to ours.
            # Where we dropped the connection it may have got there before our own reason.
            failure = self._failure or CutShort(status=self.status)
        finally:
            self._since = None
            if not data:
                self.close()
        if data is None:
            raise failure
        if not data:
            raise StopAsyncIteration
        return data

    async def read(self, limit: int) -> bytes:
        """The whole body; a body of more than `limit` bytes is a protocol error."""
        parts: list[bytes] = []
        async for chunk in self:
            parts.append(chunk)
            limit -= len(chunk)
            if limit < 0:
                self.close()
                raise ProtocolBroken(status=self.status)
        return b"".join(parts)

    def close(self) -> None:
        """Abort the vendor's answer where it isn't complete; the slot is free either way. Idempotent."""
        if self._over:
            return
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._body.is_eof() or self._body.exception() is not None:
            self._response.close()
            self._stage.abort()
        else:
            self._response.release()
        self._pool.give_back()

    def finish(self) -> None:
        """Close it for a reader that has all it wants: the vendor has a moment to end, beside the call, so that the
        connection can be used again. What it still says, and how it ends, is nobody's matter."""
        if self._over or self._body.is_eof():
            self.close()
            return
        task = self._loop.create_task(self._ending())
        closers.add(task)
        task.add_done_callback(closers.discard)

    async def _ending(self) -> None:
        try:
            async with asyncio.timeout(_END_SECONDS):
                async for _ in self:
                    pass
        except (UpstreamError, TimeoutError):
            pass
        finally:
            self.close()

    def __del__(self) -> None:
        if not self._over:
            warnings.warn("an answer of a vendor was not closed", ResourceWarning, source=self, stacklevel=1)
            self.close()

    def _due(self, since: float) -> float:
        return min(since + self._pool.endpoint.idle_seconds, self._stage.deadline)

    def _tick(self) -> None:
        """One timer for all chunks: looks how long the wait has lasted, and comes back while it may go on."""
        self._timer = None
        if self._since is None:
            return  # nobody waits: the reader is busy, and its next wait sets the timer again
        now, due = self._loop.time(), self._due(self._since)
        closing = self._stage.transport is None or self._stage.transport.is_closing()
        if now >= due - _EARLY:
            which = "total" if due == self._stage.deadline else "idle"
            self._fail(TimedOut(status=self.status, code=which))
            self._stage.abort()
        elif closing and self._closing:
            # The client library closes a connection with broken framing and tells no reader; the second look makes
            # sure that it isn't just about to.
            self._fail(CutShort(status=self.status))
        else:
            self._closing = closing
            self._timer = self._loop.call_at(min(due, now + _LOOK), self._tick)

    def _fail(self, failure: UpstreamError) -> None:
        self._failure = failure
        self._body.set_exception(failure)
