"""The OpenAI SDK, sync and async, at the routes that aren't chats."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.conftest import House, OpenHouse
from tests.gateway.path.calls import with_media


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
