"""What a dialect is: one way of asking, answering and failing that clients and vendors share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from adapters.ask import Ask
from adapters.reply import Chunk, TextEdit, Usage
from adapters.wire.body import Document, Edit
from adapters.wire.sse import Event

NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})


class Framing(Protocol):
    """Cuts a stream's bytes into events: adapters.wire.sse.Framer, or what does the same for other framings."""

    def feed(self, chunk: bytes) -> list[Event]: ...
    def end(self) -> list[Event]: ...
    def rest(self) -> bytes: ...


class Reader(Protocol):
    """Reads one attempt's answer, event by event, and puts edited events back together.

    `usage` grows as the vendor reports it. Events that can't be read raise UpstreamError (kind `protocol`).
    """

    usage: Usage

    def event(self, event: Event) -> Chunk:
        """One SSE event of a streamed answer; comments and pings give a chunk with no deltas."""

    def body(self, raw: bytes) -> Chunk:
        """A whole JSON answer as one chunk: content, terminal, its deltas whole."""

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """`chunk.raw` with only the edited JSON strings changed; `edits` by index into `chunk.deltas`.

        Log probabilities and offset annotations that repeat the text of an edited delta are emptied too.
        """

    def end(self) -> bytes:
        """The upstream ended: b"" after a clean end, a missing terminator where the answer was complete without it.

        Raises UpstreamError (kind `cut`) where the answer was not complete.
        """

    def stopped(self) -> bool:
        """Whether a clean terminal event was seen."""

    def stream_error(self, kind: str, message: str, *, code: str | None, call_id: str, unsent: int = 0) -> bytes:
        """In-band error event(s) that continue this answer; no clean terminal follows. b"": the answer has no place for
        one, and is broken off.

        unsent: how many events were read that the client never gets.
        """


@runtime_checkable
class OtherForms(Protocol):
    """A reader of answers that may be neither JSON nor events."""

    def framing(self, kind: str) -> Framing | None:
        """How the bytes of an answer of this content type are cut, None where it is read whole (`body`).

        Raises UpstreamError (kind `protocol`) for a type that its answers never have.
        """


@runtime_checkable
class Unended(Protocol):
    """A reader of a dialect whose streams have no event that ends them: they end with their connection."""

    def complete(self) -> bool:
        """Whether the answer is whole, though its connection may go on."""


class Dialect(Protocol):
    """One request format with its answers and errors.

    name: openai_chat, anthropic_messages, gemini_generate, ... family: openai | anthropic | gemini. operation: chat |
    text_completion | embeddings | count_tokens (OpenTelemetry GenAI operation names).
    """

    @property
    def name(self) -> str: ...

    @property
    def family(self) -> str: ...

    @property
    def operation(self) -> str: ...

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; raises BodyRefused on wrong types of fields acted on and on vendor-held references.

        parameters: what the path says (gateway.routes), such as the model where it stands there.
        """

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """What changes on the way to one destination: its model name, `store: false`, a usage request."""

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """The edits that hold the answer to `tokens` output tokens."""

    def reader(self, ask: Ask) -> Reader:
        """A fresh reader for one attempt's answer."""

    def error(
        self, status: int, kind: str, message: str, *, param: str | None, code: str | None, call_id: str,
        wait: float | None = None,
    ) -> bytes:  # fmt: skip
        """A whole-body error in this dialect's shape. wait: seconds until trying again may help, where it has a place
        for them."""
