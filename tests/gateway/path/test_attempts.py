"""Where a call goes after a failure, and when it has waited long enough: over real sockets."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from gateway.config.failures import CLASSES
from tests.adapters.conftest import Handler, RawServer, raw_server  # noqa: F401 - a fixture
from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.bare import DEFAULTS, bare

ALPHA, BETA = "alpha/gpt-4o-mini", "beta/gpt-4o-mini"
SAID = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Bonjour"}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
DAY = 86_400


def http(status: int = 200, body: object = SAID, **headers: str) -> bytes:
    raw = json.dumps(body).encode()
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}\r\n{named}\r\n"
    return head.encode() + raw


def error(status: int, code: str) -> bytes:
    return http(status, {"error": {"message": "no", "type": code, "code": code}})


def config(url: str, vendor: str = "", more: str = "") -> str:
    """The usual house, whose alpha is a server of bytes."""
    kind = f"alpha: {{kind: openai_compatible, base_url: '{url}'{vendor}}}"
    return (
        CONFIG.replace("alpha: {kind: simulator}", kind).replace("[alpha, beta, internal]", "[beta, internal]") + more
    )


def open_breakers(house: House) -> list[tuple[str, str]]:
    states = house.gateway.runtime.health.states()
    return [(s.destination, s.failure) for s in states if s.state != "closed"]


async def test_a_credential_without_money_gives_way_to_the_next_one(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    seen: list[str] = []

    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        seen.append("one" if b"hush-one" in request else "two")
        writer.write(http() if seen[-1] == "two" else error(429, "insufficient_quota"))
        return True

    for name in ("one", "two"):
        (tmp_path / name).write_text(f"hush-{name}")
    keys = f", credentials: ['file:{tmp_path}/one', 'file:{tmp_path}/two']"
    async with raw_server(vendor) as url, open_house(config(url, keys)) as house:
        answers = [await house.chat(f"Bonjour {n}") for n in range(6)]
        assert {a.status_code for a in answers} == {200}
        assert {a.headers["x-ecluse-destination"] for a in answers} == {ALPHA}
        assert seen.count("one") == 1, "it was tried once, and then left alone"
        first = next(a for n, a in enumerate(answers) if seen[n] == "one")
        records = await house.records(first.headers["x-ecluse-call-id"])
        assert [r["record"] for r in records] == ["INTENT", "ATTEMPT", "ATTEMPT-START", "ATTEMPT", "OUTCOME"]
        tried = [(r["destination"], r["error"], r["credential"]) for r in records if r["record"] == "ATTEMPT"]
        assert [t[:2] for t in tried] == [(ALPHA, "money"), (ALPHA, None)]
        assert {t[2] for t in tried} == {0, 1}
        page = await house.metrics()
        assert 'ecluse_breaker_state{credential="0",destination="alpha/gpt-4o-mini",failure="money"} 2.0' in page
        assert "hush" not in page
        assert "hush" not in json.dumps(records)


async def test_when_no_credential_is_left_the_next_destination_answers(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(error(401, "invalid_api_key"))
        return True

    for name in ("one", "two"):
        (tmp_path / name).write_text(f"hush-{name}")
    keys = f", credential: 'file:{tmp_path}/one', credentials: ['file:{tmp_path}/two']"
    async with raw_server(vendor) as url, open_house(config(url, keys)) as house:
        answer = await house.chat("Bonjour")
        assert answer.headers["x-ecluse-destination"] == BETA
        records = await house.records(answer.headers["x-ecluse-call-id"])
        tried = [(r["destination"], r["error"]) for r in records if r["record"] == "ATTEMPT"]
        assert tried == [(ALPHA, "auth"), (ALPHA, "auth"), (BETA, None)]
        answer = await house.chat("Encore")
        assert len(await house.records(answer.headers["x-ecluse-call-id"])) == 3, "alpha isn't asked again"


async def test_a_call_goes_with_the_credentials_of_the_configuration_that_it_began_under(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Also where a reload brings one more while it is under way."""

    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        settings.write_text(settings.read_text().replace("/one']", f"/one', 'file:{tmp_path}/two']"))
        await house.gateway.reload("control")
        writer.write(error(429, "insufficient_quota"))
        return True

    for name in ("one", "two"):
        (tmp_path / name).write_text(f"hush-{name}")
    keys = f", credentials: ['file:{tmp_path}/one']"
    async with raw_server(vendor) as url, open_house(config(url, keys)) as house:
        settings = house.folder / "config.yaml"
        answer = await house.chat("Bonjour")
        assert house.gateway.runtime.epoch.credentials()[ALPHA] == 2
        assert (answer.status_code, answer.headers.get("x-ecluse-destination")) == (200, BETA)
        assert not open_breakers(house), "what failed before a load says nothing of its credentials"


