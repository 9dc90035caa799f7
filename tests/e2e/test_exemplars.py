"""From a board to the call: a real Prometheus keeps which call was slow."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import House
from tests.parts.prometheus_server import needs_prometheus, prometheus_server

pytestmark = pytest.mark.e2e


@needs_prometheus
async def test_prometheus_keeps_the_slow_call(house: House, tmp_path: Path) -> None:
    slow = (await house.chat("[[sim:delay=0.3]]")).headers["x-ecluse-call-id"]
    for _ in range(3):
        await house.chat("Bonjour")
    target = f"127.0.0.1:{house.gateway.metrics.port}"
    with prometheus_server(tmp_path / "prometheus", [target]) as prometheus:
        found = await asyncio.to_thread(_kept, prometheus.url)
    calls = {one["labels"]["call_id"]: float(one["value"]) for one in found}
    assert 0.3 <= calls[slow] < 30
    assert len(calls) >= 2, "and one that was fast"


def _kept(url: str) -> list[dict[str, dict[str, str]]]:
    """Exemplars of calls' durations, once there are some."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        asked = {"query": "ecluse_request_seconds_bucket", "start": time.time() - 600, "end": time.time() + 600}
        answer = httpx.get(f"{url}/api/v1/query_exemplars", params=asked, timeout=10).json()
        found = [exemplar for series in answer["data"] for exemplar in series["exemplars"]]
        if found:
            return found
        time.sleep(0.2)
    raise TimeoutError("Prometheus has no exemplars")
