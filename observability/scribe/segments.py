"""One append-only file of records: its name, its first record and its last."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from observability.scribe.disk import Disk
from observability.scribe.frames import frame

SUFFIX = ".ecl"
UNNAMED = ".new"  # a segment before its first record is on the disk
FORMAT = 1
Value = str | int | float | bool | None

_STAMP = "%Y%m%dT%H%M%S.%fZ"


class Begun(NamedTuple):
    """What a segment's name says: which worker began it, and when."""

    worker: str
    at: datetime


class Segment:
    """A segment that this process writes to.

    records, size: what it holds, in bytes; `durable`: how many of its bytes were known to be on the disk last.
    """

    def __init__(self, disk: Disk, path: Path, descriptor: int, opened: datetime) -> None:
        self._disk = disk
        self._descriptor = descriptor
        self.path = path
        self.opened = opened
        self.records = 0
        self.size = 0
        self.durable = 0

    @classmethod
    def create(
        cls,
        disk: Disk,
        folder: Path,
        *,
        worker: str,
        incarnation: str,
        number: int,
        previous: str | None,
        now: datetime,
    ) -> Segment:
        """A new segment, on the disk under its name with its first record before this returns.

        It gets its name only when its first record is durable, and holds its lock from before: whoever sees a segment
        sees one that can be read, and can tell whether its writer still lives. Raises OSError.
        """
        path = _vacant(folder, worker, number, now)
        unnamed = path.with_suffix(UNNAMED)
        segment = cls(disk, path, disk.create(unnamed), now)
        first = packed(
            record="SEGMENT",
            format=FORMAT,
            worker=worker,
            incarnation=incarnation,
            number=number,
            previous=previous,
            at=now.isoformat(),
        )
        try:
            segment.append([first])
            segment.sync()
            os.rename(unnamed, path)
            disk.sync_folder(folder)
        except OSError:
            segment.abandon()
            with suppress(OSError):
                unnamed.unlink()
            raise
        return segment

    def append(self, payloads: Iterable[bytes]) -> int:
        """Write the payloads as records, in their order; return the bytes written. Raises OSError."""
        number = self.records
        parts = [frame(number + i, payload) for i, payload in enumerate(payloads)]
        data = b"".join(parts)
        self._disk.append(self._descriptor, data, self.size)
        self.records += len(parts)
        self.size += len(data)
        return len(data)

    def sync(self) -> None:
        """Return when all records are on the disk. Raises OSError; the segment is not to be used after that."""
        if self.durable < self.size:
            self._disk.sync(self._descriptor)
            self.durable = self.size

    def seal(self, reason: str, now: datetime) -> None:
        """Write the last record, which says how many came before, and close the file. Raises OSError."""
        try:
            self.append([seal(self.records, reason, now)])
            self.sync()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the file as it is. A second time does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)

    def discard(self) -> None:
        """Close the file and remove it: nothing was promised of what it holds."""
        self.abandon()
        with suppress(OSError):
            self.path.unlink()


def seal(records: int, reason: str, now: datetime) -> bytes:
    """The payload of a segment's last record. reason: size | age | close | recovered."""
    return packed(record="SEAL", records=records, reason=reason, at=now.isoformat())


def event(name: str, now: datetime, **detail: Value) -> bytes:
    """The payload of an EVENT about the ledger itself."""
    return packed(record="EVENT", at=now.isoformat(), event=name, actor=None, call=None, detail=detail)


def packed(**fields: object) -> bytes:
    """One JSON object without spaces, as the ledger's own records are."""
    return json.dumps(fields, separators=(",", ":")).encode()


def segments(folder: Path) -> list[Path]:
    """The segments of a folder, oldest first."""
    return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)


def begun(path: Path) -> Begun | None:
    """Who began a segment and when, by its name; None where that doesn't say."""
    stamp, _, rest = path.stem.partition("-")
    try:
        return Begun(rest.rpartition("-")[0], datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC))
    except ValueError:
        return None


def _vacant(folder: Path, worker: str, number: int, now: datetime) -> Path:
    """A name that no segment has yet. Names sort by time, and two incarnations may start in the same microsecond."""
    stamp = now.strftime(_STAMP)
    while True:
        path = folder / f"{stamp}-{worker}-{number:06}{SUFFIX}"
        if not path.exists() and not path.with_suffix(UNNAMED).exists():
            return path
        number += 1
