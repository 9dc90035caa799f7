"""What a vendor sealed goes back to it; for another vendor it is left out, or that vendor isn't asked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.test_policy import IBAN

TWO = CONFIG.replace(
    "models:\n", "  beta/claude: {vendor: beta, model: claude-eu, contract: beta-eu}\nmodels:\n"
).replace(
    "claude-sonnet-5: {destinations: [alpha/claude]", "claude-sonnet-5: {destinations: [alpha/claude, beta/claude]"
)
ASKED = "Bonjour [[sim:reasoning]]"
USER = {"role": "user", "content": ASKED}


@pytest.fixture
async def two(open_house: OpenHouse) -> AsyncIterator[House]:
    async with open_house(TWO) as house:
        yield house


async def spoken(house: House, messages: list[Any], **fields: Any) -> Any:
    body = {"model": "claude-sonnet-5", "max_tokens": 500, "messages": messages, **fields}
    return await house.client.post("/v1/messages", json=body)


async def first_turn(house: House) -> list[Any]:
    """The blocks of an answer of alpha's, with what it signed."""
    answer = await spoken(house, [USER])
    assert answer.headers["x-ecluse-destination"] == "alpha/claude"
    content = answer.json()["content"]
    assert [block["type"] for block in content] == ["thinking", "text"]
    return list(content)


async def test_it_goes_back_to_its_vendor_as_it_came(two: House) -> None:
    content = await first_turn(two)
    for _ in range(4):  # whatever the order of the route says
        answer = await spoken(
            two, [USER, {"role": "assistant", "content": content}, {"role": "user", "content": "Et ?"}]
        )
        assert answer.headers["x-ecluse-destination"] == "alpha/claude"
        assert "x-ecluse-left-out" not in answer.headers
    assert json.loads(list(two.received)[-1].body)["messages"][1]["content"] == content


async def test_another_vendor_gets_the_conversation_without_it(two: House) -> None:
    content = await first_turn(two)
    await two.fault("alpha", "status=503")
    turns = [USER, {"role": "assistant", "content": content}, {"role": "user", "content": f"Et {IBAN} ?"}]
    answer = await spoken(two, turns, thinking={"type": "enabled", "budget_tokens": 1024})
    assert (answer.status_code, answer.headers["x-ecluse-destination"]) == (200, "beta/claude")
    assert answer.headers["x-ecluse-left-out"] == "1"
    sent = json.loads(list(two.received)[-1].body)
    assert sent["messages"][1]["content"] == content[1:]
    assert IBAN not in str(sent), "the ruling holds for the rest"
    records = await two.records(answer.headers["x-ecluse-call-id"])
    rulings = {ruled["destination"]: ruled for ruled in records[0]["rulings"]}
    assert (rulings["alpha/claude"]["left_out"], rulings["beta/claude"]["left_out"]) == (0, 1)
    assert "vendor_state" not in records[0]["edits"]
    again = next(record for record in records[1:] if "edits" in record and record.get("attempt") == 2)
    assert (again["edits"]["vendor_state"], again["ruling"]["left_out"]) == (1, 1)


async def test_where_the_dialect_wants_it_another_vendor_is_not_asked(two: House) -> None:
    content = await first_turn(two)
    await two.fault("alpha", "status=503")
    call = {"type": "tool_use", "id": "t1", "name": "ls", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "a.txt"}
    turns = [USER, {"role": "assistant", "content": [content[0], call]}, {"role": "user", "content": [result]}]
    before = len(two.received.of("beta"))
    stays = await spoken(two, turns, thinking={"type": "enabled", "budget_tokens": 1024})
    assert stays.status_code == 503
    assert len(two.received.of("beta")) == before
    goes = await spoken(two, turns, thinking={"type": "adaptive"})
    assert goes.headers["x-ecluse-destination"] == "beta/claude"


async def test_what_nobody_issued_goes_nowhere(two: House) -> None:
    content = await first_turn(two)
    forged = [{**content[0], "signature": "AAAA"}, content[1]]
    turns = [USER, {"role": "assistant", "content": forged}, {"role": "user", "content": "Et ?"}]
    assert (await spoken(two, turns)).status_code == 400


async def test_encrypted_reasoning_is_left_out_likewise(two: House) -> None:
    body: dict[str, Any] = {"model": "gpt-4o-mini", "input": ASKED}
    first = (await two.client.post("/v1/responses", json=body)).json()
    await two.fault("alpha", "status=503")
    body["input"] = [USER, *first["output"], {"role": "user", "content": "Et ?"}]
    answer = await two.client.post("/v1/responses", json=body)
    assert (answer.status_code, answer.headers["x-ecluse-left-out"]) == (200, "1")
    assert [item.get("type") for item in json.loads(list(two.received)[-1].body)["input"]] == [None, "message", None]


async def test_a_vendor_of_another_dialect_gets_it_translated_without(open_house: OpenHouse) -> None:
    async with open_house(
        TWO.replace("beta: {kind: simulator}", "beta: {kind: simulator, dialects: [openai_chat]}")
    ) as two:
        content = await first_turn(two)
        await two.fault("alpha", "status=503")
        call = {"type": "tool_use", "id": "t1", "name": "ls", "input": {}}
        result = {"type": "tool_result", "tool_use_id": "t1", "content": "a.txt"}
        turns = [USER, {"role": "assistant", "content": [content[0], call]}, {"role": "user", "content": [result]}]
        # What Anthropic wants of a turn that goes on, no other API does.
        answer = await spoken(two, turns, thinking={"type": "enabled", "budget_tokens": 1024})
        assert (answer.status_code, answer.headers["x-ecluse-destination"]) == (200, "beta/claude"), answer.text
        assert answer.headers["x-ecluse-left-out"] == "1"
        assert answer.headers["x-ecluse-translated"] == "anthropic_messages>openai_chat"
        sent = list(two.received)[-1]
        assert sent.path == "/v1/chat/completions"
        assert content[0]["signature"].encode() not in sent.body and content[0]["thinking"].encode() not in sent.body
