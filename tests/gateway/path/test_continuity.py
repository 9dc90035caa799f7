"""Failover until the first content-bearing event, within one deadline, each attempt under its own ruling."""

from __future__ import annotations

import json

import pytest

from gateway.routing.health import Health
from observability.ledger import Ledger
from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.test_policy import IBAN, said

FAILURES = {
    "status=500": "server",
    "status=503": "overload",
    "status=529": "overload",
    "status=429": "rate_limit",
    "status=401": "auth",
    "fail_before": "server",
    "cut=0": "cut",
    "malformed=1": "protocol",
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", FAILURES)
async def test_the_second_vendor_answers_when_the_first_fails(house: House, fault: str, stream: bool) -> None:
    await house.fault("alpha", fault)
    answer = await house.chat("Bonjour", stream=stream)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
    records = await house.records(answer.headers["x-ecluse-call-id"])
    assert [r["record"] for r in records] == ["INTENT", "ATTEMPT", "ATTEMPT-START", "ATTEMPT", "OUTCOME"]
    assert records[2]["reason"] == records[1]["error"]
    sent = {r.destination: json.loads(r.body)["model"] for r in house.received}
    assert sent == {"alpha": "gpt-4o-mini", "beta": "gpt-4o-mini-eu"}
    assert "ecluse_failovers_total" in await house.metrics()


async def test_every_attempt_starts_from_the_original_ask(house: House) -> None:
    """Each destination gets its own redaction of what the client sent, not a redaction of a redaction."""
    await house.fault("alpha", "status=500")
    answer = await house.chat(f"IBAN {IBAN}")
    assert answer.status_code == 200
    texts = [json.loads(r.body)["messages"][0]["content"] for r in house.received]
    assert texts == ["IBAN [redacted: fin.iban]"] * 2


@pytest.mark.parametrize("fault", ["fail_after=4", "cut=4", "malformed=5"])
async def test_after_the_first_word_an_error_is_an_event_and_not_a_clean_end(house: House, fault: str) -> None:
    await house.fault("alpha", fault)
    answer = await house.chat("Bonjour, dis quelque chose de long", stream=True)
    assert answer.status_code == 200
    assert answer.headers["x-ecluse-destination"] == "alpha/gpt-4o-mini"
    assert said(answer.text)
    assert '"error"' in answer.text
    assert "[DONE]" not in answer.text
    assert [r.destination for r in house.received] == ["alpha"]
    (outcome,) = [r for r in await house.records(answer.headers["x-ecluse-call-id"]) if r["record"] == "OUTCOME"]
    assert outcome["outcome"] == "failed"


async def test_the_same_in_anthropics_and_responses_streams(house: House) -> None:
    await house.fault("alpha", "fail_after=2")
    body = {"model": "claude-sonnet-5", "max_tokens": 99, "messages": [{"role": "user", "content": "long"}]}
    answer = await house.client.post("/v1/messages", json={**body, "stream": True})
    assert "event: error" in answer.text
    assert "message_stop" not in answer.text
    answer = await house.client.post("/v1/responses", json={"model": "gpt-4o-mini", "input": "long", "stream": True})
    assert "response.failed" in answer.text
    assert "response.completed" not in answer.text
    numbers = [json.loads(x[6:])["sequence_number"] for x in answer.text.splitlines() if x.startswith("data: {")]
    assert numbers == list(range(len(numbers)))


async def test_when_all_fail_the_client_is_told_without_the_vendors_words(house: House) -> None:
    await house.fault("alpha", "status=500")
    await house.fault("beta", "status=500")
    answer = await house.chat("Bonjour")
    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "vendor_server"


async def test_a_content_refusal_is_not_shopped_elsewhere(house: House) -> None:
    await house.fault("alpha", "status=400,error=content_policy_violation")
    answer = await house.chat("Bonjour")
    assert answer.status_code == 400
    assert [r.destination for r in house.received] == ["alpha"]


async def test_an_account_without_money_is_left_alone(house: House) -> None:
    await house.fault("alpha", "status=429,error=insufficient_quota")
    for _ in range(3):
        assert (await house.chat("Bonjour")).status_code == 200
    assert [r.destination for r in house.received] == ["alpha", "beta", "beta", "beta"]


async def test_one_deadline_bounds_all_attempts(open_house: OpenHouse) -> None:
    async with open_house(CONFIG.replace("drain_seconds: 5", "drain_seconds: 5, deadline_seconds: 0.4")) as house:
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, "delay=5")
        answer = await house.chat("Bonjour")
        assert answer.status_code == 504
        assert answer.json()["error"]["code"] == "deadline"
        records = await house.records(answer.headers["x-ecluse-call-id"])
        assert [(r["record"], r.get("error")) for r in records][1] == ("ATTEMPT", "timeout")


async def test_a_try_that_never_left_does_not_keep_a_breaker_open(house: House) -> None:
    """After its open time one call may try; where the ledger refuses that call, the next one may."""
    runtime, now = house.gateway.runtime, [0.0]
    health = runtime.health = Health(lambda: now[0], chance=lambda: 0.0)
    for name in ("alpha/gpt-4o-mini", "beta/gpt-4o-mini"):
        turn = health.take(name)
        assert turn is not None
        health.failed(turn, "auth", None)
    assert (await house.chat("Bonjour")).json()["error"]["code"] == "destinations_unavailable"
    now[0] = 61.0
    ledger = runtime.ledger
    runtime.ledger = closed = Ledger.open(house.folder / "other", clock=runtime.now)
    closed.close()
    assert (await house.chat("Bonjour")).json()["error"]["code"] == "ledger_unavailable"
    runtime.ledger = ledger
    assert (await house.chat("Bonjour")).status_code == 200


async def test_lifecycle_frames_are_sent_when_the_vendor_thinks_too_long(open_house: OpenHouse) -> None:
    """They leave after `hold_lifecycle_seconds` although nothing more has come; failover is then over."""
    config = CONFIG.replace("drain_seconds: 5", "drain_seconds: 5, hold_lifecycle_seconds: 0.2")
    async with open_house(config) as house:
        await house.fault("alpha", "hold=1.5")
        ask = {"model": "gpt-4o-mini", "input": "Bonjour", "stream": True}
        async with house.client.stream("POST", "/v1/responses", json=ask) as answer:
            parts = answer.aiter_text()
            first = await anext(parts)
            (received,) = house.received
            assert received.outcome == "open"
            assert "response.created" in first
            assert "output_text.delta" not in first
            rest = "".join([part async for part in parts])
        assert "output_text.delta" in rest
        assert "response.completed" in rest
        call = answer.headers["x-ecluse-call-id"]
        assert (await house.records(call))[-1]["outcome"] == "served"
        await house.fault("alpha", "hold=1.5,fail_before")
        failing = await house.client.post("/v1/responses", json=ask)
        assert failing.headers["x-ecluse-destination"] == "alpha/gpt-4o-mini"
        assert "response.failed" in failing.text


async def test_lifecycle_frames_are_held_so_that_failover_stays_possible(house: House) -> None:
    """An error after `message_start` and before any content goes to the next destination, unseen by the client."""
    await house.fault("alpha", "fail_after=0")
    answer = await house.client.post("/v1/responses", json={"model": "gpt-4o-mini", "input": "Bonjour", "stream": True})
    assert answer.status_code == 200
    assert answer.headers["x-ecluse-destination"] == "beta/gpt-4o-mini"
    assert answer.text.count("event: response.created") == 1
