"""What OpenAI's dialects have in common in the simulator: tool choice, answer schema, usage, errors, vectors."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from hashlib import shake_128
from typing import Any

from adapters.vendors.simulator.prompt import Prompt, mapping, text_of, tokens, whole
from adapters.vendors.simulator.script import Script


def forced(choice: object) -> str | None:
    """The tool that `tool_choice` forces: its name, "*" for any, None for none."""
    if choice == "required":
        return "*"
    named = mapping(choice)
    inner = mapping(named.get("function")) or mapping(named.get("custom")) or named
    return str(inner["name"]) if "name" in inner else None


def schema(form: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The JSON schema of a `response_format` or `text.format`; an empty one for plain JSON, None for text."""
    if form.get("type") == "json_schema":
        return mapping((mapping(form.get("json_schema")) or form).get("schema"))
    return {"type": "object"} if form.get("type") == "json_object" else None


def usage(script: Script) -> dict[str, Any]:
    """Usage as chat and completions report it."""
    return {
        "prompt_tokens": script.input,
        "completion_tokens": script.output,
        "total_tokens": script.input + script.output,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": tokens(script.reasoning) if script.reasoning else 0,
            "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    }  # fmt: skip


_TYPES = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 429: "requests"}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}


def failure(status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """An error body in OpenAI's shape."""
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    if code == "insufficient_quota":
        kind = code
    return {"error": {"message": message, "type": kind, "param": None, "code": code or _CODES.get(status)}}


def read_embeddings(body: Mapping[str, Any]) -> Prompt:
    """An embeddings request."""
    return Prompt(str(body["model"]), text_of(body.get("input")), asked=body)


def embeddings(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The answer to an embeddings request: unit-free vectors that depend on the input alone."""
    body = prompt.asked
    given = body.get("input")
    many = isinstance(given, list) and not all(isinstance(item, int) for item in given)
    inputs: list[Any] = list(given) if many and isinstance(given, list) else [given]
    size = max(1, min(whole(body.get("dimensions")) or 256, 4096))
    coded = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _vector(repr(item).encode(), size, coded)}
        for index, item in enumerate(inputs)
    ]
    used = sum(len(item) if isinstance(item, list) else tokens(str(item)) for item in inputs)
    total = {"prompt_tokens": used, "total_tokens": used}
    return {"object": "list", "data": data, "model": prompt.model, "usage": total}


def _vector(seed: bytes, size: int, coded: bool) -> str | list[float]:
    raw = shake_128(seed).digest(2 * size)
    floats = [value / 32768 for (value,) in struct.iter_unpack("<h", raw)]
    return base64.b64encode(struct.pack(f"<{size}f", *floats)).decode() if coded else floats
