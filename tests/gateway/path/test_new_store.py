"""A gateway in front of a Redis that is new: what it can't know yet it neither grants nor hides."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from gateway.serve import gateway
from tests.conftest import CONFIG, House, configured
from tests.parts.redis_server import needs_redis, redis_server

pytestmark = needs_redis

SHARED = """\
shared: {store: redis, url: "file:../redis.url", poll_seconds: 0.1, lease_seconds: 1.5}
quotas: [{scope: team, unit: requests, window: day, limit: 100}]
"""


async def ready(house: House) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://127.0.0.1:{house.gateway.metrics.port}/readyz")


async def test_it_says_that_it_is_not_ready_while_nothing_is_granted(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as server:
        (tmp_path / "redis.url").write_text(server.url)
        async with gateway(configured(tmp_path / "house", CONFIG + SHARED), development=True) as serving:
            house = House(serving, tmp_path / "house", "", httpx.AsyncClient())
            house.key = house.issue()
            headers = {"authorization": f"Bearer {house.key}"}
            async with httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20) as house.client:
                first = await house.chat("Bonjour")
                assert (first.status_code, first.json()["error"]["code"]) == (503, "quota_unknown")
                said = await ready(house)
                assert said.status_code == 503 and "grants nothing of the quotas yet" in said.text
                async with asyncio.timeout(20):
                    while (await ready(house)).status_code != 200:
                        await asyncio.sleep(0.05)
                assert (await house.chat("Bonjour")).status_code == 200
