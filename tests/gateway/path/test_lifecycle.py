"""Clients that leave, reloads under load, drain, and what the records and the metrics say of it."""

from __future__ import annotations

import asyncio
import gc
import json

import httpx
import pytest

from gateway import pipeline
from gateway.draining import drain
from gateway.housekeeping import end_outdated, keep_standing, save_states, summarise_strangers
from gateway.state.stops import Stop
from observability.ledger import read
from tests.conftest import CONFIG, House, OpenHouse

CANARY = "zanzibar-canary-91x7"


async def leave(house: House, text: str, *, stream: bool, after: int) -> None:
    """Sends a chat completion over a bare socket and closes it after `after` bytes of the answer."""
    body = json.dumps({"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": text}]})
    reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
    writer.write(
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.key}\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}".encode()
    )
    await writer.drain()
    if after:
        await reader.readexactly(after)
    else:
        while house.received.total == 0:
            await asyncio.sleep(0)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("text", "stream", "after"),
    [("[[sim:delay=30]]", False, 0), ("[[sim:delay=30]]", True, 0), ("[[sim:words=500]] [[sim:drip=0.05]]", True, 900)],
    ids=["waiting", "waiting for a stream", "in mid-stream"],
)
async def test_a_client_that_leaves_cancels_the_vendor_within_100_ms(
    house: House, text: str, stream: bool, after: int
) -> None:
    loop = asyncio.get_running_loop()
    await leave(house, text, stream=stream, after=after)
    left = loop.time()
    (received,) = house.received
    await asyncio.wait_for(received.over.wait(), 2)
    assert loop.time() - left < 0.1
    assert received.outcome == "gone"
    while house.gateway.runtime.live:
        await asyncio.sleep(0)
    records = await house.records(received.call_id or "")
    assert [r["record"] for r in records] == ["INTENT", "ATTEMPT", "OUTCOME"]
    assert records[-1]["outcome"] == "left"


async def test_a_vendor_that_is_to_be_read_to_its_end_is_when_the_client_leaves(open_house: OpenHouse) -> None:
    config = CONFIG.replace("alpha: {kind: simulator}", "alpha: {kind: simulator, on_abort: drain}")
    async with open_house(config) as house:
        await leave(house, "[[sim:words=40]] [[sim:drip=0.005]]", stream=True, after=600)
        (received,) = house.received
        await asyncio.wait_for(received.over.wait(), 5)
        assert received.outcome == "answered"
        while house.gateway.runtime.live:
            await asyncio.sleep(0.01)
        outcome = (await house.records(received.call_id or ""))[-1]
        assert outcome["outcome"] == "left"
        assert outcome["tokens"]["output"] > 10


@pytest.mark.parametrize("fault", ["delay=0.5,status=500", "delay=0.5,status=429"])
async def test_for_a_client_that_has_left_no_other_vendor_is_asked(open_house: OpenHouse, fault: str) -> None:
    """Also where the one that was asked is to be read to its end."""
    config = CONFIG.replace("alpha: {kind: simulator}", "alpha: {kind: simulator, on_abort: drain}")
    async with open_house(config) as house:
        await house.fault("alpha", fault)
        await leave(house, "Bonjour", stream=True, after=0)
        while house.gateway.runtime.live:
            await asyncio.sleep(0.01)
        (received,) = house.received
        records = await house.records(received.call_id or "")
        assert [r["record"] for r in records] == ["INTENT", "ATTEMPT", "OUTCOME"]
        assert records[-1]["outcome"] == "left"


async def test_a_call_that_could_not_be_closed_is_in_flight_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(pipeline, "close", broken)
    assert (await house.chat("Bonjour")).status_code == 200
    assert not house.gateway.runtime.live


async def test_a_client_that_leaves_with_a_whole_answer_was_served(house: House) -> None:
    """Though the vendor hasn't ended its side: tools close as soon as they have the clean end."""
    body = json.dumps({"model": "gpt-4o-mini", "stream": True, "messages": [
        {"role": "user", "content": "[[sim:linger=30]]"}]})  # fmt: skip
    reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.key}\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
    await reader.readuntil(b"data: [DONE]\n\n")
    writer.close()
    await writer.wait_closed()
    (received,) = house.received
    records = await house.records(received.call_id or "")
    assert [(r["record"], r.get("error")) for r in records[:2]] == [("INTENT", None), ("ATTEMPT", None)]
    assert records[-1]["outcome"] == "served"
    await asyncio.wait_for(received.over.wait(), 5)


