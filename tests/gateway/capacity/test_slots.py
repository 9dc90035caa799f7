"""Slots on the path of calls: over real sockets, with simulated vendors that take their time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from gateway.capacity import Capacity
from gateway.cli.main import main
from tests.conftest import CONFIG, House, OpenHouse

SHORT = CONFIG.replace("contract: alpha-us}", "contract: alpha-us, most_in_flight: 2}").replace(
    "contract: beta-eu}", "contract: beta-eu, most_in_flight: 1}"
)
ALPHA, BETA = "alpha/gpt-4o-mini", "beta/gpt-4o-mini"
USE_CASES = {"high": "customer-support", "normal": "software-engineering", "low": "hr-letters"}


@pytest.fixture
async def short(open_house: OpenHouse) -> AsyncIterator[House]:
    """A house whose destinations have two slots and one."""
    async with open_house(SHORT, use_cases=list(USE_CASES.values())) as opened:
        yield opened


def capacity(house: House) -> Capacity:
    return house.gateway.runtime.capacity


def waiting(house: House) -> int:
    return max(waits for _, _, _, waits in capacity(house).slots.states())


def taken(house: House) -> int:
    return sum(slots for _, _, slots, _ in capacity(house).slots.states())


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


def chat(house: House, text: str, priority: str = "normal", **fields: object) -> asyncio.Task[httpx.Response]:
    ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **fields}
    headers = {"x-ecluse-use-case": USE_CASES[priority]}
    return asyncio.create_task(house.client.post("/v1/chat/completions", json=ask, headers=headers))


async def fill(house: House, seconds: float = 2.0) -> list[asyncio.Task[httpx.Response]]:
    """Calls that hold every slot for a while."""
    calls = [chat(house, f"[[sim:delay={seconds}]] {number}") for number in range(3)]
    await until(lambda: taken(house) == 3)
    return calls


async def test_calls_spill_to_the_next_destination_and_then_wait(short: House) -> None:
    calls = await fill(short)
    left = {name: limit - slots for name, limit, slots, _ in capacity(short).slots.states()}
    assert left[ALPHA] == left[BETA] == 0
    late = [chat(short, f"late {number}") for number in range(4)]
    await until(lambda: waiting(short) == 4)
    assert capacity(short).slots.load(ALPHA) == (2 + 4 + 1) / 2
    answers = [await call for call in (*calls, *late)]
    assert {answer.status_code for answer in answers} == {200}
    went = [answer.headers["x-ecluse-destination"] for answer in answers[:3]]
    assert sorted(went) == [ALPHA, ALPHA, BETA]
    assert taken(short) == 0
    page = await short.metrics()
    assert 'ecluse_queue_seconds_count{priority="normal"} 4.0' in page
    assert f'ecluse_destination_limit{{destination="{ALPHA}"}} 2.0' in page


async def test_higher_classes_go_before_those_that_have_waited_longer(short: House) -> None:
    calls = await fill(short)
    ended: list[str] = []
    for priority in ("low", "normal", "high"):
        for number in range(3):
            before = waiting(short)
            call = chat(short, f"[[sim:delay=0.05]] {priority} {number}", priority)
            call.add_done_callback(lambda _, p=priority: ended.append(p))
            calls.append(call)
            await until(lambda before=before: waiting(short) > before)
    answers = [await call for call in calls]
    assert {answer.status_code for answer in answers} == {200}
    assert ended[:2] == ["high"] * 2 and ended[-1] == "low"


async def test_a_call_waits_before_anything_is_recorded(short: House, capsys: pytest.CaptureFixture[str]) -> None:
    calls = await fill(short)
    late = chat(short, "late")
    await until(lambda: waiting(short) == 1)
    (exchange,) = [e for e in short.gateway.runtime.live if e.place is not None and e.place.waits]
    assert not exchange.intended and not exchange.attempts
    assert await asyncio.to_thread(main, ["status", "--config", str(short.folder / "config.yaml")]) == 0
    said = capsys.readouterr().out
    assert f"  {ALPHA}: 2 of 2 slots taken, 1 waiting\n" in said and "0 of" not in said.partition("capacity:")[2][:200]
    answer = await late
    records = await short.records(answer.headers["x-ecluse-call-id"])
    assert [record["record"] for record in records] == ["INTENT", "ATTEMPT", "OUTCOME"]
    assert 100 < records[-1]["waited_ms"] < records[-1]["total_ms"]
    assert records[-1]["overhead_ms"] < records[-1]["total_ms"] - 100, "waiting isn't what the gateway adds"
    for call in calls:
        await call


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_a_call_without_room_to_wait_is_told_when_to_come_back(open_house: OpenHouse, path: str) -> None:
    config = SHORT + "capacity: {queue_length: 0}\n"
    async with open_house(config.replace("server: {", "server: {language: fr, ")) as house:
        model = "gpt-4o-mini" if path == "/v1/chat/completions" else "claude-sonnet-5"
        ask = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "[[sim:delay=0.5]]"}]}
        calls = [asyncio.create_task(house.client.post(path, json=ask)) for _ in range(4)]
        answers = [await call for call in calls]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert refused and {answer.status_code for answer in refused} == {503}
        assert int(refused[0].headers["retry-after"]) >= 1
        error = json.loads(refused[0].content)["error"]
        assert "occupés" in error["message"]
        assert f"Réessayez dans {refused[0].headers['retry-after']} seconde" in error["message"]
        assert error["type"] == ("overloaded_error" if path == "/v1/messages" else "server_error")
        records = await house.records(refused[0].headers["x-ecluse-call-id"])
        assert (records[-1]["outcome"], records[-1]["code"], records[-1]["attempts"]) == ("failed", "queue_full", 0)
        assert 'ecluse_shed_total{priority="low",reason="queue_full"}' in await house.metrics()
        assert taken(house) == 0


async def test_a_call_that_has_waited_long_enough_is_turned_away(open_house: OpenHouse) -> None:
    async with open_house(SHORT + "capacity: {queue_seconds: {low: 200ms}}\n") as house:
        house.client.headers["x-ecluse-use-case"] = "sandbox"
        calls = [asyncio.create_task(house.chat(f"[[sim:delay=4]] {number}")) for number in range(3)]
        await until(lambda: taken(house) == 3)
        answer = await house.chat("late")
        assert answer.status_code == 503 and answer.json()["error"]["code"] == "queue_time"
        assert {(await call).status_code for call in calls} == {200}


async def test_counting_tokens_takes_no_slot(open_house: OpenHouse) -> None:
    async with open_house(SHORT + "capacity: {queue_length: 0}\n") as house:
        ask = {"model": "claude-sonnet-5", "messages": [{"role": "user", "content": "Bonjour"}]}
        counts = [house.client.post("/v1/messages/count_tokens", json=ask) for _ in range(18)]
        assert {answer.status_code for answer in await asyncio.gather(*counts)} == {200}


async def leave(house: House, text: str, *, stream: bool) -> asyncio.StreamWriter:
    """Sends a call over a socket of its own, to be closed by the test."""
    body = json.dumps({"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": text}]})
    _, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.key}\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
    return writer


async def test_those_who_leave_the_queue_leave_it_at_once(short: House) -> None:
    calls = await fill(short, 60.0)
    writers = [await leave(short, f"late {number}", stream=False) for number in range(20)]
    await until(lambda: waiting(short) == 20)
    for writer in writers:
        writer.close()
    await until(lambda: waiting(short) == 0)
    assert taken(short) == 3
    for call in calls:
        call.cancel()
    await until(lambda: taken(short) == 0)


async def test_a_thousand_clients_that_leave_keep_no_slot(open_house: OpenHouse) -> None:
    """Some while they wait for a slot, some for the vendor, some in mid-answer, some just as they are served."""
    config = SHORT.replace("most_in_flight: 2", "most_in_flight: 20") + "capacity: {queue_length: 500}\n"
    async with open_house(config) as house:
        for _ in range(10):
            writers = [
                await leave(house, f"[[sim:words=30]] [[sim:drip=0.00{n % 5}]] {n}", stream=bool(n % 2))
                for n in range(100)
            ]
            for number, writer in enumerate(writers):
                if number % 10 == 0:
                    await asyncio.sleep(0.005)
                writer.close()
        await until(lambda: not house.gateway.runtime.live)
        assert (taken(house), waiting(house)) == (0, 0)
        slots = capacity(house).slots
        assert not slots.line.waiting
        assert not any(lane.pool.held or lane.by for lane in slots.line.lanes.lanes.values())
        assert (await house.chat("and it still serves")).status_code == 200


async def test_calls_wait_in_order_for_a_vendor_that_throttles(open_house: OpenHouse) -> None:
    async with open_house(SHORT, use_cases=list(USE_CASES.values())) as house:
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "status=429,retry_after=3")
        assert (await chat(house, "finds out")).status_code == 429
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "none")
        ended: list[str] = []
        calls = []
        for priority in ("low", "high"):
            before = waiting(house)
            calls.append(call := chat(house, priority, priority))
            call.add_done_callback(lambda _, p=priority: ended.append(p))
            await until(lambda before=before: waiting(house) > before)
        assert {(await call).status_code for call in calls} == {200}
        assert ended == ["high", "low"]
        assert taken(house) == 0


async def test_a_vendor_that_throttles_for_too_long_is_not_waited_for(open_house: OpenHouse) -> None:
    async with open_house(SHORT) as house:
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "status=429,retry_after=60")
        assert (await house.chat("finds out")).status_code == 429
        answer = await house.chat("late")
        assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 30
        assert waiting(house) == 0


async def test_a_route_can_forbid_to_spill(open_house: OpenHouse) -> None:
    async with open_house(SHORT + "routes: {default: {spill: false}}\n") as house:
        calls = [asyncio.create_task(house.chat(f"[[sim:delay=0.3]] {number}")) for number in range(4)]
        answers = [await call for call in calls]
        assert [(a.status_code, a.headers["x-ecluse-destination"]) for a in answers] == [(200, ALPHA)] * 4


async def test_callers_in_haste_take_no_slots_from_others(open_house: OpenHouse) -> None:
    async with open_house(CONFIG) as house:
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "delay=30")
        before = {name: limit for name, limit, _, _ in capacity(house).slots.states()}
        ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}
        for name in ("x-ecluse-deadline", "x-stainless-timeout"):
            answer = await house.client.post("/v1/chat/completions", json=ask, headers={name: "0.2"})
            assert answer.status_code == 504
        assert {name: limit for name, limit, _, _ in capacity(house).slots.states()} == before


async def test_a_call_that_was_cut_keeps_no_slot_while_its_client_reads_nothing(short: House) -> None:
    writer = await leave(short, "[[sim:words=100000]]", stream=True)
    runtime = short.gateway.runtime
    await until(lambda: any(exchange.first_content for exchange in runtime.live))
    (exchange,) = runtime.live
    before, gate = -1, exchange.attempts[0].gate
    assert gate is not None
    while gate.progress != before:  # until all buffers on the way are full
        before = gate.progress
        await asyncio.sleep(0.5)
    exchange.cut("stopped")
    await until(lambda: taken(short) == 0)
    assert runtime.live, "it still waits for its client"
    writer.close()
    await until(lambda: not runtime.live)
