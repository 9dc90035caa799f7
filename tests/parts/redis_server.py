"""A real Redis of the test's own: started empty, frozen, killed, started again, by its process id alone."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

SERVER = shutil.which("redis-server")
_START_SECONDS = 10.0

needs_redis = pytest.mark.skipif(SERVER is None, reason="redis-server isn't installed (apt-get install redis-server)")
"""For tests that take a RedisServer."""


@dataclass
class RedisServer:
    """A server on a loopback port. folder: where its snapshots go; it saves none unless asked."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it; empty unless `folder` holds a snapshot. Returns when it takes connections."""
        assert SERVER is not None and self.process is None
        words = [SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*words, "--dir", str(self.folder)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                probe.sendall(b"PING\r\n")
                if probe.recv(16).startswith(b"+PONG"):
                    return
            time.sleep(0.02)
        self.kill()
        pytest.fail(f"redis-server didn't start: {(self.folder / 'redis.log').read_text()[-2000:]}")

    def freeze(self) -> None:
        """It keeps its connections and answers nobody."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on, with what it was sent meanwhile."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL: what it knew is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def command(self, *words: str) -> bytes:
        """One command by hand and what came back, as the protocol writes it."""
        parts = [f"*{len(words)}\r\n", *(f"${len(w.encode())}\r\n{w}\r\n" for w in words)]
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            line.sendall("".join(parts).encode())
            return line.recv(1 << 20)


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """A Redis that serves, on a free port; ended with the block however it fares."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    folder.mkdir(exist_ok=True)
    server = RedisServer(folder, port)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None:
            server.process.send_signal(signal.SIGCONT)
        server.kill()
