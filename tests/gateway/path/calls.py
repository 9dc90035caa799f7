"""A call down each route that reaches a vendor, as a client sends it; a dialect without a row here fails the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from gateway.routes import Route
from tests.conftest import CONFIG, configured

MEDIA = """\
kind: EgressPolicy
policy: media
owner: o
rules:
  - {id: media-may-pass, when: {findings: {any_of: [class.not_inspectable]}}, action: allow}
"""


def with_media(folder: Path, config: str = CONFIG) -> str:
    """The starter bundle in `folder`, with a rule that lets pictures and sound pass; the configuration."""
    configured(folder, config)
    (folder / "bundle" / "media.yaml").write_text(MEDIA)
    return config


def body(dialect: str, text: str, model: str | None = None) -> dict[str, Any]:
    """The JSON of a request in a dialect with one text of the user's."""
    message = [{"role": "user", "content": text}]
    contents = [{"role": "user", "parts": [{"text": text}]}]
    said: dict[str, dict[str, Any]] = {
        "openai_chat": {"model": "gpt-4o-mini", "messages": message},
        "openai_completions": {"model": "gpt-4o-mini", "prompt": text},
        "openai_responses": {"model": "gpt-4o-mini", "input": text},
        "openai_responses_compact": {"model": "gpt-4o-mini", "input": text},
        "openai_input_tokens": {"model": "gpt-4o-mini", "input": text},
        "openai_embeddings": {"model": "text-embedding-3-small", "input": text},
        "openai_moderations": {"model": "gpt-4o-mini", "input": text},
        "rerank": {"model": "gpt-4o-mini", "query": text, "documents": ["le quai", {"text": "l'écluse"}]},
        "openai_images": {"model": "gpt-4o-mini", "prompt": text, "partial_images": 20},
        "openai_transcriptions": {"model": "gpt-4o-mini", "prompt": text, "language": "fr"},
        "openai_translations": {"model": "gpt-4o-mini", "prompt": text},
        "openai_image_edits": {"model": "gpt-4o-mini", "prompt": text, "partial_images": "20"},
        "openai_image_variations": {"model": "gpt-4o-mini", "user": text},
        "openai_file_create": {"purpose": "batch"},
        "openai_speech": {"model": "gpt-4o-mini", "input": text, "voice": "alloy", "stream_format": "sse"},
        "anthropic_messages": {"model": "claude-sonnet-5", "max_tokens": 500, "messages": message},
        "anthropic_count_tokens": {"model": "claude-sonnet-5", "messages": message},
        "gemini_generate": {"contents": contents},
        "gemini_count_tokens": {"contents": contents},
        "gemini_embed": {"content": contents[0]},
        "gemini_batch_embed": {"requests": [{"content": one} for one in contents]},
    }
    inside = model is not None and not dialect.startswith("gemini")
    return said[dialect] | ({"model": model} if inside else {})


def target(route: Route, model: str = "gpt-4o-mini", *, stream: bool = False) -> str:
    """The path of a route, with the model where it stands there; a stream, where the path says so, is one of events."""
    path = route.path.format(model=model)
    if route.dialect == "gemini_generate":
        path = path.rpartition(":")[0] + (":streamGenerateContent?alt=sse" if stream else ":generateContent")
    return path


SOUND = ("réunion.mp3", b"ID3" + bytes(range(256)), "audio/mpeg")
PICTURE = ("quai.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image/png")
FILES = {
    "openai_transcriptions": {"file": SOUND},
    "openai_translations": {"file": SOUND},
    "openai_image_edits": {"image": PICTURE},
    "openai_image_variations": {"image": PICTURE},
}


def call(route: Route, text: str) -> dict[str, Any]:
    """The same as arguments of `httpx`."""
    assert route.dialect is not None
    path = target(route, stream=bool(route.says))
    sent = {"method": route.method, "url": path}
    if route.dialect == "openai_file_create":
        line = {"custom_id": "r", "method": "POST", "url": "/v1/chat/completions", "body": body("openai_chat", text)}
        raw = json.dumps(line).encode()
        return {**sent, "data": body(route.dialect, ""), "files": {"file": ("a.jsonl", raw, "application/jsonl")}}
    if route.dialect in FILES:
        return {**sent, "data": body(route.dialect, text), "files": FILES[route.dialect]}
    return {**sent, "json": body(route.dialect, text)}


def written(dialect: str, said: dict[str, Any]) -> tuple[bytes, str]:
    """A body as bytes, and its content type."""
    if dialect not in FILES:
        return json.dumps(said).encode(), "application/json"
    plain = {name: str(value).lower() if type(value) is bool else value for name, value in said.items()}
    request = httpx.Request("POST", "http://x", data=plain, files=FILES[dialect])
    return request.read(), request.headers["content-type"]
