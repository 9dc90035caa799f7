"""Pictures and sound that a model makes and nobody asked for: they are judged as if they had been."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path.bare import bare

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"
GENERATE = "/v1beta/models/gpt-4o-mini:generateContent"
STREAM = "/v1beta/models/gpt-4o-mini:streamGenerateContent?alt=sse"
CHAT = "/v1/chat/completions"


def gemini(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "index": 0, **fields}]}


def choice(holder: str, **fields: Any) -> dict[str, Any]:
    said = {
        "index": 0,
        holder: {"role": "assistant", **fields},
        "finish_reason": "stop" if "images" in fields else None,
    }
    return {"id": "c", "object": "x", "choices": [said]}


DRAWN = gemini({"text": "Voici"}, {"inlineData": {"mimeType": "image/png", "data": PNG}}, finishReason="STOP")
IMAGES = [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}]
ANSWERS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "gemini": (GENERATE, [DRAWN]),
    "gemini, streamed": (STREAM, [gemini({"text": "Voici"}), DRAWN]),
    "chat": (CHAT, [choice("message", content="Voici", images=IMAGES)]),
    "chat, spoken": (CHAT, [choice("message", content=None, audio={"id": "a", "data": PNG, "transcript": "Voici"})]),
    "chat, streamed": (CHAT, [choice("delta", content="Voici"), choice("delta", images=IMAGES)]),
}


def written(values: list[dict[str, Any]]) -> tuple[bytes, bytes]:
    """The type and the bytes of an answer."""
    if len(values) == 1:
        return b"application/json", json.dumps(values[0]).encode()
    return b"text/event-stream", b"".join(b"data: %s\n\n" % json.dumps(value).encode() for value in values)


@asynccontextmanager
async def drawing(open_house: OpenHouse, values: list[dict[str, Any]], vendor: str = "alpha") -> AsyncIterator[House]:
    kind, body = written(values)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\nconnection: close\r\ncontent-length: " % kind)
        writer.write(b"%d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    config = CONFIG.replace(f"{vendor}: {{kind: simulator}}", f"{vendor}: {{kind: simulator, base_url: '{url}'}}")
    async with server, open_house(config) as house:
        yield house


def asked(path: str, *, stream: bool = False, model: str = "gpt-4o-mini") -> tuple[str, dict[str, Any]]:
    if path == CHAT:
        return path, {"model": model, "messages": [{"role": "user", "content": "Dessine"}], "stream": stream}
    return path.replace("gpt-4o-mini", model), {"contents": [{"role": "user", "parts": [{"text": "Dessine"}]}]}


@pytest.mark.parametrize("name", ANSWERS)
async def test_it_is_stopped_where_no_rule_permits_it(open_house: OpenHouse, name: str) -> None:
    path, values = ANSWERS[name]
    async with drawing(open_house, values) as house:
        where, body = asked(path, stream=len(values) > 1)
        answer = await house.client.post(where, json=body)
        assert PNG not in answer.text and "built-in.class.not_inspectable" in answer.text
        assert answer.status_code == 400 or len(values) > 1  # a stream may have begun


@pytest.mark.parametrize("name", ["gemini", "gemini, streamed", "chat", "chat, streamed"])
async def test_an_internal_model_may_draw(open_house: OpenHouse, name: str) -> None:
    path, values = ANSWERS[name]
    async with drawing(open_house, values, "internal") as house:
        where, body = asked(path, stream=len(values) > 1, model="maison")
        answer = await house.client.post(where, json=body)
        assert answer.status_code == 200 and PNG in answer.text and "error" not in answer.text


PICTURES = """\
kind: EgressPolicy
policy: pictures
owner: rssi@example.org
rules:
  - id: pictures-of-alpha
    when: {findings: {any_of: [class.not_inspectable]}, destination: {vendor: alpha}}
    action: allow
"""


@pytest.mark.parametrize("name", ["gemini", "chat, streamed"])
async def test_a_rule_permits_it(open_house: OpenHouse, tmp_path: Path, name: str) -> None:
    path, values = ANSWERS[name]
    bare(tmp_path / "house", pictures=PICTURES)
    async with drawing(open_house, values) as house:
        where, body = asked(path, stream=len(values) > 1)
        answer = await house.client.post(where, json=body)
        assert answer.status_code == 200 and PNG in answer.text, answer.text
