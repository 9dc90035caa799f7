"""The line between a worker and its supervisor: short messages, JSON, one a line. Either end's death closes it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import orjson

LONGEST = 8 << 20
Message = dict[str, Any]


class Line:
    """One end. Made by `Line.open`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, end: socket.socket) -> Line:
        """On an end of a pair of stream sockets, which it owns from now on."""
        return cls(*await asyncio.open_unix_connection(sock=end, limit=LONGEST))

    def say(self, **words: Any) -> None:
        """Sends a message; to one that is gone, nothing."""
        with suppress(OSError, RuntimeError):
            self._writer.write(orjson.dumps(words) + b"\n")

    async def heard(self) -> AsyncIterator[Message]:
        """What the other end says, until it is gone."""
        while True:
            try:
                raw = await self._reader.readline()
            except (OSError, ValueError):
                return
            if not raw.endswith(b"\n"):
                return
            yield orjson.loads(raw)

    async def close(self) -> None:
        """Sends what waits, and closes."""
        with suppress(OSError, RuntimeError):
            await self._writer.drain()
            self._writer.close()
            await self._writer.wait_closed()
