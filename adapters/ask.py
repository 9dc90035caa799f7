"""What a client asked, in its own dialect, and the texts found in it.

Pieces and passages are named tuples, not frozen dataclasses: an agent's body makes thousands, at half the price.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.wire.body import Document, Leaf

# Parts that are not text are classes of their own with their own rule (a part that can't be inspected is never
# passed on by silence).
TEXT = "text"
NOT_INSPECTABLE = "not_inspectable"
REMOTE_URL = "remote_url"
SERVER_TOOL = "server_tool"
VENDOR_STATE = "vendor_state"
IDENTITY = "identity"

MANAGING = frozenset({"retrieve", "list", "cancel", "delete"})
"""Operations on what a vendor keeps: no model is asked, so nothing is spent but a request."""

UPLOAD, BATCH = "file", "batch"
"""A file that a vendor is to keep, and the batch that is made of it: only the second spends tokens."""


class Piece(NamedTuple):
    """Where a stretch of a passage's text stands in the body: `text[start:end]` is the text of `leaf`."""

    start: int
    end: int
    leaf: Leaf
    rewritable: bool


class Passage(NamedTuple):
    """One stretch of text to be inspected as a whole.

    A passage is usually one JSON string. Small unknown values and object keys are gathered (pieces separated by NUL,
    which no detector matches across) so that a body with thousands of them costs a few scans, not thousands.

    path: JSON pointer of the first piece. role: system | user | assistant | tool | tool_definition | tool_arguments |
    other. part: text | not_inspectable | remote_url | server_tool | vendor_state | identity. direction: request |
    tool_arguments | tool_results. history: sent in an earlier turn. message: index of the message it belongs to, None
    outside messages. tool: name of the tool it belongs to, None if none. note: for parts that are not text, what it is
    ("image/png", "web_search", "https://host"), never more than needed to decide, and never shown. file: where it
    stands in the file that was read ("pdf, page 3"), in words of ours, which a refusal shows.
    """

    path: str
    role: str
    part: str
    text: str
    direction: str = "request"
    history: bool = False
    message: int | None = None
    tool: str | None = None
    note: str = ""
    pieces: Sequence[Piece] = ()
    file: str = ""

    def rewritable(self, start: int, end: int) -> bool:
        """Whether every piece that overlaps `text[start:end]` is a JSON string value (keys and numbers are not)."""
        touched = [p for p in self.pieces if p.start < end and start < p.end]
        return bool(touched) and all(p.rewritable for p in touched)

    def renamable(self, start: int, end: int) -> bool:
        """The same with the names of members in a tool's arguments, which a model makes up as it does the values.

        Only for what makes different names of different ones.
        """
        touched = [p for p in self.pieces if p.start < end and start < p.end]
        made_up = self.role == "tool_arguments" and bool(touched)
        return made_up and all(p.rewritable or p.leaf.kind == "key" for p in touched)


class File(NamedTuple):
    """A file that a parser must read before anything is known of it.

    passage: index of the passage that stands for it, not inspectable until then. payload: as the body spells it, in the
    given encoding (base64 | percent | raw). mime, charset: what it is declared to be, "" where nothing is.
    """

    passage: int
    payload: str | bytes
    encoding: str
    mime: str
    charset: str


class Held(NamedTuple):
    """Something that a vendor keeps and an ask names. kind: response | file | batch. name: the vendor's for it. param:
    the field that names it, None where the path does."""

    kind: str
    name: str
    param: str | None = None


class Line(NamedTuple):
    """One request in a file of them. at: where its body begins in the whole. ask: what it asks, by itself. file: as of
    its passages, which stand among those of the whole."""

    at: int
    ask: Ask
    file: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a client, parsed but unchanged. Every attempt starts again from it.

    held: what it names of a vendor's. keeps: the kind of object that the vendor is to keep of it, "" for nothing.
    query: what is sent behind the path. later: the vendor goes on with the answer when the call is over. most_input:
    input tokens that it may be, where its size in bytes says little. lines: the requests in a file.
    """

    dialect: str
    operation: str
    model: str
    stream: bool
    document: Document
    passages: tuple[Passage, ...]
    max_output: int | None = None
    wants_usage: bool = True
    conversation: str | None = None
    tools: tuple[str, ...] = field(default=())
    files: tuple[File, ...] = field(default=())
    held: tuple[Held, ...] = field(default=())
    keeps: str = ""
    query: tuple[tuple[str, str], ...] = field(default=())
    later: bool = False
    most_input: int | None = None
    lines: tuple[Line, ...] = field(default=())
