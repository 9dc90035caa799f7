"""Gemini's clients over a real socket: streams as events and as an array, keys, models, errors, ends."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.test_policy import IBAN, PEM

MODEL = "/v1beta/models/gpt-4o-mini"
PICTURE = "iVBORw0KGgo="


def said(text: str, **fields: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], **fields}


def texts(values: list[Any]) -> str:
    return "".join(p.get("text", "") for v in values for p in v["candidates"][0]["content"]["parts"])


async def array(house: House, text: str) -> httpx.Response:
    return await house.client.post(f"{MODEL}:streamGenerateContent", json=said(text))


async def test_a_stream_is_one_of_events_or_an_array(house: House) -> None:
    url = f"{MODEL.replace('v1beta', 'v1')}:streamGenerateContent"
    events = await house.client.post(f"{url}?alt=sse", json=said("[[sim:say=Bonjour à tous les deux]]"))
    assert events.headers["content-type"].startswith("text/event-stream")
    streamed = [json.loads(line[6:]) for line in events.text.splitlines() if line]
    listed = await house.client.post(url, json=said("[[sim:say=Bonjour à tous les deux]]"))
    assert listed.headers["content-type"] == "application/json"
    assert texts(streamed) == texts(listed.json()) == "Bonjour à tous les deux"
    assert len(listed.json()) == len(streamed) > 2
    assert {r.path for r in house.received} == {"/v1beta/models/gpt-4o-mini:streamGenerateContent?alt=sse"}


async def test_an_error_in_an_array_is_its_last_item(house: House) -> None:
    """Before the first word it is an answer of its own."""
    values = (await array(house, "[[sim:on=alpha,fail_after=2]] [[sim:words=30]]")).json()
    assert "candidates" in values[0]
    assert values[-1]["error"]["status"] == "INTERNAL" and values[-1]["error"]["code"] == 500
    refused = await array(house, PEM)
    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_the_guard_sees_an_array_as_it_sees_events(house: House) -> None:
    values = (await array(house, "[[sim:say=Votre IBAN FR76 3000 6000 0112 3456 7890 189 !]]")).json()
    assert IBAN not in texts(values)
    whole = await house.client.post(f"{MODEL}:generateContent", json=said(f"IBAN {IBAN}"))
    assert whole.json()["candidates"][0]["finishReason"] == "STOP"
    assert "[redacted: fin.iban]" in list(house.received)[-1].body.decode()


async def test_the_key_stands_in_a_header_or_in_the_query_and_goes_nowhere(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as client:
        url = f"{MODEL}:generateContent"
        for asked in ({"headers": {"x-goog-api-key": house.key}}, {"params": {"key": house.key}}):
            assert (await client.post(url, json=said("Bonjour"), **asked)).status_code == 200
        for asked in ({}, {"headers": {"x-goog-api-key": "ecl_no"}}, {"params": {"key": "ecl_no"}}):
            refused = await client.post(url, json=said("Bonjour"), **asked)
            assert (refused.status_code, refused.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
        # In the query only of Gemini's paths: elsewhere addresses end up in logs unasked.
        chat = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}
        assert (await client.post("/v1/chat/completions", json=chat, params={"key": house.key})).status_code == 401
    for received in house.received:
        assert "key=" not in received.path
        assert house.key not in str(received.headers) and not received.header(b"x-goog-api-key")
    await house.gateway.runtime.ledger.flush()
    for file in (house.folder / "state").rglob("*"):
        assert not file.is_file() or house.key.encode() not in file.read_bytes(), file


async def test_models_as_gemini_lists_them(house: House) -> None:
    listed = (await house.client.get("/v1beta/models?pageSize=50")).json()["models"]
    assert {m["name"] for m in listed} >= {"models/gpt-4o-mini", "models/maison"}
    async with httpx.AsyncClient(base_url=house.url, headers={"x-goog-api-key": house.key}) as client:
        assert (await client.get("/v1/models")).json()["models"] == listed
        assert (await client.get("/v1beta/models/maison")).json() == next(m for m in listed if "maison" in m["name"])
        missing = await client.get("/v1beta/models/nobody")
        assert (missing.status_code, missing.json()["error"]["status"]) == (404, "NOT_FOUND")
        unserved = await client.post("/v1beta/cachedContents", json={})
        assert (unserved.status_code, unserved.json()["error"]["status"]) == (404, "NOT_FOUND")
    assert (await house.client.get("/v1/models")).json()["object"] == "list"


async def test_limits_say_when_to_come_back(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: user, unit: requests, window: hour, limit: 1}\n"
    async with open_house(CONFIG + quota) as house:
        answers = [await house.client.post(f"{MODEL}:generateContent", json=said("Bonjour")) for _ in range(2)]
        assert [a.status_code for a in answers] == [200, 429]
        error = answers[1].json()["error"]
        assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
        delay = next(d["retryDelay"] for d in error["details"] if d["@type"].endswith("RetryInfo"))
        assert delay == f"{answers[1].headers['retry-after']}s"


UNINSPECTED: list[dict[str, Any]] = [
    said("a", tools=[{"googleSearch": {}}]),
    said("a", cachedContent="cachedContents/x"),
    {"contents": {"parts": [{"inlineData": {"mimeType": "image/png", "data": PICTURE}}]}},
    {"contents": {"parts": [{"fileData": {"fileUri": "https://h.example/a"}}]}},
    {"contents": {"parts": [{"fileData": {"fileUri": "files/a"}}]}},
    {"contents": [{"role": "model", "parts": [{"text": "a", "thoughtSignature": "Zm9yZ2Vk"}]}]},
]


async def test_what_cant_be_inspected_is_refused(house: House) -> None:
    for body in UNINSPECTED:
        answer = await house.client.post(f"{MODEL}:generateContent", json=body)
        assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT"), body
    assert not list(house.received)


async def test_a_signature_goes_back_where_it_came_from(house: House) -> None:
    """In either alphabet of base64; to nobody else."""
    body = said('[[sim:tool=weather {"town": "Lyon"}]]', tools=[{"functionDeclarations": [{"name": "weather"}]}])
    answer = (await house.client.post(f"{MODEL}:generateContent", json=body)).json()
    part = answer["candidates"][0]["content"]["parts"][0]
    assert "+" in part["thoughtSignature"]
    part["thoughtSignature"] = part["thoughtSignature"].replace("+", "-").replace("/", "_")
    result = {"functionResponse": {"name": "weather", "response": {"output": "soleil"}}}
    body["contents"] += [{"role": "model", "parts": [part]}, {"role": "user", "parts": [result]}]
    again = await house.client.post(f"{MODEL}:generateContent", json=body)
    assert texts([again.json()]) == "The task is done after 1 tool result(s)."


async def test_a_whole_answer_stays_one_however_its_connection_goes_on(open_house: OpenHouse) -> None:
    config = CONFIG.replace("alpha: {kind: simulator}", "alpha: {kind: simulator, idle_seconds: 0.3}")
    async with open_house(config) as house:
        answer = await house.client.post(
            f"{MODEL}:streamGenerateContent?alt=sse", json=said("[[sim:linger=60]] [[sim:say=Bonjour]]")
        )
        values = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
        assert texts(values) == "Bonjour" and values[-1]["candidates"][0]["finishReason"] == "STOP"
        records = await house.records(answer.headers["x-ecluse-call-id"])
        assert (records[-1]["outcome"], records[-2]["error"]) == ("served", None)
