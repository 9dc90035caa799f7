"""Answers whose length nobody stated: held in steps, cut in band when nothing is left, or capped beforehand."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.conftest import CONFIG, House, OpenHouse

LONG = "[[sim:words=%d]] Bonjour"
PRICED = CONFIG.replace("gpt-4o-mini-eu", "gpt-4o-mini")
"""Every destination has a price."""
DRIPPING = "[[sim:words=%d,drip=0.0005]] Bonjour"
ANTHROPIC = {"model": "claude-sonnet-5", "messages": [{"role": "user", "content": LONG % 600}], "stream": True}


def config(limit: float, unit: str = "output", **more: Any) -> str:
    extra = "".join(f"{name}: {value}\n" for name, value in more.items())
    quota = f"quotas:\n  - {{scope: user, unit: {unit}, window: day, limit: {limit:.6g}}}\n"
    return f"{PRICED}{quota}reserve_output: 200\n{extra}"


async def outcome_of(house: House, answer: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    found = await house.records(answer.headers["x-ecluse-call-id"])
    return found[0], next(r for r in found if r["record"] == "ATTEMPT"), found[-1]


def received(house: House) -> dict[str, Any]:
    """The body that a vendor got last."""
    body: dict[str, Any] = orjson.loads(list(house.received)[-1].body)
    return body


def used(house: House) -> int:
    (use,) = house.gateway.runtime.quotas.used()
    return use.used


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
async def test_a_long_answer_is_held_in_steps(open_house: OpenHouse, path: str) -> None:
    async with open_house(config(100_000)) as house:
        words = DRIPPING % 600
        ask = {"input": words} if path == "/v1/responses" else {"messages": [{"role": "user", "content": words}]}
        answer = await house.client.post(path, json={"model": "gpt-4o-mini", "stream": True, **ask})
        _, attempt, outcome = await outcome_of(house, answer)
        assert outcome["outcome"] == "served" and outcome["extended"] >= 400
        assert outcome["tokens"]["output"] <= 200 + outcome["extended"], "what was held bounds what was used"
        assert used(house) == attempt["tokens"]["output"]
        assert 'ecluse_reservation_steps_total{result="held"}' in await house.metrics()
        assert "ecluse_quota_overrun_total{" not in await house.metrics()


@pytest.mark.parametrize("dialect", ["openai_chat", "openai_responses", "openai_completions"])
async def test_when_nothing_is_left_the_stream_is_cut_in_its_dialect(open_house: OpenHouse, dialect: str) -> None:
    path, ask, ends = {
        "openai_chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": DRIPPING % 600}]}, b"[DONE]"),
        "openai_responses": ("/v1/responses", {"input": DRIPPING % 600}, b"response.completed"),
        "openai_completions": ("/v1/completions", {"prompt": DRIPPING % 600}, b"[DONE]"),
    }[dialect]
    async with open_house(config(500)) as house:
        answer = await house.client.post(path, json={"model": "gpt-4o-mini", "stream": True, **ask})
        assert answer.status_code == 200 and ends not in answer.content and b"quota_exhausted" in answer.content
        _, attempt, outcome = await outcome_of(house, answer)
        assert (outcome["outcome"], outcome["code"]) == ("cut", "quota_exhausted")
        assert attempt["error"] == "quota" and 0 < attempt["charged"][1] <= 500
        assert used(house) <= 500
        assert 'ecluse_reservation_steps_total{result="cut"} 1.0' in await house.metrics()
        while answer.status_code == 200:
            answer = await house.client.post(path, json={"model": "gpt-4o-mini", "stream": True, **ask})
            assert used(house) <= 500 and ends not in answer.content
        assert answer.status_code == 429


async def test_an_answer_that_came_whole_is_not_cut_after_its_end(open_house: OpenHouse) -> None:
    async with open_house(config(250)) as house:
        answer = await house.chat(LONG % 400, stream=True)
        assert answer.content.endswith(b"data: [DONE]\n\n") is (b"quota_exhausted" not in answer.content)


async def test_what_is_left_is_used_to_the_end(open_house: OpenHouse) -> None:
    """Where a whole step has no room, a part of one is held; an answer that fits is whole."""
    async with open_house(config(300)) as house:
        answer = await house.chat(LONG % 60, stream=True)
        assert b"[DONE]" in answer.content
        whole = await house.chat(LONG % 60, stream=True)
        assert whole.status_code == 200 and b"[DONE]" in whole.content


async def test_a_stated_maximum_is_held_whole_and_needs_no_steps(open_house: OpenHouse) -> None:
    async with open_house(config(5000)) as house:
        answer = await house.chat(LONG % 300, stream=True, max_tokens=2000)
        intent, _, outcome = await outcome_of(house, answer)
        assert intent["reserved"] > 2000 and outcome["extended"] == 0 and outcome["outcome"] == "served"


@pytest.mark.parametrize("unit", ["output", "tokens", "cost"])
async def test_capped_where_the_setting_says_so(open_house: OpenHouse, unit: str) -> None:
    limit = {"output": 300, "tokens": 500, "cost": 0.00022}[unit]
    async with open_house(config(limit, unit, when_exhausted="cap")) as house:
        seen = []
        for _ in range(3):
            answer = await house.chat(LONG % 1000)
            if answer.status_code != 200:
                assert answer.status_code == 429
                break
            assert answer.json()["choices"][0]["finish_reason"] == "length"
            intent, _, _ = await outcome_of(house, answer)
            assert intent["edits"]["token_cap"] == 1
            seen.append(received(house)["max_completion_tokens"])
        assert seen[0] == 200 and 16 <= seen[1] < 200 and len(seen) == 2
        (use,) = house.gateway.runtime.quotas.used()
        assert use.used <= use.limit


async def test_a_stated_maximum_that_does_not_fit_is_capped_too(open_house: OpenHouse) -> None:
    text = config(300, when_exhausted="cap")
    async with open_house(text) as house:
        ask = {**ANTHROPIC, "max_tokens": 32_000}
        answer = await house.client.post("/v1/messages", json=ask)
        assert answer.status_code == 200 and b'"stop_reason":"max_tokens"' in answer.content
        assert received(house)["max_tokens"] == 300
        small = await house.client.post("/v1/messages", json={**ANTHROPIC, "max_tokens": 8})
        assert small.status_code == 429


async def test_a_model_has_its_own(open_house: OpenHouse) -> None:
    models = "  maison: {destinations: [internal/maison], reserve_output: 77, when_exhausted: cap}"
    text = config(10_000).replace("  maison: {destinations: [internal/maison]}", models)
    async with open_house(text) as house:
        answer = await house.chat(LONG % 1000, model="maison")
        assert answer.json()["choices"][0]["finish_reason"] == "length"
        assert received(house)["max_completion_tokens"] == 77
        free = await house.chat(LONG % 300)
        assert "max_completion_tokens" not in received(house) and free.status_code == 200


async def test_without_a_limit_on_output_nothing_is_capped_or_held_in_steps(open_house: OpenHouse) -> None:
    async with open_house(config(5, "requests", when_exhausted="cap")) as house:
        answer = await house.chat(LONG % 1000, stream=True)
        _, _, outcome = await outcome_of(house, answer)
        assert outcome["outcome"] == "served" and outcome["extended"] == 0