async def test_a_vendor_that_says_that_nothing_is_left_is_passed_over(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
) -> None:
    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        limits = {
            "x_ratelimit_limit_requests": "10",
            "x_ratelimit_remaining_requests": "0",
            "x_ratelimit_reset_requests": "1m0s",
        }
        writer.write(http(200, SAID, **limits))
        return True

    async with raw_server(vendor) as url, open_house(config(url)) as house:
        assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == ALPHA
        assert (await house.chat("Encore")).headers["x-ecluse-destination"] == BETA
        health = house.gateway.runtime.health
        assert health.headroom(ALPHA) == 0
        assert 55 < health.wait(ALPHA) <= 60


async def test_throttling_without_a_stated_wait_rests_the_destination_and_goes_elsewhere(house: House) -> None:
    await house.fault("alpha", "status=429")
    for _ in range(3):
        assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == BETA
    assert [r.destination for r in house.received] == ["alpha", "beta", "beta", "beta"]
    assert open_breakers(house) == [(ALPHA, "throttled")]


async def test_throttling_everywhere_is_told_with_the_time_to_come_back(house: House) -> None:
    for vendor in ("alpha", "beta"):
        await house.fault(vendor, "status=429,retry_after=90")
    answer = await house.chat("Bonjour")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "vendor_rate_limit")
    assert answer.headers["retry-after"] == "90"
    answer = await house.chat("Bonjour")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "destinations_unavailable")
    assert 60 < int(answer.headers["retry-after"]) <= 90


async def test_a_kept_connection_that_the_vendor_closed_is_no_failure_of_it(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
) -> None:
    asked = 0

    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            return False  # it has read the request and closes the connection that it had kept
        writer.write(http())
        return True

    async with raw_server(vendor) as url, open_house(config(url)) as house:
        assert (await house.chat("Bonjour")).status_code == 200
        answer = await house.chat("Encore")
        assert answer.headers["x-ecluse-destination"] == ALPHA
        records = await house.records(answer.headers["x-ecluse-call-id"])
        assert [r["record"] for r in records] == ["INTENT", "ATTEMPT", "ATTEMPT-START", "ATTEMPT", "OUTCOME"]
        assert records[2]["reason"] == "cut"
        assert not house.gateway.runtime.health.states()


@pytest.mark.parametrize("status", [429, 503])
async def test_nobody_is_told_to_stay_away_for_longer_than_we_do(house: House, status: int) -> None:
    for vendor in ("alpha", "beta"):
        await house.fault(vendor, f"status={status},retry_after=1000000")
    answer = await house.chat("Bonjour")
    assert answer.status_code == status
    assert answer.headers["retry-after"] == "300"


async def test_the_clients_deadline_ends_a_call_and_blames_nobody(house: House) -> None:
    for vendor in ("alpha", "beta"):
        await house.fault(vendor, "delay=60")
    ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}
    for name in ("x-ecluse-deadline", "x-stainless-read-timeout", "x-stainless-timeout"):
        for stream in (False, True):
            begun = time.monotonic()
            answer = await house.client.post(
                "/v1/chat/completions", json={**ask, "stream": stream}, headers={name: "0.3"}
            )
            assert (answer.status_code, answer.json()["error"]["code"]) == (504, "deadline")
            assert time.monotonic() - begun < 10
    assert not house.gateway.runtime.health.states(), "whoever is in haste must not close a destination to others"
    assert not house.gateway.runtime.live


async def test_a_deadline_that_is_none_is_refused_where_it_is_ours_and_ignored_where_an_sdk_says_it(
    house: House,
) -> None:
    ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}
    for wrong in ("soon", "0", "-1", "nan", "inf"):
        answer = await house.client.post("/v1/chat/completions", json=ask, headers={"x-ecluse-deadline": wrong})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_deadline")
        answer = await house.client.post("/v1/chat/completions", json=ask, headers={"x-stainless-timeout": wrong})
        assert answer.status_code == 200
    assert (await house.records(answer.headers["x-ecluse-call-id"]))[-1]["outcome"] == "served"


