"""The gateway's side of the line to the scribe: the queue of records, who waits for which, and the scribe's life."""

from __future__ import annotations

import asyncio
import errno
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from observability.ledger.link import Launch, Link
from observability.scribe.messages import HEADER, REPORT, Report
from observability.scribe.scribe import Settings

_LINGER = 0.02  # seconds that a posted record waits for a commit to join before it gets one of its own
_START = 30.0  # seconds that the scribe may take to recover and open its first segment, or to finish


class LedgerFailed(Exception):
    """A record could not be written, or not so that it would survive. What it was for must not happen."""


class _Sent(NamedTuple):
    payload: bytes
    future: asyncio.Future[None] | None  # None: posted, nobody waits


class Line:
    """Records on their way to one scribe, in their order.

    state: the scribe's last report. last: that of its last commit. failed: why nothing can be written now, else None.
    heard: when the scribe last said something, or the queue was last empty (monotonic seconds). unanswered: bytes not
    yet dealt with. failures, commits, restarts: since the start.
    """

    def __init__(self, launch: Launch, settings: Settings, restarted: Callable[[int], bytes]) -> None:
        """restarted: makes the record of a restart, given how many records were sent again."""
        self._launch, self._settings, self._restarted = launch, settings, restarted
        self._loop: asyncio.AbstractEventLoop | None = None
        self._link: Link | None = None
        self._queue: list[bytes] = []  # not yet handed to the socket
        self._sent: deque[_Sent] = deque()  # not yet dealt with by the scribe
        self._words = bytearray()
        self._waking = self._lingering = self._closed = False
        self._launched = self.heard = 0.0
        self.unanswered = self.failures = self.commits = self.restarts = 0
        self.state = self.last = Report(0, 0, 0, 0, 0.0, 0.0, 0, 0, 0, 0)
        self.failed: str | None = None
        self.on_commit: Callable[[Report], None] | None = None
        self.on_segment: Callable[[], None] | None = None

    @property
    def waiting(self) -> int:
        """Records not yet dealt with."""
        return len(self._sent)

    def open(self) -> None:
        """Start the scribe and block until it says how it stands (`failed`). Raises OSError."""
        self._start()
        assert self._link is not None
        self._hear(self._link.first_word(REPORT.size, _START))
        with suppress(RuntimeError):  # no loop runs yet: the first record will listen
            self._bind()

    # -- sending

    async def waited(self, payload: bytes) -> None:
        """Send the record and return when it is written. Raises LedgerFailed."""
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

    def follow(self, payload: bytes) -> None:
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
            self.heard = time.monotonic()
        self._queue += (HEADER.pack(len(payload), future is not None), payload)
        self._sent.append(_Sent(payload, future))
        self.unanswered += len(payload)

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

    @property
    def scribe(self) -> int | None:
        """Process id of the scribe; None where there is none now."""
        return self._link.pid if self._link is not None else None

    def _readable(self) -> None:
        if self._link is None:
            return
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
        self.heard = time.monotonic()
        self._words += words
        while len(self._words) >= REPORT.size:
            report = Report(*REPORT.unpack_from(self._words))
            del self._words[: REPORT.size]
            self._settle(report)

    def _settle(self, report: Report) -> None:
        """Hand back all who waited for this commit."""
        answered, begun = report.done - self.state.done, report.segments != self.state.segments
        self.state = report
        self.failed = f"{_named(report.error)} on writing" if report.error else None
        self.failures += report.error != 0
        for _ in range(answered):
            payload, future = self._sent.popleft()
            self.unanswered -= len(payload)
            if future is not None:
                _resolve(future, self.failed)
        if report.records and not report.error:
            self.commits += 1
            self.last = report
            if self.on_commit is not None:
                self.on_commit(report)
        if begun and self.on_segment is not None:
            self.on_segment()

    # -- the scribe's life

    def close(self, why: str) -> int:
        """Write what waits and end the scribe; blocks. Returns how many records could not be written any more."""
        self._closed = True
        link, self._link = self._link, None
        if link is not None:
            self._unbind(link)
            with suppress(OSError):
                link.send(b"".join(self._queue))
                link.finish(_START)
                while words := link.socket.recv(65536):
                    self._hear(words)
            link.close(_START)
        self._refuse(why)
        lost = len(self._sent)
        self._queue.clear()
        self._sent.clear()
        return lost

    def _start(self) -> None:
        """Start a scribe. Raises OSError."""
        self._launched = time.monotonic()
        self._words.clear()
        self.state = self.state._replace(done=0, segments=0)
        self._link = Link(self._launch, self._settings)

    def _gone(self) -> None:
        """The scribe died: refuse all who wait, start another, give it what was posted."""
        link, self._link = self._link, None
        if link is None:
            return
        self._unbind(link)
        link.close(0.1)
        self.failures += 1
        self.failed = "the scribe ended"
        self._refuse(self.failed)
        self._restart()

    def _restart(self) -> None:
        """Start another scribe, once a tick at most. `failed` stands until it says that it can write."""
        if self._closed or self._loop is None:
            return
        rest = self._launched + self._settings.tick_seconds - time.monotonic()
        if rest > 0:
            self._loop.call_later(rest, self._restart)
            return
        self.restarts += 1
        try:
            self._start()
        except OSError:
            self._loop.call_later(self._settings.tick_seconds, self._restart)
            return
        assert self._link is not None
        self._loop.add_reader(self._link.socket, self._readable)
        self._resend()

    def _resend(self) -> None:
        """Again what was posted and may not have been written; a reader drops what comes twice."""
        kept, self._sent = self._sent, deque()
        self._queue.clear()
        self.unanswered = 0
        for sent in kept:
            self._add(sent.payload, None)
        self._add(self._restarted(len(kept)), None)
        self._push()

    def _refuse(self, why: str) -> None:
        """Fail all who wait; posted records stay."""
        for sent in self._sent:
            if sent.future is not None:
                _resolve(sent.future, why)
        self._sent = deque(sent for sent in self._sent if sent.future is None)
        self.unanswered = sum(len(sent.payload) for sent in self._sent)


def _resolve(future: asyncio.Future[None], why: str | None) -> None:
    if future.done() or future.get_loop().is_closed():
        return
    if why is None:
        future.set_result(None)
    else:
        future.set_exception(LedgerFailed(why))


def _named(number: int) -> str:
    return errno.errorcode.get(number, f"error {number}")