async def test_thousands_of_leaving_clients_leak_nothing(house: House) -> None:
    runtime = house.gateway.runtime
    gate = asyncio.Semaphore(50)

    async def one(i: int) -> None:
        async with gate:
            stream = i % 2 == 0
            words = "[[sim:drip=0.05]] [[sim:words=100]]" if stream else "[[sim:delay=5]]"
            await leave(house, f"{words} {i}", stream=stream, after=400 if stream else 0)

    for _ in range(4):
        await asyncio.gather(*(one(i) for i in range(250)))
        while runtime.live or house.gateway.data.connections > 1:
            await asyncio.sleep(0.01)
    assert all(runtime.transport.busy(u.endpoint) == 0 for u in runtime.epoch.upstreams.values())
    assert runtime.retries.retries == 0
    gc.collect()
    assert len(asyncio.all_tasks()) < 30
    assert (await house.chat("Bonjour")).status_code == 200


async def test_a_bad_reload_is_refused_whole_with_its_place(house: House) -> None:
    before = house.gateway.runtime.epoch
    policy = house.folder / "bundle" / "answers.yaml"
    policy.write_text(policy.read_text().replace("fin.iban", "fin.ibam"))
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
        answer = await control.post("/reload")
    assert answer.status_code == 422
    assert "answers.yaml:" in answer.json()["refused"]
    assert "fin.iban" in answer.json()["refused"]
    assert house.gateway.runtime.epoch is before
    assert (await house.chat("Bonjour")).status_code == 200


async def test_drain_finishes_what_it_can_and_tells_the_rest_in_band(open_house: OpenHouse) -> None:
    config = CONFIG.replace("drain_seconds: 5", "drain_seconds: 0.5")
    client = httpx.AsyncClient(timeout=20)

    def chat(house: House, text: str) -> asyncio.Task[httpx.Response]:
        ask = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": text}]}
        headers = {"authorization": f"Bearer {house.key}"}
        return asyncio.create_task(client.post(f"{house.url}/v1/chat/completions", json=ask, headers=headers))

    async with client, open_house(config) as house:
        short = chat(house, "[[sim:words=20]] [[sim:drip=0.01]]")
        long = chat(house, "[[sim:words=5000]] [[sim:drip=0.05]]")
        while len(house.gateway.runtime.live) < 2 or not all(e.first_content for e in house.gateway.runtime.live):
            await asyncio.sleep(0.01)
    assert "[DONE]" in (await short).text
    told = (await long).text
    assert '"error"' in told
    assert "[DONE]" not in told


async def test_a_call_that_goes_on_under_old_rules_too_long_is_told_so(house: House) -> None:
    asked = asyncio.create_task(house.chat("[[sim:words=5000]] [[sim:drip=0.02]]", stream=True))
    runtime = house.gateway.runtime
    while not any(exchange.first_content for exchange in runtime.live):
        await asyncio.sleep(0.01)
    (exchange,) = runtime.live
    exchange.outdated = runtime.monotonic() - 599
    end_outdated(runtime)
    assert not exchange.cutting
    exchange.outdated = runtime.monotonic() - 601
    end_outdated(runtime)
    told = (await asked).text
    assert '"policy_age"' in told
    assert "[DONE]" not in told


async def test_strangers_are_summed_up_in_one_event(house: House) -> None:
    for _ in range(3):
        await house.client.get("/v1/models", headers={"authorization": "Bearer nobody"})
    runtime = house.gateway.runtime
    summarise_strangers(runtime)
    await runtime.ledger.flush()
    events = [r for r in read(runtime.epoch.pair.settings.ledger_dir) if r.get("event") == "strangers"]
    assert [e["detail"]["refused"] for e in events] == [3]


async def test_a_start_from_the_last_good_pair_has_its_simulators(open_house: OpenHouse) -> None:
    async with open_house():
        pass
    async with open_house(CONFIG.replace("organisation", "organization")) as house:
        assert (await house.chat("Bonjour")).status_code == 200


async def test_readiness_and_health(house: House) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.gateway.metrics.port}") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        house.gateway.runtime.draining = True
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "draining\n")
        assert (await house.chat("Bonjour")).status_code == 200, "balancers may not have seen it yet"
        house.gateway.runtime.closed = True
        assert (await house.chat("Bonjour")).status_code == 503


