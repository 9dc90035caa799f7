"""Reads answers that are pictures, whole or as a stream of ever better ones; the texts beside them are inspected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.ask import Ask
from adapters.dialects import reading
from adapters.dialects.answers import TEXT, Strings
from adapters.dialects.ending import Streaming
from adapters.dialects.failures import vendor_failure
from adapters.dialects.passages import is_base64
from adapters.dialects.serving import answers
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk, Delta, Usage
from adapters.wire.body import Document, Path
from adapters.wire.sse import Event

_PICTURE = "b64_json"


class ImagesReader(Streaming):
    """One attempt's answer. Channels: text:I (what the vendor made of the prompt), `other:...`."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._left = answers(ask.document.value)  # pictures of a stream that are still to come

    def _read(self, event: Event, read: Document, kind: object) -> Chunk:
        """A picture, finished or not yet."""
        finished = str(kind).endswith(".completed")
        if finished:
            self._left -= 1
            self._done = self._left <= 0
            self._count(read.value)
        picture = type(read.value.get(_PICTURE)) is str
        return Chunk(
            event.raw, event.data, _texts(read, ()), content=picture, terminal=self._done,
            usage=self.usage if finished else None,
        )  # fmt: skip

    def body(self, raw: bytes) -> Chunk:
        """A whole answer."""
        read = reading.document(raw)
        if read.value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(read.value["error"]))
        pictures = read.value.get("data")
        if type(pictures) is not list:
            raise ProtocolBroken(code="no_data")
        self._done = True
        self._count(read.value)
        return Chunk(raw, raw, _texts(read, pictures), content=True, terminal=True, usage=self.usage)

    def _count(self, value: Mapping[str, Any]) -> None:
        """Each finished picture of a stream tells its own tokens."""
        put_in, came_out = (reading.count(value, "usage", name) for name in ("input_tokens", "output_tokens"))
        if put_in is not None or came_out is not None:
            before = self.usage
            self.usage = Usage((before.input or 0) + (put_in or 0), (before.output or 0) + (came_out or 0))


def _texts(read: Document, pictures: Sequence[Any]) -> tuple[Delta, ...]:
    strings = Strings(read)
    _skip_picture(strings, read.value, ())
    for index, picture in enumerate(pictures):
        if type(picture) is dict:
            strings.claim(("data", index, "revised_prompt"), f"text:{index}", TEXT)
            _skip_picture(strings, picture, ("data", index))
    return strings.deltas()


def _skip_picture(strings: Strings, holder: Mapping[str, Any], path: Path) -> None:
    """Base64 is no text; anything else that stands in its place is."""
    said = holder.get(_PICTURE)
    if type(said) is str and is_base64(said):
        strings.skip((*path, _PICTURE))
