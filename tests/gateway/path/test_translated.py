"""Tools reach vendors of another dialect: what they ask, what comes back, and what is told of what was lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import anthropic
import openai
import pytest

from tests.conftest import CONFIG, House, OpenHouse

WEATHER = {"type": "object", "properties": {"town": {"type": "string"}}}


def speaking(*dialects: str) -> str:
    """The configuration with vendors that speak these dialects only."""
    said = f"{{kind: simulator, dialects: [{', '.join(dialects)}]}}"
    changed = CONFIG.replace("alpha: {kind: simulator}", f"alpha: {said}").replace(
        "beta: {kind: simulator}", f"beta: {said}"
    )
    assert changed != CONFIG
    return changed


@pytest.fixture
async def claude(open_house: OpenHouse) -> AsyncIterator[House]:
    """A gateway whose vendors speak Anthropic's messages only."""
    async with open_house(speaking("anthropic_messages")) as house:
        yield house


@pytest.fixture
async def chat(open_house: OpenHouse) -> AsyncIterator[House]:
    """A gateway whose vendors speak chat completions only."""
    async with open_house(speaking("openai_chat")) as house:
        yield house


async def test_a_chat_client_is_answered_by_a_vendor_of_messages(claude: House) -> None:
    async with openai.AsyncOpenAI(api_key=claude.key, base_url=f"{claude.url}/v1", max_retries=0) as client:
        asked = {
            "model": "gpt-4o-mini",
            "messages": [
                {"role": "system", "content": "Sois bref."},
                {"role": "user", "content": "[[sim:say=Bonjour Anne]]"},
            ],
            "seed": 7,
        }
        raw = await client.chat.completions.with_raw_response.create(**asked)
        answer = raw.parse()
        assert answer.choices[0].message.content == "Bonjour Anne"
        assert answer.choices[0].finish_reason == "stop"
        assert answer.usage is not None and answer.usage.completion_tokens > 0
        assert raw.headers["x-ecluse-translated"] == "openai_chat>anthropic_messages"
        assert raw.headers["x-ecluse-lost"] == "seed"
        text, usages = "", []
        async for chunk in await client.chat.completions.create(
            **asked, stream=True, stream_options={"include_usage": True}
        ):
            usages += [chunk.usage] if chunk.usage else []
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        assert text == "Bonjour Anne"
        assert [u.completion_tokens for u in usages] == [answer.usage.completion_tokens]
    sent = json.loads(next(iter(claude.received)).body)
    assert sent["system"] == [{"type": "text", "text": "Sois bref."}]
    assert sent["messages"] == [{"role": "user", "content": [{"type": "text", "text": "[[sim:say=Bonjour Anne]]"}]}]
    records = await claude.records(raw.headers["x-ecluse-call-id"])
    (attempt,) = [r for r in records if r["record"] == "ATTEMPT"]
    assert (attempt["translated"], attempt["lost"]) == ("openai_chat>anthropic_messages", ["seed"])
    assert attempt["tokens"]["output"] == answer.usage.completion_tokens


@pytest.mark.parametrize("stream", [False, True])
async def test_calls_of_tools_go_there_and_back(chat: House, stream: bool) -> None:
    async with anthropic.AsyncAnthropic(api_key=chat.key, base_url=chat.url, max_retries=0) as client:
        tool = {"name": "weather", "description": "Weather of a town", "input_schema": WEATHER}
        turns = [{"role": "user", "content": '[[sim:tool=weather {"town": "Lyon"}]]'}]
        ask = {"model": "claude-sonnet-5", "max_tokens": 99, "tools": [tool]}
        if stream:
            async with client.messages.stream(**ask, messages=turns) as events:
                answer = await events.get_final_message()
        else:
            answer = await client.messages.create(**ask, messages=turns)
        call = next(block for block in answer.content if block.type == "tool_use")
        assert (call.name, call.input, answer.stop_reason) == ("weather", {"town": "Lyon"}, "tool_use")
        assert answer.usage.output_tokens > 0
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "soleil"}
        turns += [
            {"role": "assistant", "content": [b.model_dump(exclude_none=True) for b in answer.content]},
            {"role": "user", "content": [result]},
        ]
        last = await client.messages.create(**ask, messages=turns)
        assert [b.text for b in last.content if b.type == "text"] == ["The task is done after 1 tool result(s)."]
    sent = json.loads([*chat.received][-1].body)["messages"]
    assert [m["role"] for m in sent] == ["user", "assistant", "tool"]
    assert sent[1]["tool_calls"][0]["id"] == sent[2]["tool_call_id"] == call.id


