"""A gateway that is itself behind: what is turned away, how, and what never is."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

from gateway.capacity.capacity import Capacity
from gateway.cli.main import main
from gateway.housekeeping import summarise_turned_away
from observability.ledger import read
from tests.conftest import CONFIG, OpenHouse
from tests.gateway.capacity.test_slots import USE_CASES


def close(capacity: Capacity) -> None:
    """As if the loop had been behind for long, under calls of all classes: none but the highest comes in."""
    capacity.door.rate = 0.001
    capacity.door._levels = {0: inf, 1: 0.0, 2: 0.0}
    capacity.door._credit = {(rank, "hr"): 0.0 for rank in (1, 2)}


async def test_lower_classes_are_turned_away_at_the_door_on_a_connection_that_stays(
    open_house: OpenHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_house(CONFIG, use_cases=list(USE_CASES.values())) as house:
        capacity = house.gateway.runtime.capacity
        capacity.door.look = lambda behind, seconds: None  # type: ignore[method-assign]
        close(capacity)
        for priority, use_case in USE_CASES.items():
            house.client.headers["x-ecluse-use-case"] = use_case
            answer = await house.chat("Bonjour")
            assert answer.status_code == (200 if priority == "high" else 503), priority
            if priority != "high":
                assert answer.json()["error"]["code"] == "busy"
                assert f"try again in {answer.headers['retry-after']} second" in answer.json()["error"]["message"]
                assert "connection" not in answer.headers
        page = await house.metrics()
        for priority in ("normal", "low"):
            assert f'ecluse_shed_total{{priority="{priority}",reason="busy"}} 1.0' in page
            failed = f'model="none",outcome="failed",team="hr",use_case="{USE_CASES[priority]}"'
            assert f'ecluse_requests_total{{dialect="openai_chat",{failed}}} 1.0' in page, "nobody answered it"
        assert 'ecluse_failures_total{code="busy"} 2.0' in page
        assert await asyncio.to_thread(main, ["status", "--config", str(house.folder / "config.yaml")]) == 0
        assert "\nturned away: normal 1, low 1\n" in capsys.readouterr().out
        assert house.received.total == 1
        summarise_turned_away(house.gateway.runtime)
        summarise_turned_away(house.gateway.runtime)
        await house.gateway.runtime.ledger.flush()
        records = read(house.gateway.runtime.epoch.pair.settings.ledger_dir)
        events = [record["detail"] for record in records if record.get("event") == "turned_away"]
        assert events == [{"calls": 2, "normal, hr": 1, "low, hr": 1}]


async def test_models_and_counts_of_tokens_come_in_all_the_same(open_house: OpenHouse) -> None:
    async with open_house() as house:
        house.gateway.runtime.capacity.door.look = lambda behind, seconds: None  # type: ignore[method-assign]
        close(house.gateway.runtime.capacity)
        assert (await house.chat("Bonjour")).status_code == 503
        assert (await house.client.get("/v1/models")).status_code == 200
        ask = {"model": "claude-sonnet-5", "messages": [{"role": "user", "content": "Bonjour"}]}
        counts = [house.client.post("/v1/messages/count_tokens", json=ask) for _ in range(18)]
        assert {answer.status_code for answer in await asyncio.gather(*counts)} == {200}


async def test_a_connection_too_many_is_told_to_come_back(open_house: OpenHouse) -> None:
    async with open_house(CONFIG.replace("drain_seconds: 5", "drain_seconds: 5, connections: 2")) as house:
        kept = [await asyncio.open_connection("127.0.0.1", house.gateway.data.port) for _ in range(2)]
        reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n" + b"x" * 100_000
        )
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 503") and b"retry-after: 1\r\n" in answer
        for _, other in (*kept, (reader, writer)):
            other.close()
            await other.wait_closed()