async def test_a_stop_shows_in_readiness_before_it_takes_no_more_calls(open_house: OpenHouse) -> None:
    config = CONFIG.replace("control: c.sock", "control: c.sock, unready_seconds: 1")
    async with open_house(config) as house, httpx.AsyncClient() as other:
        assert "connection" not in (await house.chat("Bonjour")).headers
        stop = asyncio.create_task(drain(house.gateway))
        await asyncio.sleep(0)
        assert (await other.get(f"http://127.0.0.1:{house.gateway.metrics.port}/readyz")).status_code == 503
        answer = await house.chat("Bonjour")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        streamed = await house.chat("Bonjour", stream=True)
        assert (streamed.status_code, streamed.headers["connection"]) == (200, "close")
        await stop
        with pytest.raises(httpx.ConnectError):
            await house.chat("Bonjour")


async def test_no_prompt_and_no_secret_reaches_any_sink(
    house: House, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A canary in every kind of call that can end badly: not in logs, metrics, records or refusals."""
    inside = f"MIIEpAIBAAKCAQEAx3k2v9Qd{CANARY.replace('-', '')}n8Lb"
    pem = f"-----BEGIN RSA PRIVATE KEY-----\n{inside}\n-----END RSA PRIVATE KEY-----"
    answers = [
        await house.chat(f"{CANARY} Bonjour"),
        await house.chat(f"{CANARY} {pem}"),
        await house.chat("Bonjour", model=CANARY),
        await house.chat("Bonjour", tools=CANARY),
        await house.chat(CANARY, n="x"),
        await house.client.post("/v1/chat/completions", content=f'{{"{CANARY}": '.encode()),
        await house.client.post("/v1/chat/completions", content=f'{{"{CANARY}": 1, "{CANARY}": 2}}'.encode()),
        await house.client.post(f"/v1/{CANARY}", json={}),
        await house.client.get("/v1/models", headers={"authorization": f"Bearer {CANARY}"}),
        await house.client.get("/v1/models", headers={"x-ecluse-use-case": CANARY}),
    ]
    for fault in (
        "status=500",
        "status=400,error=invalid_request_error",
        "fail_after=3",
        "cut=3",
        "plain=500",
        "html=502",
    ):
        await house.fault("alpha", fault)
        await house.fault("beta", fault)
        for stream in (False, True):
            answers.append(await house.chat(f"{CANARY} Bonjour", stream=stream))
    runtime = house.gateway.runtime
    await runtime.ledger.flush()
    runtime.measure.log.flush()
    for answer in answers[1:]:
        assert CANARY not in answer.text
        assert not any(CANARY in value for value in answer.headers.values())
    folder = runtime.epoch.pair.settings.state_dir
    written = b"".join(f.read_bytes() for f in folder.rglob("*") if f.is_file())
    assert b"OUTCOME" in written
    captured = capfdbinary.readouterr()
    sinks = {"records": written, "metrics": (await house.metrics()).encode(), "out": captured.out, "err": captured.err}
    for name, sink in sinks.items():
        assert CANARY.encode() not in sink, name
        assert CANARY.replace("-", "").encode() not in sink, name
        assert house.key.encode() not in sink, name


async def test_no_litellm_is_loaded(house: House) -> None:
    import sys

    await house.chat("Bonjour")
    assert not [name for name in sys.modules if name.startswith("litellm")]


async def test_a_disk_that_refuses_does_not_end_the_housekeeping(open_house: OpenHouse) -> None:
    """It also ends calls under rules replaced too long ago: that must go on."""
    async with open_house(CONFIG + "shared: {store: memory}\n") as house:  # else what vendors issued is on the board
        states, folder = house.gateway.runtime.states, house.gateway.runtime.epoch.pair.settings.state_dir
        in_the_way = folder / "vendor-states.new"
        in_the_way.mkdir()
        states.issued("acme", "ab12", "alpha")
        save_states(house.gateway.runtime)
        assert not (folder / "vendor-states.json").exists()
        in_the_way.rmdir()
        save_states(house.gateway.runtime)
        assert (folder / "vendor-states.json").exists()


async def test_a_stop_that_the_disk_refuses_is_kept_when_it_takes_it(house: House) -> None:
    runtime = house.gateway.runtime
    in_the_way = runtime.epoch.pair.settings.state_dir / "facts.json.new"
    in_the_way.mkdir()
    runtime.standing.stop(Stop("user", "m.durand", "2026-11-26T12:00:00+00:00"))
    await keep_standing(runtime)
    assert runtime.standing.unsaved
    in_the_way.rmdir()
    await keep_standing(runtime)
    assert not runtime.standing.unsaved
