"""What operators stop isn't served any more, in flight neither, and goes on when they say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.state.kept import KeptRefused
from gateway.state.stops import Stop
from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.test_policy import IBAN

LONG = "[[sim:words=2000]] [[sim:drip=0.02]]"


@pytest.fixture
async def control(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as client:
        yield client


async def stop(control: httpx.AsyncClient, kind: str, name: str, **more: Any) -> dict[str, Any]:
    answer = await control.post("/stops", json={"kind": kind, "name": name, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def start(control: httpx.AsyncClient, kind: str, name: str) -> None:
    answer = await control.delete(f"/stops/{kind}/{name}")
    assert answer.status_code == 200, answer.text


def key_id(house: House) -> str:
    record = house.gateway.runtime.keys.find(house.key)
    assert record is not None
    return record.id


@pytest.mark.parametrize(
    ("kind", "code"), [("key", "caller_stopped"), ("user", "caller_stopped"), ("use_case", "use_case_stopped")]
)
async def test_who_is_stopped_is_refused_until_started(
    house: House, control: httpx.AsyncClient, kind: str, code: str
) -> None:
    name = {"key": key_id(house), "user": "anne", "use_case": "sandbox"}[kind]
    done = await stop(control, kind, name, reason="a test")
    assert done["told"] and done["kept"]
    answer = await house.chat("Bonjour")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert answer.headers["x-should-retry"] == "false"
    (outcome,) = await house.records(answer.headers["x-ecluse-call-id"])
    assert (outcome["record"], outcome["outcome"], outcome["code"]) == ("OUTCOME", "refused", code)
    assert not list(house.received)
    assert f'ecluse_stops{{kind="{kind}"}} 1.0' in await house.metrics()
    if kind != "use_case":
        assert (await house.client.get("/v1/models")).status_code == 400
    await start(control, kind, name)
    assert (await house.chat("Bonjour")).status_code == 200


@pytest.mark.parametrize(("language", "asks"), [("en", "Questions: "), ("fr", "Questions : ")])
async def test_who_is_stopped_reads_whom_to_ask_and_about_which_call(
    open_house: OpenHouse, language: str, asks: str
) -> None:
    config = CONFIG.replace("server: {", f"server: {{language: {language}, ", 1)
    async with open_house(config, use_cases=("hr-letters",)) as house:
        transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
            for kind, name in (("use_case", "hr-letters"), ("user", "anne")):
                await stop(control, kind, name, reason="a test")
                answer = await house.chat("Bonjour", model="maison")
                said = answer.json()["error"]["message"]
                assert f"{asks}hr@example.org." in said and f" {answer.headers['x-ecluse-call-id']}." in said
            models = (await house.client.get("/v1/models")).json()["error"]["message"]
            assert f"{asks}hr@example.org." in models, "what isn't a call has no record to name"


async def test_a_stopped_destination_is_no_candidate(house: House, control: httpx.AsyncClient) -> None:
    await stop(control, "destination", "alpha/gpt-4o-mini")
    answer = await house.chat("Bonjour")
    assert (answer.status_code, answer.headers["x-ecluse-destination"]) == (200, "beta/gpt-4o-mini")
    await stop(control, "destination", "beta/gpt-4o-mini")
    answer = await house.chat("Bonjour")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "destination_stopped")
    assert [received.destination for received in house.received] == ["beta"]


async def test_what_a_stopped_rule_had_a_part_in_is_refused(house: House, control: httpx.AsyncClient) -> None:
    first = await house.chat(f"IBAN {IBAN}")
    assert first.headers["x-ecluse-destination"] == "alpha/gpt-4o-mini"
    rulings = (await house.records(first.headers["x-ecluse-call-id"]))[0]["rulings"]
    at_alpha, at_beta = ([hit["rule"] for hit in one["rules"] if hit["action"] == "redact"] for one in rulings)
    only_alpha = next(rule for rule in at_alpha if rule not in at_beta)
    await stop(control, "rule", only_alpha)
    elsewhere = await house.chat(f"IBAN {IBAN}")
    assert elsewhere.headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
    await stop(control, "rule", at_beta[0])
    for _ in range(2):  # what only a stop refused is no history when it is sent again
        answer = await house.chat(f"IBAN {IBAN}")
        assert answer.status_code == 400
        assert only_alpha in answer.json()["error"]["message"] and "is stopped" in answer.json()["error"]["message"]
    assert (await house.chat("Bonjour")).status_code == 200, "the rules have no part in this one"
    for rule in (only_alpha, at_beta[0]):
        await start(control, "rule", rule)
    again = await house.chat(f"IBAN {IBAN}")
    assert (again.headers["x-ecluse-destination"], again.headers["x-ecluse-redacted"]) == ("alpha/gpt-4o-mini", "1")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_stopped_rule_on_answers_refuses_what_it_matches(
    house: House, control: httpx.AsyncClient, stream: bool
) -> None:
    await house.fault("alpha", f"say=Le compte {IBAN} est a jour.")
    assert "[redacted: fin.iban]" in (await house.chat("Bonjour", stream=stream)).text
    await stop(control, "rule", "iban-in-answers-redacted")
    answer = await house.chat("Bonjour", stream=stream)
    assert "iban-in-answers-redacted" in answer.text and "is stopped" in answer.text
    assert "3000 6000" not in answer.text and "[DONE]" not in answer.text
    await house.fault("alpha", "say=Tout va bien.")
    assert "Tout va bien." in (await house.chat("Bonjour")).text
    await start(control, "rule", "iban-in-answers-redacted")
    await house.fault("alpha", f"say=Le compte {IBAN} est a jour.")
    assert "[redacted: fin.iban]" in (await house.chat("Bonjour", stream=stream)).text


async def streamed(house: House, text: str) -> str:
    ask = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": text}]}
    said = ""
    async with house.client.stream("POST", "/v1/chat/completions", json=ask) as answer:
        async for part in answer.aiter_text():
            said += part
    return said


async def flowing(house: House) -> None:
    """Until the answer has begun."""
    while not any(exchange.first_content for exchange in house.gateway.runtime.live):
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", ["key", "user", "use_case", "destination", "rule"])
async def test_now_ends_what_is_under_way_in_band(house: House, control: httpx.AsyncClient, kind: str) -> None:
    said = asyncio.create_task(streamed(house, f"{LONG} IBAN {IBAN}"))
    await flowing(house)
    (exchange,) = house.gateway.runtime.live
    rule = next(hit.rule for hit in exchange.attempts[0].candidate.ruling.rules if hit.action == "redact")
    names = {"key": key_id(house), "user": "anne", "use_case": "sandbox", "destination": "alpha/gpt-4o-mini"}
    await stop(control, kind, names.get(kind, rule), now=True)
    text = await asyncio.wait_for(said, 10)
    assert '"stopped"' in text and "[DONE]" not in text
    outcome = (await house.records(exchange.call))[-1]
    assert (outcome["outcome"], outcome["code"]) == ("cut", "stopped")


async def test_now_ends_an_answer_in_which_a_stopped_rule_on_answers_had_a_part(
    house: House, control: httpx.AsyncClient
) -> None:
    await house.fault("alpha", f"say=Le compte {IBAN} est a jour. {'Voici. ' * 500}")
    said = asyncio.create_task(streamed(house, "[[sim:drip=0.02]]"))
    await flowing(house)
    (exchange,) = house.gateway.runtime.live
    async with asyncio.timeout(10):
        while (gate := exchange.attempts[0].gate) is None or not gate.hits():
            await asyncio.sleep(0.01)
    await stop(control, "rule", "iban-in-answers-redacted", now=True)
    text = await asyncio.wait_for(said, 10)
    assert '"stopped"' in text and "[DONE]" not in text


async def test_without_now_the_answer_is_given_to_its_end(house: House, control: httpx.AsyncClient) -> None:
    said = asyncio.create_task(streamed(house, "[[sim:words=40]] [[sim:drip=0.01]]"))
    await flowing(house)
    await stop(control, "user", "anne")
    text = await asyncio.wait_for(said, 10)
    assert "[DONE]" in text and '"error"' not in text


async def test_a_revoked_key_can_have_its_calls_ended(house: House, control: httpx.AsyncClient) -> None:
    said = asyncio.create_task(streamed(house, LONG))
    await flowing(house)
    gone = await control.delete(f"/keys/{key_id(house)}?now=true")
    assert gone.status_code == 200 and gone.json()["told"]
    assert '"stopped"' in await asyncio.wait_for(said, 10)
    assert (await house.chat("Bonjour")).status_code == 401


async def test_where_the_disk_refuses_no_key_is_made_and_the_operator_reads_why(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + "directory: {teams: [hr]}\n") as house:
        keys, settings = house.gateway.runtime.keys, house.gateway.runtime.epoch.pair.settings
        before = len(keys)
        (settings.state_dir / "keys.json.new").mkdir()
        transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
            answer = await control.post("/keys", json={"user": "b", "team": "hr"})
        assert answer.status_code == 503 and "state_dir can't be written" in answer.json()["refused"]
        assert len(keys) == before


async def test_a_call_that_began_before_a_stop_starts_no_attempt_after_it(
    house: House, control: httpx.AsyncClient
) -> None:
    await house.fault("alpha", "delay=1")
    begun = asyncio.create_task(house.chat("Bonjour [[sim:status=500]]"))
    while not list(house.received):
        await asyncio.sleep(0.01)
    await stop(control, "user", "anne")
    await house.fault("alpha", "status=500")
    answer = await asyncio.wait_for(begun, 10)
    assert answer.status_code >= 400
    assert {received.destination for received in house.received} == {"alpha"}


@pytest.mark.parametrize("kind", ["user", "use_case", "destination"])
async def test_a_stop_that_comes_while_the_record_is_written_is_in_time(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    runtime = house.gateway.runtime
    write, name = runtime.ledger.write, {"user": "anne", "use_case": "sandbox", "destination": "alpha/gpt-4o-mini"}

    async def meanwhile(record: Any) -> None:
        await write(record)
        runtime.standing.stop(Stop(kind, name[kind], runtime.now().isoformat(), "a breach", cut=True))

    monkeypatch.setattr(runtime.ledger, "write", meanwhile)
    answer = await house.chat("Bonjour")
    assert answer.json()["error"]["code"] in ("caller_stopped", "use_case_stopped", "destination_stopped", "stopped")
    assert not list(house.received)
    (intent, outcome) = await house.records(answer.headers["x-ecluse-call-id"])
    assert (intent["record"], outcome["record"], outcome["attempts"]) == ("INTENT", "OUTCOME", 0)


async def test_what_there_is_not_is_not_stopped_but_for_users(house: House, control: httpx.AsyncClient) -> None:
    async def refused(body: Any) -> str:
        answer = await control.post("/stops", json=body)
        assert answer.status_code == 422, answer.text
        return str(answer.json()["refused"])

    assert "did you mean alpha/gpt-4o-mini?" in await refused({"kind": "destination", "name": "alpha/gpt-4o-min"})
    assert "there is no rule" in await refused({"kind": "rule", "name": "nothing-like-it-at-all"})
    assert "there is no key" in await refused({"kind": "key", "name": "k_0"})
    assert "the kind must be" in await refused({"kind": "planet", "name": "mars"})
    assert "at most" in await refused({"kind": "user", "name": "a", "reason": "x" * 400})
    deep = await control.post("/stops", content=b'{"a":' * 5000 + b"1" + b"}" * 5000)
    assert deep.status_code == 422
    for body in ([], {"kind": "user"}, {"kind": "user", "name": ""}, {"kind": "user", "name": 5}):
        assert "the body must be" in await refused(body)
    assert "did you mean anne?" in (await stop(control, "user", "annes"))["note"]
    assert "did you mean anne?" in (await stop(control, "user", "ＡNNE"))["note"]
    await start(control, "user", "ＡNNE")
    assert (await house.chat("Bonjour")).status_code == 200
    assert (await control.delete("/stops/user/nobody")).status_code == 404
    listed = (await control.get("/stops")).json()["stops"]
    assert [(one["kind"], one["name"]) for one in listed] == [("user", "annes")]
    status = (await control.get("/status")).json()
    assert status["stops"] == listed and status["shared_store"]["stale"] is False


async def test_a_stop_is_on_record_without_the_name_of_a_person(house: House, control: httpx.AsyncClient) -> None:
    await stop(control, "user", "anne", reason="she left", now=True)
    await start(control, "user", "anne")
    await house.gateway.runtime.ledger.flush()
    folder = house.gateway.runtime.epoch.pair.settings.ledger_dir
    raw = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"stop.ordered" in raw and b"stop.ended" in raw and b"she left" in raw
    assert b'"anne"' not in raw


@pytest.mark.parametrize("store", ["memory", "sqlite"])
async def test_a_stop_outlives_a_restart_with_and_without_a_store(open_house: OpenHouse, store: str) -> None:
    config = f"{CONFIG}shared: {{store: {store}}}\n"
    async with open_house(config) as house:
        runtime = house.gateway.runtime
        runtime.standing.stop(Stop("user", "anne", runtime.now().isoformat(), "left", False))
        await runtime.standing.save()
        key = house.key
    async with open_house(config, user="paul") as house:
        assert (await house.chat("Bonjour")).status_code == 200
        house.client.headers["authorization"] = f"Bearer {key}"
        assert (await house.chat("Bonjour")).json()["error"]["code"] == "caller_stopped"
        assert house.gateway.runtime.standing.start("user", "anne", house.gateway.runtime.now()) is not None
        assert (await house.chat("Bonjour")).status_code == 200


async def test_a_damaged_file_of_stops_keeps_the_gateway_from_starting(open_house: OpenHouse) -> None:
    async with open_house() as house:
        state = house.gateway.runtime.epoch.pair.settings.state_dir
    (state / "facts.json").write_bytes(b"{")
    with pytest.raises(KeptRefused):
        async with open_house():
            raise AssertionError("nobody knows what was stopped")
