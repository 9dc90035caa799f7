"""An answer that has begun, and how it is read until it says something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.errors import ProtocolBroken, UpstreamError
from gateway.gate import MOST_EVENTS, Gate

if TYPE_CHECKING:
    from gateway.drills.injecting import Answering
    from gateway.exchange import Attempt, Exchange
    from gateway.patience import Patience
    from gateway.runtime import Runtime

MOST_ANSWER_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class Reply:
    """An answer that has begun. body: the whole of it where it isn't a stream. held: events seen so far.

    failure: what went wrong after the first word, to be told in the answer. reading: bytes that are still waited for.
    buffered: nothing is sent before the whole has been looked at. progress: of the gate, when it was last looked at.
    """

    attempt: Attempt
    answer: Answering
    gate: Gate
    patience: Patience
    body: bytes | None = None
    held: list[bytes] = field(default_factory=list)
    chunks: AsyncIterator[bytes] | None = None
    failure: UpstreamError | None = None
    reading: asyncio.Future[bytes] | None = None
    buffered: bool = False
    progress: int = 0


async def whole(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    """Reads an answer that isn't a stream, all of it."""
    parts: list[bytes] = []
    size = said = 0
    waiting = runtime.monotonic()
    async for data in reply.answer.chunks():
        arrived = runtime.monotonic()
        exchange.waited += arrived - waiting
        parts.append(data)
        size += len(data)
        if size > MOST_ANSWER_BYTES:
            raise ProtocolBroken(status=reply.answer.status)
        if counts := len(data.strip()):  # some servers send blanks so that nobody hangs up
            if not said:
                reply.patience.word()
            said += counts
        reply.patience.brought(arrived - waiting, counts)
        waiting = arrived
    reply.body = reply.gate.body(b"".join(parts))
    if exchange.ask is not None and exchange.ask.stream:
        # Clients that read events find none in it, and take that for an answer without a word.
        raise ProtocolBroken(status=reply.answer.status, code="no_stream")
    reply.attempt.first_content = runtime.monotonic()


async def until_content(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    """Reads until the first content-bearing event, or until lifecycle frames were held long enough; a buffered answer
    to its end."""
    chunks = reply.chunks = reply.answer.chunks()
    until = runtime.monotonic() + exchange.pair.settings.limits.hold_lifecycle_seconds
    size = 0
    while (reply.buffered or not reply.gate.content) and not reply.gate.read_out:
        waiting = runtime.monotonic()
        patient = reply.buffered or not reply.gate.begun
        try:
            data = await (anext(chunks) if patient else _next_until(reply, chunks, until - waiting))
            if data is None:
                return
        except StopAsyncIteration:
            reply.chunks = None
            reply.gate.finish(reply.held)
            reply.attempt.first_content = reply.attempt.first_content or runtime.monotonic()
            return
        finally:
            exchange.waited += runtime.monotonic() - waiting
        try:
            reply.gate.feed(data, reply.held)
            size += len(data)
            if size > MOST_ANSWER_BYTES or len(reply.held) > MOST_EVENTS:
                raise ProtocolBroken(code="too_large")
            if reply.buffered:
                _pace(runtime, reply, waiting, len(data))
        except UpstreamError as error:
            if reply.buffered or not reply.gate.content:
                raise
            # The first word and the failure came together: the answer had begun, so the failure belongs into it.
            reply.failure = error
    reply.attempt.first_content = reply.attempt.first_content or runtime.monotonic()


def _pace(runtime: Runtime, reply: Reply, since: float, size: int) -> None:
    """An answer that is read to its end before any of it is passed on has come on by some bytes."""
    now, attempt = runtime.monotonic(), reply.attempt
    if not reply.gate.content:
        return
    if not attempt.first_content:
        attempt.first_content = now
        reply.patience.word()
    progress, reply.progress = reply.progress, reply.gate.progress
    reply.patience.brought(now - since, size if reply.progress > progress else 0)


async def _next_until(reply: Reply, chunks: AsyncIterator[bytes], seconds: float) -> bytes | None:
    """The next bytes, or None when lifecycle frames were held long enough; then `reply.chunks` goes on from there."""
    reading = asyncio.ensure_future(anext(chunks))
    try:
        done, _ = await asyncio.wait({reading}, timeout=max(seconds, 0.0))
    except asyncio.CancelledError:
        reading.cancel()
        raise
    if done:
        return reading.result()
    reply.reading = reading
    reply.chunks = _resumed(reading, chunks)
    return None


async def _resumed(reading: asyncio.Future[bytes], chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        yield await reading
    except StopAsyncIteration:
        return
    async for data in chunks:
        yield data
