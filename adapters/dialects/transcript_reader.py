"""Reads transcripts: JSON, plain text (also with times, as subtitles), or a stream of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.dialects import reading
from adapters.dialects.answers import TEXT, Strings
from adapters.dialects.ending import Streaming
from adapters.dialects.failures import vendor_failure
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk, Delta, TextEdit, Usage
from adapters.wire.body import Document
from adapters.wire.edits import splice
from adapters.wire.sse import Event

_CHANNEL = "text:0"
_DELTA, _DONE = "transcript.text.delta", "transcript.text.done"
_PLAIN = frozenset({"text/plain", "text/vtt", "text/srt", "application/x-subrip", "application/srt"})


class TranscriptReader(Streaming):
    """One attempt's answer. Channels: text:0 (what was said), `other:...`."""

    def __init__(self) -> None:
        super().__init__()
        self._plain = False

    def framing(self, kind: str) -> None:
        """Plain text is read whole; raises UpstreamError (kind `protocol`) for any other form."""
        if kind not in _PLAIN:
            raise ProtocolBroken(code="no_transcript")
        self._plain = True

    def _read(self, event: Event, read: Document, kind: object) -> Chunk:
        strings = Strings(read, f"{kind if kind in (_DELTA, _DONE) else 'event'}:")
        if kind == _DELTA:
            strings.claim(("delta",), _CHANNEL, TEXT, whole=False)
        elif kind == _DONE:
            strings.claim(("text",), _CHANNEL, TEXT)
            self._done = True
            self._count(read.value)
        return Chunk(
            event.raw, event.data, strings.deltas(), content=True, terminal=self._done,
            usage=self.usage if self._done else None, closes=(_CHANNEL,) if self._done else (),
        )  # fmt: skip

    def body(self, raw: bytes) -> Chunk:
        """A whole transcript."""
        if self._plain:
            return self._text(raw)
        read = reading.document(raw)
        if read.value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(read.value["error"]))
        if type(read.value.get("text")) is not str:
            raise ProtocolBroken(code="no_text")
        strings = Strings(read)
        strings.claim(("text",), _CHANNEL, TEXT)
        self._done = True
        self._count(read.value)
        return Chunk(raw, raw, strings.deltas(), content=True, terminal=True, usage=self.usage)

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """The bytes with the edits made."""
        if not edits or not self._plain:
            return super().rewrite(chunk, edits)
        return splice(chunk.raw, reading.plain_edits(chunk.deltas[0], edits[0]))

    def _text(self, raw: bytes) -> Chunk:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = None
        # Raised out here so that the decoder's exception, which holds the vendor's words, isn't its context.
        if text is None:
            raise ProtocolBroken(code="not_utf8")
        self._done = True
        deltas = (Delta(_CHANNEL, TEXT, text, 0, len(raw), True),) if text else ()
        return Chunk(raw, raw, deltas, content=True, terminal=True)

    def _count(self, value: Mapping[str, Any]) -> None:
        """Some models count tokens; of those that count seconds, tokens are estimated."""
        counts = (reading.count(value, "usage", name) for name in ("input_tokens", "output_tokens"))
        self.usage = Usage(*counts)