async def test_a_client_that_wants_the_whole_by_a_time_gets_an_error_event_at_it(house: House) -> None:
    words = "[[sim:words=500]] [[sim:drip=0.05]]"
    ask = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": words}]}
    answer = await house.client.post("/v1/chat/completions", json=ask, headers={"x-ecluse-deadline": "0.6"})
    assert answer.status_code == 200
    assert '"deadline"' in answer.text
    assert "[DONE]" not in answer.text
    assert not open_breakers(house)
    ask["messages"] = [{"role": "user", "content": "[[sim:words=20]] [[sim:drip=0.05]]"}]
    told = await house.client.post("/v1/chat/completions", json=ask, headers={"x-stainless-timeout": "0.4"})
    assert "[DONE]" in told.text, "what an SDK says by itself is about the first word"


async def test_a_body_that_does_not_come_is_not_waited_for_past_the_deadline(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.key}\r\n"
    writer.write(f"{head}content-length: 100\r\nx-ecluse-deadline: 0.3\r\n\r\n{{".encode())
    status = await asyncio.wait_for(reader.readline(), 10)
    assert b" 504 " in status
    writer.close()


async def test_lifecycle_frames_that_were_sent_do_not_outlast_the_deadline(open_house: OpenHouse) -> None:
    limits = "drain_seconds: 5, hold_lifecycle_seconds: 0.1, deadline_seconds: 0.5"
    async with open_house(CONFIG.replace("drain_seconds: 5", limits)) as house:
        await house.fault("alpha", "hold=60")
        begun = time.monotonic()
        answer = await house.client.post(
            "/v1/responses", json={"model": "gpt-4o-mini", "input": "Bonjour", "stream": True}
        )
        assert time.monotonic() - begun < 10
        assert "response.created" in answer.text
        assert "response.failed" in answer.text


async def test_a_contract_ends_attempts_under_it(open_house: OpenHouse, tmp_path: Path) -> None:
    bundle = bare(tmp_path / "house", defaults=DEFAULTS)
    contracts = bundle / "contracts.yaml"
    contracts.write_text(contracts.read_text().replace("region: us\n", "region: us\ndeadline_seconds: 0.2\n"))
    async with open_house() as house:
        await house.fault("alpha", "delay=60")
        answer = await house.chat("Bonjour")
        assert answer.headers["x-ecluse-destination"] == BETA
        (first, _) = [r for r in await house.records(answer.headers["x-ecluse-call-id"]) if r["record"] == "ATTEMPT"]
        assert (first["error"], first["fault"]) == ("timeout", "vendor")


async def test_a_contracts_back_off_is_kept_after_one_failure(open_house: OpenHouse, tmp_path: Path) -> None:
    bundle = bare(tmp_path / "house", defaults=DEFAULTS)
    contracts = bundle / "contracts.yaml"
    contracts.write_text(contracts.read_text().replace("region: us\n", "region: us\nbackoff_seconds: 30\n"))
    async with open_house() as house:
        await house.fault("alpha", "status=500")
        for _ in range(3):
            assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == BETA
        assert [r.destination for r in house.received] == ["alpha", "beta", "beta", "beta"]
        assert house.gateway.runtime.health.wait(ALPHA) > 25


def for_ever(headers: bytes, piece: bytes) -> Handler:
    """A vendor whose answer is the same piece again and again, until somebody hangs up."""

    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n\r\n")
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        return False

    return vendor


async def test_keep_alives_before_the_first_word_do_not_keep_a_vendor(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
) -> None:
    """Comments aren't frames that the client gets after a while, which would end failover."""

    vendor = for_ever(b"content-type: text/event-stream\r\nconnection: close", b": still here\n\n")
    soon = "drain_seconds: 5, hold_lifecycle_seconds: 0.1"
    impatient = config("URL", ", first_token_seconds: 0.4").replace("drain_seconds: 5", soon)
    async with raw_server(vendor) as url, open_house(impatient.replace("URL", url)) as house:
        answer = await house.chat("Bonjour", stream=True)
        assert answer.headers["x-ecluse-destination"] == BETA
        assert "still here" not in answer.text


async def test_blanks_for_ever_in_place_of_json_end_as_a_timeout(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
) -> None:
    vendor = for_ever(b"content-type: application/json\r\ncontent-length: 100000", b" \n")
    async with raw_server(vendor) as url, open_house(config(url, ", first_token_seconds: 0.4")) as house:
        answer = await house.chat("Bonjour")
        assert answer.headers["x-ecluse-destination"] == BETA
        assert [(s.failure, s.state) for s in house.gateway.runtime.health.states()] == [("timeout", "closed")]


