"""Reads answers that are one JSON object and never a stream: verdicts, rankings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.dialects import reading
from adapters.dialects.answers import Strings, rewritten
from adapters.dialects.failures import openai_stream_error, vendor_failure
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, TextEdit, Usage
from adapters.wire.sse import Event


class WholeReader:
    """One attempt's answer. Every string in it is inspected (channels `other:...`)."""

    def __init__(self, holds: str, count: Callable[[Mapping[str, Any]], Usage]) -> None:
        """holds: the member that must be an array. count: reads the usage."""
        self.usage = Usage()
        self._holds, self._count = holds, count
        self._done = False

    def event(self, event: Event) -> Chunk:
        """These answers are never streamed."""
        raise ProtocolBroken(code="not_a_stream")

    def body(self, raw: bytes) -> Chunk:
        """A whole answer, or an error in a body that came with status 200."""
        read = reading.document(raw)
        if read.value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(read.value["error"]))
        if type(read.value.get(self._holds)) is not list:
            raise ProtocolBroken(code=f"no_{self._holds}")
        self._done = True
        self.usage = self._count(read.value)
        return Chunk(raw, raw, Strings(read).deltas(), content=True, terminal=True, usage=self.usage)

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """The answer with the edits made."""
        return rewritten(chunk, edits) if edits else chunk.raw

    def end(self) -> bytes:
        """Nothing is missing after a whole answer."""
        if not self._done:
            raise CutShort
        return b""

    stream_error = staticmethod(openai_stream_error)

    def stopped(self) -> bool:
        """Whether the answer was read."""
        return self._done
