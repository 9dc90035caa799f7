"""The one thread that writes: takes everything that waits, writes it, syncs once, hands all waiters back at once.

Between threads every wake-up counts: a thread that comes back from the disk must first get the interpreter's lock, and
a busy event loop gives it up only when it goes to sleep or after `sys.getswitchinterval()`. So the loop wakes the
thread once per turn at most, and the thread wakes the loop once per commit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Literal, NamedTuple

from observability.ledger.disk import Disk
from observability.ledger.records import Event, Value
from observability.ledger.segments import Segment

Durability = Literal["fsync", "write", "async"]
_BACKLOG = 8 << 20  # bytes of posted records that are kept while nothing can be written


class LedgerFailed(Exception):  # noqa: N818 - reads as what happened
    """A record could not be written, or not so that it would survive. What it was for must not happen."""


class Waiting(NamedTuple):
    """A record on its way. future: who waits for it, None for a posted one. An empty payload only waits its turn."""

    payload: bytes
    future: asyncio.Future[None] | None


class Commit(NamedTuple):
    """What one turn of the thread wrote. seconds: from the first byte to the end of the sync; sync: the sync alone."""

    records: int
    size: int
    seconds: float
    sync: float


class Committer:
    """Owns the open segment. `add` and `wake` are for the event loop's thread only, all else is the thread's own.

    Attributes that others may read (each is written at once): commits, failures, lost (posted records given up),
    failed (why nothing can be written now, else None), busy_since (monotonic seconds, 0.0 when idle), free (bytes).
    """

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        segment: Segment,
        *,
        create: Callable[[str | None], Segment],
        clock: Callable[[], datetime],
        durability: Durability,
        segment_bytes: int,
        segment_seconds: float,
        tick_seconds: float,
        settle: Callable[[list[Waiting], Commit | None, str | None], None],
    ) -> None:
        self._disk, self._folder, self._create, self._clock, self._settle = disk, folder, create, clock, settle
        self._durability = durability
        self._segment: Segment | None = segment
        self._previous = segment.path.name
        self._limits = (segment_bytes, segment_seconds, tick_seconds)
        self._waiting: list[Waiting] = []
        self._gate = Lock()  # locked: nothing new since the thread last looked
        self._stop = False
        self._tried = self._synced = 0.0
        self.commits = self.failures = self.lost = self.segments = 0
        self.failed: str | None = None
        self.busy_since = 0.0
        self.last = Commit(0, 0, 0.0, 0.0)
        self.free = disk.free(folder)
        self._thread = Thread(target=self._run, name="ledger", daemon=True)

    @property
    def waiting(self) -> int:
        """Records not yet taken by the thread."""
        return len(self._waiting)

    @property
    def segment(self) -> str:
        """Name of the open segment, or of the last one."""
        return self._previous

    def start(self) -> None:
        """Begin to write."""
        self._gate.acquire()
        self._thread.start()

    def add(self, waiting: Waiting) -> None:
        """Put a record behind the others. It is written after the next `wake`, or after a tick."""
        self._waiting.append(waiting)

    def wake(self) -> None:
        """Let the thread look. Costs nothing where it has been told already or is at work."""
        if self._gate.locked():
            self._gate.release()

    def close(self) -> None:
        """Write what waits, seal the segment, end the thread."""
        self._stop = True
        self.wake()
        self._thread.join()
        self.lost += len(self._waiting)

    def _run(self) -> None:
        try:
            while not self._stop:
                self._gate.acquire(timeout=self._limits[2])
                self._turn()
                self._upkeep()
            self._turn()
            if self._segment is not None:
                with suppress(OSError):
                    self._segment.seal("close", self._clock())
        except BaseException as error:  # last line of defence: a dead thread must not leave callers waiting for ever
            self.failures += 1
            self.failed = f"ledger thread ended: {type(error).__name__}"
            self._refuse(self._take(), self.failed)
            raise

    def _take(self) -> list[Waiting]:
        # Two steps, each of which the interpreter does at once: what the loop appends in between stays.
        taken = self._waiting[:]
        del self._waiting[: len(taken)]
        return taken

    def _turn(self) -> None:
        """Write all that waits as one commit."""
        if not self._waiting:
            return
        self.busy_since = time.monotonic()
        taken = self._take()
        if self._segment is None and not self._reopen():
            self._refuse(taken, self.failed or "")
        else:
            self._commit(taken)
        self.busy_since = 0.0

    def _commit(self, taken: list[Waiting]) -> None:
        segment = self._segment
        assert segment is not None
        began = time.perf_counter()
        try:
            size = segment.append([waiting.payload for waiting in taken if waiting.payload])
            written = time.perf_counter()
            if self._durability == "fsync":
                segment.sync()
        except OSError as error:
            self._poison(segment, error)
            self._refuse(taken, self.failed or "")
            return
        ended = time.perf_counter()
        self.commits += 1
        self.free -= size
        self.last = Commit(len(taken), size, ended - began, ended - written)
        self._settle(taken, self.last, None)

    def _refuse(self, taken: list[Waiting], why: str) -> None:
        """Fail those who wait; keep the posted ones for the next segment, as many as fit."""
        kept, room = [], _BACKLOG
        for waiting in taken:
            if waiting.future is None:
                room -= len(waiting.payload)
                if room >= 0:
                    kept.append(waiting)
                else:
                    self.lost += 1
        self._waiting[:0] = kept
        refused = [waiting for waiting in taken if waiting.future is not None]
        if refused:
            self._settle(refused, None, why)

    def _poison(self, segment: Segment, error: OSError) -> None:
        """Never touch a segment again after an error: a second sync could say yes to pages that were dropped."""
        self.failures += 1
        self.failed = f"{type(error).__name__} {error.errno}: the segment can't be written"
        segment.abandon()
        self._segment = None
        self._tried = 0.0
        self._note("ledger.poisoned", segment=segment.path.name, errno=error.errno, durable_bytes=segment.durable)

    def _reopen(self) -> bool:
        """Try to go on with a new segment, once a tick at most."""
        if time.monotonic() - self._tried < self._limits[2]:
            return False
        self._tried = time.monotonic()
        try:
            self._open()
        except OSError as error:
            self.failures += 1
            self.failed = f"{type(error).__name__} {error.errno}: no new segment"
            return False
        self.failed = None
        if self.lost:
            self._note("ledger.lost", records=self.lost)
        return True

    def _open(self) -> None:
        self._segment = self._create(self._previous)
        self._previous = self._segment.path.name
        self.segments += 1

    def _upkeep(self) -> None:
        """What is due now and then: sync what was only written, rotate, look at the disk, try again after an error."""
        now = time.monotonic()
        segment = self._segment
        if segment is None:
            self._reopen()
            return
        if now - self._synced >= self._limits[2]:
            self._synced = now
            with suppress(OSError):
                self.free = self._disk.free(self._folder)
            try:
                segment.sync()
            except OSError as error:
                self._poison(segment, error)
                return
        self._rotate(segment)

    def _rotate(self, segment: Segment) -> None:
        size, age, _ = self._limits
        now = self._clock()
        if segment.size < size and (now - segment.opened).total_seconds() < age:
            return
        self._segment = None
        try:
            segment.seal("size" if segment.size >= size else "age", now)
        except OSError as error:
            self._poison(segment, error)
        self._tried = 0.0
        self._reopen()

    def _note(self, event: str, **detail: Value) -> None:
        """Record something about the ledger itself, with the next commit."""
        self._waiting.insert(0, Waiting(Event(at=self._clock(), event=event, detail=detail).to_bytes(), None))
