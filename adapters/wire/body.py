"""A JSON body as bytes and as a value, with the place of every string, number and key in the bytes.

Reading is strict where readers differ (duplicate keys, also by letter case; bad UTF-8; byte order marks; NaN; lone
surrogates; trailing bytes; deep nesting), so that what was inspected is what the vendor reads.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from adapters.errors import BodyRefused
from adapters.wire.edits import EDIT_KINDS, TRANSFORMATION, Edit, splice
from adapters.wire.refusals import too_many_texts, unreadable
from adapters.wire.texts import Texts
from adapters.wire.tokens import LONG, TOKEN, Places, character_span, crowded, skip, token_spans, value_end

__all__ = [
    "EDIT_KINDS",
    "TRANSFORMATION",
    "Document",
    "Edit",
    "Leaf",
    "Path",
    "append_items",
    "nested",
    "outermost",
    "remove_items",
    "replace_string",
    "replace_text",
    "set_member",
    "splice",
]

Path = tuple[str | int, ...]

JSON = "application/json"
STRING = "string"
NUMBER = "number"
KEY = "key"

# Names of letters that JSON can only spell plainly or as these escapes.
_PLAIN_NAME = re.compile(r"[a-z_]+")
_ESCAPED_LETTERS = (b"\\u005", b"\\u006", b"\\u007")


@dataclass(slots=True, eq=False)
class Leaf:
    """One string, number or key.

    path: of the value; for a key, of its member. text: the decoded string, or the number as written. start, end: byte
    span of the token in the body, a string's quotes included. kind: string | number | key. within: for a string inside
    JSON that is itself a string (tool arguments), that outer leaf; start and end then count characters of its text.
    places: of the characters of a long string, once they have been asked for.
    """

    path: Path
    text: str
    start: int
    end: int
    kind: str
    within: Leaf | None = None
    places: Places | None = field(default=None, repr=False)


class Document:
    """A parsed body. raw: its bytes. value: the root object. texts: its strings, numbers and keys by number."""

    def __init__(self, raw: bytes, value: dict[str, Any], texts: Texts) -> None:
        self.raw = raw
        self.value = value
        self.texts = texts

    @classmethod
    def parse(cls, raw: bytes, *, max_depth: int = 64, alike: bool = True, most: int = sys.maxsize) -> Document:
        """Read a body strictly; raises BodyRefused.

        alike: keys that differ only in letter case count as repeated (False for vendors' answers, where members of
        some objects are named by tokens). most: texts that it may have; each costs far more than its bytes, so they are
        counted before a value is made of any.
        """
        if crowded(raw, most):
            raise too_many_texts()
        value = _load(raw)
        if type(value) is not dict:
            raise BodyRefused("wrong_type", "The body must be a JSON object.")
        return cls(raw, value, Texts(raw, value, max_depth, alike, most))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.raw)} bytes>"

    @property
    def content_type(self) -> str:
        """What a request with this body declares it to be."""
        return JSON

    def spelt(self, text: str) -> bytes:
        """A whole string value as this kind of body spells it."""
        return orjson.dumps(text)

    def spelt_inside(self, text: str) -> bytes:
        """The same in the middle of a string."""
        return orjson.dumps(text)[1:-1]

    def spliced(self, edits: Iterable[Edit]) -> bytes:
        """The body with the edits made."""
        return splice(self.raw, edits)

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every string, number and key in document order, with its place: made when first asked for."""
        steps: list[tuple[Path, str]] = []
        _steps(self.value, (), steps)
        return tuple(
            [
                Leaf(path, text, start, end, kind)
                for (path, kind), text, (start, end) in zip(steps, self.texts.all, self._spans, strict=True)
            ]
        )

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return token_spans(self.raw)

    def at(self, path: Path) -> Leaf | None:
        """The string or number at `path`, None where there is none."""
        index = self.texts.index(path)
        return None if index is None else self.leaves[index]

    def text_span(self, leaf: Leaf, i: int, j: int) -> tuple[int, int]:
        """Byte span in `raw` of characters `i:j` of a leaf's text."""
        if not 0 <= i <= j <= len(leaf.text):
            raise ValueError(f"span {i}:{j} is outside a text of {len(leaf.text)} characters")
        if leaf.kind == NUMBER:
            return leaf.start + i, leaf.start + j
        if leaf.within is not None:
            first, last = _inner_span(leaf, leaf.within.text, i, j)
            return self.text_span(leaf.within, first, last)
        if leaf.end - leaf.start <= LONG:
            return character_span(self.raw, leaf.start, leaf.end, i, j)
        leaf.places = leaf.places or Places(self.raw, leaf.start, leaf.end)
        return leaf.places.span(i, j)

    def value_span(self, path: Path) -> tuple[int, int]:
        """Byte span of the value at `path`, whatever its type; raises KeyError where there is none."""
        start = self.value_start(path)
        return start, value_end(self.raw, start)

    def value_start(self, path: Path) -> int:
        """Where the value at `path` begins; raises KeyError where there is none."""
        if not path:
            return skip(self.raw, 0, b"")
        if not isinstance(path[-1], str):
            spans = self.item_spans(path[:-1])
            if not 0 <= path[-1] < len(spans):
                raise KeyError(path)
            return spans[path[-1]][0]
        return skip(self.raw, self._key_span(path)[1], b":")

    def key_start(self, path: Path) -> int:
        """Where the key of a member begins, its quote included; raises KeyError where there is none."""
        return self._key_span(path)[0]

    def _key_span(self, path: Path) -> tuple[int, int]:
        """Byte span of the key of a member; raises KeyError where there is none."""
        place = self.texts.range(path)
        if place is None:
            raise KeyError(path)
        name, raw = path[-1], self.raw
        if "_spans" not in self.__dict__ and type(name) is str and _PLAIN_NAME.fullmatch(name):
            key = b'"%b"' % name.encode()
            at = raw.find(key)
            # Standing there once, and no letter of it can be spelt otherwise: it must be the one.
            if at >= 0 and raw.find(key, at + 1) < 0 and not any(spelling in raw for spelling in _ESCAPED_LETTERS):
                return at, at + len(key)
        return self._spans[place[0]]

    def item_spans(self, path: Path) -> list[tuple[int, int]]:
        """Byte spans of the items of the array at `path`; raises KeyError where there is none."""
        known = self._items.get(path)
        if known is None:
            known = self._items[path] = list(_item_spans(self.raw, *self.value_span(path)))
        return known

    @cached_property
    def _items(self) -> dict[Path, list[tuple[int, int]]]:
        """Remembered, since an edit in each of many items would go through all of them each time."""
        return {}


