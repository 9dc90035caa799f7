"""A multipart/form-data body as a document: its fields as an object, with the place of each text in the bytes.

A text field is a string; a file is an object of its name and declared type, and its bytes are had by `content`. Fields
named `x[]` may come several times and are arrays.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import orjson

from adapters.errors import BodyRefused
from adapters.wire.body import KEY, STRING, Document, Leaf, Path
from adapters.wire.edits import Edit, splice
from adapters.wire.multipart import Part, boundary_of, parts, refused
from adapters.wire.texts import Texts
from adapters.wire.tokens import PlainPlaces

MULTIPART = "multipart/form-data"
_LETTERS = frozenset({"", "utf-8", "us-ascii", "ascii"})


class Form(Document):
    """A parsed form. files: path of each file, with its part. most: texts that what is read of a file may have."""

    most = sys.maxsize

    def __init__(self, raw: bytes, boundary: bytes, fields: dict[str, Any], places: dict[Path, Part]) -> None:
        super().__init__(raw, fields, Texts(orjson.dumps(fields), fields, 4, alike=True))
        self._boundary = boundary
        self._places = places
        self.files = {path: part for path, part in places.items() if part.filename is not None}

    @classmethod
    def read(cls, raw: bytes, content_type: str, most: int = sys.maxsize) -> Form:
        """Read a form strictly; raises BodyRefused. most: as of a document."""
        boundary = boundary_of(content_type)
        fields: dict[str, Any] = {}
        places: dict[Path, Part] = {}
        for part in parts(raw, boundary):
            value = _value(raw, part)
            path: Path = (part.name,)
            if part.name.endswith("[]"):
                several = fields.setdefault(part.name, [])
                path = (part.name, len(several))
                several.append(value)
            else:
                fields[part.name] = value
            places[path] = part
        form = cls(raw, boundary, fields, places)
        form.most = most
        return form

    @property
    def content_type(self) -> str:
        """With the boundary, which stays what it was."""
        return f'{MULTIPART}; boundary="{self._boundary.decode()}"'

    def content(self, path: Path) -> bytes:
        """The bytes of the file at `path`."""
        part = self.files[path]
        return self.raw[part.start : part.end]

    def spelt(self, text: str) -> bytes:
        """Text fields are spelt as they are."""
        return text.encode()

    def spelt_inside(self, text: str) -> bytes:
        """The same; a name of a file can't hold what ends it."""
        return text.translate(_NO_ENDS).encode()

    def spliced(self, edits: Iterable[Edit]) -> bytes:
        """The body with the edits made; ValueError where they would make another end of a part."""
        made = splice(self.raw, edits)
        delimiter = b"--" + self._boundary
        if made.count(delimiter) != self.raw.count(delimiter):
            raise ValueError("an edit makes a boundary")
        return made

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every text and name, in the order of the body."""
        found: list[Leaf] = []
        for name, value in self.value.items():
            several = type(value) is list
            first = (name, 0) if several else (name,)
            found.append(Leaf((name,), name, *self._places[first].name_at, KEY))
            for path in [(name, index) for index in range(len(value))] if several else [(name,)]:
                found += self._of(path)
        return tuple(found)

    def _of(self, path: Path) -> list[Leaf]:
        part = self._places[path]
        if part.filename is None or part.filename_at is None:
            return [Leaf(path, self.raw[part.start : part.end].decode(), part.start, part.end, STRING)]
        # The names of these members are ours and stand nowhere in the body.
        at = part.name_at[0]
        return [
            Leaf((*path, "filename"), "filename", at, at, KEY),
            Leaf((*path, "filename"), part.filename, *part.filename_at, STRING),
            Leaf((*path, "content_type"), "content_type", at, at, KEY),
            Leaf((*path, "content_type"), part.mime, at, at, KEY),
        ]

    def text_span(self, leaf: Leaf, i: int, j: int) -> tuple[int, int]:
        """Byte span of characters `i:j` of a text."""
        if leaf.within is not None:
            return super().text_span(leaf, i, j)
        text = leaf.start, leaf.text
        if text not in self._plain:
            self._plain[text] = PlainPlaces(leaf.text, leaf.start)
        return self._plain[text].span(i, j)

    @cached_property
    def _plain(self) -> dict[tuple[int, str], PlainPlaces]:
        """Of texts that are rewritten."""
        return {}

    def value_span(self, path: Path) -> tuple[int, int]:
        """Byte span of a text field's content; raises KeyError for anything else."""
        part = self._places[path]
        if part.filename is not None:
            raise KeyError(path)
        return part.start, part.end


_NO_ENDS = {ord(sign): "_" for sign in '"\\\r\n'}


def _value(raw: bytes, part: Part) -> Any:
    if part.filename is not None:
        return {"filename": part.filename, "content_type": part.mime}
    if part.charset not in _LETTERS:
        raise refused("A text field must be UTF-8.")
    try:
        text = raw[part.start : part.end].decode()
    except UnicodeDecodeError:
        text = None
    # Raised out here so that the decoder's exception, which holds the text, isn't its context.
    if text is None or "\0" in text:
        raise BodyRefused("invalid_utf8", "A text field isn't UTF-8.")
    return text
