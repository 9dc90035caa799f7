"""AWS's event streams (`application/vnd.amazon.eventstream`): bytes in any chunking in, whole messages out.

A message is: its length and that of its headers (four bytes each), their checksum, the headers, a payload, and a
checksum of all before it. Both checksums are CRC-32. Nothing is believed of a length before its checksum held.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from adapters.errors import ProtocolBroken

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"

_PRELUDE: Final = struct.Struct("!III")
_CRC: Final = struct.Struct("!I")
_LEAST: Final = _PRELUDE.size + _CRC.size
_STRING: Final = 7
# How many bytes the value of a header has, by its type; types 6 and 7 say so in two bytes of their own.
_FIXED: Final = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_SIZED: Final = (6, _STRING)


class Message(NamedTuple):
    """One message. headers: those whose values are strings, as all are that say what a message is."""

    headers: Mapping[str, str]
    payload: bytes


class EventStream:
    """Cuts a stream into messages, the same ones however it was chunked; a broken one raises ProtocolBroken."""

    def __init__(self, max_message: int = 16 * 1024 * 1024) -> None:
        self._max_message = max_message
        self._waiting = bytearray()

    def feed(self, chunk: bytes) -> list[Message]:
        """The messages that this chunk completes."""
        self._waiting += chunk
        found = []
        at = 0
        while (end := self._end(at)) is not None and end <= len(self._waiting):
            found.append(_read(bytes(self._waiting[at:end])))
            at = end
        del self._waiting[:at]
        return found

    def rest(self) -> bytes:
        """What is left of an unfinished message; not empty at the end of a stream means that it was cut."""
        return bytes(self._waiting)

    def _end(self, at: int) -> int | None:
        """Where the message that begins at `at` ends; None where its beginning isn't there yet."""
        if len(self._waiting) - at < _PRELUDE.size:
            return None
        total: int
        total, headers, checksum = _PRELUDE.unpack_from(self._waiting, at)
        if zlib.crc32(self._waiting[at : at + 8]) != checksum:
            raise ProtocolBroken(code="bad_checksum")
        if total > self._max_message:
            raise ProtocolBroken(code="event_too_large")
        if total < _LEAST + headers:
            raise ProtocolBroken(code="bad_length")
        return at + total


def _read(raw: bytes) -> Message:
    _, headers, _ = _PRELUDE.unpack_from(raw)
    if zlib.crc32(raw[: -_CRC.size]) != _CRC.unpack_from(raw, len(raw) - _CRC.size)[0]:
        raise ProtocolBroken(code="bad_checksum")
    until = _PRELUDE.size + headers
    named: dict[str, str] | None = None
    with suppress(IndexError, KeyError, struct.error, UnicodeDecodeError):
        named = dict(_headers(raw[_PRELUDE.size : until]))
    if named is None:
        raise ProtocolBroken(code="bad_headers")
    return Message(named, raw[until : -_CRC.size])


def _headers(raw: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(raw):
        name = raw[at + 1 : at + 1 + raw[at]]
        at += 1 + raw[at]
        kind = raw[at]
        at += 1
        size = _FIXED[kind] if kind not in _SIZED else struct.unpack_from("!H", raw, at)[0]
        at += 2 if kind in _SIZED else 0
        if at + size > len(raw):
            raise IndexError
        if kind == _STRING:
            yield name.decode(), raw[at : at + size].decode()
        at += size


def encode(headers: Mapping[str, str], payload: bytes) -> bytes:
    """A message as bytes."""
    named = b"".join(
        b"%c%b%c%b%b"
        % (len(name.encode()), name.encode(), _STRING, struct.pack("!H", len(value.encode())), value.encode())
        for name, value in headers.items()
    )
    sizes = struct.pack("!II", _LEAST + len(named) + len(payload), len(named))
    raw = sizes + _CRC.pack(zlib.crc32(sizes)) + named + payload
    return raw + _CRC.pack(zlib.crc32(raw))