def replace_string(document: Document, path: Path, new: str, kind: str) -> Edit:
    """The edit that makes the string at `path` say `new`."""
    start, end = document.value_span(path)
    if document.content_type == JSON and document.raw[start] not in b'"':
        raise KeyError(path)
    return Edit(start, end, document.spelt(new), kind)


def replace_text(document: Document, leaf: Leaf, i: int, j: int, new: str, kind: str, *, keys: bool = False) -> Edit:
    """The edit that makes characters `i:j` of a string say `new`; numbers, and keys unless `keys`, raise ValueError."""
    if leaf.kind != STRING and not (keys and leaf.kind == KEY):
        raise ValueError(f"a {leaf.kind} can't be rewritten")
    start, end = document.text_span(leaf, i, j)
    inside = document.spelt_inside(new)
    if leaf.within is not None:
        inside = document.spelt_inside(inside.decode())
    return Edit(start, end, inside, kind)


def outermost(leaf: Leaf, i: int, j: int) -> tuple[Leaf, int, int]:
    """The string of the body that characters `i:j` of a leaf stand in, and where they stand in its text."""
    while leaf.within is not None:
        i, j = _inner_span(leaf, leaf.within.text, i, j)
        leaf = leaf.within
    return leaf, i, j


def set_member(document: Document, path: Path, key: str, value: bytes, kind: str) -> Edit:
    """The edit that gives the object at `path` a member: its value replaced where it has it, else inserted in front.

    value: JSON bytes. Insert at most one member into an empty object: nothing would stand between two.
    """
    start = document.value_start(path)
    holder: Any = document.value
    for step in path:
        holder = holder[step]
    if key in holder:
        return Edit(*document.value_span((*path, key)), value, kind)
    comma = b"," if holder else b""
    return Edit(start + 1, start + 1, orjson.dumps(key) + b":" + value + comma, kind)


