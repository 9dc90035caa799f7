"""Reads what is said of files and batches that a vendor keeps, and what stands in such files."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from adapters.dialects import reading
from adapters.dialects.answers import Strings
from adapters.dialects.ending import Ending
from adapters.dialects.failures import vendor_failure
from adapters.errors import BodyRefused, ProtocolBroken
from adapters.reply import Chunk, Delta, TextEdit
from adapters.wire.body import TRANSFORMATION, Document, Edit, Leaf, replace_text, splice

_OF_A_BATCH = ("output_file_id", "error_file_id")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_BEFORE = codecs.BOM_UTF8 + b" \t\v\f"  # what a reader of JSON may skip
_MEMBER = b'{"":'


class _Place(NamedTuple):
    """Where a text of a content stands. at: of its line; document, leaf: None where the content is plain text."""

    at: int
    document: Document | None
    leaf: Leaf | None


class ObjectReader(Ending):
    """One attempt's answer. Channels `other:...`, or `line:N...` for what stands in a file."""

    def __init__(self, kind: str, *, made: bool = False, content: bool = False) -> None:
        """made: the answer brings the name of a new object. content: it is what stands in a file."""
        super().__init__()
        self._kind, self._made, self._content = kind, made, content
        self.said: Mapping[str, Any] = {}  # the description, where it is one
        self._places: list[_Place] = []

    def framing(self, kind: str) -> None:
        """A content is read whole, whatever its type; raises UpstreamError where none is asked for."""
        if not self._content:
            raise ProtocolBroken(code="content_type")

    def body(self, raw: bytes) -> Chunk:
        """A whole answer."""
        if self._content:
            deltas = self._lines(raw)
            self._done = True
            return Chunk(raw, raw, deltas, content=True, terminal=True)
        read = reading.document(raw)
        value = read.value
        if value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(value["error"]))
        name = value.get("id")
        if type(name) is not str or not name:
            raise ProtocolBroken(code="no_id")
        self._done, self.said = True, value
        strings = Strings(read)
        also = []
        for field in _OF_A_BATCH if self._kind == "batch" else ():
            if type(value.get(field)) is str and _NAME.fullmatch(value[field]):
                strings.skip((field,))
                also.append(("file", value[field]))
        return Chunk(
            raw, raw, strings.deltas(), content=True, terminal=True, made=name if self._made else "",
            also=tuple(also),
        )  # fmt: skip

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """The answer with the edits made."""
        if not self._content or not edits:
            return super().rewrite(chunk, edits)
        changes: list[Edit] = []
        for index, texts in edits.items():
            changes += _edits(chunk.deltas[index], self._places[index], texts)
        return splice(chunk.raw, changes)

    def _lines(self, raw: bytes) -> tuple[Delta, ...]:
        """The texts of a content: of JSON lines each string, else the whole of it; raises where it is no text, or
        where a line is JSON that can't be read in one way only, since its letters may be spelt otherwise."""
        try:
            return tuple(self._of_lines(raw))
        except BodyRefused:
            self._places.clear()
        if any(line.lstrip(_BEFORE)[:1] in (b"{", b"[", b'"') for line in raw.splitlines()):
            raise ProtocolBroken(code="not_json")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = None
        # Raised out here so that the decoder's exception, which holds the vendor's words, isn't its context.
        if text is None:
            raise ProtocolBroken(code="not_text")
        self._places.append(_Place(0, None, None))
        return (Delta("line:0", "text", text, 0, len(raw), True),) if text else ()

    def _of_lines(self, raw: bytes) -> Iterator[Delta]:
        at = 0
        for number, line in enumerate(raw.split(b"\n")):
            if line.strip():
                read, start = _value(line, at)
                for leaf in read.leaves:
                    if leaf.kind == "string" and leaf.text:
                        self._places.append(_Place(start, read, leaf))
                        where = f"line:{number}:{len(self._places)}"
                        yield Delta(where, "text", leaf.text, start + leaf.start, start + leaf.end, True)
            at += len(line) + 1


def _value(line: bytes, at: int) -> tuple[Document, int]:
    """The JSON value of a line, and where its document begins; one that is no object is read as a member of one."""
    if line.lstrip(_BEFORE).startswith(b"{"):
        return Document.parse(line, alike=False), at
    read = Document.parse(_MEMBER + line + b"}", alike=False)
    if len(read.value) > 1:
        raise BodyRefused("bad_json", "a line holds more than one value")
    return read, at - len(_MEMBER)


def _edits(delta: Delta, place: _Place, texts: Sequence[TextEdit]) -> Iterator[Edit]:
    if place.document is None or place.leaf is None:
        yield from reading.plain_edits(delta, texts)
        return
    for edit in texts:
        made = replace_text(place.document, place.leaf, edit.start, edit.end, edit.new, TRANSFORMATION)
        yield made._replace(start=made.start + place.at, end=made.end + place.at)
