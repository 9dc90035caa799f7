"""What a dialect brings so that it can be translated: how its requests and answers are read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from adapters.reply import Usage
from adapters.translate.canonical import AnswerPart, Conversation, Lost
from adapters.wire.sse import Event


class Untranslatable(Exception):
    """A request that can't be said in the vendor's dialect at all. what: a name of ours, never the caller's."""

    def __init__(self, what: str) -> None:
        super().__init__(f"can't be translated: {what}")
        self.what = what


class AnswerReader(Protocol):
    """Reads one answer of a vendor's into parts.

    usage: as the vendor counts so far. lost: what it said that no part holds. Raises UpstreamError where the vendor
    fails, breaks off, or says what its dialect doesn't allow.
    """

    @property
    def usage(self) -> Usage: ...
    @property
    def lost(self) -> Lost: ...

    def event(self, event: Event) -> Sequence[AnswerPart]:
        """One event of a stream."""

    def body(self, raw: bytes) -> Sequence[AnswerPart]:
        """A whole answer, its texts whole."""

    def end(self) -> Sequence[AnswerPart]:
        """The vendor closed the stream; raises CutShort where the answer wasn't complete."""

    def stopped(self) -> bool:
        """Whether the clean end was read."""


class AnswerWriter(Protocol):
    """Writes the parts of one answer in the client's dialect. lost: parts that it has no place for."""

    @property
    def lost(self) -> Lost: ...

    def part(self, part: AnswerPart) -> Sequence[Event]:
        """The events by which a streamed answer says this."""

    def end(self) -> Sequence[Event]:
        """What closes a complete answer."""

    def body(self, parts: Sequence[AnswerPart]) -> bytes:
        """A whole answer."""


class RequestReader(Protocol):
    """Reads a request of a dialect; raises Untranslatable."""

    def __call__(self, value: Mapping[str, Any], parameters: Mapping[str, str]) -> Conversation: ...


class Codec(NamedTuple):
    """One dialect's part in translations; None where it is only spoken by vendors, or only by clients.

    write_request: (conversation) -> body. answer_writer: (the call's id, the model, seconds since 1970) -> writer.
    """

    read_request: RequestReader | None
    write_request: Callable[[Conversation], dict[str, Any]] | None
    answer_reader: Callable[[], AnswerReader] | None
    answer_writer: Callable[[str, str, int], AnswerWriter] | None