def append_items(document: Document, path: Path, items: bytes, kind: str) -> Edit:
    """The edit that adds items (JSON, joined by commas) at the end of the array at `path`."""
    start, end = document.value_span(path)
    holder: Any = document.value
    for step in path:
        holder = holder[step]
    if type(holder) is not list or end - start < 2:
        raise KeyError(path)
    return Edit(end - 1, end - 1, (b"," if holder else b"") + items, kind)


def remove_items(document: Document, path: Path, indexes: Collection[int], kind: str) -> list[Edit]:
    """The edits, one for each, that take items out of the array at `path`; ValueError where none would be left."""
    spans = document.item_spans(path)
    first = next((index for index in range(len(spans)) if index not in indexes), None)
    if first is None:
        raise ValueError("an array can't be emptied")
    edits = []
    for index in sorted(indexes):
        start, end = spans[index]
        # With the comma behind it where nothing is left in front of it, else with the one in front.
        place = (start, spans[index + 1][0]) if index < first else (spans[index - 1][1], end)
        edits.append(Edit(*place, b"", kind))
    return edits


def _item_spans(raw: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    if raw[start] not in b"[":
        raise KeyError
    position = skip(raw, start + 1, b"")
    while position < end - 1:
        over = value_end(raw, position)
        yield position, over
        position = skip(raw, over, b",")


def nested(leaf: Leaf) -> tuple[Leaf, ...] | None:
    """The strings, numbers and keys inside a string that is itself JSON (tool arguments); None where it isn't.

    Every token counts, also those of repeated keys: any reader may see any of them.
    """
    raw = leaf.text.encode()
    return tuple(_inner_leaves(leaf, raw)) if _holds_text(raw) else None


def inside(text: str) -> list[tuple[str, str]] | None:
    """Text and spelling of what `nested` would find, in the same order; None where it would find nothing."""
    raw = text.encode()
    if not _holds_text(raw):
        return None
    spelt = [token.decode() for token in TOKEN.findall(raw)]
    return [(token if token[0] != '"' else str(orjson.loads(token)), token) for token in spelt]


def _holds_text(raw: bytes) -> bool:
    try:
        return type(orjson.loads(raw)) in (dict, list, str)
    except orjson.JSONDecodeError:
        return False


def _inner_leaves(outer: Leaf, raw: bytes) -> Iterator[Leaf]:
    ascii_only = len(raw) == len(outer.text)
    seen = characters = 0
    for token in TOKEN.finditer(raw):
        start, end = token.span()
        if not ascii_only:
            characters += len(raw[seen:start].decode())
            seen = start
            start, end = characters, characters + len(token.group().decode())
        text = outer.text[start:end]
        if text[0] != '"':
            yield Leaf(outer.path, text, start, end, NUMBER, outer)
            continue
        kind = KEY if _NEXT_COLON.match(outer.text, end) else STRING
        yield Leaf(outer.path, str(orjson.loads(text)), start, end, kind, outer)


_NEXT_COLON = re.compile(r"[ \t\r\n]*+:")


def _inner_span(leaf: Leaf, outer: str, i: int, j: int) -> tuple[int, int]:
    """Characters of the outer text in which characters `i:j` of a nested leaf stand."""
    if leaf.end - leaf.start > LONG:
        if leaf.places is None:
            raw = outer[leaf.start : leaf.end].encode()
            leaf.places = Places(raw, 0, len(raw))
        first, last = leaf.places.span(i, j)
        # Behind its quote.
        return leaf.start + 1 + leaf.places.written(first), leaf.start + 1 + leaf.places.written(last)
    token = outer[leaf.start : leaf.end]
    raw = token.encode()
    first, last = character_span(raw, 0, len(raw), i, j)
    before = len(raw[:first].decode())
    return leaf.start + before, leaf.start + before + len(raw[first:last].decode())


def _load(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as broken:
        refusal = unreadable(raw, broken.msg, broken.pos)
    # Raised out here so that the parser's exception, which holds the whole body, isn't its context.
    raise refusal


def _steps(holder: Any, path: Path, found: list[tuple[Path, str]]) -> None:
    """Path and kind of every text of one object or array, in the order of `Texts`."""
    add = found.append
    keyed = type(holder) is dict
    for step, value in holder.items() if keyed else enumerate(holder):
        here = (*path, step)
        if keyed:
            add((here, KEY))
        kind = type(value)
        if kind is str:
            add((here, STRING))
        elif kind is dict or kind is list:
            _steps(value, here, found)
        elif kind is int or kind is float:
            add((here, NUMBER))