async def test_what_the_ruling_takes_out_is_taken_out_of_the_translation(claude: House) -> None:
    answer = await claude.chat("IBAN FR76 3000 6000 0112 3456 7890 189")
    assert answer.status_code == 200
    assert (
        json.loads(next(iter(claude.received)).body)["messages"][0]["content"][0]["text"] == "IBAN [redacted: fin.iban]"
    )


async def test_an_attempt_that_failed_is_on_record_as_translated_too(claude: House) -> None:
    await claude.fault("alpha", "status=503")
    answer = await claude.chat("Bonjour", seed=7)
    assert answer.status_code == 200
    attempts = [r for r in await claude.records(answer.headers["x-ecluse-call-id"]) if r["record"] == "ATTEMPT"]
    assert [(a["error"], a["translated"], a["lost"]) for a in attempts] == [
        (error, "openai_chat>anthropic_messages", ["seed"]) for error in ("overload", None)
    ]


async def test_a_vendors_failure_is_told_in_the_clients_dialect(claude: House) -> None:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            openai.AsyncOpenAI(api_key=claude.key, base_url=f"{claude.url}/v1", max_retries=0)
        )
        for vendor in ("alpha", "beta"):
            await claude.fault(vendor, "status=429,retry_after=3")
        with pytest.raises(openai.RateLimitError) as told:
            await client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "x"}])
        assert told.value.response.headers["retry-after"]


async def test_an_answer_that_breaks_off_is_never_ended_cleanly(claude: House) -> None:
    await claude.fault("alpha", "cut=4")
    answer = await claude.chat("Bonjour, dis quelque chose de long", stream=True)
    assert answer.status_code == 200
    assert '"error"' in answer.text and "[DONE]" not in answer.text


async def test_a_strict_model_asks_nobody_that_would_lose_something(open_house: OpenHouse) -> None:
    config = speaking("anthropic_messages").replace("  gpt-4o-mini: {d", "  gpt-4o-mini: {translation: strict, d")
    async with open_house(config) as house:
        body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "x"}]}
        assert (await house.client.post("/v1/chat/completions", json=body)).status_code == 200
        refused = await house.client.post("/v1/chat/completions", json={**body, "seed": 7, "jean": "x"})
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (400, "translation_lost")
        assert "unknown, seed" in error["message"] and "jean" not in error["message"]
        assert len([*house.received]) == 1


async def test_where_translation_is_off_the_dialect_is_refused(open_house: OpenHouse) -> None:
    config = speaking("anthropic_messages").replace("  gpt-4o-mini: {d", "  gpt-4o-mini: {translation: never, d")
    async with open_house(config) as house:
        assert (await house.chat("Bonjour")).json()["error"]["code"] == "dialect_not_served"


@pytest.fixture
async def responses(open_house: OpenHouse) -> AsyncIterator[House]:
    """A gateway whose vendors speak OpenAI's responses only."""
    async with open_house(speaking("openai_responses")) as house:
        yield house


@pytest.mark.parametrize("stream", [False, True])
async def test_a_responses_client_calls_tools_of_a_vendor_of_messages(claude: House, stream: bool) -> None:
    async with openai.AsyncOpenAI(api_key=claude.key, base_url=f"{claude.url}/v1", max_retries=0) as client:
        ask = {
            "model": "gpt-4o-mini",
            "instructions": "Sois bref.",
            "tools": [
                {"type": "function", "name": "weather", "parameters": WEATHER, "strict": None},
                {"type": "custom", "name": "patch", "description": "Any text"},
            ],
        }
        items = [{"role": "user", "content": '[[sim:tool=patch {"input": "*** Begin Patch\\né"}]]'}]
        if stream:
            async with client.responses.stream(**ask, input=items) as events:
                async for _ in events:
                    pass
                answer = await events.get_final_response()
        else:
            answer = await client.responses.create(**ask, input=items)
        call = next(item for item in answer.output if item.type == "custom_tool_call")
        assert (call.name, call.input) == ("patch", "*** Begin Patch\né")
        assert answer.usage is not None and answer.usage.output_tokens > 0
        output = {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "done"}
        items += [item.model_dump(exclude_none=True) for item in answer.output] + [output]
        last = await client.responses.create(**ask, input=items)
        assert last.output_text == "The task is done after 1 tool result(s)."
    sent = json.loads([*claude.received][-1].body)
    assert [m["role"] for m in sent["messages"]] == ["user", "assistant", "user"]
    assert sent["messages"][1]["content"][-1]["input"] == {"input": "*** Begin Patch\né"}


