"""Bodies of many texts are read where others go on meanwhile; small ones at once."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from adapters.errors import BodyRefused
from adapters.registry import DIALECTS
from gateway.config.server import Limits
from gateway.parsing import ask_of


def body(messages: int) -> bytes:
    return orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "a"}] * messages})


async def turns_meanwhile(raw: bytes, limits: Limits) -> int:
    """How often others had a turn while a body was read."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    route: Any = SimpleNamespace(body=True, form=False)
    exchange: Any = SimpleNamespace(route=route, dialect=DIALECTS["openai_chat"], parameters={})
    request: Any = SimpleNamespace(raw_headers=[])
    task = asyncio.create_task(others())
    await asyncio.sleep(0)
    turns = 0
    try:
        ask = await ask_of(exchange, request, raw, limits)
        assert len(ask.passages) > 1
    finally:
        seen = turns
        task.cancel()
    return seen


async def test_others_go_on_while_a_body_of_many_texts_is_read() -> None:
    assert await turns_meanwhile(body(20_000), Limits()) > 1


async def test_a_small_body_is_read_in_one_piece() -> None:
    assert await turns_meanwhile(body(100), Limits()) == 0


async def test_what_is_wrong_with_a_large_body_is_told_as_ever() -> None:
    with pytest.raises(BodyRefused) as refused:
        await turns_meanwhile(body(20_000)[:-1], Limits())
    assert refused.value.code == "not_json"
