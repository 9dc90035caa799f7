"""Responses that a vendor keeps: whoever had them made gets at them, and nobody else does, by any way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.serve import gateway
from tests.conftest import CONFIG, House, OpenHouse, configured

KEEPS = CONFIG.replace("contract: alpha-us}\n  beta", "contract: alpha-us, keep_seconds: 7d}\n  beta", 1)
UNKNOWN = "resp_" + "0" * 24

WAYS: dict[str, tuple[str, str]] = {
    "retrieve": ("GET", ""),
    "stream": ("GET", "?stream=true"),
    "stream from an event": ("GET", "?stream=true&starting_after=1"),
    "input items": ("GET", "/input_items"),
    "cancel": ("POST", "/cancel"),
    "delete": ("DELETE", ""),
}


FROM = {
    "previous_response_id": "/v1/responses",
    "shorten from": "/v1/responses/compact",
    "count from": "/v1/responses/input_tokens",
}


@pytest.fixture
async def keeping(open_house: OpenHouse) -> AsyncIterator[House]:
    async with open_house(KEEPS) as house:
        yield house


async def made(house: House, text: str = "Bonjour", **fields: Any) -> str:
    """A response that is kept; its name."""
    body = {"model": "gpt-4o-mini", "input": text, "store": True, **fields}
    answer = await house.client.post("/v1/responses", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def asked(client: httpx.AsyncClient, way: str, name: str) -> httpx.Response:
    """One way to get at a response."""
    if way in FROM:
        body = {"model": "gpt-4o-mini", "input": "Et puis ?", "previous_response_id": name}
        return await client.post(FROM[way], json=body)
    method, tail = WAYS[way]
    return await client.request(method, f"/v1/responses/{name}{tail}")


def stranger(house: House, **grant: Any) -> httpx.AsyncClient:
    """A client with a key of another caller."""
    headers = {"authorization": f"Bearer {house.issue(**grant)}"}
    return httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20)


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """All that an answer says, but for the call's own name."""
    own = {"x-ecluse-call-id", "x-request-id", "request-id", "date"}
    return answer.status_code, answer.content, sorted((k, v) for k, v in answer.headers.items() if k not in own)


async def test_another_caller_gets_what_nobody_would_by_any_way(keeping: House) -> None:
    async with stranger(keeping, user="bob") as bob, stranger(keeping) as again:
        for way in (*WAYS, *FROM):
            name = await made(keeping, f"Bonjour, {way}", background=True)
            before = len(list(keeping.received))
            theirs, nobodys = await asked(bob, way, name), await asked(bob, way, UNKNOWN)
            assert told(theirs) == told(nobodys), way
            assert (theirs.status_code, theirs.json()["error"]["code"]) == (404, "object_not_found"), way
            assert len(list(keeping.received)) == before, "nothing was asked of the vendor"
            records = await keeping.records(theirs.headers["x-ecluse-call-id"])
            assert [record["record"] for record in records] == ["OUTCOME"]
            served = await asked(again, way, name)
            assert served.status_code == 200, "another key of the same person"
            assert served.headers["x-ecluse-destination"] == "alpha/gpt-4o-mini"
            records = await keeping.records(served.headers["x-ecluse-call-id"])
            assert [record["record"] for record in records] == ["INTENT", "ATTEMPT", "OUTCOME"]


async def test_a_kept_response_is_what_the_first_answer_was(keeping: House) -> None:
    body = {"model": "gpt-4o-mini", "input": "Bonjour", "store": True}
    first = (await keeping.client.post("/v1/responses", json=body)).json()
    again = await keeping.client.get(f"/v1/responses/{first['id']}?include[]=message.output_text.logprobs&x=1")
    assert again.json() == first
    sent = list(keeping.received)[-1]
    assert (sent.method, sent.body) == ("GET", b"")
    assert sent.path == f"/v1/responses/{first['id']}?include%5B%5D=message.output_text.logprobs"
    items = (await keeping.client.get(f"/v1/responses/{first['id']}/input_items?limit=5&order=asc")).json()
    assert items["data"][0]["content"] == [{"type": "input_text", "text": "Bonjour"}]
    gone = await keeping.client.delete(f"/v1/responses/{first['id']}")
    assert gone.json()["deleted"] is True
    after = [await asked(keeping.client, way, first["id"]) for way in (*WAYS, *FROM)]
    assert {answer.status_code for answer in after} == {404}


async def test_what_the_vendor_lost_is_told_as_what_never_was(keeping: House) -> None:
    name = await made(keeping)
    async with httpx.AsyncClient() as operator:
        await operator.delete(f"{keeping.simulator('alpha')}/v1/responses/{name}")
    lost = await asked(keeping.client, "retrieve", name)
    assert told(lost) == told(await asked(keeping.client, "retrieve", UNKNOWN))
    assert (await keeping.chat("Bonjour")).headers["x-ecluse-destination"] == "alpha/gpt-4o-mini", "no breaker opened"


async def test_a_pinned_call_goes_nowhere_else(keeping: House) -> None:
    name = await made(keeping)
    await keeping.fault("alpha", "status=503")
    body = {"model": "gpt-4o-mini", "input": "Et puis ?", "previous_response_id": name}
    before = len(keeping.received.of("beta"))
    assert (await keeping.client.post("/v1/responses", json=body)).status_code == 503
    assert len(keeping.received.of("beta")) == before
    other = await keeping.client.post("/v1/responses", json={**body, "model": "maison"})
    assert other.json()["error"]["code"] in ("object_elsewhere", "vendor_held")


async def test_where_nothing_may_be_kept_nothing_is(house: House) -> None:
    for name, value in (("store", True), ("background", True), ("previous_response_id", UNKNOWN)):
        body = {"model": "gpt-4o-mini", "input": "Bonjour", name: value}
        refused = await house.client.post("/v1/responses", json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "vendor_held")
        assert refused.json()["error"]["param"] == name
    chat = await house.chat("Bonjour", store=True)
    assert (chat.status_code, chat.json()["error"]["param"]) == (400, "store")
    assert not list(house.received)


async def test_a_response_that_nobody_asked_to_keep_is_nobodys(keeping: House) -> None:
    answer = await keeping.client.post("/v1/responses", json={"model": "gpt-4o-mini", "input": "Bonjour"})
    assert answer.json()["store"] is False
    assert (await asked(keeping.client, "retrieve", answer.json()["id"])).status_code == 404


async def test_its_owner_is_known_after_a_restart(keeping: House, tmp_path: Path) -> None:
    path = configured(tmp_path / "other", KEEPS)
    async with gateway(path, development=True) as serving:
        house = House(serving, path.parent, "", httpx.AsyncClient())
        house.key = house.issue()
        async with httpx.AsyncClient(base_url=house.url, headers={"authorization": f"Bearer {house.key}"}) as client:
            house.client = client
            name = await made(house)
    async with gateway(path, development=True) as serving:
        url = f"http://127.0.0.1:{serving.data.port}"
        async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {house.key}"}) as client:
            found = await asked(client, "retrieve", name)
            # The simulator is new as well and has lost it, but was asked.
            assert found.status_code == 404
            assert serving.simulator is not None
            assert [one.method for one in serving.simulator.recorder] == ["GET"]
