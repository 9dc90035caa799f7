"""Answers that no vendor's dialect has: plain text, a proxy's page, a redirect, an encoding nobody asked for."""

from __future__ import annotations

import gzip
from functools import lru_cache

from adapters.vendors.simulator.directives import Directives
from adapters.vendors.simulator.line import Line

STRAY = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 18\r\n\r\n{"stray": "stray"}'
INTERIM = b"HTTP/1.1 103 Early Hints\r\nlink: </elsewhere>; rel=preload\r\n\r\n"


def is_odd(asked: Directives) -> bool:
    """Whether the answer is to be none of the dialect's."""
    return bool(
        asked.redirect or asked.plain or asked.html or asked.compressed or asked.bomb or asked.empty or asked.shapeless
    )


async def oddity(line: Line, asked: Directives) -> str:
    """Sends it; the outcome for the record."""
    if asked.redirect:
        await line.start(307, [("location", "http://127.0.0.1:9/elsewhere"), ("content-length", "0")])
        await line.end()
    elif asked.compressed or asked.bomb:
        await line.start(200, [("content-type", "application/json"), ("content-encoding", "gzip")])
        await line.end(_packed(asked.bomb))
    elif asked.empty or asked.shapeless:
        await line.start(200, [("content-type", "application/json")])
        await line.end(b"" if asked.empty else b'{"result":"ok"}')
    elif asked.html:
        await line.start(asked.html, [("content-type", "text/html")])
        await line.end(b"<html><body><h1>Bad gateway</h1></body></html>")
    else:
        await line.start(asked.plain or 500, [("content-type", "text/plain; charset=utf-8")])
        await line.end(b"Internal Server Error")
    return "failed"


@lru_cache(maxsize=2)
def _packed(mebibytes: int) -> bytes:
    text = b'{"compressed":true}' if not mebibytes else b" " * (mebibytes * 2**20)
    return gzip.compress(text, mtime=0)
