"""The processes beside `bench/telemetry.py`: a vendor that streams, a collector that swallows, clients that look on.

bench/beside.py vendor | collector              # prints its port
bench/beside.py clients PORT METRICS KEY COUNT   # prints what they saw
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Coroutine

EVENT_SECONDS, EVENTS = 0.1, 25
ROUNDS = 13
_CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def _event(delta: dict[str, str], stop: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": stop}
    data = f"data: {json.dumps({**_CHUNK, 'choices': [choice]})}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    return await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))


async def vend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection of the vendor: a long stream to who says so, a short one at once to everybody else."""
    try:
        while True:
            long = b"long" in await _request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            for _ in range(EVENTS if long else 3):
                writer.write(_event({"content": "mot "}))
                if long:
                    await asyncio.sleep(EVENT_SECONDS)
            done = b"data: [DONE]\n\n"
            writer.write(_event({}, "stop") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(done), done))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection of the collector."""
    try:
        while True:
            await _request(reader)
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n"
            writer.write(head)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def stream(port: int, key: str, gaps: list[float]) -> None:
    """One long stream; seconds between its parts."""
    ask = {"model": "m0", "stream": True, "messages": [{"role": "user", "content": "long"}]}
    body = json.dumps(ask).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in answer.split(b"\r\n")[0] + b" ", answer
    last = 0.0
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
        now = time.perf_counter()
        if last:
            gaps.append(now - last)
        last = now
    writer.close()


async def scrape(port: int, took: list[float]) -> None:
    """A page each second, as Prometheus asks for it."""
    while True:
        begun = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        writer.write(
            b"GET /metrics HTTP/1.1\r\nhost: x\r\naccept: application/openmetrics-text\r\nconnection: close\r\n\r\n"
        )
        page = await reader.read(-1)
        writer.close()
        assert page.endswith(b"# EOF\n"), page[-200:]
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(1.0)


async def look_on(port: int, metrics: int, key: str, count: int) -> None:
    """Rounds of streams, in turn without and with a scrape a second."""
    seen: dict[bool, list[float]] = {False: [], True: []}
    took: list[float] = []
    for number in range(ROUNDS):
        gaps: list[float] = []
        scraping = asyncio.create_task(scrape(metrics, took)) if number % 2 == 0 else None
        streams: list[Coroutine[None, None, None]] = []
        for _ in range(count):
            streams.append(stream(port, key, gaps))
        tasks = []
        for one in streams:  # spread over the time of an event
            tasks.append(asyncio.create_task(one))
            await asyncio.sleep(EVENT_SECONDS / count)
        await asyncio.gather(*tasks)
        if scraping is not None:
            scraping.cancel()
        if number:
            seen[scraping is not None] += gaps
    for scraped, gaps in seen.items():
        gaps.sort()
        at = {p: gaps[min(int(len(gaps) * p), len(gaps) - 1)] * 1e3 for p in (0.5, 0.99, 0.999, 1.0)}
        shown = ", ".join(
            f"{name} {at[p]:.1f}" for name, p in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1))
        )
        print(f"  gaps {'with   ' if scraped else 'without'} scrapes: {shown} ms ({len(gaps):,} gaps)")
    print(f"  {len(took)} scrapes, the longest took {max(took) * 1e3:.0f} ms")


async def serve(part: str) -> None:
    """Until killed."""
    server = await asyncio.start_server({"vendor": vend, "collector": swallow}[part], "127.0.0.1", 0, limit=1 << 24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "clients":
        asyncio.run(look_on(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])))
    else:
        asyncio.run(serve(sys.argv[1]))
