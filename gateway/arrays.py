"""Streams as one JSON array, for Gemini's clients that don't ask for events.

The vendor is asked for events all the same, so that there is one way on which answers are inspected; here, at the door,
each event becomes an item of the array. An error is its last item, as Google sends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from adapters.wire.sse import Framer
from gateway.http import JSON, Responder

if TYPE_CHECKING:
    from gateway.http import Headers, Scope, Send


def wants_array(scope: Scope) -> bool:
    """Whether a request is for a stream of Gemini's, and not for one of events."""
    if not scope["path"].endswith(":streamGenerateContent"):
        return False
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    return query.get("alt", query.get("$alt")) != "sse"


class InArray(Responder):
    """Answers with an array in the place of events. Whole answers, refusals among them, are left as they are."""

    __slots__ = ("_begun", "_framer")

    def __init__(self, scope: Scope, send: Send) -> None:
        super().__init__(scope, send)
        self._framer = Framer()
        self._begun = False

    async def start(self, status: int, headers: Headers) -> None:
        """Begins a streamed answer."""
        await super().start(status, [*(pair for pair in headers if pair[0] != JSON[0]), JSON])

    async def part(self, data: bytes) -> None:
        """One stretch of events; a comment, which only says that somebody is there, becomes an empty line."""
        items = []
        for event in self._framer.feed(data):
            if event.data:
                items.append((b",\r\n" if self._begun else b"[") + event.data)
                self._begun = True
            else:
                items.append(b"\n")
        if items:
            await super().part(b"".join(items))

    async def end(self) -> None:
        """Closes the array."""
        if not self._ended:
            await super().part(b"]" if self._begun else b"[]")
        await super().end()
