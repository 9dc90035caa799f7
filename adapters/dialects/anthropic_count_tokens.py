"""Anthropic's token count: `POST /v1/messages/count_tokens`, the body of a message without its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adapters.ask import Ask
from adapters.dialects import reading
from adapters.dialects.answers import Strings
from adapters.dialects.anthropic_messages import AnthropicMessages
from adapters.dialects.anthropic_reader import AnthropicReader
from adapters.dialects.base import NO_PARAMETERS, Reader
from adapters.dialects.failures import vendor_failure
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk
from adapters.wire.body import Document, Edit


class AnthropicCountTokens(AnthropicMessages):
    """Counts the tokens of a message that no model answers. Its text leaves all the same, so it is judged alike."""

    name = "anthropic_count_tokens"
    operation = "count_tokens"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; never a stream, and nothing is generated."""
        return replace(super().parse(document), stream=False, max_output=0, wants_usage=False)

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """Nothing to hold back."""
        return []

    def reader(self, ask: Ask) -> Reader:
        """A fresh reader for one attempt's answer."""
        return CountReader()


class CountReader(AnthropicReader):
    """Reads a count. Nothing was generated, so `usage` stays empty."""

    def body(self, raw: bytes) -> Chunk:
        """The count, or an error in a body that came with status 200."""
        read = reading.document(raw)
        if read.value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(read.value["error"]))
        if reading.count(read.value, "input_tokens") is None:
            raise ProtocolBroken(code="no_count")
        self._complete = self._stopped = True
        return Chunk(raw, raw, Strings(read).deltas(), content=True, terminal=True)
