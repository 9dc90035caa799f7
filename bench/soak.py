"""Memory over many calls: flat, or there is a leak.

    .venv/bin/python bench/soak.py                  # 100,000 calls and 10,000 aborted streams, about five minutes
    .venv/bin/python bench/soak.py 10000 1000

Serves the simulators in a process of its own, on ports of its own; prints resident memory of the serving process, open
files and upstream connections as it goes.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from installation import install

from gateway.identity.keyring import Keyring
from gateway.identity.keys import KeyGrant, KeyStore

PORT = 19081


def request(key: str, text: str, stream: bool) -> bytes:
    """A chat completion as bytes on the wire."""
    ask = {"model": "gpt-4o", "stream": stream, "messages": [{"role": "user", "content": text}]}
    body = json.dumps(ask).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n"
    return head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body


async def call(key: str, numbers: range) -> None:
    """Whole answers, one after the other on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    for number in numbers:
        writer.write(request(key, f"Dossier {number}: bonjour", False))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
    writer.close()
    await writer.wait_closed()


async def leave(key: str, numbers: range) -> None:
    """Streams that the client leaves: every second one before the first byte."""
    for number in numbers:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        text = f"[[sim:words=200]] [[sim:drip=0.02]] {number}"
        writer.write(request(key, text, True))
        await writer.drain()
        if number % 2:
            await reader.readexactly(500)
        writer.close()
        await writer.wait_closed()


def state(pid: int) -> str:
    """Memory and open files of the process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return f"{pages * os.sysconf('SC_PAGE_SIZE') / 2**20:.1f} MB, {len(os.listdir(f'/proc/{pid}/fd'))} open files"


async def main() -> None:
    """Runs both loads in ten steps each."""
    calls, aborts = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (100_000, 10_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = install(folder, vendor="http://127.0.0.1:1/v1", port=PORT, durability="write", metrics=19465)
        settings.state_dir.mkdir()
        store = KeyStore.open(settings.keys_file, Keyring.load(settings.keyring.dir), settings.organisation)
        key = store.issue(KeyGrant(user="soak", team="bench"), datetime.now(UTC))[1]
        command = [Path(sys.executable).parent / "ecluse", "serve", "--config", folder / "config.yaml"]
        gateway = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            await asyncio.sleep(3)
            await call(key, range(200))
            print(f"after 200 calls: {state(gateway.pid)}", flush=True)
            for load, total, label in ((call, calls, "calls"), (leave, aborts, "aborted streams")):
                step = total // 10 // 20
                for done in range(10):
                    first = done * total // 10
                    spans = [range(first + i * step, first + (i + 1) * step) for i in range(20)]
                    await asyncio.gather(*(load(key, span) for span in spans))
                    await asyncio.sleep(0.2)
                    print(f"after {(done + 1) * step * 20:,} {label}: {state(gateway.pid)}", flush=True)
            await asyncio.sleep(2)
            print(f"at rest: {state(gateway.pid)}")
        finally:
            gateway.send_signal(signal.SIGTERM)
            gateway.wait(30)


if __name__ == "__main__":
    asyncio.run(main())
