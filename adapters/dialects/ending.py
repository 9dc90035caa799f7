"""Readers of answers with one clean end: whole once that was read, and cut before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.dialects import reading
from adapters.dialects.answers import rewritten
from adapters.dialects.failures import openai_stream_error, vendor_failure
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, TextEdit, Usage
from adapters.wire.body import Document
from adapters.wire.sse import Event


class Ending:
    """One attempt's answer, up to its end. Those that come in events read them themselves (Streaming)."""

    def __init__(self) -> None:
        self.usage = Usage()
        self._done = False

    def event(self, event: Event) -> Chunk:
        """Unless a reader says otherwise, these answers are never streamed."""
        raise ProtocolBroken(code="not_a_stream")

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """The bytes with the edits made."""
        return rewritten(chunk, edits) if edits else chunk.raw

    def end(self) -> bytes:
        """Nothing is missing after the clean end; raises CutShort before it."""
        if not self._done:
            raise CutShort
        return b""

    stream_error = staticmethod(openai_stream_error)

    def stopped(self) -> bool:
        """Whether the clean end was read."""
        return self._done


class Streaming(Ending):
    """One that may also come in events, each of a type, up to the one that says the end."""

    def event(self, event: Event) -> Chunk:
        """One event of the stream; what comes after the end isn't passed on."""
        if not event.data or self._done or event.data == b"[DONE]":
            return Chunk(event.raw, event.data, drop=self._done)
        read = reading.document(event.data)
        kind, error = read.value.get("type"), read.value.get("error")
        if error or kind == "error":
            return Chunk(event.raw, event.data, error=vendor_failure(error or read.value))
        return self._read(event, read, kind)

    def _read(self, event: Event, read: Document, kind: object) -> Chunk:
        raise NotImplementedError
