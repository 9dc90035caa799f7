"""Reading the ledger back: whole records of all workers, while the gateway runs or long after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from observability.ledger.ids import made_at
from observability.scribe.frames import Frame, scan
from observability.scribe.segments import begun, segments

_OWN = (b'{"record":"SEGMENT"', b'{"record":"SEAL"')
_ENDS = (b'{"record":"OUTCOME"', b'{"record":"EVENT"')
_SKEW = timedelta(minutes=1)  # a file's time and a record's come from different clocks


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """All records, segment by segment from the oldest, in the order in which each was written."""
    for path in segments(folder):
        for payload in payloads(path):
            yield orjson.loads(payload)


def show(folder: Path, call: str) -> list[dict[str, Any]]:
    """The records of one call in their order; empty where there is none.

    A record that had to be written twice (its first segment failed) comes once. Segments that seem too old for the call
    are read where its outcome is in no other: the clock may have been set back.
    """
    paths = segments(folder)
    older = [path for path in paths if _older(path, call)]
    found = _of(call, [path for path in paths if path not in older])
    if not any(one["record"] == "OUTCOME" for one in found):
        found += _of(call, older)
    return sorted(found, key=_turn)


def records_of(call: str, paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The records of one call in some segments, in their order."""
    return sorted(_of(call, paths), key=_turn)


def _of(call: str, paths: Iterable[Path]) -> list[dict[str, Any]]:
    needle, found = call.encode(), dict[bytes, None]()
    for path in paths:
        if needle in (data := path.read_bytes()):
            found.update((payload, None) for payload in _whole(data) if needle in payload)
    records = [orjson.loads(payload) for payload in found]
    return [one for one in records if one.get("call") == call]


_TURNS = {"INTENT": 0, "ATTEMPT-START": 1, "ATTEMPT": 1, "OUTCOME": 2}


def _turn(record: dict[str, Any]) -> tuple[int, int, bool, datetime]:
    """Where a record stands in its call, whatever the clock said."""
    kind = record["record"]
    return _TURNS.get(kind, 3), record.get("attempt", 0), kind == "ATTEMPT", _at(record)


def events(folder: Path, names: Collection[str], count: int) -> list[dict[str, Any]]:
    """The last `count` events of these names, oldest first."""
    return _last(folder, count, (b'{"record":"EVENT"',), lambda one: one["event"] in names)


def tail(folder: Path, count: int = 20) -> list[dict[str, Any]]:
    """The last `count` things that happened, oldest first: how calls ended, and events."""
    return _last(folder, count, _ENDS, lambda _: True)


def _last(
    folder: Path, count: int, kinds: tuple[bytes, ...], wanted: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """The last records of these kinds that are wanted. Reads no older segments than it takes."""
    found: list[dict[str, Any]] = []
    for path in sorted(segments(folder), key=lambda path: (_written(path), path), reverse=True):
        if len(found) == count and _written(path) < (_at(found[0]) - _SKEW).timestamp():
            break
        here = [orjson.loads(one) for one in payloads(path) if one.startswith(kinds)]
        found = sorted((*(one for one in here if wanted(one)), *found), key=_at)[-count:]
    return found


def written_since(folder: Path, since: datetime) -> list[Path]:
    """The segments that may hold records of that time or later, oldest first."""
    return [path for path in segments(folder) if _written(path) >= (since - _SKEW).timestamp()]


def begins(folders: Iterable[Path]) -> datetime | None:
    """From when on all of these ledgers are there: when the oldest segment was begun of that which begins last.

    None where they have no segments, or their names don't say. Raises OSError.
    """
    oldest = (next(iter(segments(folder)), None) for folder in folders)
    return max((first.at for path in oldest if path is not None and (first := begun(path)) is not None), default=None)


Damaged = Callable[[Path], None]
"""Told of a segment that lacks records: once for each place where they can't be read any more."""


def records(path: Path, *kinds: str, damaged: Damaged = lambda path: None) -> Iterator[dict[str, Any]]:
    """The records of some kinds in one segment, in the order in which they were written."""
    wanted = tuple(f'{{"record":"{kind}"'.encode() for kind in kinds)
    for payload in _whole(path.read_bytes(), lambda: damaged(path)):
        if payload.startswith(wanted):
            yield orjson.loads(payload)


def payloads(path: Path, *, damaged: Damaged = lambda path: None) -> Iterator[bytes]:
    """The records of one segment as they were written, without those that are about the segment itself."""
    return (one for one in _whole(path.read_bytes(), lambda: damaged(path)) if not one.startswith(_OWN))


def _whole(data: bytes, broken: Callable[[], None] = lambda: None) -> Iterator[bytes]:
    """The records that can be read of a segment. broken: called where one can't."""
    for found in scan(data):
        if isinstance(found, Frame):
            yield found.payload
        elif found.end < len(data):  # what is torn at the end was never told to be written
            broken()


def _older(path: Path, call: str) -> bool:
    """Whether the segment was last written to before the call began."""
    made = made_at(call)
    return made is not None and _written(path) < (made - _SKEW).timestamp()


def _written(path: Path) -> float:
    """When the segment was last written to (Unix time)."""
    return path.stat().st_mtime


def _at(record: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(record["at"])
