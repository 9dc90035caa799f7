"""A scrape of a full page while 200 streams run: no stream stands still for it, and none ends."""

from __future__ import annotations

import asyncio
import json
import time

import httpx

from observability.families import FAMILIES
from observability.metrics import Metrics
from tests.conftest import House

STREAMS = 200
TALK = "[[sim:endless=1,drip=0.2]]"
NO_GAP = 1.5
"""Seconds between two events that come each 0.2; most of it is for machines that are busy. That others get their turn
while a page is made, tests/observability/test_exposition.py says exactly."""


def fill(metrics: Metrics) -> None:
    """Every family with as many series as it may have."""
    for family in FAMILIES:
        for n in range(family.cap if family.labels else 0):
            labels = tuple(f"{label}-{n}" for label in family.labels)
            if family.kind == "histogram":
                metrics.observe(family.name, labels, 0.1)
            else:
                metrics.inc(family.name, labels)


async def stream(house: House, gaps: list[float]) -> None:
    """An answer without end, read from a bare socket until cancelled; seconds between its pieces."""
    ask = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": TALK}]}
    body = json.dumps(ask).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.key}\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    assert b" 200 " in (await reader.readuntil(b"\r\n\r\n")).splitlines()[0]
    last = 0.0
    try:
        while await reader.read(1 << 16):
            now = time.monotonic()
            gaps += [now - last] if last else []
            last = now
    finally:
        writer.close()


async def test_no_stream_stands_still(house: House) -> None:
    runtime, gaps = house.gateway.runtime, list[float]()
    fill(runtime.measure.metrics)
    url = f"http://127.0.0.1:{house.gateway.metrics.port}/metrics"
    streams = [asyncio.create_task(stream(house, gaps)) for _ in range(STREAMS)]
    try:
        async with asyncio.timeout(60), httpx.AsyncClient(timeout=30) as prometheus:
            while sum(bool(one.first_content) for one in runtime.live) < STREAMS:
                await asyncio.sleep(0.01)
            gaps.clear()
            for accept in ("text/plain", "application/openmetrics-text"):
                page = (await prometheus.get(url, headers={"accept": accept})).text
                assert page.count("\necluse_requests_total{") == 2000
            seen = len(gaps)
            while len(gaps) < seen + STREAMS:
                await asyncio.sleep(0.01)
        assert not any(one.done() for one in streams)
    finally:
        for one in streams:
            one.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
    assert max(gaps) < NO_GAP
