"""A running scribe and our end of its socket pair: starting it, sending without ever waiting."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from socket import AF_UNIX, SHUT_WR, SOCK_STREAM, socket, socketpair
from typing import Protocol

import observability
from observability.scribe.scribe import Settings

_ROOT = Path(observability.__file__).parents[1]
_MAIN = (
    "import sys; sys.path.append(sys.argv[1]); from observability.scribe.scribe import serve; "
    "serve(int(sys.argv[2]), sys.argv[3])"
)


class Child(Protocol):
    """What writes at the other end: a process, in tests a thread."""

    def wait(self, timeout: float | None = None) -> object:
        """Return when it has ended. Raises subprocess.TimeoutExpired."""


Launch = Callable[[socket, Settings], Child]  # is given its end of the pair, which it must not close


def process(end: socket, settings: Settings) -> Child:
    """Start the scribe as a process of its own.

    In a session of its own, so that Ctrl-C and a signal to our group reach us alone: it ends when we close the line,
    after it has written what we sent. Isolated and without site packages, so that it starts fast.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-I", "-S", "-c", _MAIN, str(_ROOT), str(end.fileno()), json.dumps(settings._asdict())],
        pass_fds=(end.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


class Link:
    """Made by starting a scribe. Raises OSError."""

    def __init__(self, launch: Launch, settings: Settings) -> None:
        self.socket, end = socketpair(AF_UNIX, SOCK_STREAM)
        try:
            self._child = launch(end, settings)
        except OSError:
            self.socket.close()
            raise
        finally:
            end.close()
        self.socket.setblocking(False)
        self._unsent = bytearray()

    @property
    def pid(self) -> int | None:
        """Of the scribe's process."""
        return self._child.pid if isinstance(self._child, subprocess.Popen) else None

    def first_word(self, size: int, seconds: float) -> bytes:
        """Block until the scribe has said `size` bytes. Raises OSError where it ends before or takes too long."""
        self.socket.settimeout(seconds)
        words = b""
        while len(words) < size:
            more = self.socket.recv(size - len(words))
            if not more:
                raise BrokenPipeError("the scribe ended")
            words += more
        self.socket.setblocking(False)
        return words

    def send(self, data: bytes) -> bool:
        """Send what the socket takes now and keep the rest. True when nothing is left. Raises OSError: it is gone."""
        if self._unsent:
            self._unsent += data
            data = bytes(self._unsent)
        try:
            sent = self.socket.send(data)
        except BlockingIOError:
            sent = 0
        if sent == len(data) and not self._unsent:
            return True
        self._unsent = bytearray(data[sent:])
        return not self._unsent

    def finish(self, seconds: float) -> None:
        """Send the rest and say that no more comes; blocks. What the scribe says until its end can still be read."""
        self.socket.settimeout(seconds)
        self.socket.sendall(self._unsent)
        self.socket.shutdown(SHUT_WR)

    def close(self, seconds: float) -> None:
        """Close our end and wait for the scribe to end."""
        self.socket.close()
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return  # stuck in the disk; it ends when the disk answers
