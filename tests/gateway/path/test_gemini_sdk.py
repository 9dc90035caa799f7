"""Google's SDK, unmodified: it notices nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from google import genai
from google.genai import errors, types

from tests.conftest import House
from tests.gateway.path.test_policy import PEM

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning")  # inside the SDK

MODEL = "gpt-4o-mini"
ASKING = '[[sim:tool=weather {"town": "Lyon"}]] [[sim:echo]]'


def weather(town: str) -> str:
    """What the weather is like in a town."""
    return f"Soleil à {town}"


@pytest.fixture
async def client(house: House) -> AsyncIterator[genai.Client]:
    made = genai.Client(api_key=house.key, http_options={"base_url": house.url})
    yield made
    await made.aio.aclose()
    made.close()


async def test_content(client: genai.Client) -> None:
    answer = await client.aio.models.generate_content(model=MODEL, contents="[[sim:say=Bonjour Anne]]")
    assert answer.text == "Bonjour Anne"
    assert answer.candidates is not None and answer.candidates[0].finish_reason == types.FinishReason.STOP
    assert answer.usage_metadata is not None and answer.usage_metadata.candidates_token_count


async def test_a_stream_with_thoughts(client: genai.Client) -> None:
    said: dict[bool, str] = {False: "", True: ""}
    stream = await client.aio.models.generate_content_stream(model=MODEL, contents="[[sim:reasoning]] [[sim:words=9]]")
    async for chunk in stream:
        for part in chunk.candidates[0].content.parts:  # type: ignore[index, union-attr]
            said[bool(part.thought)] += part.text or ""
    assert len(said[False].split()) == 9 and said[True]


async def test_a_chat_with_tools(client: genai.Client) -> None:
    """The SDK calls the tool itself, and sends the signature of the call back in the other alphabet of base64."""
    chat = client.aio.chats.create(model=MODEL, config=types.GenerateContentConfig(tools=[weather]))
    assert (await chat.send_message(ASKING)).text == "The task is done after 1 tool result(s).\nSoleil à Lyon"
    assert (await chat.send_message("[[sim:say=De rien]]")).text == "De rien"
    text = "".join([chunk.text or "" async for chunk in await chat.send_message_stream(ASKING)])
    assert text == "The task is done after 1 tool result(s).\nSoleil à Lyon"


async def test_the_rest_of_it(client: genai.Client) -> None:
    vectors = await client.aio.models.embed_content(model="text-embedding-3-small", contents=["un", "deux"])
    assert [len(one.values or ()) for one in vectors.embeddings or ()] == [256, 256]
    assert (await client.aio.models.count_tokens(model=MODEL, contents="Bonjour")).total_tokens
    names = [model.name async for model in await client.aio.models.list()]
    assert f"models/{MODEL}" in names
    assert (await client.aio.models.get(model=MODEL)).name == f"models/{MODEL}"


async def test_a_form(client: genai.Client) -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    config = types.GenerateContentConfig(response_mime_type="application/json", response_json_schema=schema)
    answer = await client.aio.models.generate_content(model=MODEL, contents="Bonjour", config=config)
    assert answer.parsed == {"a": 1}


ERRORS: tuple[tuple[str, type[errors.APIError], int, str, str], ...] = (
    (PEM, errors.ClientError, 400, "INVALID_ARGUMENT", "secrets-stay-home"),
    ("[[sim:status=503]]", errors.ServerError, 503, "UNAVAILABLE", "overloaded"),
    ("[[sim:error=context_length_exceeded]]", errors.ClientError, 400, "INVALID_ARGUMENT", "token count"),
)


async def test_errors_say_what_to_do(client: genai.Client) -> None:
    for text, kind, code, status, words in ERRORS:
        with pytest.raises(kind) as caught:
            await client.aio.models.generate_content(model=MODEL, contents=text)
        assert (caught.value.code, caught.value.status) == (code, status)
        assert words in str(caught.value.message)


async def test_an_error_in_a_stream_is_raised(client: genai.Client) -> None:
    said = ""
    with pytest.raises(errors.ServerError):
        async for chunk in await client.aio.models.generate_content_stream(
            model=MODEL, contents="[[sim:on=alpha,fail_after=9]] [[sim:words=90]]"
        ):
            said += chunk.text or ""
    assert said
