"""What the gateway and the scribe say to each other over their socket pair."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

# gateway to scribe: length and form, then the record. An empty record is only a place in the queue (a flush).
HEADER = Struct("<I?")  # length, whether somebody waits for it


class Order(NamedTuple):
    """A record to be written. awaited: if it can't be written now, its caller is refused; else it is tried again."""

    payload: bytes
    awaited: bool


class Report(NamedTuple):
    """scribe to gateway: how a commit went, or how things stand (records 0).

    done: orders dealt with since the start. error: errno that failed those since the last report, or keeps the scribe
    from writing; 0 where all is well. records, size: of this commit. seconds: from its first byte to the end of its
    sync; sync: the sync alone. free: bytes left on the disk. segments: opened since the start. recovered: segments
    found torn at the start. lost: records given up.
    """

    done: int
    error: int
    records: int
    size: int
    seconds: float
    sync: float
    free: int
    segments: int
    recovered: int
    lost: int


REPORT = Struct("<QiIQddqIIQ")


def orders(buffer: bytearray) -> list[Order]:
    """Take the whole orders off the front of the buffer."""
    taken, at, end = [], 0, len(buffer)
    while at + HEADER.size <= end:
        size, awaited = HEADER.unpack_from(buffer, at)
        start = at + HEADER.size
        if start + size > end:
            break
        at = start + size
        taken.append(Order(bytes(buffer[start:at]), awaited))
    del buffer[:at]
    return taken