async def test_an_answer_that_only_trickles_ends_as_a_timeout(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
) -> None:
    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        whole = http()
        for at in range(len(whole)):
            writer.write(whole[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0.0 if at < 100 else 0.05)
        return True

    slow = ", idle_seconds: 0.3, least_bytes: 64"
    async with raw_server(vendor) as url, open_house(config(url, slow)) as house:
        assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == BETA


LARGER = CONFIG.replace(
    "gpt-4o-mini: {destinations: [alpha/gpt-4o-mini, beta/gpt-4o-mini]}",
    "gpt-4o-mini: {destinations: [alpha/gpt-4o-mini, beta/gpt-4o-mini], larger: [big, beta/large]}\n"
    "  big: {destinations: [alpha/large]}",
).replace(
    "destinations:\n",
    "destinations:\n  alpha/large: {vendor: alpha, model: large, contract: alpha-us}\n"
    "  beta/large: {vendor: beta, model: large-eu, contract: beta-eu}\n",
    1,
)
RULE = """\
kind: EgressPolicy
id: places
rules:
  - id: places.us
    match: {destination: {region: us}, model: [big]}
    action: deny
"""


async def asked(house: House) -> list[tuple[str, str]]:
    return [(r.destination, json.loads(r.body)["model"]) for r in house.received]


async def test_an_ask_that_is_too_long_goes_to_a_larger_destination(open_house: OpenHouse) -> None:
    async with open_house(LARGER) as house:
        answer = await house.chat("[[sim:on=alpha,status=400,error=context_length_exceeded]]")
        assert await asked(house) == [("alpha", "gpt-4o-mini"), ("alpha", "large"), ("beta", "large-eu")]
        assert answer.headers["x-ecluse-destination"] == "beta/large"
        records = await house.records(answer.headers["x-ecluse-call-id"])
        starts = [r for r in records if r["record"] == "ATTEMPT-START"]
        assert [(r["destination"], r["reason"]) for r in starts] == [
            ("alpha/large", "context_length"),
            ("beta/large", "context_length"),
        ]
        assert all(r["ruling"]["verdict"] == "allow" for r in starts)


async def test_a_larger_model_that_the_key_may_not_use_is_not_asked(open_house: OpenHouse) -> None:
    async with open_house(LARGER, models=("gpt-4o-mini",)) as house:
        answer = await house.chat("[[sim:on=alpha,status=400,error=context_length_exceeded]]")
        assert answer.headers["x-ecluse-destination"] == "beta/large", "a destination that the route itself names"
        assert await asked(house) == [("alpha", "gpt-4o-mini"), ("beta", "large-eu")]


async def test_a_refusal_of_content_goes_nowhere_else_larger_or_not(open_house: OpenHouse) -> None:
    async with open_house(LARGER) as house:
        answer = await house.chat("[[sim:on=alpha,status=400,error=content_policy_violation]]")
        assert answer.status_code == 400
        assert await asked(house) == [("alpha", "gpt-4o-mini")]


@pytest.mark.parametrize(("language", "words"), [("en", "too long for every"), ("fr", "trop longue pour tous")])
async def test_what_is_too_long_for_the_larger_ones_too_is_said_to_be(
    open_house: OpenHouse, language: str, words: str
) -> None:
    async with open_house(LARGER.replace("server: {", f"server: {{language: {language}, ", 1)) as house:
        answer = await house.chat("[[sim:status=400,error=context_length_exceeded]]")
        assert len(await asked(house)) == 3
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "context_length_exceeded")
        assert words in error["message"] and "(3)" in error["message"]


async def test_without_larger_ones_the_client_is_told_that_it_is_too_long(house: House) -> None:
    answer = await house.chat("[[sim:status=400,error=context_length_exceeded]]")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "context_length_exceeded")
    assert await asked(house) == [("alpha", "gpt-4o-mini")]


@pytest.mark.parametrize("requests", [6, 30])
@pytest.mark.parametrize("model", ["gpt-4o-mini", "claude-sonnet-5"])
async def test_a_client_that_asks_again_on_a_503_is_not_multiplied(house: House, model: str, requests: int) -> None:
    """Codex asks six times for one prompt. One model has two destinations, the other one."""
    for vendor in ("alpha", "beta"):
        await house.fault(vendor, "status=503")
    told = set()
    for _ in range(requests):
        if model == "gpt-4o-mini":
            answer = await house.chat("Bonjour")
        else:
            ask = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "Bonjour"}]}
            answer = await house.client.post("/v1/messages", json=ask)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        told.add(answer.headers["x-ecluse-call-id"])
    assert len(told) == requests
    assert len(list(house.received)) <= 1.2 * requests
    assert len(list(house.received)) >= CLASSES["overload"].in_a_row
