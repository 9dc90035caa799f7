"""Server-sent events: bytes in any chunking in, whole events out, their bytes kept as they came."""

from __future__ import annotations

import re
from typing import NamedTuple

from adapters.errors import ProtocolBroken

# The end of a line that is followed by an empty line. A CR LF is one end, never two.
_BLANK_LINE = re.compile(rb"\n(?:\n|\r\n?+)|\r(?!\n)(?:\n|\r\n?+)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event. raw: all its lines and the empty line, as they came. event: its type, "" where none was given.
    data: its data lines joined by line feeds, b"" for comments."""

    raw: bytes
    event: str
    data: bytes


class Framer:
    """Cuts a stream into events, the same ones however it was chunked.

    An event whose empty line ends in a bare CR is held until the next byte shows that no LF belongs to it (`end` gives
    it where the stream stops there). An event over `max_event` bytes raises ProtocolBroken.
    """

    def __init__(self, max_event: int = 8 * 1024 * 1024) -> None:
        self._max_event = max_event
        self._waiting = bytearray()
        self._searched = 0
        self._first = True

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that this chunk completes."""
        if self._waiting:
            self._waiting += chunk
            chunk = self._waiting  # type: ignore[assignment]  # reads alike
        events = []
        start = 0
        while (end := self._event_end(chunk, start)) is not None:
            events.append(self._read(bytes(chunk[start:end])))
            start = end
            self._searched = 0
        self._keep(chunk, start)
        return events

    def end(self) -> list[Event]:
        """The event that was held for the sake of a bare CR, now that nothing follows."""
        held = bytes(self._waiting)
        if not held.endswith(b"\r") or not (held == b"\r" or _BLANK_LINE.search(held, max(0, len(held) - 3))):
            return []
        self._waiting.clear()
        return [self._read(held)]

    def rest(self) -> bytes:
        """What is left of an unfinished event; not empty at the end of a stream means that it was cut."""
        return bytes(self._waiting)

    def _event_end(self, source: bytes, start: int) -> int | None:
        if start == len(source):
            return None
        if source[start] in b"\r\n":  # an empty line of its own
            end = start + (2 if source.startswith(b"\r\n", start) else 1)
        else:
            end = _blank_line_end(source, start + self._searched)
            if end < 0:
                return None
        return None if end == len(source) and source[end - 1] == 0x0D else end

    def _keep(self, source: bytes, start: int) -> None:
        if source is self._waiting:
            del self._waiting[:start]
        else:
            self._waiting += source[start:]
        # The two bytes before may be the first half of what ends an event.
        self._searched = max(0, len(self._waiting) - 3)
        if len(self._waiting) > self._max_event:
            raise ProtocolBroken(code="event_too_large")

    def _read(self, raw: bytes) -> Event:
        if self._first:
            self._first = False
            if raw.startswith(_BOM):
                return Event(raw, *_fields(raw[3:]))
        if raw.startswith(b"data: ") and raw.find(b"\n") == len(raw) - 2 and b"\r" not in raw:
            return Event(raw, "", raw[6:-2])
        return Event(raw, *_fields(raw))


def _blank_line_end(source: bytes, start: int) -> int:
    """Where the first empty line at or after `start` ends, -1 where there is none yet."""
    feeds = source.find(b"\n\n", start)
    if source.find(b"\r", start, feeds if feeds >= 0 else len(source)) < 0:
        return feeds + 2 if feeds >= 0 else -1
    found = _BLANK_LINE.search(source, start)
    return found.end() if found else -1


def _fields(raw: bytes) -> tuple[str, bytes]:
    """The event type and data of an event's lines, as the specification of event streams reads them."""
    event = ""
    data = []
    for line in _LINE_END.split(raw):
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value.removeprefix(b" "))
        elif name == b"event":
            event = value.removeprefix(b" ").decode("utf-8", "replace")
    return event, b"\n".join(data)


def encode(event: str | None, data: bytes) -> bytes:
    """One event as bytes; `data` may hold line feeds."""
    head = b"" if event is None else b"event: " + event.encode() + b"\n"
    return head + b"".join(b"data: " + line + b"\n" for line in data.split(b"\n")) + b"\n"


def reframe(raw: bytes, old: bytes, new: bytes) -> bytes:
    """An event's bytes with its data replaced and its other lines and line ends as they were.

    raw: the event. old: its data as read. new: what it is to be.
    """
    if raw[6:-2] == old and raw.startswith(b"data: "):
        return raw[:6] + new + raw[-2:]
    if b"\n" not in old and raw.count(old) == 1:
        return raw.replace(old, new)
    return _reframe_lines(raw, new)


def _reframe_lines(raw: bytes, data: bytes) -> bytes:
    lines = []
    written = False
    for line in raw.splitlines(keepends=True):
        body = line.rstrip(b"\r\n")
        if body.removeprefix(_BOM).partition(b":")[0] != b"data":
            lines.append(line)
        elif not written:
            written = True
            close = line[len(body) :] or b"\n"
            lines += [b"data: " + new + close for new in data.split(b"\n")]
    return b"".join(lines)
