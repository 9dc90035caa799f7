"""The wall clock is set forward or back while calls are served: what is allowed and what waits doesn't depend on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gateway.serve import gateway
from observability.ledger import read
from tests.conftest import CONFIG, House, configured

DAY = 86_400.0
QUOTA = "quotas:\n  - {scope: user, unit: requests, window: day, limit: 3}\n"


@dataclass
class Clock:
    """A wall clock that somebody sets: so many seconds off the true one."""

    off: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        return time.clock_gettime(time.CLOCK_REALTIME) + self.off


@asynccontextmanager
async def opened(folder: Path, clock: Clock, config: str = CONFIG) -> AsyncIterator[House]:
    path = configured(folder / "house", config)
    async with gateway(path, development=True, now=clock.now) as serving:
        house = House(serving, path.parent, "", httpx.AsyncClient())
        house.key = house.issue()
        headers = {"authorization": f"Bearer {house.key}"}
        async with httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20) as house.client:
            yield house


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    set_by_somebody = Clock()
    monkeypatch.setattr(time, "time", set_by_somebody.seconds)
    return set_by_somebody


async def test_a_clock_set_back_gives_no_quota_back(tmp_path: Path, clock: Clock) -> None:
    async with opened(tmp_path, clock, CONFIG + QUOTA) as house:

        async def statuses() -> list[int]:
            return [(await house.chat("Bonjour")).status_code for _ in range(4)]

        assert await statuses() == [200, 200, 200, 429]
        clock.off = -DAY
        assert await statuses() == [429] * 4
        clock.off = -3_600.0 * 12
        assert await statuses() == [429] * 4
        clock.off = DAY
        async with asyncio.timeout(15):  # the store's clock counts, which is heard of with its next answer
            while (await house.chat("Bonjour")).status_code != 200:
                await asyncio.sleep(0.05)
        assert await statuses() == [200, 200, 429, 429]
        clock.off = 0.0
        assert await statuses() == [429] * 4


@pytest.mark.parametrize("off", [DAY, -DAY, 3_600.0 * 24 * 400])
async def test_calls_under_way_and_breakers_do_not_notice(tmp_path: Path, clock: Clock, off: float) -> None:
    async with opened(tmp_path, clock) as house:
        await house.fault("alpha", "status=429,retry_after=300")
        assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
        asked = asyncio.create_task(house.chat("[[sim:words=40,drip=0.02]]", stream=True))
        while not any(exchange.first_content for exchange in house.gateway.runtime.live):
            await asyncio.sleep(0.01)
        clock.off = off
        under_way = await asked
        assert under_way.text.endswith("data: [DONE]\n\n")
        before = house.received.total
        after = await house.chat("Bonjour")
        assert after.headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
        assert house.received.total == before + 1, "the breaker stays open for as long as the vendor asked"
        await house.gateway.reload("a test")
        assert (await house.chat("Bonjour")).status_code == 200
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.gateway.metrics.port}") as health:
            assert (await health.get("/readyz")).text == "ready\n"
        for answer in (under_way, after):
            records = await house.records(answer.headers["x-ecluse-call-id"])
            assert [r["record"] for r in records] == ["INTENT", "ATTEMPT", "OUTCOME"]
            assert 0 < records[-1]["total_ms"] < 20_000
        folder = house.gateway.runtime.epoch.pair.settings.ledger_dir
        assert len([r for r in read(folder) if r["record"] == "OUTCOME"]) == 4
