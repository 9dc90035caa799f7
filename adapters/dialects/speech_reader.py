"""Reads answers that are sound: bytes as they come, or events that hold pieces of it."""

from __future__ import annotations

from adapters.dialects import reading
from adapters.dialects.answers import Strings
from adapters.dialects.ending import Streaming
from adapters.dialects.failures import openai_stream_error, vendor_failure
from adapters.dialects.passages import is_base64
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk, Usage
from adapters.wire.body import Document
from adapters.wire.pieces import Pieces
from adapters.wire.sse import Event

_DONE = "speech.audio.done"
_SOUND = ("audio/", "application/octet-stream")


class SpeechReader(Streaming):
    """One attempt's answer. Sound is in no channel; texts in its events are (`other:...`)."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes: Pieces | None = None

    def framing(self, kind: str) -> Pieces:
        """How an answer of a type that is neither JSON nor events is cut; raises UpstreamError (kind `protocol`)."""
        if not kind.startswith(_SOUND):
            raise ProtocolBroken(code="not_sound")
        self._bytes = Pieces()
        return self._bytes

    def event(self, event: Event) -> Chunk:
        """A stretch of sound, or one event."""
        if self._bytes is not None:
            return Chunk(event.raw, event.data, content=bool(event.data))
        return super().event(event)

    def _read(self, event: Event, read: Document, kind: object) -> Chunk:
        strings, sound = Strings(read), read.value.get("audio")
        if type(sound) is str and is_base64(sound):
            strings.skip(("audio",))
        if kind == _DONE:
            self._done = True
            counts = (reading.count(read.value, "usage", name) for name in ("input_tokens", "output_tokens"))
            self.usage = Usage(*counts)
        return Chunk(
            event.raw, event.data, strings.deltas(), content=bool(sound), terminal=self._done,
            usage=self.usage if self._done else None,
        )  # fmt: skip

    def body(self, raw: bytes) -> Chunk:
        """Sound is never JSON; what is may be an error."""
        value = reading.load(raw)
        if value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(value["error"]))
        raise ProtocolBroken(code="no_sound")

    def end(self) -> bytes:
        """Sound ends when its bytes do, where there were any; events with the one that says so."""
        if self._bytes is not None and self._bytes.size:
            self._done = True
        return super().end()

    def stream_error(self, kind: str, message: str, *, code: str | None, call_id: str, unsent: int = 0) -> bytes:
        """An error as an event; among sound there is no place for one, so that the connection is broken off."""
        if self._bytes is not None:
            return b""
        return openai_stream_error(kind, message, code=code, call_id=call_id)
