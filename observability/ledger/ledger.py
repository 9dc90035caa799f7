"""The ledger as the gateway holds it: `write` what must be durable before going on, `post` what may follow."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from observability.ledger.ids import uuid7
from observability.ledger.line import LedgerFailed, Line
from observability.ledger.link import Launch, process
from observability.ledger.records import Event, Intent, Value
from observability.scribe.frames import LONGEST
from observability.scribe.messages import Report
from observability.scribe.scribe import Durability, Settings

_UNANSWERED = 32 << 20  # bytes sent and not yet dealt with above which posted records are given up


class Writable(Protocol):
    """A record: it has a kind and becomes one JSON object."""

    @property
    def kind(self) -> str: ...

    def to_bytes(self) -> bytes: ...


class Ledger:
    """The records of one worker. Made by `Ledger.open`; used from one event loop only."""

    def __init__(self, line: Line, settings: Settings, reserve_bytes: int, stall_seconds: float) -> None:
        self._line, self._settings, self._reserve, self._stall = line, settings, reserve_bytes, stall_seconds
        self._closed = False
        self.refused = 0
        self._lost = 0

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        durability: Durability = "fsync",
        clock: Callable[[], datetime],
        worker: str = "w0",
        reserve_bytes: int = 64 << 20,
        segment_bytes: int = 64 << 20,
        segment_seconds: float = 3600.0,
        tick_seconds: float = 1.0,
        stall_seconds: float = 5.0,
        launch: Launch = process,
    ) -> Ledger:
        """Start the scribe; return when it has recovered what an earlier run left and opened a new segment.

        durability: `fsync`: `write` returns when the record is on the disk. `write`: when the operating system has it
        (survives the end of our processes, not of the machine). `async`: at once. worker: letters, digits, dots; part
        of the file names. reserve_bytes: below this much free disk no new call is admitted; below twice as much
        `ready` is False. tick_seconds: how often the scribe looks at the disk and syncs what was only written.
        stall_seconds: records may wait this long without a word from the scribe before `ready` is False.
        Blocks; raises LedgerFailed.
        """
        if not worker.replace(".", "").isalnum():
            raise ValueError("a worker's name is letters, digits and dots")
        settings = Settings(
            str(folder.absolute()), worker, uuid7(), durability, segment_bytes, segment_seconds, tick_seconds
        )
        line = Line(launch, settings, lambda count: _restarted(clock(), count))
        try:
            line.open()
        except OSError as error:
            line.close("the ledger is closed")
            raise LedgerFailed(f"the scribe can't be started: {type(error).__name__}") from error
        if line.failed is not None:
            line.close("the ledger is closed")
            raise LedgerFailed(f"{folder}: {line.failed}")
        return cls(line, settings, reserve_bytes, stall_seconds)

    async def write(self, record: Writable) -> None:
        """Return when the record is as durable as was asked for. Raises LedgerFailed, and then nothing may leave.

        A record whose waiter is cancelled is written all the same.
        """
        why = self._refusal(record)
        if why is not None:
            self.refused += 1
            raise LedgerFailed(why)
        payload = _encoded(record)
        if self._settings.durability == "async":
            self._line.follow(payload)
        else:
            await self._line.waited(payload)

    def post(self, record: Writable) -> None:
        """Write the record with the next commit, 20 ms from now at the latest. Never waits, never raises."""
        if self._closed or self._line.unanswered > _UNANSWERED:
            self._lost += 1
            return
        try:
            self._line.follow(_encoded(record))
        except LedgerFailed:
            self._lost += 1

    async def flush(self) -> None:
        """Return when everything posted so far has been written. Raises LedgerFailed."""
        if self._closed or self._line.failed is not None:
            raise LedgerFailed(self._line.failed or "the ledger is closed")
        await self._line.waited(b"")

    def close(self) -> None:
        """Write what waits, seal the segment, end the scribe. Blocks for as long as the disk does."""
        if not self._closed:
            self._closed = True
            self._lost += self._line.close("the ledger is closed")

    @property
    def ready(self) -> bool:
        """Whether a call can be admitted and room is left. False well before the first refusal for lack of room."""
        line = self._line
        stalled = line.waiting and time.monotonic() - line.heard > self._stall
        return not (self._closed or line.failed or stalled or line.state.free < self.low)

    @property
    def failed(self) -> str | None:
        """Why nothing can be written now; None where all is well."""
        return self._line.failed

    @property
    def pending(self) -> int:
        """Records not yet dealt with."""
        return self._line.waiting

    @property
    def failures(self) -> int:
        """Errors of the disk and deaths of the scribe since the start."""
        return self._line.failures

    @property
    def lost(self) -> int:
        """Records given up since the start; never one that a call waited for."""
        return self._lost + self._line.state.lost

    @property
    def scribe(self) -> int | None:
        """Process id of the scribe; None where there is none now."""
        return self._line.scribe

    @property
    def free(self) -> int:
        """Bytes left on the disk, as of the last report."""
        return self._line.state.free

    @property
    def low(self) -> int:
        """Bytes left on the disk below which `ready` is False."""
        return 2 * self._reserve

    def on_commit(self, told: Callable[[Report], None]) -> None:
        """Be told of every commit, on the event loop."""
        self._line.on_commit = told

    def on_segment(self, told: Callable[[], None]) -> None:
        """Be told, on the event loop, when a segment has begun."""
        self._line.on_segment = told

    @property
    def worker(self) -> str:
        """The worker whose records these are."""
        return self._settings.worker

    def summary(self) -> dict[str, Value]:
        """The state in plain values, for `ecluse status`."""
        line = self._line
        return {
            "ready": self.ready,
            "failed": line.failed,
            "durability": self._settings.durability,
            "folder": self._settings.folder,
            "worker": self._settings.worker,
            "segments": line.state.segments,
            "commits": line.commits,
            "pending": line.waiting,
            "refused": self.refused,
            "failures": line.failures,
            "lost": self.lost,
            "recovered": line.state.recovered,
            "restarts": line.restarts,
            "last_commit_ms": round(line.last.seconds * 1000, 3),
            "last_sync_ms": round(line.last.sync * 1000, 3),
            "disk_free": line.state.free,
            "disk_reserve": self._reserve,
        }

    def _refusal(self, record: Writable) -> str | None:
        """Why the record can't be taken, None where it can. The reserve is for what follows on admitted calls."""
        if self._closed:
            return "the ledger is closed"
        if self._line.failed is not None:
            return self._line.failed
        if self._line.state.free < self._reserve and record.kind == Intent.kind:
            return "the disk is nearly full"
        return None


def _encoded(record: Writable) -> bytes:
    try:
        payload = record.to_bytes()
    except (TypeError, ValueError):
        # Without the cause: its words could quote the value.
        raise LedgerFailed(f"a {record.kind} record that is not JSON") from None
    if len(payload) > LONGEST:
        raise LedgerFailed(f"a {record.kind} record of {len(payload)} bytes")
    return payload


def _restarted(now: datetime, count: int) -> bytes:
    return Event(at=now, event="ledger.scribe_restarted", detail={"sent_again": count}).to_bytes()
