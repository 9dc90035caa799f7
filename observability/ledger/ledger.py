"""The ledger as the gateway holds it: `write` what must be durable before going on, `post` what may follow."""

from __future__ import annotations

import asyncio
import errno
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from observability.ledger.ids import uuid7
from observability.ledger.link import Launch, Link, process
from observability.ledger.records import Event, Intent, Value
from observability.scribe.frames import LONGEST
from observability.scribe.messages import HEADER, REPORT, Report
from observability.scribe.scribe import Durability, Settings

_STALLED = 5.0  # seconds without a word from the scribe before the ledger no longer counts as ready
_LINGER = 0.02  # seconds that a posted record waits for a commit to join before it gets one of its own
_UNANSWERED = 32 << 20  # bytes sent and not yet dealt with above which posted records are given up
_START = 30.0  # seconds that the scribe may take to recover and open its first segment


class LedgerFailed(Exception):
    """A record could not be written, or not so that it would survive. What it was for must not happen."""


class Writable(Protocol):
    """A record: it has a kind and becomes one JSON object."""

    @property
    def kind(self) -> str: ...

    def to_bytes(self) -> bytes: ...


class _Sent(NamedTuple):
    payload: bytes
    future: asyncio.Future[None] | None  # None: posted, nobody waits


class Ledger:
    """The records of one worker. Made by `Ledger.open`; used from one event loop only."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime], reserve_bytes: int, launch: Launch) -> None:
        self._settings, self._clock, self._reserve, self._launch = settings, clock, reserve_bytes, launch
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: list[bytes] = []  # not yet handed to the socket
        self._sent: deque[_Sent] = deque()  # not yet dealt with by the scribe
        self._unanswered = 0
        self._heard = self._launched = 0.0
        self._waking = self._lingering = self._closed = False
        self._words = bytearray()
        self._state = Report(0, 0, 0, 0, 0.0, 0.0, 0, 0, 0, 0)
        self._failed: str | None = None
        self.commits = self.failures = self.refused = self.lost = self.restarts = 0
        self.last = self._state
        self.on_commit: Callable[[Report], None] | None = None
        self._link: Link | None = None

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
        launch: Launch = process,
    ) -> Ledger:
        """Start the scribe; return when it has recovered what an earlier run left and opened a new segment.

        durability: `fsync`: `write` returns when the record is on the disk. `write`: when the operating system has it
        (survives the end of our processes, not of the machine). `async`: at once. worker: letters, digits, dots; part
        of the file names. reserve_bytes: below this much free disk no new call is admitted; below twice as much
        `ready` is False. tick_seconds: how often the scribe looks at the disk and syncs what was only written.
        Blocks; raises LedgerFailed.
        """
        settings = Settings(
            str(folder.absolute()), worker, uuid7(), durability, segment_bytes, segment_seconds, tick_seconds
        )
        ledger = cls(settings, clock, reserve_bytes, launch)
        try:
            ledger._start()
            ledger._await_first_word()
        except OSError as error:
            ledger.close()
            raise LedgerFailed(f"the scribe can't be started: {_named(error.errno or 0)}") from error
        if ledger._failed is not None:
            ledger.close()
            raise LedgerFailed(f"{folder} can't be written: {ledger._failed}")
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
        if self._settings.durability == "async":
            self._follow(payload)
            return
        await self._waited(payload)

    def post(self, record: Writable) -> None:
        """Write the record with the next commit, 20 ms from now at the latest. Never waits, never raises."""
        try:
            payload = _encoded(record)
        except LedgerFailed:
            self.lost += 1
            return
        if self._closed or self._unanswered > _UNANSWERED:
            self.lost += 1
        else:
            self._follow(payload)

    async def flush(self) -> None:
        """Return when everything posted so far has been written. Raises LedgerFailed."""
        await self._waited(b"")

    def close(self) -> None:
        """Write what waits, seal the segment, end the scribe. Blocks for as long as the disk does."""
        if self._closed:
            return
        self._closed = True
        link, self._link = self._link, None
        if link is None:
            self._give_up("the ledger is closed")
            return
        self._unbind(link)
        with suppress(OSError):
            link.send(b"".join(self._queue))
            self._queue.clear()
            link.finish(_START)
            while words := link.socket.recv(65536):
                self._hear(words)
        link.close()
        self._give_up("the ledger is closed")

    @property
    def ready(self) -> bool:
        """Whether a call can be admitted and room is left. False well before the first refusal for lack of room."""
        stalled = self._sent and time.monotonic() - self._heard > _STALLED
        return not (self._closed or self._failed or stalled or self._state.free < 2 * self._reserve)

    @property
    def pending(self) -> int:
        """Records that the scribe has not yet dealt with."""
        return len(self._sent)

    @property
    def failed(self) -> str | None:
        """Why nothing can be written now; None where all is well."""
        return self._failed

    @property
    def free(self) -> int:
        """Bytes left on the disk, as of the last report."""
        return self._state.free

    @property
    def given_up(self) -> int:
        """Records that were lost since the start; never one that a call waited for."""
        return self.lost + self._state.lost

    def summary(self) -> dict[str, Value]:
        """The state in plain values, for `ecluse status`."""
        return {
            "ready": self.ready,
            "failed": self._failed,
            "durability": self._settings.durability,
            "folder": self._settings.folder,
            "worker": self._settings.worker,
            "segments": self._state.segments,
            "commits": self.commits,
            "pending": self.pending,
            "refused": self.refused,
            "failures": self.failures,
            "lost": self.given_up,
            "recovered": self._state.recovered,
            "restarts": self.restarts,
            "last_commit_ms": round(self.last.seconds * 1000, 3),
            "last_sync_ms": round(self.last.sync * 1000, 3),
            "disk_free": self._state.free,
            "disk_reserve": self._reserve,
        }

    def _refusal(self, record: Writable) -> str | None:
        """Why the record can't be taken, None where it can. The reserve is for what follows on admitted calls."""
        if self._closed:
            return "the ledger is closed"
        if self._failed is not None:
            return self._failed
        if self._state.free < self._reserve and record.kind == Intent.kind:
            return "the disk is nearly full"
        return None

    # -- sending

    async def _waited(self, payload: bytes) -> None:
        loop = self._loop
        if loop is None or not loop.is_running():
            loop = self._bind()
        future = loop.create_future()
        self._add(payload, future)
        if not self._waking:
            # At the end of this turn of the loop, so that what other calls write in the same turn joins the commit.
            self._waking = True
            loop.call_soon(self._wake)
        await future

    def _follow(self, payload: bytes) -> None:
        """Let the record join the next commit, or make one soon."""
        self._add(payload, None)
        if self._lingering or self._waking:
            return
        try:
            loop = self._bind()
        except RuntimeError:  # no loop runs: start and stop
            self._push()
            return
        self._lingering = True
        loop.call_later(_LINGER, self._lingered)

    def _add(self, payload: bytes, future: asyncio.Future[None] | None) -> None:
        if not self._sent:
            self._heard = time.monotonic()
        self._queue.append(HEADER.pack(len(payload), future is not None))
        self._queue.append(payload)
        self._sent.append(_Sent(payload, future))
        self._unanswered += len(payload)

    def _wake(self) -> None:
        self._waking = False
        self._push()

    def _lingered(self) -> None:
        self._lingering = False
        self._push()

    def _push(self) -> None:
        if self._link is None or not self._queue:
            return
        data = b"".join(self._queue)
        self._queue.clear()
        try:
            if not self._link.send(data) and self._loop is not None:
                self._loop.add_writer(self._link.socket, self._drain)
        except OSError:
            self._gone()

    def _drain(self) -> None:
        """The socket takes more."""
        if self._link is None or self._loop is None:
            return
        try:
            if self._link.send(b""):
                self._loop.remove_writer(self._link.socket)
        except OSError:
            self._gone()

    # -- hearing

    def _bind(self) -> asyncio.AbstractEventLoop:
        """Listen to the scribe on the loop that runs now. RuntimeError where none runs."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            self._lingering = self._waking = False
            if self._link is not None:
                loop.add_reader(self._link.socket, self._readable)
        return loop

    def _unbind(self, link: Link) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(link.socket)
            self._loop.remove_writer(link.socket)

    def _readable(self) -> None:
        assert self._link is not None
        try:
            words = self._link.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            words = b""
        if words:
            self._hear(words)
        else:
            self._gone()

    def _hear(self, words: bytes) -> None:
        self._heard = time.monotonic()
        self._words += words
        while len(self._words) >= REPORT.size:
            report = Report(*REPORT.unpack_from(self._words))
            del self._words[: REPORT.size]
            self._settle(report)

    def _settle(self, report: Report) -> None:
        """Hand back all who waited for this commit."""
        answered, self._state = report.done - self._state.done, report
        self._failed = f"{_named(report.error)} on writing" if report.error else None
        self.failures += report.error != 0
        for _ in range(answered):
            payload, future = self._sent.popleft()
            self._unanswered -= len(payload)
            if future is not None:
                _resolve(future, self._failed)
        if report.records and not report.error:
            self.commits += 1
            self.last = report
            if self.on_commit is not None:
                self.on_commit(report)

    # -- the scribe's life

    def _start(self) -> None:
        """Start a scribe. Raises OSError."""
        self._launched = time.monotonic()
        self._words.clear()
        self._state = self._state._replace(done=0)
        self._link = Link(self._launch, self._settings)
        self._link.socket.setblocking(False)

    def _await_first_word(self) -> None:
        assert self._link is not None
        self._link.socket.settimeout(_START)
        words = b""
        while len(words) < REPORT.size:
            more = self._link.socket.recv(REPORT.size - len(words))
            if not more:
                raise OSError(errno.EPIPE, "the scribe ended")
            words += more
        self._hear(words)
        self._link.socket.setblocking(False)

    def _gone(self) -> None:
        """The scribe died: refuse all who wait, start another, give it what was posted."""
        link, self._link = self._link, None
        if link is None:
            return
        self._unbind(link)
        link.close()
        self.failures += 1
        self._failed = "the scribe ended"
        self._refuse(self._failed)
        self._restart()

    def _restart(self) -> None:
        """Start another scribe, once a tick at most. It says when it can write; `failed` stands until then."""
        if self._closed or self._loop is None:
            return
        rest = self._launched + self._settings.tick_seconds - time.monotonic()
        if rest > 0:
            self._loop.call_later(rest, self._restart)
            return
        self.restarts += 1
        try:
            self._start()
        except OSError as error:
            self._failed = f"the scribe can't be started: {_named(error.errno or 0)}"
            self._loop.call_later(self._settings.tick_seconds, self._restart)
            return
        assert self._link is not None
        self._loop.add_reader(self._link.socket, self._readable)
        self._resend()

    def _resend(self) -> None:
        """Again what was posted and may not have been written; a reader drops what comes twice."""
        kept, self._sent = self._sent, deque()
        self._queue.clear()
        self._unanswered = 0
        for payload, _ in kept:
            self._add(payload, None)
        self._add(
            Event(at=self._clock(), event="ledger.scribe_restarted", detail={"resent": len(kept)}).to_bytes(), None
        )
        self._push()

    def _refuse(self, why: str) -> None:
        """Fail all who wait; posted records stay."""
        for _, future in self._sent:
            if future is not None:
                _resolve(future, why)
        self._sent = deque(sent for sent in self._sent if sent.future is None)
        self._unanswered = sum(len(sent.payload) for sent in self._sent)

    def _give_up(self, why: str) -> None:
        self._refuse(why)
        self.lost += len(self._sent)
        self._sent.clear()


def _resolve(future: asyncio.Future[None], why: str | None) -> None:
    with suppress(RuntimeError):  # its loop is closed: nobody waits any more
        if future.done():
            return
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


def _named(number: int) -> str:
    return errno.errorcode.get(number, f"error {number}")
