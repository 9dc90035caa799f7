"""Call ids: UUIDs of version 7 (RFC 9562), which sort by the time they were made."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from uuid import UUID

_last = 0


def uuid7() -> str:
    """A new id: 48 bits of milliseconds, 12 bits of the millisecond's fraction, 62 random bits.

    Ids made by one process rise strictly, also when the clock steps back. Not for several threads at once.
    """
    global _last
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    stamp = (milliseconds << 12) | (nanoseconds * 4096 // 1_000_000)
    _last = stamp = stamp if stamp > _last else _last + 1
    random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    value = ((stamp >> 12) << 80) | (0x7 << 76) | ((stamp & 0xFFF) << 64) | (0b10 << 62) | random
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def made_at(call: str) -> datetime | None:
    """When the id was made (UTC, to the millisecond); None where it isn't a UUID of version 7."""
    try:
        value = UUID(call)
        return datetime.fromtimestamp((value.int >> 80) / 1000, UTC) if value.version == 7 else None
    except ValueError:  # no UUID, or of a year that no calendar has
        return None
