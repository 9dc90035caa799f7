"""The OpenAI SDK, sync and async, at the routes that aren't chats."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import House, OpenHouse
from tests.gateway.path.calls import with_media
from tests.gateway.path.test_policy import PEM


@pytest.fixture
async def media(open_house: OpenHouse, tmp_path: Path) -> Any:
    """A house in which pictures and sound may pass."""
    async with open_house(with_media(tmp_path / "house")) as house:
        yield house


async def both(house: House, ask: Any) -> list[Any]:
    """What `ask` gives with a sync client in a thread, and with an async one, each read to its end."""
    url = f"{house.url}/v1"

    def plainly() -> Any:
        with openai.OpenAI(api_key=house.key, base_url=url, max_retries=0) as client:
            said = ask(client)
            return list(said) if isinstance(said, openai.Stream) else said

    async with openai.AsyncOpenAI(api_key=house.key, base_url=url, max_retries=0) as client:
        said = await ask(client)
        return [await asyncio.to_thread(plainly), [e async for e in said] if hasattr(said, "__aiter__") else said]


async def test_moderations(media: House) -> None:
    for said in await both(media, lambda c: c.moderations.create(model="gpt-4o-mini", input=["un", "[[flag]]"])):
        assert [one.flagged for one in said.results] == [False, True]


async def test_pictures(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "prompt": "[[sim:say=une péniche]]"}
    for said in await both(media, lambda c: c.images.generate(**ask, n=2)):
        assert [(one.revised_prompt, bool(one.b64_json)) for one in said.data] == [("une péniche", True)] * 2
        assert said.usage.output_tokens == 544
    for events in await both(media, lambda c: c.images.generate(**ask, stream=True, partial_images=2)):
        assert [e.type.rpartition(".")[2] for e in events] == ["partial_image", "partial_image", "completed"]


async def test_pictures_are_refused_abroad_without_a_rule(house: House) -> None:
    with pytest.raises(openai.BadRequestError, match=r"class\.not_inspectable"):
        async with openai.AsyncOpenAI(api_key=house.key, base_url=f"{house.url}/v1", max_retries=0) as client:
            await client.images.generate(model="gpt-4o-mini", prompt="une péniche")
    assert not house.received.total
    answer = await house.client.post("/v1/images/generations", json={"model": "maison", "prompt": "une péniche"})
    assert answer.status_code == 200, "at home it may"


async def test_speech(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "voice": "alloy", "input": "[[sim:say=un deux trois]]"}
    for said in await both(media, lambda c: c.audio.speech.create(**ask)):
        assert said.response.headers["content-type"] == "audio/mpeg"
        assert said.content.startswith(b"\xff\xfb")
    async with openai.AsyncOpenAI(api_key=media.key, base_url=f"{media.url}/v1", max_retries=0) as client:
        async with client.audio.speech.with_streaming_response.create(**ask) as answer:
            assert len([piece async for piece in answer.iter_bytes(417)]) == len(said.content) // 417
        with pytest.raises(openai.BadRequestError, match="secrets-stay-home"):
            await client.audio.speech.create(**ask | {"input": PEM})
    record = (await media.records(said.response.headers["x-ecluse-call-id"]))[-1]
    assert record["outcome"] == "served"
    assert record["tokens"]["output"] is None
    assert (await media.records(said.response.headers["x-ecluse-call-id"]))[1]["charged"][1] == 2 * len(ask["input"])


async def test_sound_that_breaks_off_ends_without_a_clean_end(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "voice": "alloy", "input": "[[sim:say=un deux trois quatre cinq six]][[sim:cut=2]]"}
    async with httpx.AsyncClient(base_url=media.url, headers={"authorization": f"Bearer {media.key}"}) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            async with client.stream("POST", "/v1/audio/speech", json=ask) as answer:
                assert answer.status_code == 200
                call = answer.headers["x-ecluse-call-id"]
                assert [len(piece) async for piece in answer.aiter_bytes()]
    assert (await media.records(call))[-1]["outcome"] == "failed"
