"""Bytes that nobody here can read, on their way in the pieces in which they come: sound."""

from __future__ import annotations

from adapters.errors import ProtocolBroken
from adapters.wire.sse import Event

MOST_BYTES = 256 * 1024 * 1024


class Pieces:
    """Every piece is an event of its own. size: bytes so far; more than `most` raise ProtocolBroken."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.size = 0
        self._most = most

    def feed(self, chunk: bytes) -> list[Event]:
        """The piece that came."""
        self.size += len(chunk)
        if self.size > self._most:
            raise ProtocolBroken(code="too_large")
        return [Event(chunk, "", chunk)] if chunk else []

    def end(self) -> list[Event]:
        """Nothing is ever held back."""
        return []

    def rest(self) -> bytes:
        """Nothing is ever half a piece."""
        return b""
