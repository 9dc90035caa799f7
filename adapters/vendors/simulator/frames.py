"""The events of a streamed answer before they are sent, so that faults can be counted into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson


class Frame(NamedTuple):
    """One SSE event. content: bears content (a delta), so faults count it. terminal: says that the answer is whole.

    bare: no event but a piece of an answer that is bytes. wrap: makes it a message of another framing.
    """

    data: bytes
    event: str | None = None
    content: bool = False
    terminal: bool = False
    bare: bool = False
    wrap: Callable[[bytes], bytes] | None = None

    def encode(self) -> bytes:
        """The bytes on the wire, with the blank line."""
        if self.wrap is not None:
            return self.wrap(self.data)
        if self.bare:
            return self.data
        head = b"" if self.event is None else b"event: " + self.event.encode() + b"\n"
        return head + b"data: " + self.data + b"\n\n"


def plain(value: Mapping[str, Any], *, content: bool = False) -> Frame:
    """An event without a name, as OpenAI's chat and completions send them."""
    return Frame(orjson.dumps(value), None, content)


def named(value: Mapping[str, Any], *, content: bool = False, terminal: bool = False) -> Frame:
    """An event named after its `type`, as Anthropic's messages and OpenAI's responses send them."""
    return Frame(orjson.dumps(value), value["type"], content, terminal)


def row(value: Mapping[str, Any], number: int, *, array: bool, content: bool = False) -> Frame:
    """One of a row of answers, as Gemini sends them: events without a name, or the items of one array."""
    frame = plain(value, content=content)
    return item(frame, number) if array else frame


def item(frame: Frame, number: int, *, last: bool = False) -> Frame:
    """An event as the item of an array; number: how many came before it."""
    return frame._replace(data=(b",\r\n" if number else b"[") + frame.data + b"]" * last, bare=True)


DONE = Frame(b"[DONE]", None, False, True)
