"""Bodies and answers with anything in any place: read or refused, never a bug, and nothing left unread."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ask import Ask
from adapters.dialects.anthropic_messages import AnthropicMessages
from adapters.dialects.anthropic_reader import AnthropicReader
from adapters.dialects.base import NO_PARAMETERS, Dialect, Reader
from adapters.dialects.gemini_generate import GeminiGenerate
from adapters.dialects.gemini_reader import GeminiReader
from adapters.dialects.openai_responses import OpenAIResponses
from adapters.dialects.responses_reader import ResponsesReader
from adapters.errors import BodyRefused, UpstreamError
from adapters.wire.body import Document
from adapters.wire.sse import Framer, encode
from tests.adapters.dialects.vendor_records import needs_records, places, records, uncovered

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**12)
    | st.sampled_from(["", "text", "https://h.example/", "data:,x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "text", "id"]), inner),
    max_leaves=4,
)


class Named(GeminiGenerate):
    """As on its path, where the model stands."""

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        return super().parse(document, {"model": "m"})


def bent(data: st.DataObject, value: Any) -> bytes:
    """The value with anything in the place of one or two of its parts."""
    value = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(list(places(value))))
        holder = value
        for step in path:
            holder = holder[step]
        steps = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if steps:
            holder[data.draw(st.sampled_from(steps))] = data.draw(ANYTHING)
    return orjson.dumps(value)


def requests(dialect: str) -> list[Any]:
    return [json.loads(path.read_bytes()) for path in records(dialect, "req")]


def events(dialect: str) -> list[Any]:
    """One event of each type in the recorded streams."""
    found: dict[str, Any] = {}
    for path in records(dialect, "sse"):
        for event in Framer().feed(path.read_bytes()):
            if event.data:
                value = json.loads(event.data)
                if "candidates" in value:
                    parts = value["candidates"][0].get("content", {}).get("parts", [{}])
                    found.setdefault(str([sorted(part) for part in parts]), value)
                    continue
                inner = value.get("item") or value.get("delta") or value.get("content_block") or {}
                found.setdefault(f"{value['type']} {inner.get('type') if isinstance(inner, dict) else ''}", value)
    return list(found.values())


@needs_records
@pytest.mark.parametrize(
    ("dialect", "name"),
    [(AnthropicMessages(), "messages"), (OpenAIResponses(), "responses"), (Named(), "gemini")],
    ids=lambda x: str(x)[:9],
)
def test_bent_requests(dialect: Dialect, name: str) -> None:
    bodies = requests(name)

    @settings(max_examples=250, deadline=None)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        try:
            ask = dialect.parse(Document.parse(bent(data, data.draw(st.sampled_from(bodies)))))
        except BodyRefused:
            return
        assert uncovered(ask) == []

    check()


@needs_records
@pytest.mark.parametrize(
    ("reads", "name"),
    [(AnthropicReader, "messages"), (ResponsesReader, "responses"), (GeminiReader, "gemini")],
    ids=lambda x: str(x)[:9],
)
def test_bent_answers(reads: type[Reader], name: str) -> None:
    streamed = events(name)
    whole = [json.loads(path.read_bytes()) for path in records(name, "json")]

    @settings(max_examples=300, deadline=None)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        reader = reads()
        try:
            if data.draw(st.booleans()):
                chunk = reader.body(bent(data, data.draw(st.sampled_from(whole))))
            else:
                (event,) = Framer().feed(encode(None, bent(data, data.draw(st.sampled_from(streamed)))))
                chunk = reader.event(event)
        except UpstreamError:
            return
        assert chunk.error is not None or reader.rewrite(chunk, {}) == chunk.raw

    check()
