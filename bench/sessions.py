"""Forty agents at once on one core: do their streams stay smooth while others' long turns are inspected?

    .venv/bin/python bench/sessions.py [--sessions 40] [--turns 6] [--body 117000]

Each session sends a body of 117 kB (tools and a history of its own, resent with every turn) with one new passage of
2 kB a turn, and reads a streamed answer of about 60 pieces, 20 ms apart. The gateway has CPU 0, the simulated vendor
and the sessions CPU 1. A gap is the time between two pieces at the client; beside it the same without the gateway.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from installation import install

from gateway.identity.keyring import Keyring
from gateway.identity.keys import KeyGrant, KeyStore

PORT, VENDOR = 19082, 19083
PACE = 0.02
BAR = 50.0
_LETTERS = "abcdefghijklmnopqrstuvwxyzéèà"


def prose(rng: random.Random, size: int) -> str:
    """Words that no other text has."""
    words: list[str] = []
    length = 0
    while length < size:
        words.append("".join(rng.choices(_LETTERS, k=rng.randint(2, 9))))
        length += len(words[-1]) + 1
    return " ".join(words)


class Session:
    """One agent: its tools and history, and what it measured (milliseconds)."""

    def __init__(self, number: int, size: int, port: int, path: str, key: str) -> None:
        self._rng = random.Random(number)
        self._port, self._path, self._key = port, path, key
        self.gaps: list[float] = []
        self.first: list[float] = []
        part = size // 48
        self._tools = [
            {"type": "function", "function": {"name": f"t{i}", "description": prose(self._rng, part)}}
            for i in range(24)
        ]
        self._turns: list[dict[str, Any]] = [
            {"role": ("user", "assistant")[i % 2], "content": prose(self._rng, part)} for i in range(24)
        ]

    async def turn(self) -> None:
        """One question and its streamed answer, which becomes history."""
        text = f"{prose(self._rng, 2000)} [[sim:words=120,drip={PACE}]]"
        self._turns.append({"role": "user", "content": text})
        ask = {"model": "gpt-4o-mini", "stream": True, "messages": self._turns, "tools": self._tools}
        body = json.dumps(ask, ensure_ascii=False).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        head = f"POST {self._path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {self._key}"
        head += "\r\ncontent-type: application/json"
        writer.write(f"{head}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        sent = time.perf_counter()
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"the turn was answered {status!r}")
        await self._listen(reader, sent)
        writer.close()
        self._turns.append({"role": "assistant", "content": prose(self._rng, 400)})
        # What an agent forgets, so that the body keeps its size.
        del self._turns[:2]

    async def _listen(self, reader: asyncio.StreamReader, sent: float) -> None:
        last = 0.0
        while True:
            line = await reader.readuntil(b"\n")
            if line.startswith(b"data: [DONE]"):
                return
            if not line.startswith(b"data: ") or b'"content":"' not in line or b'"content":""' in line:
                continue
            now = time.perf_counter()
            if last:
                self.gaps.append((now - last) * 1e3)
            else:
                self.first.append((now - sent) * 1e3)
            last = now


async def run(sessions: list[Session], turns: int) -> None:
    """All sessions at once, begun over one second, one turn after the other."""

    async def live(session: Session, wait: float) -> None:
        await asyncio.sleep(wait)
        for _ in range(turns):
            await session.turn()

    await asyncio.gather(*(live(one, i / len(sessions)) for i, one in enumerate(sessions)))


def shown(label: str, values: list[float]) -> str:
    """Percentiles of a list of milliseconds."""
    found = sorted(values)

    def at(share: float) -> float:
        return found[min(int(len(found) * share), len(found) - 1)]

    return f"{label}: p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f}, max {found[-1]:.1f} ({len(found)} measured)"


def started(command: list[str], cpu: int) -> subprocess.Popen[bytes]:
    """A process on one processor."""
    return subprocess.Popen(["taskset", "-c", str(cpu), *command], stdout=subprocess.DEVNULL)


async def measure(arguments: argparse.Namespace, port: int, path: str, key: str) -> list[Session]:
    """New sessions against one server."""
    made = [Session(n, arguments.body, port, path, key) for n in range(arguments.sessions)]
    await run(made, arguments.turns)
    return made


async def main() -> None:
    """Prints gaps through the gateway and without it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--turns", type=int, default=6)
    parser.add_argument("--body", type=int, default=117_000, help="bytes of a turn")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {1})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = install(folder, vendor=f"http://127.0.0.1:{VENDOR}/measured/v1", port=PORT, metrics=19466)
        settings.state_dir.mkdir()
        store = KeyStore.open(settings.keys_file, Keyring.load(settings.keyring.dir), settings.organisation)
        key = store.issue(KeyGrant(user="load", team="bench"), datetime.now(UTC))[1]
        ecluse = str(Path(sys.executable).parent / "ecluse")
        vendor = started(
            [sys.executable, "-m", "adapters.vendors.simulator", "--port", str(VENDOR), "--names", "measured"], 1
        )
        gateway = started([ecluse, "serve", "--config", str(folder / "config.yaml")], 0)
        try:
            await asyncio.sleep(4)
            direct = await measure(arguments, VENDOR, "/measured/v1/chat/completions", "x")
            through = await measure(arguments, PORT, "/v1/chat/completions", key)
        finally:
            for process in (gateway, vendor):
                process.send_signal(signal.SIGTERM)
                process.wait(30)
    for label, sessions in (("directly", direct), ("through the gateway", through)):
        print(shown(f"gap {label}", [gap for one in sessions for gap in one.gaps]))
        print(shown(f"first piece {label}", [first for one in sessions for first in one.first]))
    print(f"bar: gap through the gateway p99 <= {BAR:.0f} ms at a pace of {PACE * 1e3:.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
