"""Where a drill stands between the gateway and a vendor: the one send of an attempt, with a fault in its way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Protocol

from adapters.errors import ConnectFailed, CutShort, TimedOut
from gateway.http import ClientGone
from gateway.stopping.enforcing import before_attempt

if TYPE_CHECKING:
    from gateway.drills.faults import Fault
    from gateway.exchange import Attempt, Exchange
    from gateway.runtime import Runtime
    from gateway.sent import Outgoing

_STATUS = {"5xx": 503, "throttle": 429}


class Answering(Protocol):
    """What a vendor answers, as far as an attempt reads it."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]: ...
    def chunks(self) -> AsyncIterator[bytes]: ...
    async def read(self, limit: int) -> bytes: ...
    def close(self) -> None: ...
    def finish(self) -> None: ...


async def send(runtime: Runtime, exchange: Exchange, attempt: Attempt, outgoing: Outgoing, fault: Fault) -> Answering:
    """Sends an attempt's request, or fails as the vendor would. What fails before sending never leaves."""
    destination = attempt.candidate.destination
    upstream = exchange.epoch.upstream(destination)
    if fault.kind == "refuse":
        raise ConnectFailed
    if fault.kind in _STATUS:
        waits = [(b"retry-after", f"{fault.amount:g}".encode())] if fault.kind == "throttle" else []
        raise upstream.vendor.classify(_STATUS[fault.kind], waits, b"")
    if fault.kind == "slow":
        # The vendor isn't asked meanwhile: its slots are for those who ask it.
        runtime.capacity.slots.leave(exchange)
        await _later(fault.amount, upstream.endpoint.first_byte_seconds)
        if exchange.left:  # its vendor is to be read to the end, but there is nothing to read yet
            raise ClientGone
        await runtime.capacity.slots.hold(exchange, destination)
        before_attempt(runtime, exchange, attempt.candidate)
    answer = await runtime.transport.send(
        upstream.endpoint, outgoing.method, outgoing.path, outgoing.headers, outgoing.body
    )
    return _Cut(answer, int(fault.amount)) if fault.kind == "cut" else answer


async def _later(seconds: float, most: float) -> None:
    await asyncio.sleep(min(seconds, most))
    if seconds > most:
        raise TimedOut(code="first_byte")


class _Cut:
    """An answer that breaks off after some pieces."""

    def __init__(self, answer: Answering, pieces: int) -> None:
        self._answer, self._pieces = answer, pieces
        self.status, self.headers = answer.status, answer.headers

    def chunks(self) -> AsyncIterator[bytes]:
        return self._some()

    async def read(self, limit: int) -> bytes:
        await self._answer.read(limit)
        raise CutShort(status=self.status)

    def close(self) -> None:
        self._answer.close()

    def finish(self) -> None:
        self._answer.finish()

    async def _some(self) -> AsyncIterator[bytes]:
        """So many pieces, or fewer where the answer has no more: its clean end never leaves."""
        left, held = self._pieces, b""
        async for piece in self._answer.chunks():
            if held:
                yield held
            left -= bool(held)
            if left <= 0:
                break
            held = piece
        else:
            if rest := _unended(held):
                yield rest
        self._answer.close()
        raise CutShort(status=self.status)


def _unended(piece: bytes) -> bytes:
    """Without the last of its events, which may be the clean end of the answer: after that a cut would be none."""
    end = piece.rfind(b"\n\n", 0, -2)
    return piece[: end + 2] if end >= 0 else b""
