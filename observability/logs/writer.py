"""Lines to a stream that may be slow or stuck: written by a thread, so that the event loop never waits for a reader."""

from __future__ import annotations

import threading
from collections import deque
from typing import BinaryIO

MOST_BYTES = 4 << 20


class Writer:
    """A stream whose `write` never waits; BlockingIOError where too much waits already.

    most: bytes that may wait. lost: lines that were taken and couldn't be written.
    """

    def __init__(self, stream: BinaryIO, most: int = MOST_BYTES) -> None:
        self._stream, self._most = stream, most
        self._waiting: deque[bytes] = deque()
        self._bytes = self.lost = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def write(self, data: bytes) -> None:
        """Takes the data. Raises BlockingIOError where there is no room, ValueError after the end."""
        with self._changed:
            if self._closed:
                raise ValueError("the log is closed")
            if self._bytes + len(data) > self._most:
                raise BlockingIOError("the log's reader is too slow")
            self._waiting.append(data)
            self._bytes += len(data)
            if self._thread is None:  # not before the first line: a process may be split before
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
            self._changed.notify()

    def flush(self) -> None:
        """Nothing: what was taken is on its way."""

    def close(self, seconds: float) -> None:
        """Ends it when all is written, or after so many seconds: a reader that is stuck holds nothing up."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closed:
                        return
                    self._changed.wait()
                data = self._waiting[0]
            try:
                self._stream.write(data)
                self._stream.flush()
            except (OSError, ValueError):  # a full disk, a closed pipe
                self.lost += data.count(b"\n")
            with self._changed:
                self._waiting.popleft()
                self._bytes -= len(data)