@pytest.mark.parametrize("stream", [False, True])
async def test_thoughts_that_a_vendor_signed_come_back_to_it_through_another_dialect(
    responses: House, stream: bool
) -> None:
    async with anthropic.AsyncAnthropic(api_key=responses.key, base_url=responses.url, max_retries=0) as client:
        turns = [{"role": "user", "content": "[[sim:reasoning]] [[sim:say=oui]]"}]
        ask = {"model": "claude-sonnet-5", "max_tokens": 9000, "thinking": {"type": "enabled", "budget_tokens": 2000}}
        if stream:
            async with client.messages.stream(**ask, messages=turns) as events:
                answer = await events.get_final_message()
        else:
            answer = await client.messages.create(**ask, messages=turns)
        assert [block.type for block in answer.content] == ["thinking", "text"]
        assert answer.content[0].signature
        turns += [
            {"role": "assistant", "content": [b.model_dump(exclude_none=True) for b in answer.content]},
            {"role": "user", "content": "[[sim:say=encore]]"},
        ]
        last = await client.messages.create(**ask, messages=turns)
        assert last.content[-1].text == "encore"
    sent = json.loads([*responses.received][-1].body)["input"]
    (thought,) = [item for item in sent if item.get("type") == "reasoning"]
    assert thought["encrypted_content"] and not thought["encrypted_content"].startswith("ecluse.")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_gemini_client_calls_tools_of_a_vendor_of_messages(claude: House, stream: bool) -> None:
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    headers = {"x-goog-api-key": claude.key, "authorization": ""}
    body = {
        "contents": [{"role": "user", "parts": [{"text": '[[sim:tool=weather {"town": "Lyon"}]]'}]}],
        "tools": [{"functionDeclarations": [{"name": "weather", "parametersJsonSchema": WEATHER}]}],
    }
    answer = await claude.client.post(f"/v1beta/models/claude-sonnet-5:{verb}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-ecluse-translated"] == "gemini_generate>anthropic_messages"
    values = [json.loads(line[6:]) for line in answer.text.splitlines() if line] if stream else [answer.json()]
    parts = [part for value in values for part in value["candidates"][0]["content"]["parts"] if part.get("text") != ""]
    assert [(p["functionCall"]["name"], p["functionCall"]["args"]) for p in parts] == [("weather", {"town": "Lyon"})]
    assert values[-1]["candidates"][0]["finishReason"] == "STOP"
    assert values[-1]["usageMetadata"]["candidatesTokenCount"] > 0
    result = {
        "functionResponse": {"id": parts[0]["functionCall"]["id"], "name": "weather", "response": {"output": "x"}}
    }
    body["contents"] += [{"role": "model", "parts": parts}, {"role": "user", "parts": [result]}]
    last = await claude.client.post("/v1beta/models/claude-sonnet-5:generateContent", json=body, headers=headers)
    assert last.json()["candidates"][0]["content"]["parts"] == [{"text": "The task is done after 1 tool result(s)."}]


@pytest.mark.parametrize("stream", [False, True])
async def test_signatures_of_gemini_come_back_to_it_through_another_dialect(
    open_house: OpenHouse, stream: bool
) -> None:
    """The vendor refuses a history whose call lost its signature."""
    async with (
        open_house(speaking("gemini_generate")) as house,
        anthropic.AsyncAnthropic(api_key=house.key, base_url=house.url, max_retries=0) as client,
    ):
        turns: list[Any] = [{"role": "user", "content": '[[sim:tool=weather {"town": "Lyon"}]]'}]
        ask: dict[str, Any] = {"model": "claude-sonnet-5", "max_tokens": 9000}
        ask["tools"] = [{"name": "weather", "input_schema": WEATHER}]
        if stream:
            async with client.messages.stream(**ask, messages=turns) as events:
                answer = await events.get_final_message()
        else:
            answer = await client.messages.create(**ask, messages=turns)
        call = answer.content[-1]
        assert (call.type, call.input, answer.stop_reason) == ("tool_use", {"town": "Lyon"}, "tool_use")
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "soleil"}
        turns += [
            {"role": "assistant", "content": [b.model_dump(exclude_none=True) for b in answer.content]},
            {"role": "user", "content": [result]},
        ]
        last = await client.messages.create(**ask, messages=turns)
        assert last.content[-1].text == "The task is done after 1 tool result(s)."
        received = [*house.received]
        assert received[0].path.endswith(":streamGenerateContent?alt=sse" if stream else ":generateContent")
        sent = json.loads(received[-1].body)["contents"]
        assert sent[1]["parts"][0]["functionCall"] == {"id": call.id, "name": "weather", "args": {"town": "Lyon"}}
        assert sent[1]["parts"][0]["thoughtSignature"].startswith("c2ltdWxhdGVk")
