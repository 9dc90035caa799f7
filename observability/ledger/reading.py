"""Reading the ledger back: whole records of all workers, while the gateway runs or long after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from observability.ledger.ids import made_at
from observability.scribe.frames import Frame, scan
from observability.scribe.segments import segments

_OWN = (b'{"record":"SEGMENT"', b'{"record":"SEAL"')
_ENDS = (b'{"record":"OUTCOME"', b'{"record":"EVENT"')
_SKEW = timedelta(minutes=1)


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """All records, segment by segment from the oldest, in the order in which each was written."""
    for path in segments(folder):
        for payload in _payloads(path):
            yield orjson.loads(payload)


def show(folder: Path, call: str) -> list[dict[str, Any]]:
    """The records of one call in their order; empty where there is none.

    A record that had to be written twice (its first segment failed) comes once.
    """
    needle, found = call.encode(), dict[bytes, None]()
    for path in segments(folder):
        if not _older(path, call) and needle in (data := path.read_bytes()):
            found.update((payload, None) for payload in _records(data) if needle in payload)
    records = [orjson.loads(payload) for payload in found]
    return sorted((one for one in records if one.get("call") == call), key=lambda one: str(one["at"]))


def tail(folder: Path, count: int = 20) -> list[dict[str, Any]]:
    """The last `count` things that happened, oldest first: how calls ended, and events."""
    found: list[dict[str, Any]] = []
    for path in reversed(segments(folder)):
        here = [orjson.loads(one) for one in _payloads(path) if one.startswith(_ENDS)]
        found = here + found
        if len(found) >= count:
            break
    return sorted(found, key=lambda one: str(one["at"]))[-count:]


def _payloads(path: Path) -> Iterator[bytes]:
    return _records(path.read_bytes())


def _records(data: bytes) -> Iterator[bytes]:
    for found in scan(data):
        if isinstance(found, Frame) and not found.payload.startswith(_OWN):
            yield found.payload


def _older(path: Path, call: str) -> bool:
    """Whether the segment was last written to before the call began."""
    made = made_at(call)
    return made is not None and path.stat().st_mtime < (made - _SKEW).timestamp()
