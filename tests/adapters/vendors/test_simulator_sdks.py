"""The openai and anthropic SDKs, unmodified, against the simulator over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import openai
import pytest

from adapters.vendors.simulator import SimulatorServer

WEATHER = {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False,
}  # fmt: skip
CHAT_TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": WEATHER, "strict": True}}
MESSAGES_TOOL: Any = {"name": "weather", "input_schema": WEATHER}
RESPONSES_TOOL: Any = {"type": "function", "name": "weather", "parameters": WEATHER, "strict": False}
WISH = 'What is it like? [[sim:tool=weather {"city":"Paris"}]]'


def user(words: str) -> Any:
    return [{"role": "user", "content": words}]


@pytest.fixture
async def simulator() -> AsyncIterator[SimulatorServer]:
    async with SimulatorServer(["alpha"]) as server:
        yield server


@pytest.fixture
async def oai(simulator: SimulatorServer, no_proxies: None) -> AsyncIterator[openai.AsyncOpenAI]:
    url = simulator.url("alpha") + "/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
async def claude(simulator: SimulatorServer, no_proxies: None) -> AsyncIterator[anthropic.AsyncAnthropic]:
    url = simulator.url("alpha")
    async with anthropic.AsyncAnthropic(base_url=url, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def test_chat(oai: openai.AsyncOpenAI) -> None:
    answer = await oai.chat.completions.create(model="m", messages=user("[[sim:say=Good day]]"), n=2)
    assert [choice.message.content for choice in answer.choices] == ["Good day", "Good day"]
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


async def test_chat_stream_with_usage(oai: openai.AsyncOpenAI) -> None:
    chunks = [
        chunk
        async for chunk in await oai.chat.completions.create(
            model="m", messages=user("[[sim:say=Good day to you all]]"), stream=True,
            stream_options={"include_usage": True},
        )
    ]  # fmt: skip
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Good day to you all"
    assert chunks[-1].usage is not None
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-2].choices[0].finish_reason == "stop"


async def test_chat_tool_loop(oai: openai.AsyncOpenAI) -> None:
    messages = user(WISH + " [[sim:echo]]")
    first = await oai.chat.completions.create(model="m", messages=messages, tools=[CHAT_TOOL])
    (call,) = first.choices[0].message.tool_calls or []
    assert (call.function.name, call.function.arguments) == ("weather", '{"city":"Paris"}')  # type: ignore[union-attr]
    assert first.choices[0].finish_reason == "tool_calls"
    messages += [first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "mild"}]
    last = await oai.chat.completions.create(model="m", messages=messages, tools=[CHAT_TOOL])
    assert last.choices[0].message.content == "The task is done after 1 tool result(s).\nmild"


async def test_chat_tool_stream(oai: openai.AsyncOpenAI) -> None:
    async with oai.chat.completions.stream(model="m", messages=user(WISH), tools=[CHAT_TOOL]) as stream:
        final = await stream.get_final_completion()
    (call,) = final.choices[0].message.tool_calls or []
    assert call.function.arguments == '{"city":"Paris"}'


async def test_a_forced_tool_gets_arguments_after_its_schema(oai: openai.AsyncOpenAI) -> None:
    answer = await oai.chat.completions.create(
        model="m", messages=user("hello"), tools=[CHAT_TOOL], tool_choice="required"
    )
    (call,) = answer.choices[0].message.tool_calls or []
    assert call.function.arguments == '{"city":"example"}'  # type: ignore[union-attr]


async def test_structured_answers_follow_the_schema(oai: openai.AsyncOpenAI) -> None:
    form: Any = {"type": "json_schema", "json_schema": {"name": "w", "schema": WEATHER}}
    answer = await oai.chat.completions.create(model="m", messages=user("hello"), response_format=form)
    assert answer.choices[0].message.content == '{"city":"example"}'


async def test_text_completions(oai: openai.AsyncOpenAI) -> None:
    whole = await oai.completions.create(model="m", prompt="[[sim:echo]]")
    stream = await oai.completions.create(model="m", prompt="[[sim:echo]]", stream=True)
    assert whole.choices[0].text == "".join([chunk.choices[0].text async for chunk in stream]) == "[[sim:echo]]"


async def test_embeddings_are_the_same_as_numbers_and_as_base64(oai: openai.AsyncOpenAI) -> None:
    as_numbers = await oai.embeddings.create(model="m", input=["a", "b"], encoding_format="float", dimensions=16)
    by_default = await oai.embeddings.create(model="m", input=["a", "b"], dimensions=16)
    assert [item.embedding for item in as_numbers.data] == [item.embedding for item in by_default.data]
    assert len(as_numbers.data[1].embedding) == 16
    assert as_numbers.data[0].embedding != as_numbers.data[1].embedding
    odd = await oai.embeddings.create(model="m", input="a", encoding_format="float", dimensions=-16)
    assert len(odd.data[0].embedding) == 1


async def test_responses(oai: openai.AsyncOpenAI) -> None:
    answer = await oai.responses.create(model="m", input="[[sim:say=Good day]]")
    assert (answer.output_text, answer.status) == ("Good day", "completed")
    assert answer.usage is not None


async def test_responses_stream_with_reasoning(oai: openai.AsyncOpenAI) -> None:
    kinds, numbers = [], []
    async with oai.responses.stream(model="m", input="[[sim:say=Good day to you all,]] [[sim:reasoning]]") as stream:
        async for event in stream:
            kinds.append(event.type)
            numbers.append(event.sequence_number)
        final = await stream.get_final_response()
    assert final.output_text == "Good day to you all,"
    assert [item.type for item in final.output] == ["reasoning", "message"]
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert numbers == sorted(numbers)


async def test_responses_tool_loop(oai: openai.AsyncOpenAI) -> None:
    async with oai.responses.stream(model="m", input=WISH, tools=[RESPONSES_TOOL]) as stream:
        first = await stream.get_final_response()
    (call,) = first.output
    assert call.type == "function_call"
    assert call.arguments == '{"city":"Paris"}'
    items: Any = [*user(WISH), call.to_dict(), {"type": "function_call_output", "call_id": call.call_id, "output": "x"}]
    last = await oai.responses.create(model="m", input=items, tools=[RESPONSES_TOOL])
    assert last.output_text == "The task is done after 1 tool result(s)."


async def test_messages(claude: anthropic.AsyncAnthropic) -> None:
    answer = await claude.messages.create(model="m", max_tokens=99, messages=user("[[sim:say=Good day]]"))
    assert answer.content[0].text == "Good day"  # type: ignore[union-attr]
    assert answer.stop_reason == "end_turn"
    assert answer.usage.input_tokens > 0


async def test_messages_are_cut_at_max_tokens(claude: anthropic.AsyncAnthropic) -> None:
    answer = await claude.messages.create(model="m", max_tokens=2, messages=user("[[sim:words=50]]"))
    assert (answer.stop_reason, answer.usage.output_tokens) == ("max_tokens", 2)


async def test_messages_stream_with_thinking_and_tool_loop(claude: anthropic.AsyncAnthropic) -> None:
    messages = user(WISH + "[[sim:reasoning]]")
    async with claude.messages.stream(model="m", max_tokens=99, messages=messages, tools=[MESSAGES_TOOL]) as stream:
        first = await stream.get_final_message()
    assert [block.type for block in first.content] == ["thinking", "tool_use"]
    call = first.content[1]
    assert call.type == "tool_use"
    assert call.input == {"city": "Paris"}
    result = {"type": "tool_result", "tool_use_id": call.id, "content": [{"type": "text", "text": "mild"}]}
    reminder = {"type": "text", "text": "<system-reminder>be brief</system-reminder>"}
    messages += [
        {"role": "assistant", "content": [block.to_dict() for block in first.content]},
        {"role": "user", "content": [result, reminder]},
    ]
    async with claude.messages.stream(model="m", max_tokens=99, messages=messages, tools=[MESSAGES_TOOL]) as stream:
        text = await stream.get_final_text()
    assert text == "The task is done after 1 tool result(s)."


async def test_count_tokens_and_lists(claude: anthropic.AsyncAnthropic, oai: openai.AsyncOpenAI) -> None:
    counted = await claude.messages.count_tokens(model="m", messages=user("x" * 400))
    assert counted.input_tokens > 100
    assert [model.id async for model in oai.models.list()] == [model.id async for model in claude.models.list()]


async def test_failures_are_of_the_sdks_own_kinds(claude: anthropic.AsyncAnthropic, oai: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as limited:
        await oai.chat.completions.create(model="m", messages=user("[[sim:error=insufficient_quota]]"))
    assert limited.value.code == "insufficient_quota"
    with pytest.raises(anthropic.APIStatusError) as busy:
        await claude.messages.create(model="m", max_tokens=9, messages=user("[[sim:error=overloaded_error]]"))
    assert busy.value.status_code == 529
    with pytest.raises(openai.APIError):
        async for _ in await oai.chat.completions.create(
            model="m", messages=user("[[sim:words=9,fail_after=2]]"), stream=True
        ):
            pass
    with pytest.raises(anthropic.APIStatusError):
        async with claude.messages.stream(model="m", max_tokens=99, messages=user("[[sim:fail_before]]")) as stream:
            await stream.get_final_text()
