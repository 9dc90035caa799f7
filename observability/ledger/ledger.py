"""The ledger as the gateway holds it: `write` what must be durable before going on, `post` what may follow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

from observability.ledger.commit import Commit, Committer, Durability, LedgerFailed, Waiting
from observability.ledger.disk import Disk
from observability.ledger.frames import LONGEST
from observability.ledger.ids import uuid7
from observability.ledger.records import Event, Intent, Value
from observability.ledger.recovery import sweep, unsealed
from observability.ledger.segments import Segment

_STALLED = 5.0  # seconds that a commit may take before the ledger no longer counts as ready
_LINGER = 0.02  # seconds that a posted record waits for a commit to join before it gets one of its own


class Writable(Protocol):
    """A record: it has a kind and becomes one JSON object."""

    @property
    def kind(self) -> str: ...

    def to_bytes(self) -> bytes: ...


class Ledger:
    """The records of one worker. Made by `Ledger.open`; used from one event loop only."""

    def __init__(self, reserve_bytes: int, durability: Durability) -> None:
        self._reserve = reserve_bytes
        self._durability = durability
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waking = self._lingering = self._closed = False
        self._committer: Committer  # set by `open`
        self.refused = 0
        self.lost = 0
        self.recovered = 0
        self.on_commit: Callable[[Commit], None] | None = None

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
        disk: Disk | None = None,
    ) -> Ledger:
        """Recover what an earlier run left, open a new segment, start the writing thread.

        durability: `fsync`: `write` returns when the record is on the disk. `write`: when the operating system has it
        (survives the end of the process, not of the machine). `async`: at once (survives nothing that happens before
        the next commit). worker: letters, digits, dots; part of the file names. reserve_bytes: below this much free
        disk no new call is admitted; below twice as much `ready` is False. tick_seconds: how often the thread looks at
        the disk and syncs what was only written. Raises LedgerFailed.
        """
        disk = disk or Disk()
        ledger = cls(reserve_bytes, durability)
        incarnation, number = uuid7(), 0

        def create(previous: str | None) -> Segment:
            nonlocal number
            number += 1
            return Segment.create(
                disk, folder, worker=worker, incarnation=incarnation, number=number, previous=previous, now=clock()
            )

        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sweep(disk, folder)
            segment = create(None)
            ledger.recovered = _recover(disk, folder, segment, clock)
            ledger._committer = Committer(
                disk, folder, segment, create=create, clock=clock, durability=durability, segment_bytes=segment_bytes,
                segment_seconds=segment_seconds, tick_seconds=tick_seconds, settle=ledger._settle,
            )  # fmt: skip
        except OSError as error:
            raise LedgerFailed(f"{folder} can't be opened: {type(error).__name__} {error.errno}") from error
        ledger._committer.start()
        return ledger

    async def write(self, record: Writable) -> None:
        """Return when the record is as durable as was asked for. Raises LedgerFailed, and then nothing may leave.

        A record whose waiter is cancelled is written all the same.
        """
        why = self._refusal(record)
        if why is not None:
            self.refused += 1
            raise LedgerFailed(why)
        payload = _encoded(record)
        if self._durability == "async":
            self._follow(payload)
            return
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._committer.add(Waiting(payload, future))
        if not self._waking:
            # At the end of this turn of the loop: what other calls write in the same turn joins the commit, and the
            # thread gets the interpreter's lock when the loop goes to sleep, not before.
            self._waking = True
            self._loop = loop
            loop.call_soon(self._wake)
        await future

    def post(self, record: Writable) -> None:
        """Write the record with the next commit, 20 ms from now at the latest. Never waits, never raises."""
        try:
            payload = _encoded(record)
        except LedgerFailed:
            self.lost += 1
            return
        if self._closed:
            self.lost += 1
        else:
            self._follow(payload)

    def _follow(self, payload: bytes) -> None:
        """Let the record join the next commit, or make one soon."""
        self._committer.add(Waiting(payload, None))
        if self._lingering or self._waking:
            return
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:  # no loop runs: start and stop
            self._committer.wake()
            return
        self._lingering = True
        self._loop.call_later(_LINGER, self._lingered)

    async def flush(self) -> None:
        """Return when everything posted so far has been written. Raises LedgerFailed."""
        self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        self._committer.add(Waiting(b"", future))
        self._committer.wake()
        await future

    def close(self) -> None:
        """Write what waits, seal the segment, end the thread. Blocks for as long as the disk does."""
        if not self._closed:
            self._closed = True
            self._committer.close()

    @property
    def ready(self) -> bool:
        """Whether a call can be admitted and room is left. False well before the first refusal for lack of room."""
        state = self._committer
        stalled = state.busy_since and time.monotonic() - state.busy_since > _STALLED
        return not (self._closed or state.failed or stalled or state.free < 2 * self._reserve)

    @property
    def pending(self) -> int:
        """Records that wait for the writing thread."""
        return self._committer.waiting

    def summary(self) -> dict[str, Value]:
        """The state in plain values, for `ecluse status`."""
        state = self._committer
        return {
            "ready": self.ready, "failed": state.failed, "durability": self._durability, "segment": state.segment,
            "segments": state.segments + 1, "commits": state.commits, "pending": state.waiting,
            "refused": self.refused, "failures": state.failures, "lost": state.lost + self.lost,
            "recovered": self.recovered,
            "last_commit_ms": round(state.last.seconds * 1000, 3), "last_sync_ms": round(state.last.sync * 1000, 3),
            "disk_free": state.free, "disk_reserve": self._reserve,
        }  # fmt: skip

    def _refusal(self, record: Writable) -> str | None:
        """Why the record can't be taken, None where it can. The reserve is for what follows on admitted calls."""
        if self._closed:
            return "the ledger is closed"
        if self._committer.failed is not None:
            return self._committer.failed
        if self._committer.free < self._reserve and record.kind == Intent.kind:
            return "the disk is nearly full"
        return None

    def _wake(self) -> None:
        self._waking = False
        self._committer.wake()

    def _lingered(self) -> None:
        self._lingering = False
        if self._committer.waiting:
            self._committer.wake()

    def _settle(self, taken: list[Waiting], commit: Commit | None, why: str | None) -> None:
        """From the writing thread: hand all waiters back in one wake-up of the loop."""
        loop = self._loop
        if loop is None or (self.on_commit is None and all(waiting.future is None for waiting in taken)):
            return
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(self._settled, taken, commit, why)

    def _settled(self, taken: list[Waiting], commit: Commit | None, why: str | None) -> None:
        _resolve(taken, why)
        if commit is not None and self.on_commit is not None:
            self.on_commit(commit)


def _resolve(taken: Iterable[Waiting], why: str | None) -> None:
    for waiting in taken:
        future = waiting.future
        if future is None or future.done():
            continue
        if why is None:
            future.set_result(None)
        else:
            future.set_exception(LedgerFailed(why))


def _encoded(record: Writable) -> bytes:
    try:
        payload = record.to_bytes()
    except (TypeError, ValueError):
        # Without the cause: its words could quote the value.
        raise LedgerFailed(f"a {record.kind} record that is not JSON") from None
    if len(payload) > LONGEST:
        raise LedgerFailed(f"a {record.kind} record of {len(payload)} bytes")
    return payload


def _recover(disk: Disk, folder: Path, segment: Segment, clock: Callable[[], datetime]) -> int:
    """Write what will be cut, then cut it. Returns how many segments were recovered."""
    found = list(unsealed(disk, folder))
    if found:
        segment.append([Event.to_bytes(one.event(clock())) for one in found])
        segment.sync()
    for one in found:
        one.finish(disk, clock())
    return len(found)
