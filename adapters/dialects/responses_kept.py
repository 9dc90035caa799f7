"""Reads responses that OpenAI keeps: as they stand, as the events that they were made of, and their input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapters.dialects import reading
from adapters.dialects.answers import Strings
from adapters.dialects.passages import known
from adapters.dialects.responses_answers import claim_item, claim_response
from adapters.dialects.responses_reader import ResponsesReader
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk, Usage
from adapters.wire.sse import Event

_ENDED_BADLY = frozenset({"response.failed", "response.cancelled"})


class KeptReader(ResponsesReader):
    """A response that failed or was cancelled is an answer like any other here, and what it used was counted when it
    was made."""

    def __init__(self, after: int = -1) -> None:
        """after: number of the last event that the client has had; all up to it are read and not passed on."""
        super().__init__()
        self._after = after

    def event(self, event: Event) -> Chunk:
        """One event of the stream that the response was made in."""
        chunk = super().event(event)
        had = self._sequence is not None and self._sequence <= self._after
        return replace(chunk, drop=True) if had and chunk.data else chunk

    def body(self, raw: bytes) -> Chunk:
        """A whole response, whatever became of it, or the word that there is none any more."""
        read = reading.document(raw)
        strings = Strings(read)
        claim_response(strings, (), read.value, {})
        self._stopped = True
        return Chunk(raw, raw, strings.deltas(), content=True, terminal=True, states=tuple(strings.states))

    def _whole_response(self, event: Event, response: dict[str, Any], kind: str) -> Chunk:
        if kind not in _ENDED_BADLY:
            return replace(super()._whole_response(event, response, kind), made="")
        strings = Strings(reading.document(event.data), f"{known(kind, 'response')}:")
        claim_response(strings, ("response",), response, self._outputs)
        self._stopped = True
        return Chunk(event.raw, event.data, strings.deltas(), content=True, terminal=True)

    def _meter(self, response: dict[str, Any]) -> Usage | None:
        return None


class ListReader(KeptReader):
    """A page of items."""

    def event(self, event: Event) -> Chunk:
        """A list is never streamed."""
        raise ProtocolBroken(code="not_a_stream")

    def body(self, raw: bytes) -> Chunk:
        """The whole page. What stands in it was the client's: nothing in it counts as issued by the vendor."""
        read = reading.document(raw)
        items = read.value.get("data")
        if type(items) is not list:
            raise ProtocolBroken(code="no_data")
        strings = Strings(read)
        for index, item in enumerate(items):
            claim_item(strings, ("data", index), item, index)
        self._stopped = True
        return Chunk(raw, raw, strings.deltas(), content=True, terminal=True)
