"""The way back to one client: pauses that end when it leaves, and answers that break off on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.types import Receive, Send

Headers = Iterable[tuple[str, str]]


class ClientLeftError(Exception):
    """The client closed its connection before the answer was complete."""


class Line:
    """Writes one answer over ASGI. Leaving without `end` makes the server drop the connection, which is a cut."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._watch: asyncio.Task[None] | None = None

    async def pause(self, seconds: float) -> None:
        """Wait; raises ClientLeftError as soon as the client leaves."""
        if seconds <= 0:
            return
        if self._watch is None:
            self._watch = asyncio.create_task(self._gone())
        done, _ = await asyncio.wait({self._watch}, timeout=seconds)
        if done:
            raise ClientLeftError

    async def start(self, status: int, headers: Headers) -> None:
        """Status and headers."""
        raw = [(key.encode(), value.encode()) for key, value in headers]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes) -> None:
        """A piece of the body, sent at once."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes = b"") -> None:
        """The last piece of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": False})

    async def close(self) -> None:
        """Stop watching the client."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
