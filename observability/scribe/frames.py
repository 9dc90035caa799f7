"""How records stand in a segment: length, number and check sum before each, so that a reader can trust it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

# JSON holds no NUL byte, so the mark can't occur inside a payload: a reader finds the next record behind a damage.
MARK = b"\x00ecl"
_HEAD = struct.Struct("<4sIII")  # mark, length of the payload, number in the segment, CRC-32
_CHECKED = struct.Struct("<II")  # what the CRC covers besides the payload
HEAD = _HEAD.size
LONGEST = 16 << 20  # a length above this is damage, not a record


class Frame(NamedTuple):
    """One whole record: where it starts (bytes), its number in the segment (0 first), its JSON."""

    start: int
    number: int
    payload: bytes


class Gap(NamedTuple):
    """Bytes `start` to `end` that are no valid record. At the end of a segment: a torn tail. Elsewhere: damage."""

    start: int
    end: int


def frame(number: int, payload: bytes) -> bytes:
    """The bytes of record `number`. ValueError for a payload that no reader would accept."""
    size = len(payload)
    if size > LONGEST:
        raise ValueError(f"a record of {size} bytes is too long")
    return _HEAD.pack(MARK, size, number, crc32(payload, crc32(_CHECKED.pack(size, number)))) + payload


def scan(data: bytes) -> Iterator[Frame | Gap]:
    """All records of a segment in their order, and the gaps between them."""
    at, size = 0, len(data)
    while at < size:
        found = _at(data, at)
        if found is None:
            gap = at
            found, at = _next(data, at + 1)
            yield Gap(gap, at)
        if found is not None:
            yield found
            at = found.start + HEAD + len(found.payload)


def last(data: bytes) -> Frame | None:
    """The record that ends exactly where `data` (the last bytes of a segment) ends; None where there is none."""
    at = data.rfind(MARK)
    found = _at(data, at) if at >= 0 else None
    return found if found and found.start + HEAD + len(found.payload) == len(data) else None


def _at(data: bytes, at: int) -> Frame | None:
    if at + HEAD > len(data):
        return None
    mark, size, number, check = _HEAD.unpack_from(data, at)
    end = at + HEAD + size
    if mark != MARK or size > LONGEST or end > len(data):
        return None
    payload = data[at + HEAD : end]
    if check != crc32(payload, crc32(_CHECKED.pack(size, number))):
        return None
    return Frame(at, number, payload)


def _next(data: bytes, at: int) -> tuple[Frame | None, int]:
    """The first valid record from `at` on and where it starts; None and the end where no more comes."""
    while (at := data.find(MARK, at)) >= 0:
        found = _at(data, at)
        if found is not None:
            return found, at
        at += 1
    return None, len(data)
