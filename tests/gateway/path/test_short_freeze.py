"""A store that is frozen for a moment is no outage under the quotas that the example gives everybody."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import yaml

from gateway.cli.init import EXAMPLE
from gateway.serve import gateway
from tests.conftest import CONFIG, House, configured
from tests.gateway.path.bare import bare
from tests.parts.redis_server import needs_redis, redis_server

pytestmark = needs_redis
FREEZE_SECONDS = 3.0  # shorter than the silence after which nobody is served


async def test_calls_go_on_while_redis_is_frozen_for_three_seconds(tmp_path: Path) -> None:
    quotas = yaml.safe_load(EXAMPLE.read_text())["quotas"]
    with redis_server(tmp_path / "redis") as redis:
        shared = {"keyring": {"dir": "../ring"}, "shared": {"store": "redis", "url": "file:../url"}, "quotas": quotas}
        (tmp_path / "url").write_text(redis.url)
        bare(tmp_path / "a")
        path = configured(tmp_path / "a", CONFIG + yaml.safe_dump(shared))
        async with gateway(path, development=True) as serving:
            house = House(serving, path.parent, "", httpx.AsyncClient())
            headers = {"authorization": f"Bearer {house.issue(user='anne', team='hr')}"}
            async with httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20) as house.client:
                while (await house.chat("Bonjour", max_tokens=64)).status_code == 503:
                    await asyncio.sleep(0.2)  # a store that is new is being told
                assert set(await calling(house, 1.0)) == {200}
                redis.freeze()
                met = await calling(house, FREEZE_SECONDS)
                redis.thaw()
    assert set(met) == {200} and len(met) > 5


async def calling(house: House, seconds: float) -> list[int]:
    """What calls come to, some in a second."""
    until, found = time.monotonic() + seconds, []
    while time.monotonic() < until:
        found.append((await house.chat("Bonjour", max_tokens=64)).status_code)
        await asyncio.sleep(0.15)
    return found
