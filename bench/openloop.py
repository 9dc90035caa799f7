"""Calls that come at their own pace, whatever becomes of those before: the load of `bench/overload.py`.

Each call takes an idle connection or opens one. What a caller sees is written down: status, the time to the first part
of the answer, the time to its end; how late a call was sent tells whether the load kept its pace.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

SHED = 503


@dataclass
class Seen:
    """What callers of one class saw. first, total: seconds, of those served. shed: seconds to the refusal."""

    offered: int = 0
    first: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)
    shed: list[float] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    without_retry_after: int = 0
    other: dict[str, int] = field(default_factory=dict)


class Load:
    """Sends calls to one port. prompt: makes the text of the next call."""

    def __init__(self, port: int, keys: dict[str, str], prompt: Callable[[], str]) -> None:
        self.port, self.keys, self.prompt = port, keys, prompt
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.late: list[float] = []

    async def run(self, rate: float, seconds: float, mix: dict[str, float]) -> dict[str, Seen]:
        """`rate` calls a second for so long, in parts of `mix` by class, evenly spread; waits for all to end."""
        seen = {name: Seen() for name in mix}
        owed = dict.fromkeys(mix, 0.0)
        begun = time.monotonic()
        calls = []
        for number in range(int(rate * seconds)):
            for name, part in mix.items():
                owed[name] += part
            name = max(owed, key=owed.__getitem__)
            owed[name] -= 1.0
            body = self.body()
            due = begun + number / rate
            await asyncio.sleep(max(due - time.monotonic(), 0.0))
            self.late.append(time.monotonic() - due)
            seen[name].offered += 1
            calls.append(asyncio.create_task(self.call(self.keys[name], body, seen[name])))
        await asyncio.gather(*calls)
        return seen

    def body(self) -> bytes:
        """The next call's body."""
        ask = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": self.prompt()}]}
        return json.dumps(ask).encode()

    async def call(self, key: str, body: bytes, seen: Seen) -> None:
        """One call to its end."""
        sent = time.monotonic()
        try:
            reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection("127.0.0.1", self.port)
            head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n"
            writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            status, headers = await _head(reader)
            first, whole = await _body(reader, headers)
        except (OSError, asyncio.IncompleteReadError) as failed:
            seen.other[type(failed).__name__] = seen.other.get(type(failed).__name__, 0) + 1
            return
        ended = time.monotonic()
        if status == 200:
            seen.first.append(first - sent)
            seen.total.append(ended - sent)
        elif status == SHED:
            seen.shed.append(ended - sent)
            reason = str(json.loads(whole)["error"]["code"]) if whole else "full"
            seen.reasons[reason] = seen.reasons.get(reason, 0) + 1
            seen.without_retry_after += "retry-after" not in headers
        else:
            seen.other[str(status)] = seen.other.get(str(status), 0) + 1
        if headers.get("connection") == "close":
            writer.close()
        else:
            self.idle.append((reader, writer))


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    return int(lines[0].split()[1]), headers


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> tuple[float, bytes]:
    """Reads the body: when its first part was there, and all of it where it came whole."""
    if "content-length" in headers:
        whole = await reader.readexactly(int(headers["content-length"]))
        return time.monotonic(), whole
    first = 0.0
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
        first = first or time.monotonic()
    await reader.readline()
    return first, b""
