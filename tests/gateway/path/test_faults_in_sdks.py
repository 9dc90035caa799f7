"""What the vendors' own SDKs make of an answer that fails after its first word: an error, never an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import anthropic
import openai
import pytest

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.fault_table import FAULTS, Fault

SHORT = CONFIG.replace("{kind: simulator}", "{kind: simulator, idle_seconds: 1.5, total_seconds: 5}", 1)
AFTER = 20  # events: rules on answers hold back the last few words
BROKEN = [fault for fault in FAULTS if fault.after]


def asked(fault: Fault) -> str:
    words = fault.asked.replace("=N", f"={AFTER}").replace("=M", f"={AFTER + 1}")
    return f"[[sim:words=120]] [[sim:on=alpha,{words}]]"


async def chat(house: House, words: str) -> AsyncIterator[str]:
    async with openai.AsyncOpenAI(api_key=house.key, base_url=f"{house.url}/v1", max_retries=0) as client:
        said = [{"role": "user", "content": words}]
        async for chunk in await client.chat.completions.create(model="gpt-4o-mini", messages=said, stream=True):
            yield chunk.choices[0].delta.content or ""


async def completions(house: House, words: str) -> AsyncIterator[str]:
    async with openai.AsyncOpenAI(api_key=house.key, base_url=f"{house.url}/v1", max_retries=0) as client:
        async for chunk in await client.completions.create(model="gpt-4o-mini", prompt=words, stream=True):
            yield chunk.choices[0].text


async def responses(house: House, words: str) -> AsyncIterator[str]:
    """Its SDK leaves it to the caller to see which event was the last."""
    async with openai.AsyncOpenAI(api_key=house.key, base_url=f"{house.url}/v1", max_retries=0) as client:
        kinds = []
        async for event in await client.responses.create(model="gpt-4o-mini", input=words, stream=True):
            kinds.append(event.type)
            if event.type == "response.output_text.delta":
                yield event.delta
        assert "response.completed" not in kinds
        if kinds[-1] == "response.failed":
            raise openai.OpenAIError


async def messages(house: House, words: str) -> AsyncIterator[str]:
    async with anthropic.AsyncAnthropic(api_key=house.key, base_url=house.url, max_retries=0) as client:
        said = [{"role": "user", "content": words}]
        async with client.messages.stream(model="claude-sonnet-5", max_tokens=500, messages=said) as stream:
            async for text in stream.text_stream:
                yield text


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.words)
async def test_the_sdk_raises(open_house: OpenHouse, fault: Fault) -> None:
    speakers: dict[str, Callable[[House, str], AsyncIterator[str]]] = {
        "openai_chat": chat, "openai_completions": completions, "openai_responses": responses,
        "anthropic_messages": messages,
    }  # fmt: skip
    async with open_house(SHORT if fault.stream == "timeout" else CONFIG) as house:

        async def listen(dialect: str) -> None:
            text = ""
            with pytest.raises((openai.OpenAIError, anthropic.AnthropicError)):
                async for part in speakers[dialect](house, asked(fault)):
                    text += part
            assert text, f"{dialect}: the fault came after the first word"

        await asyncio.gather(*(listen(dialect) for dialect in speakers if dialect not in fault.sound_in))
