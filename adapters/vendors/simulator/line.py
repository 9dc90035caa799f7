"""The way back to one client: pauses that end when it leaves, and answers that break off on purpose."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

Headers = Iterable[tuple[str, str]]

# Where the server leaves the connection, in the scope's state, for answers that are no proper HTTP.
TRANSPORT = "transport"
CONNECTION = "connection"
"""Beside it the number of the connection: its port may belong to another one soon."""
_FOREVER = 24 * 3600.0
_BREATH = 0.02


class ClientLeftError(Exception):
    """The client closed its connection before the answer was complete."""


class Line:
    """Writes one answer over ASGI. Leaving without `end` makes the server drop the connection, which is a cut.

    pieces: most bytes of the body sent at a time, 0 for no limit. said: what the request's path and query say.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
        self._watch: asyncio.Task[None] | None = None
        self.pieces = 0
        query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
        self.said: dict[str, str] = query | scope.get("path_params", {})

    async def pause(self, seconds: float) -> None:
        """Wait; raises ClientLeftError as soon as the client leaves."""
        if seconds <= 0:
            return
        if self._watch is None:
            self._watch = asyncio.create_task(self._gone())
        done, _ = await asyncio.wait({self._watch}, timeout=seconds)
        if done:
            raise ClientLeftError

    async def silence(self) -> None:
        """Say nothing more until the client leaves."""
        await self.pause(_FOREVER)

    async def over_and_over(self, data: bytes, seconds: float) -> None:
        """The same bytes every `seconds` until the client leaves."""
        while True:
            await self.write(data)
            await self.pause(seconds)

    async def start(self, status: int, headers: Headers) -> None:
        """Status and headers."""
        raw = [(key.encode(), value.encode()) for key, value in headers]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes) -> None:
        """A piece of the body, sent at once."""
        for start in range(0, len(data), self.pieces or len(data) or 1):
            part = data[start : start + self.pieces] if self.pieces else data
            await self._send({"type": "http.response.body", "body": part, "more_body": True})
            if self.pieces:
                await asyncio.sleep(0)

    async def end(self, data: bytes = b"") -> None:
        """The last piece of the body."""
        if self.pieces:
            await self.write(data)
            data = b""
        await self._send({"type": "http.response.body", "body": data, "more_body": False})

    def raw(self, data: bytes) -> None:
        """Bytes past the server's HTTP, between its own; nothing where the server gives no connection away."""
        if self._transport is not None:
            self._transport.write(data)

    async def breath(self) -> None:
        """A moment in which what was written is read, as a rule, before what comes next."""
        await self.pause(_BREATH)

    async def reset(self) -> None:
        """Drop the connection with a TCP reset instead of an orderly end."""
        if self._transport is not None:
            raw: socket.socket = self._transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    async def close(self) -> None:
        """Stop watching the client."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
