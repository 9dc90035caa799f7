"""Four times what a vendor takes: a whole gateway serves the top class, tells the rest early, and keeps its memory."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.e2e.conftest import CONFIG, ECLUSE, Serving, Vendors, serve
from tests.parts.running import run

pytestmark = pytest.mark.e2e

SLOTS, ANSWER_SECONDS, SECONDS, TIMES = 8, 0.25, 6, 4
RATE = TIMES * SLOTS / ANSWER_SECONDS
CLASSES = {"high": "customer-support", "normal": "software-engineering", "low": "hr-letters"}
# Of ten calls one is of high priority: two fifths of what there is room for.
TURNS = ("high", "normal", "low", "low", "normal", "low", "low", "normal", "low", "normal")
MOST_GROWTH_MB = 60


class Told(NamedTuple):
    status: int
    seconds: float
    retry_after: str | None


@pytest.fixture
def short(tmp_path: Path, vendors: Vendors) -> Iterator[Serving]:
    """A gateway before a vendor with few slots; a call of low priority waits for two seconds at most."""
    config = CONFIG.format(vendors=vendors.url).replace("[alpha/gpt, beta/gpt]", "[alpha/gpt]")
    config = config.replace(
        "gpt-4o-mini, contract: alpha-us}", f"gpt-4o-mini, contract: alpha-us, most_in_flight: {SLOTS}}}"
    )
    (tmp_path / "config.yaml").write_text(
        config + "directory: {teams: [development, support]}\ncapacity: {queue_seconds: {low: 2}}\n"
    )
    served = serve(tmp_path)
    try:
        yield served
    finally:
        assert served.started.stop() == 0


def key_of(served: Serving, priority: str) -> str:
    """A key for a use case of this priority, as an operator makes one."""
    command = [ECLUSE, "keys", "new", "--config", served.folder / "config.yaml", "--user", priority]
    made = run([*command, "--team", "support", "--use-case", CLASSES[priority]], seconds=60)
    found = re.search("ecl_[0-9A-Za-z]+", made.stdout)
    assert found is not None, made.stdout + made.stderr
    return found.group()


def memory_mb(served: Serving) -> float:
    """Resident memory."""
    pages = int(Path(f"/proc/{served.started.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def ask(client: httpx.AsyncClient, key: str, number: int) -> Told:
    body = {
        "model": "gpt-4o-mini",
        "messages": [{"role": "user", "content": f"[[sim:delay={ANSWER_SECONDS}]] {number}"}],
    }
    began = time.monotonic()
    answer = await client.post("/v1/chat/completions", json=body, headers={"authorization": f"Bearer {key}"})
    return Told(answer.status_code, time.monotonic() - began, answer.headers.get("retry-after"))


@pytest.mark.alone
async def test_the_top_class_is_served_at_four_times_what_there_is_room_for(short: Serving) -> None:
    keys = {priority: key_of(short, priority) for priority in CLASSES}
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=short.url, limits=limits, timeout=60) as client:
        await asyncio.gather(*(ask(client, keys["high"], number) for number in range(SLOTS)))
        before, begun = memory_mb(short), time.monotonic()
        calls: dict[str, list[asyncio.Task[Told]]] = {priority: [] for priority in CLASSES}
        for number in range(int(RATE * SECONDS)):
            await asyncio.sleep(max(begun + number / RATE - time.monotonic(), 0.0))
            priority = TURNS[number % len(TURNS)]
            calls[priority].append(asyncio.create_task(ask(client, keys[priority], number)))
        told = {priority: [await call for call in of] for priority, of in calls.items()}
    assert {one.status for of in told.values() for one in of} == {200, 503}
    assert {one.status for one in told["high"]} == {200}
    assert max(one.seconds for one in told["high"]) < 10
    shed = [one for of in told.values() for one in of if one.status == 503]
    assert len(shed) > len(calls["low"]) / 2
    assert all(one.retry_after and int(one.retry_after) >= 1 for one in shed)
    assert sorted(one.seconds for one in shed)[len(shed) // 2] < 5
    assert memory_mb(short) - before < MOST_GROWTH_MB
