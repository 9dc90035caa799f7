"""What else OpenAI does with the input of a response: `POST /v1/responses/compact` and `/v1/responses/input_tokens`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adapters.ask import Ask
from adapters.dialects import reading
from adapters.dialects.answers import Strings
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.failures import vendor_failure
from adapters.dialects.openai_requests import alias
from adapters.dialects.openai_responses import OpenAIResponses
from adapters.dialects.responses_reader import ResponsesReader
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk
from adapters.wire.body import Document, Edit


class OpenAICompact(OpenAIResponses):
    """A conversation made shorter: its answer is input of the next response, and isn't kept."""

    name = "openai_responses_compact"
    operation = "compaction"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; never a stream."""
        return replace(super().parse(document), stream=False, keeps="", later=False)

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """The destination's own model name: these paths know no `store`."""
        return alias(ask, model)

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """Nothing: they know no limit on output either."""
        return []


class OpenAIInputTokens(OpenAICompact):
    """Counts the tokens of an input that no model answers. Its text leaves all the same, so it is judged alike."""

    name = "openai_input_tokens"
    operation = "count_tokens"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; nothing is generated."""
        return replace(super().parse(document), max_output=0, wants_usage=False)

    def reader(self, ask: Ask) -> ResponsesReader:
        """A fresh reader for one attempt's answer."""
        return InputTokensReader()


class InputTokensReader(ResponsesReader):
    """Reads a count. Nothing was generated, so `usage` stays empty."""

    def body(self, raw: bytes) -> Chunk:
        """The count, or an error in a body that came with status 200."""
        read = reading.document(raw)
        if read.value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(read.value["error"]))
        if reading.count(read.value, "input_tokens") is None:
            raise ProtocolBroken(code="no_count")
        self._stopped = True
        return Chunk(raw, raw, Strings(read).deltas(), content=True, terminal=True)
