"""One request to a worker's control socket, and its answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

_HEAD = b"HTTP/1.1 "
MOST = 64 << 20


class Silent(Exception):
    """A worker didn't answer, or not in time."""


class Answer(NamedTuple):
    """status: of HTTP. body: JSON."""

    status: int
    body: bytes


async def ask(socket: Path, method: str, target: str, body: bytes = b"", *, seconds: float) -> Answer:
    """Asks. target: path and query as they stand in a request line. Raises Silent."""
    head = f"{method} {target} HTTP/1.1\r\nhost: worker\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_unix_connection(str(socket), limit=MOST)
            try:
                writer.write(head.encode("latin-1") + body)
                raw = await reader.read(MOST)
                while more := await reader.read(MOST):
                    raw += more
            finally:
                writer.close()
    except (OSError, TimeoutError) as failed:
        raise Silent(type(failed).__name__) from None
    top, found, answer = raw.partition(b"\r\n\r\n")
    status = top[len(_HEAD) : len(_HEAD) + 3]
    if not found or not top.startswith(_HEAD) or not status.isdigit():
        raise Silent("no answer")
    return Answer(int(status), answer)
