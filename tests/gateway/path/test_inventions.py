"""What clients make up (models, headers, ids, paths, user agents) makes no series and is nowhere on the page."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import House, OpenHouse
from tests.gateway.path.test_patterns import PATTERNS

MARK = "zqxj"
"""Stands in everything that is made up."""
ROUNDS = 15


def series(page: str) -> set[str]:
    """Names and labels, without the numbers; buckets stand for their histogram."""
    lines = (line.partition(" # ")[0] for line in page.splitlines() if line and line[0] != "#")
    return {re.sub(r'le="[^"]*",?', "", line.rsplit(" ", 1)[0]) for line in lines}


def inventions(rng: random.Random) -> Iterator[dict[str, object]]:
    """One request of each kind, all of it new: arguments for the client."""

    def made_up() -> str:
        return f"{MARK}{rng.getrandbits(64):x}"

    def headers() -> dict[str, str]:
        names = ("user-agent", "x-request-id", "x-ecluse-conversation", "openai-organization", "idempotency-key")
        return {
            **{name: made_up() for name in names},
            "traceparent": f"00-{rng.getrandbits(128):032x}-{rng.getrandbits(64):016x}-01",
            f"x-{made_up()}": made_up(),
        }

    def ask(model: str, **more: object) -> dict[str, object]:
        return {"model": model, "user": made_up(), "messages": [{"role": "user", "content": "Bonjour"}], **more}

    chat, post = "/v1/chat/completions", "POST"
    yield {"method": post, "url": chat, "json": ask(made_up())}
    yield {"method": post, "url": chat, "json": ask(f"claude-{made_up()}", stream=True)}
    yield {"method": post, "url": "/v1/messages", "json": ask(f"claude-{made_up()}", max_tokens=9)}
    yield {"method": post, "url": chat, "json": ask(f"claude-{made_up()}", **{made_up(): made_up()})}
    yield {"method": post, "url": chat, "json": ask("gpt-4o-mini"), "headers": {"x-ecluse-use-case": made_up()}}
    yield {"method": post, "url": f"/v1/{made_up()}", "json": ask("gpt-4o-mini")}
    yield {"method": post, "url": f"/v1/files/{made_up()}/{made_up()}", "json": {}}
    yield {"method": "GET", "url": f"/v1/responses/{made_up()}", "params": {made_up(): made_up()}}
    yield {"method": "GET", "url": f"/v1/batches/{made_up()}"}
    yield {"method": post, "url": f"/v1beta/models/{made_up()}:generateContent", "json": {"contents": []}}
    yield {"method": post, "url": chat, "json": ask("gpt-4o-mini"), "headers": {"authorization": f"Bearer {made_up()}"}}
    yield {"method": post, "url": chat, "content": b"{" + made_up().encode()}
    yield {"method": post, "url": chat, "json": ask("gpt-4o-mini"), "headers": headers()}
    yield {"method": post, "url": chat, "json": ask("gpt-4o-mini", tools=[{"type": made_up()}])}


async def test_nothing_made_up_becomes_a_series(open_house: OpenHouse) -> None:
    rng = random.Random(7)
    async with open_house(PATTERNS) as house:
        # What depends on chance or time alone is there once each kind was tried a few times.
        for _ in range(5):
            await asyncio.gather(*(_sent(house, one) for one in inventions(rng)))
        before = await house.metrics()
        statuses = set[int]()
        for _ in range(ROUNDS):
            statuses |= set(await asyncio.gather(*(_sent(house, one) for one in inventions(rng))))
        after = await _open_page(house)
    assert {200, 400, 401, 404} <= statuses, "each kind of ending was tried"
    assert MARK not in after
    assert series(after) - series(before) == set()


async def _sent(house: House, given: dict[str, object]) -> int:
    answer = await house.client.request(**given)  # type: ignore[arg-type]
    return answer.status_code


async def _open_page(house: House) -> str:
    """The page as OpenMetrics, which holds more than the other, and isn't kept from when that was made."""
    url = f"http://127.0.0.1:{house.gateway.metrics.port}/metrics"
    async with httpx.AsyncClient() as client:
        answer = await client.get(url, headers={"accept": "application/openmetrics-text"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    return answer.text


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) isn't here")
async def test_promtool_finds_nothing_to_mend(open_house: OpenHouse) -> None:
    """`promtool check metrics` on the page of a gateway that has served, refused and failed."""
    async with open_house(PATTERNS) as house:
        await asyncio.gather(*(_sent(house, one) for one in inventions(random.Random(1))))
        await house.fault("alpha", "status=500")
        await house.chat("Bonjour", model="claude-next")
        page = await house.metrics()
    process = await asyncio.to_thread(
        subprocess.run,
        ["promtool", "check", "metrics"],
        input=page.encode(),
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert (process.returncode, process.stdout.decode() + process.stderr.decode()) == (0, "")
