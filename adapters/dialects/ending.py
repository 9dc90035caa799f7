"""Readers of answers with one clean end: whole once that was read, and cut before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.dialects.answers import rewritten
from adapters.dialects.failures import openai_stream_error
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, TextEdit, Usage
from adapters.wire.sse import Event


class Ending:
    """One attempt's answer, up to its end. Those that come in events read them themselves."""

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
