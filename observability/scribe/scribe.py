"""The writing loop: take every order that waits, write them, sync once, report once."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import Literal, NamedTuple

from observability.scribe.disk import Disk
from observability.scribe.messages import REPORT, Order, Report, orders
from observability.scribe.recovery import sweep, unsealed
from observability.scribe.segments import Segment, event

Durability = Literal["fsync", "write", "async"]
_CHUNK = 1 << 20  # bytes taken from the socket at once, so also about the largest commit
_BACKLOG = 8 << 20  # bytes of records without a waiter that are kept while nothing can be written


class Settings(NamedTuple):
    """How to write. The gateway hands it over as JSON on the command line."""

    folder: str
    worker: str
    incarnation: str
    durability: Durability
    segment_bytes: int
    segment_seconds: float
    tick_seconds: float


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


class Scribe:
    """Writes what comes over `link` until the other end closes it, also when that end was killed."""

    def __init__(
        self, link: socket, settings: Settings, *, disk: Disk | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._link, self._settings, self._disk, self._clock = link, settings, disk or Disk(), clock
        self._folder = Path(settings.folder)
        self._segment: Segment | None = None
        self._previous: str | None = None
        self._backlog: list[bytes] = []
        self._state = Report(0, 0, 0, 0, 0.0, 0.0, 0, 0, 0, 0)
        self._looked = 0.0
        self._told = 0  # lost records that an event has told of

    def run(self) -> None:
        """Open, recover, report; then write until the link closes; then seal."""
        self._link.settimeout(self._settings.tick_seconds)
        self._begin()
        buffer = bytearray()
        while self._receive(buffer):
            self._turn(orders(buffer))
            self._upkeep()
        self._turn(orders(buffer))
        if self._segment is None:
            self._reopen()
        if self._segment is not None:
            with suppress(OSError):
                self._segment.seal("close", self._clock())
        self._link.close()

    def _receive(self, buffer: bytearray) -> bool:
        """Wait for orders, a tick at most. False when none will come any more."""
        try:
            data = self._link.recv(_CHUNK)
        except TimeoutError:
            return True
        except OSError:
            return False
        buffer += data
        return bool(data)

    def _begin(self) -> None:
        """Recover what earlier runs left. What is cut is written down, durably, before it is cut."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sweep(self._disk, self._folder)
            segment = self._open()
            found = list(unsealed(self._disk, self._folder))
            if found:
                segment.append([one.event(self._clock()) for one in found])
                segment.sync()
            for one in found:
                one.finish(self._disk, self._clock())
        except OSError as error:
            self._drop()
            self._report(error=_number(error), free=self._free())
            return
        self._report(recovered=len(found), free=self._free())

    def _open(self) -> Segment:
        self._segment = segment = Segment.create(
            self._disk,
            self._folder,
            worker=self._settings.worker,
            incarnation=self._settings.incarnation,
            number=self._state.segments + 1,
            previous=self._previous,
            now=self._clock(),
        )
        self._previous = segment.path.name
        self._state = self._state._replace(segments=self._state.segments + 1)
        return segment

    def _turn(self, taken: list[Order]) -> None:
        """Write the orders as one commit."""
        if not taken:
            return
        done = self._state.done + len(taken)
        if self._segment is None:
            self._keep(taken)
            self._report(done=done, error=self._state.error or errno.EIO)
            return
        began = time.perf_counter()
        payloads = [order.payload for order in taken if order.payload]
        try:
            size = self._segment.append(payloads)
            written = time.perf_counter()
            if self._settings.durability == "fsync":
                self._segment.sync()
        except OSError as error:
            self._poison(error)
            self._keep(taken)
            self._report(done=done, error=_number(error))
            self._reopen()
            return
        ended = time.perf_counter()
        self._report(
            done=done,
            error=0,
            records=len(payloads),
            size=size,
            seconds=ended - began,
            sync=ended - written,
            free=self._state.free - size,
        )

    def _keep(self, taken: list[Order]) -> None:
        """Keep for the next segment what nobody waits for, as much as fits."""
        room = _BACKLOG - sum(map(len, self._backlog))
        for order in taken:
            if order.awaited or not order.payload:
                continue
            room -= len(order.payload)
            if room >= 0:
                self._backlog.append(order.payload)
            else:
                self._state = self._state._replace(lost=self._state.lost + 1)

    def _poison(self, error: OSError) -> None:
        """Never touch a segment again after an error: a second sync could say yes to pages that were dropped."""
        segment = self._segment
        assert segment is not None
        self._drop()
        self._backlog.insert(
            0,
            event(
                "ledger.poisoned",
                self._clock(),
                segment=segment.path.name,
                error=errno.errorcode.get(_number(error), "EIO"),
                durable_bytes=segment.durable,
            ),
        )

    def _drop(self) -> None:
        if self._segment is not None:
            self._segment.abandon()
        self._segment = None

    def _reopen(self) -> None:
        """Go on with a new segment, which begins with what could not be written. Tried again every tick."""
        try:
            segment = self._open()
            segment.append(self._backlog)
            if self._state.lost > self._told:
                segment.append([event("ledger.lost", self._clock(), records=self._state.lost)])
            segment.sync()
        except OSError as error:
            # A full disk fails here every tick: no file may stay behind each time.
            if self._segment is not None:
                self._segment.discard()
            self._segment = None
            self._report(error=_number(error), free=self._free())
            return
        self._told = self._state.lost
        self._backlog.clear()
        self._report(error=0, free=self._free())

    def _upkeep(self) -> None:
        """What is due now and then: sync what was only written, look at the disk, rotate, try again after an error."""
        now = time.monotonic()
        if now - self._looked >= self._settings.tick_seconds:
            self._looked = now
            if self._segment is None:
                self._reopen()
                return
            try:
                self._segment.sync()
            except OSError as error:
                self._poison(error)
                self._reopen()
                return
            free = self._free()
            if free != self._state.free:
                self._report(free=free)
        self._rotate()

    def _rotate(self) -> None:
        segment = self._segment
        if segment is None:
            return
        full = segment.size >= self._settings.segment_bytes
        now = self._clock()
        if not full and (now - segment.opened).total_seconds() < self._settings.segment_seconds:
            return
        try:
            segment.seal("size" if full else "age", now)
        except OSError as error:
            self._poison(error)
        self._segment = None
        self._reopen()

    def _free(self) -> int:
        try:
            return self._disk.free(self._folder)
        except OSError:
            return 0

    def _report(
        self,
        *,
        done: int | None = None,
        error: int | None = None,
        records: int = 0,
        size: int = 0,
        seconds: float = 0.0,
        sync: float = 0.0,
        free: int | None = None,
        recovered: int | None = None,
    ) -> None:
        """Tell the gateway."""
        last = self._state
        self._state = Report(
            last.done if done is None else done,
            last.error if error is None else error,
            records,
            size,
            seconds,
            sync,
            last.free if free is None else free,
            last.segments,
            last.recovered if recovered is None else recovered,
            last.lost,
        )
        try:
            self._link.sendall(REPORT.pack(*self._state))
        except OSError:
            # Gone, or deaf for so long that half a report may be on the line: end it, write what came before, stop.
            with suppress(OSError):
                self._link.shutdown(SHUT_RDWR)


def _number(error: OSError) -> int:
    return error.errno or errno.EIO


def serve(descriptor: int, settings: str) -> None:
    """The scribe's process: `settings` is a JSON object of Settings, `descriptor` its end of the socket pair."""
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # we end with the line, not before
        signal.signal(number, signal.SIG_IGN)
    link = socket(fileno=descriptor)
    Scribe(link, Settings(**json.loads(settings))).run()
