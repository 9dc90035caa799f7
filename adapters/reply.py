"""What a vendor answered: events with the text that they carry, usage, errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from adapters.errors import UpstreamError


class Usage(NamedTuple):
    """Tokens as the vendor counted them; None where it said nothing.

    input: all of it, also what was read from the vendor's cache (cached) or put into it (written; kept: the part that
    stays for hours). reasoning: the part of output that the model keeps to itself.
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None
    written: int | None = None
    kept: int | None = None


class Delta(NamedTuple):
    """Text that one event adds to a channel.

    channel: names one growing text of the answer (`text:0`, `tool:0:2`, `reasoning:0`). kind: text | reasoning |
    signed (reasoning that the vendor signs and wants back as it was) | tool_arguments (the source of JSON) | tool_text
    (what a tool is given, as its reader has it). text: decoded. start, end: byte span of its JSON string token (quotes
    included) in the event's data. whole: the event repeats the channel's complete text (`*.done`, a non-streamed
    answer) instead of adding to it.
    """

    channel: str
    kind: str
    text: str
    start: int
    end: int
    whole: bool = False


class TextEdit(NamedTuple):
    """Replace `text[start:end]` of a delta by `new` (offsets in characters of the delta's own text)."""

    start: int
    end: int
    new: str


@dataclass(slots=True)
class Chunk:
    """One event of an answer, read but unchanged.

    raw: the bytes as they came (an SSE event with its blank line, or a whole JSON body). data: the JSON inside, to
    which the spans of `deltas` refer. content: bears content, so it is the commit point. drop: not asked for by the
    client (a usage event that we requested). error: the event is an error of the vendor's. terminal: the clean end.
    closes: channels that get no more text after this event. states: SHA-256 (hex) of each vendor-held blob (encrypted
    reasoning, signature and what it signs) that the event carries complete. made: what the vendor calls the object that
    it keeps of this answer. also: kind and name of other objects that came of it. unread: it brings a picture, sound or
    file that the ask didn't ask for, so nothing ruled on it yet.
    """

    raw: bytes
    data: bytes = b""
    deltas: tuple[Delta, ...] = ()
    content: bool = False
    terminal: bool = False
    drop: bool = False
    usage: Usage | None = None
    error: UpstreamError | None = None
    closes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    made: str = ""
    also: tuple[tuple[str, str], ...] = ()
    unread: bool = False
