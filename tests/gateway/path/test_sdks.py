"""Unmodified SDKs of the vendors: they notice nothing."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator

import anthropic
import openai
import pytest

from tests.conftest import House

TOOL = {"name": "weather", "description": "Weather of a town", "parameters": {"type": "object", "properties": {}}}


@pytest.fixture
async def oai(house: House) -> openai.AsyncOpenAI:
    async with openai.AsyncOpenAI(api_key=house.key, base_url=f"{house.url}/v1", max_retries=0) as client:
        yield client


@pytest.fixture
async def ant(house: House) -> Iterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(api_key=house.key, base_url=house.url, max_retries=0) as client:
        yield client


async def test_chat(oai: openai.AsyncOpenAI) -> None:
    answer = await oai.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "[[sim:say=Bonjour Anne]]"}]
    )
    assert answer.choices[0].message.content == "Bonjour Anne"
    assert answer.usage is not None and answer.usage.total_tokens > 0


async def test_chat_stream(oai: openai.AsyncOpenAI) -> None:
    text, usages = "", 0
    stream = await oai.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "[[sim:say=un deux trois quatre]]"}], stream=True
    )
    async for chunk in stream:
        usages += chunk.usage is not None
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        assert chunk.choices, "the usage event that the gateway asked for isn't the client's"
    assert text == "un deux trois quatre"
    assert usages == 0


async def test_chat_stream_with_usage_asked_for(oai: openai.AsyncOpenAI) -> None:
    stream = await oai.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "Bonjour"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    assert [c.usage.total_tokens > 0 async for c in stream if c.usage is not None] == [True]


@pytest.mark.parametrize("stream", [False, True])
async def test_chat_tool_call(oai: openai.AsyncOpenAI, stream: bool) -> None:
    ask = {
        "model": "gpt-4o-mini",
        "messages": [{"role": "user", "content": '[[sim:tool=weather {"town": "Lyon"}]]'}],
        "tools": [{"type": "function", "function": TOOL}],
    }
    if not stream:
        answer = await oai.chat.completions.create(**ask)
        call = answer.choices[0].message.tool_calls[0].function
        assert (call.name, call.arguments) == ("weather", '{"town":"Lyon"}')
        return
    arguments = ""
    async for chunk in await oai.chat.completions.create(**ask, stream=True):
        for call in chunk.choices[0].delta.tool_calls or ():
            arguments += call.function.arguments or ""
    assert arguments == '{"town":"Lyon"}'


async def test_text_completion(oai: openai.AsyncOpenAI) -> None:
    answer = await oai.completions.create(model="gpt-4o-mini", prompt="[[sim:say=once upon a time]]")
    assert answer.choices[0].text == "once upon a time"


async def test_embeddings_as_floats_and_as_base64(oai: openai.AsyncOpenAI) -> None:
    floats = await oai.embeddings.create(model="text-embedding-3-small", input="Lyon", encoding_format="float")
    packed = await oai.embeddings.create(model="text-embedding-3-small", input="Lyon", encoding_format="base64")
    raw = packed.data[0].embedding
    values = struct.unpack(f"<{len(base64.b64decode(raw)) // 4}f", base64.b64decode(raw))
    assert values == pytest.approx(floats.data[0].embedding, abs=1e-6)


async def test_responses(oai: openai.AsyncOpenAI, house: House) -> None:
    answer = await oai.responses.create(model="gpt-4o-mini", input="[[sim:say=Bonjour]]")
    assert answer.output_text == "Bonjour"
    assert b'"store":false' in list(house.received)[-1].body.replace(b" ", b"")


async def test_responses_stream(oai: openai.AsyncOpenAI) -> None:
    text, types = "", []
    stream = await oai.responses.create(model="gpt-4o-mini", input="[[sim:say=un deux trois]]", stream=True)
    async for event in stream:
        types.append(event.type)
        text += event.delta if event.type == "response.output_text.delta" else ""
    assert text == "un deux trois"
    assert types[0] == "response.created"
    assert types[-1] == "response.completed"


async def test_messages(ant: anthropic.AsyncAnthropic) -> None:
    answer = await ant.messages.create(
        model="claude-sonnet-5", max_tokens=100, messages=[{"role": "user", "content": "[[sim:say=Bonjour]]"}]
    )
    assert answer.content[0].text == "Bonjour"
    assert answer.usage.output_tokens > 0


async def test_messages_stream_with_a_tool(ant: anthropic.AsyncAnthropic) -> None:
    async with ant.messages.stream(
        model="claude-sonnet-5",
        max_tokens=100,
        messages=[{"role": "user", "content": '[[sim:tool=weather {"town": "Lyon"}]]'}],
        tools=[{"name": "weather", "input_schema": {"type": "object", "properties": {}}}],
    ) as stream:
        message = await stream.get_final_message()
    assert message.stop_reason == "tool_use"
    assert message.content[-1].input == {"town": "Lyon"}


async def test_count_tokens(ant: anthropic.AsyncAnthropic) -> None:
    counted = await ant.messages.count_tokens(
        model="claude-sonnet-5", messages=[{"role": "user", "content": "Bonjour tout le monde"}]
    )
    assert counted.input_tokens > 0


async def test_models_in_both_shapes(oai: openai.AsyncOpenAI, ant: anthropic.AsyncAnthropic) -> None:
    assert "maison" in {m.id async for m in await oai.models.list()}
    assert "maison" in {m.id async for m in await ant.models.list(limit=1000)}
    assert (await oai.models.retrieve("maison")).id == "maison"


async def test_an_anthropic_client_with_a_bearer_token(house: House) -> None:
    async with anthropic.AsyncAnthropic(auth_token=house.key, base_url=house.url, max_retries=0) as client:
        answer = await client.messages.create(
            model="claude-sonnet-5", max_tokens=10, messages=[{"role": "user", "content": "Bonjour"}]
        )
    assert answer.type == "message"


async def test_refusals_arrive_as_the_sdks_own_errors(house: House) -> None:
    async with openai.AsyncOpenAI(api_key="ecl_wrong", base_url=f"{house.url}/v1", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()
    async with anthropic.AsyncAnthropic(api_key=house.key, base_url=house.url, max_retries=0) as client:
        with pytest.raises(anthropic.NotFoundError, match="claude-sonnet-5"):
            await client.messages.create(
                model="claude-sonet-5", max_tokens=1, messages=[{"role": "user", "content": "Bonjour"}]
            )
