"""litellm's answers as OpenAI's JSON: its objects have members of its own, which stay here."""

from __future__ import annotations

import base64
from array import array
from typing import Any

import orjson

DONE = b"data: [DONE]\n\n"
_OURS = frozenset({
    "provider_specific_fields", "thinking_blocks", "citations", "vertex_ai_grounding_metadata", "_hidden_params",
    "vertex_ai_url_context_metadata", "vertex_ai_safety_ratings", "vertex_ai_citation_metadata", "_response_headers",
})  # fmt: skip


def whole(answer: Any) -> bytes:
    """A chat completion."""
    value = _plain(answer)
    for choice in value.get("choices", ()):
        message = choice.get("message")
        if isinstance(message, dict):
            message.setdefault("content", None)
    return orjson.dumps(value)


def event(chunk: Any) -> bytes:
    """One event of a stream of them."""
    value = _plain(chunk)
    for choice in value.get("choices", ()):
        choice.setdefault("finish_reason", None)
    return b"data: " + orjson.dumps(value) + b"\n\n"


def failed(body: bytes) -> bytes:
    """A failure inside a stream that began well."""
    return b"data: " + body + b"\n\n"


def vectors(answer: Any, encoding: str) -> bytes:
    """Embeddings, spelled as the call wants them."""
    value = _plain(answer)
    for row in value.get("data", ()):
        if encoding == "base64" and isinstance(row.get("embedding"), list):
            row["embedding"] = base64.b64encode(array("f", row["embedding"]).tobytes()).decode()
    return orjson.dumps(value)


def _plain(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = _without(answer.model_dump(mode="json", exclude_none=True))
    return found


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner) for name, inner in value.items() if name not in _OURS}
    return [_without(inner) for inner in value] if isinstance(value, list) else value
