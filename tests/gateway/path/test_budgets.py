"""Budgets over real sockets: money as a unit, what callers are told, warnings that reach a receiver once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import orjson
import pytest

from tests.conftest import CONFIG, OpenHouse

ASK = {"model": "claude-sonnet-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Bonjour"}]}


@asynccontextmanager
async def receiver(folder: Path) -> AsyncIterator[tuple[str, asyncio.Queue[tuple[dict[str, str], bytes]]]]:
    """A webhook of the company's: the settings that name it, and what it got."""
    (folder / "hook").write_text("hush")
    got: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        got.put_nowait((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/quota"
    yield f"webhooks:\n  ops: {{url: '{url}', secret: 'file:{folder / 'hook'}'}}\n", got
    server.close()


async def test_a_budget_in_money_ends(open_house: OpenHouse) -> None:
    # One call holds about 0.0026 dollars: input bytes at up to 4, a hundred tokens of output at 10 a million.
    quota = "quotas:\n  - {scope: team, unit: cost, window: month, limit: 0.01}\n"
    async with open_house(CONFIG + quota) as house:
        answer = await house.client.post("/v1/messages", json=ASK)
        while answer.status_code == 200:
            answer = await house.client.post("/v1/messages", json=ASK)
        assert answer.status_code == 429 and answer.headers["x-should-retry"] == "false"
        error = answer.json()["error"]
        assert error["type"] == "rate_limit_error" and "0.01 USD a month" in error["message"]
        spent = 0.0
        for use in house.gateway.runtime.quotas.used():
            spent += use.used / 1e6
            assert use.used <= use.limit
        assert 0.006 < spent <= 0.01


async def test_the_dearest_permitted_destination_is_what_is_held(open_house: OpenHouse) -> None:
    config = CONFIG.replace("model: gpt-4o-mini-eu", "model: gpt-4o")
    quota = "quotas:\n  - {scope: user, unit: cost, window: day, limit: %s}\n"
    async with open_house(config + quota % "0.001") as house:
        # 100 tokens out are 0.00006 at gpt-4o-mini and 0.001 at gpt-4o, where it may fail over to.
        refused = await house.chat("Bonjour", max_tokens=100)
        assert refused.status_code == 429 and "can never be served" in refused.json()["error"]["message"]
    async with open_house(config + quota % "0.01") as house:
        assert (await house.chat("Bonjour", max_tokens=100)).status_code == 200


async def test_me_tells_a_caller_who_he_is_and_what_is_left(open_house: OpenHouse) -> None:
    quota = """\
quotas:
  - {scope: user, unit: requests, window: day, limit: 10, soft: 0.1}
  - {scope: team, unit: cost, window: month, limit: 5}
  - {scope: team, match: "other*", unit: tokens, window: day, limit: 5}
"""
    async with open_house(CONFIG + quota, groups=["staff"], models=["gpt-*"]) as house:
        assert (await house.chat("Bonjour")).status_code == 200
        me = (await house.client.get("/ecluse/me")).json()
        assert {name: value for name, value in me.items() if name not in ("key", "quotas")} == {
            "organisation": "acme", "team": "hr", "user": "anne", "groups": ["staff"], "use_cases": ["sandbox"],
            "models": ["gpt-4o-mini"], "currency": "USD",
        }  # fmt: skip
        rows = {(row["scope"], row["unit"]): row for row in me["quotas"]}
        assert set(rows) == {("user", "requests"), ("team", "cost")}
        assert (rows["user", "requests"]["used"], rows["user", "requests"]["remaining"]) == (1, 9)
        assert rows["user", "requests"]["state"] == "soft"
        assert 0 < rows["team", "cost"]["used"] < 0.001 and rows["team", "cost"]["limit"] == 5
        async with httpx.AsyncClient(base_url=house.url) as stranger:
            assert (await stranger.get("/ecluse/me")).status_code == 401


@pytest.mark.parametrize("stream", [False, True])
async def test_answers_say_what_is_left(open_house: OpenHouse, stream: bool) -> None:
    quota = "quotas:\n  - {scope: user, unit: requests, window: minute, limit: 10, soft: 0.2}\n"
    async with open_house(CONFIG + quota) as house:
        first = await house.chat("Bonjour", stream=stream)
        assert first.headers["x-ratelimit-limit-requests"] == "10"
        assert first.headers["x-ratelimit-remaining-requests"] == "9"
        assert first.headers["x-ratelimit-reset-requests"].endswith("s")
        assert "x-ecluse-quota-warning" not in first.headers
        second = await house.client.post("/v1/messages", json={**ASK, "stream": stream})
        assert second.headers["anthropic-ratelimit-requests-remaining"] == "8"
        assert second.headers["x-ecluse-quota-warning"] == "user requests/minute 20%"


async def test_a_soft_limit_reaches_its_receiver_once_and_signed(open_house: OpenHouse, tmp_path: Path) -> None:
    quota = "quotas:\n  - {scope: user, unit: requests, window: day, limit: 10, soft: 0.2}\n"
    async with receiver(tmp_path) as (webhooks, got), open_house(CONFIG + quota + webhooks) as house:
        for _ in range(4):
            assert (await house.chat("Bonjour")).status_code == 200
        headers, raw = await asyncio.wait_for(got.get(), 20)
        signed = headers["x-ecluse-timestamp"].encode() + b"." + raw
        assert headers["x-ecluse-signature"] == "v1=" + hmac.new(b"hush", signed, hashlib.sha256).hexdigest()
        message = orjson.loads(raw)
        (record,) = house.gateway.runtime.keys.records()
        assert message["event"] == "quota.soft" and message["name"] == record.caller.pseudonym
        assert b"anne" not in raw and message["limit"] == 10 and message["used"] >= 2
        await asyncio.gather(*house.gateway.runtime.soft.claims.under_way)
        assert got.empty()
        page = await house.metrics()
        assert 'ecluse_quota_warnings_total{scope="user",unit="requests"} 1.0' in page
        assert 'ecluse_webhooks_total{result="sent",webhook="ops"} 1.0' in page


@pytest.mark.parametrize(("limit", "status"), [("0.0005", 400), ("0.01", 200)])
async def test_a_larger_model_is_asked_only_where_the_budget_has_room_for_it(
    open_house: OpenHouse, limit: str, status: int
) -> None:
    config = CONFIG.replace(
        "gpt-4o-mini: {destinations: [alpha/gpt-4o-mini, beta/gpt-4o-mini]}",
        "gpt-4o-mini: {destinations: [alpha/gpt-4o-mini], larger: [beta/gpt-4o-mini]}",
    ).replace("model: gpt-4o-mini-eu", "model: gpt-4o")
    quota = f"quotas:\n  - {{scope: user, unit: cost, window: day, limit: {limit}}}\n"
    async with open_house(config + quota) as house:
        await house.fault("alpha", "error=context_length_exceeded,status=400")
        answer = await house.chat("Bonjour", max_tokens=100)
        assert answer.status_code == status
        assert [r.destination for r in house.received] == ["alpha", "beta"][: 1 + (status == 200)]
        assert not house.gateway.runtime.live
        (use,) = house.gateway.runtime.quotas.used()
        assert 0 <= use.used <= use.limit and use.account.open == 0
