"""Usage as vendors really report it: every answer has counts, and parts never exceed the whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.dialects.anthropic_reader import AnthropicReader
from adapters.dialects.base import Reader
from adapters.dialects.gemini_reader import GeminiReader
from adapters.dialects.responses_reader import ResponsesReader
from adapters.errors import UpstreamError
from adapters.wire.sse import Framer
from tests.adapters.dialects.test_openai_chat_answers import usual
from tests.adapters.dialects.vendor_records import needs_records, records

READERS: dict[str, Callable[[], Reader]] = {"chat": usual, "responses": ResponsesReader, "messages": AnthropicReader}
READERS["gemini"] = GeminiReader


def metered(reader: Reader, path: Path) -> bool:
    """Whether an answer was read to its end without an error in it."""
    raw = path.read_bytes()
    try:
        if path.suffix == ".json":
            return reader.body(raw).error is None
        framer = Framer()
        events = [*framer.feed(raw), *framer.end()]
        return all(reader.event(event).error is None for event in events)
    except UpstreamError:
        return False


@needs_records
@pytest.mark.parametrize("kind", ["json", "sse"])
@pytest.mark.parametrize("dialect", READERS)
def test_parts_of_recorded_usage_never_exceed_the_whole(dialect: str, kind: str) -> None:
    counted = 0
    for path in records(dialect, kind):
        reader = READERS[dialect]()
        if not metered(reader, path) or reader.usage.input is None:
            continue
        usage, counted = reader.usage, counted + 1
        assert usage.output is not None, path.name
        assert (usage.cached or 0) + (usage.written or 0) <= usage.input, path.name
        assert (usage.kept or 0) <= (usage.written or 0), path.name
        assert (usage.reasoning or 0) <= usage.output, path.name
    assert counted > 3
