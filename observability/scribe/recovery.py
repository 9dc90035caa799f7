"""What a start does about segments whose writer died: cut the torn tail, keep everything that is whole, say so."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from observability.scribe.disk import Disk
from observability.scribe.frames import Gap, frame, last, scan
from observability.scribe.segments import UNNAMED, Value, event, seal, segments

_KEPT = 4096  # bytes of a torn tail that are kept in the record of its recovery


class Recovered(NamedTuple):
    """A segment whose writer died, claimed by this process until `finish`.

    torn: first byte of the tail to be cut (the size where nothing is torn). damage: stretches that no reader can
    read though whole records follow; they stay as they are.
    """

    path: Path
    descriptor: int
    records: int
    torn: int
    size: int
    damage: tuple[Gap, ...]
    tail: bytes

    def event(self, now: datetime) -> bytes:
        """The record of it: where was cut, how much, its digest and its first 4 KiB."""
        detail: dict[str, Value] = {
            "segment": self.path.name, "records": self.records, "cut_at": self.torn, "cut_bytes": self.size - self.torn,
        }  # fmt: skip
        if self.tail:
            from hashlib import sha256  # loads OpenSSL, which few starts need

            detail["cut_sha256"] = sha256(self.tail).hexdigest()
            detail["cut"] = b64encode(self.tail[:_KEPT]).decode()
        if self.damage:
            detail["damaged"] = ", ".join(f"{gap.start}-{gap.end}" for gap in self.damage)
        return event("ledger.recovery", now, **detail)

    def finish(self, disk: Disk, now: datetime) -> None:
        """Cut the tail and seal. Only after the event is durable, so that no cut goes unrecorded. Raises OSError."""
        try:
            os.ftruncate(self.descriptor, self.torn)
            disk.append(self.descriptor, frame(self.records, seal(self.records, "recovered", now)), self.torn)
            disk.sync(self.descriptor)
        finally:
            os.close(self.descriptor)


def unsealed(disk: Disk, folder: Path) -> Iterator[Recovered]:
    """The segments that were left without their last record and that no living process writes to.

    Other workers write, seal and recover in the same folder meanwhile: only under its lock does a segment hold still.
    """
    for path in segments(folder):
        with suppress(FileNotFoundError):  # given up by its writer just now
            if _sealed(path) or (descriptor := disk.claim(path)) is None:
                continue
            if _sealed(path):
                os.close(descriptor)
                continue
            yield _examined(path, descriptor)


def sweep(disk: Disk, folder: Path) -> None:
    """Remove segments whose writer died before they got their name: nothing was promised of them."""
    for path in folder.glob(f"*{UNNAMED}"):
        with suppress(FileNotFoundError):  # its writer lives and has just given it its name
            descriptor = disk.claim(path)
            if descriptor is None:
                continue
            try:
                path.unlink()
            finally:
                os.close(descriptor)


def _examined(path: Path, descriptor: int) -> Recovered:
    data = path.read_bytes()
    records, gaps = 0, []
    for found in scan(data):
        if isinstance(found, Gap):
            gaps.append(found)
        else:
            records += 1
    torn = gaps.pop().start if gaps and gaps[-1].end == len(data) else len(data)
    return Recovered(path, descriptor, records, torn, len(data), tuple(gaps), data[torn:])


def _sealed(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        found = last(file.read())
    return found is not None and json.loads(found.payload).get("record") == "SEAL"
