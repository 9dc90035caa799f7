"""What readers of every dialect share: strict reading of what vendors send, spans, and edits put back into events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from adapters.errors import BodyRefused, ProtocolBroken
from adapters.reply import Chunk, Delta, TextEdit
from adapters.wire.body import TRANSFORMATION, Document, Edit, Leaf, replace_text, splice
from adapters.wire.sse import reframe
from adapters.wire.tokens import STRING, PlainPlaces


def load(data: bytes) -> dict[str, Any]:
    """The JSON object in an event or answer; anything else raises UpstreamError (kind `protocol`)."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    # Raised out here so that the parser's exception, which holds the vendor's words, isn't its context.
    if type(value) is not dict:
        raise ProtocolBroken(code="not_json")
    return value


def document(data: bytes) -> Document:
    """The same with the place of every string; a repeated key raises too, since readers differ on which one counts."""
    try:
        return Document.parse(data, alike=False)
    except BodyRefused as refused:
        code = refused.code
    raise ProtocolBroken(code=code)


def key_pattern(key: str) -> re.Pattern[bytes]:
    """Finds the string that is the value of `key`; the pattern's first group is its token."""
    return re.compile(rb'"' + key.encode() + rb'"[ \t\r\n]*+:[ \t\r\n]*+(' + STRING + rb")")


def only_token(data: bytes, pattern: re.Pattern[bytes], text: str) -> tuple[int, int] | None:
    """Byte span of the one string in `data` that `pattern` finds, where it says `text`.

    None where there are several or it says something else: then the whole event has to be read. An unescaped quote
    can't stand inside a JSON string, so what the pattern finds is always a member.
    """
    found = pattern.search(data)
    if found is None or pattern.search(data, found.end()) is not None:
        return None
    start, end = found.span(1)
    token = data[start:end]
    said = orjson.loads(token) if b"\\" in token else token[1:-1].decode()
    return (start, end) if said == text else None


def strings(read: Document) -> Iterable[Leaf]:
    """Every string value of an answer, in its order."""
    return [leaf for leaf in read.leaves if leaf.kind == "string"]


def rewrite(
    chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]], stale: Iterable[Edit] = (), read: Document | None = None
) -> bytes:
    """`chunk.raw` with the edits made in the JSON strings of its deltas, and in nothing else.

    edits: by index into `chunk.deltas`, offsets in characters of each delta's text. stale: edits of the dialect's own
    (log probabilities, offsets) to `chunk.data`. read: the parsed data, where the caller has it.
    """
    read = read or document(chunk.data)
    by_start = {leaf.start: leaf for leaf in read.leaves}
    changes = list(stale)
    for index, texts in edits.items():
        leaf = by_start[chunk.deltas[index].start]
        changes += [replace_text(read, leaf, edit.start, edit.end, edit.new, TRANSFORMATION) for edit in texts]
    return put_back(chunk, splice(chunk.data, changes))


def plain_edits(delta: Delta, texts: Iterable[TextEdit]) -> Iterator[Edit]:
    """The edits of a text that stands in the answer as it is, unquoted."""
    places = PlainPlaces(delta.text, delta.start)
    for edit in texts:
        yield Edit(*places.span(edit.start, edit.end), edit.new.encode(), TRANSFORMATION)


def put_back(chunk: Chunk, data: bytes) -> bytes:
    """The chunk's bytes with other data: a whole answer is its data, an event keeps its lines."""
    return data if chunk.raw == chunk.data else reframe(chunk.raw, chunk.data, data)


MOST_COUNTED = 10**9
"""Tokens of one call that are believed: beyond it a vendor's count is none, and what is counted is estimated."""


def count(holder: object, *path: str) -> int | None:
    """A count that a vendor reports at `path`; None where it is absent or no count."""
    for step in path:
        if not isinstance(holder, dict):
            return None
        holder = holder.get(step)
    return holder if type(holder) is int and 0 <= holder <= MOST_COUNTED else None
