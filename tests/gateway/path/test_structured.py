"""Answers held to the form asked for: passed, mended once, refused; in every dialect, streamed or not."""

from __future__ import annotations

import json
from base64 import b64encode
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse, configured
from tests.gateway.reading import paper

POLICY = """
kind: EgressPolicy
policy: forms
owner: data@example.org
applies_to: {directions: [response]}
rules:
  - id: answers-have-their-form
    when: {findings: {any_of: [class.schema_invalid]}}
    action: ACTION
    contact: data@example.org
"""
SCHEMA = {"type": "object", "properties": {"total": {"type": "integer"}}, "required": ["total"]}
BAD = '[[sim:say={"total": "beaucoup"}]]'
FORMATS: dict[str, dict[str, Any]] = {
    "chat": {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}},
    "responses": {"text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}}},
    "messages": {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
}


def ask(dialect: str, text: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    turns = [{"role": "user", "content": text}]
    shapes: dict[str, tuple[str, dict[str, Any]]] = {
        "chat": ("/v1/chat/completions", {"model": "gpt-4o-mini", "messages": turns}),
        "responses": ("/v1/responses", {"model": "gpt-4o-mini", "input": text}),
        "messages": ("/v1/messages", {"model": "claude-sonnet-5", "max_tokens": 50, "messages": turns}),
    }
    path, body = shapes[dialect]
    return path, {**body, **deepcopy(FORMATS[dialect]), **fields}


@pytest.fixture
def held(open_house: OpenHouse, tmp_path: Path):
    """A house whose bundle holds answers to their form."""

    def opened(action: str = "repair", more: str = ""):
        configured(tmp_path / "house")
        (tmp_path / "house" / "bundle" / "forms.yaml").write_text(POLICY.replace("ACTION", action) + more)
        return open_house()

    return opened


def said(dialect: str, answer: Any, stream: bool) -> Any:
    """The JSON that the client reads."""
    text = ""
    if not stream:
        body = answer.json()
        parts = body.get("output", [{}])[0].get("content") if dialect == "responses" else body.get("content")
        text = body["choices"][0]["message"]["content"] if dialect == "chat" else parts[0]["text"]
        return json.loads(text)
    for line in answer.text.splitlines():
        if line.startswith("data: {"):
            event = json.loads(line[6:])
            delta = (event.get("choices") or [{}])[0].get("delta") if "choices" in event else event.get("delta")
            if isinstance(delta, dict):
                text += delta.get("content") or delta.get("text") or ""
            elif isinstance(delta, str) and event.get("type") == "response.output_text.delta":
                text += delta
    return json.loads(text)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", FORMATS)
async def test_an_answer_of_the_form_passes_as_it_is(held, dialect: str, stream: bool) -> None:
    async with held() as house:
        path, body = ask(dialect, "Combien ?", stream=stream)
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 200 and said(dialect, answer, stream) == {"total": 1}
        assert len(list(house.received)) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", FORMATS)
async def test_a_broken_answer_is_mended_once(held, dialect: str, stream: bool) -> None:
    async with held() as house:
        path, body = ask(dialect, f"Combien ? {BAD}", stream=stream)
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert said(dialect, answer, stream) == {"total": 1}
        assert "beaucoup" not in answer.text
        first, second = (json.loads(one.body) for one in house.received)
        turns = second["input" if dialect == "responses" else "messages"]
        assert turns[-2]["role"] == "assistant" and json.loads(turns[-2]["content"]) == {"total": "beaucoup"}
        assert "/total: type" in turns[-1]["content"]
        assert first != second
        records = await house.records(answer.headers["x-ecluse-call-id"])
        assert [r["record"] for r in records] == ["INTENT", "ATTEMPT", "ATTEMPT-START", "ATTEMPT", "OUTCOME"]
        assert records[1]["error"] == "schema" and records[2]["reason"] == "schema"
        assert [(r["rule"], r["action"]) for r in records[-1]["rules"]] == [("answers-have-their-form", "repair")]
        assert records[-1]["tokens"]["output"] > records[3]["tokens"]["output"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", FORMATS)
async def test_a_second_broken_answer_is_a_clear_refusal(held, dialect: str, stream: bool) -> None:
    async with held() as house:
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, 'say={"total": "beaucoup"}')
        path, body = ask(dialect, "Combien ?", stream=stream)
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 400
        message = answer.json()["error"]["message"]
        assert "answers-have-their-form" in message and "JSON schema" in message and "data@example.org" in message
        assert "beaucoup" not in answer.text
        assert answer.headers["x-should-retry"] == "false"
        assert len(list(house.received)) == 2


async def test_deny_refuses_without_a_second_try(held) -> None:
    async with held("deny") as house:
        path, body = ask("chat", f"Combien ? {BAD}")
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "answer_form_refused"
        assert len(list(house.received)) == 1


async def test_warn_and_shadow_only_watch(held) -> None:
    async with held("warn") as house:
        path, body = ask("chat", f"Combien ? {BAD}")
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 200 and said("chat", answer, False) == {"total": "beaucoup"}
        outcome = (await house.records(answer.headers["x-ecluse-call-id"]))[-1]
        assert [(r["rule"], r["action"]) for r in outcome["rules"]] == [("answers-have-their-form", "warn")]


async def test_what_a_second_try_sends_is_ruled_on(held) -> None:
    """The answer that goes back holds a key: as history it is taken out, and the try goes on without it."""
    key = "ghp_016C7aB9xQ2mLr5Tz8Vn4Wk1Yp6Hs3Jd0Fg7"
    async with held() as house:
        await house.fault("alpha", f'say={{"total": "{key}"}}')
        path, body = ask("chat", "Combien ?", stream=False)
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 400
        assert key not in answer.text
        assert all(key.encode() not in one.body for one in house.received)


async def test_a_schema_that_can_not_be_used_is_said_before_anything_is_sent(held) -> None:
    async with held() as house:
        path, body = ask("chat", "Combien ?")
        body["response_format"]["json_schema"] = {"name": "n", "schema": {"properties": {"next": {"$ref": "#"}}}}
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "schema_unusable"
        assert "refers to itself" in answer.json()["error"]["message"]
        assert not list(house.received)


async def test_without_a_rule_nothing_is_held_back(house: House) -> None:
    path, body = ask("chat", f"Combien ? {BAD}")
    answer = await house.client.post(path, json=body)
    assert answer.status_code == 200 and said("chat", answer, False) == {"total": "beaucoup"}


async def test_a_call_of_a_tool_has_no_form(held) -> None:
    async with held() as house:
        tool = {"type": "function", "function": {"name": "count", "parameters": {"type": "object"}}}
        path, body = ask("chat", "Compte [[sim:tool=count {}]]", tools=[tool])
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "count"
        assert len(list(house.received)) == 1


async def test_both_tries_are_paid_for_and_nothing_stays_reserved(held) -> None:
    async with held() as house:
        path, body = ask("chat", f"Combien ? {BAD}")
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        page = await house.metrics()
        assert "ecluse_attempts_total" in page and 'result="schema"' in page
        uses = house.gateway.runtime.quotas.used()
        assert all(use.account.open == 0 for use in uses)


async def test_what_rules_found_in_an_answer_that_nobody_got_is_on_record(held) -> None:
    iban = "FR76 3000 6000 0112 3456 7890 189"
    async with held() as house:
        for vendor in ("alpha", "beta"):
            await house.fault(vendor, f'say={{"total": "{iban}"}}')
        path, body = ask("chat", "Combien ?")
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 400 and "FR76" not in answer.text
        outcome = (await house.records(answer.headers["x-ecluse-call-id"]))[-1]
        assert {r["rule"] for r in outcome["rules"]} == {"answers-have-their-form", "iban-in-answers-redacted"}


async def test_a_held_stream_tells_when_its_first_word_came(held) -> None:
    async with held() as house:
        path, body = ask("chat", "Combien ?", stream=True)
        answer = await house.client.post(path, json=body)
        outcome = (await house.records(answer.headers["x-ecluse-call-id"]))[-1]
        assert outcome["first_content_ms"] > 0


async def test_a_call_with_a_file_is_mended_too(held) -> None:
    data = (
        "data:application/octet-stream;base64,"
        + b64encode(paper.word("<w:p><w:r><w:t>Douze</w:t></w:r></w:p>")).decode()
    )
    file = {"type": "file", "file": {"filename": "n.docx", "file_data": data}}
    content = [{"type": "text", "text": f"Combien ? {BAD}"}, file]
    async with held() as house:
        path, body = ask("chat", "x")
        body["messages"] = [{"role": "user", "content": content}]
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert said("chat", answer, False) == {"total": 1}


@pytest.mark.parametrize("limit", [120, 10_000])
async def test_what_a_broken_answer_used_is_held_again_before_another_is_asked_for(
    open_house: OpenHouse, tmp_path: Path, limit: int
) -> None:
    config = f"{CONFIG}quotas: [{{scope: team, unit: output, window: day, limit: {limit}}}]\n"
    configured(tmp_path / "house", config)
    (tmp_path / "house" / "bundle" / "forms.yaml").write_text(POLICY.replace("ACTION", "deny"))
    async with open_house(config) as house:
        await house.fault("alpha", "cut=25")
        path, body = ask("chat", f'[[sim:say={{"total": "{"voici " * 60}"}}]]', stream=True, max_tokens=100)
        body["response_format"]["json_schema"]["schema"] = {"type": "object", "required": ["total"]}
        answer = await house.client.post(path, json=body)
        asked = [one.destination for one in house.received]
        if limit == 120:
            assert (answer.status_code >= 500, asked) == (True, ["alpha"]), "there is no room for two"
        else:
            assert (answer.status_code, asked) == (200, ["alpha", "beta"])
        assert "ecluse_quota_overrun_total{" not in await house.metrics()
        (use,) = house.gateway.runtime.quotas.used()
        assert 50 < use.used <= limit
