"""The members of an object in a body: left out or called otherwise, every other byte as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from adapters.wire.body import Document, Path
from adapters.wire.edits import Edit
from adapters.wire.tokens import skip, value_end

KIND = "vendor_form"


class Member(NamedTuple):
    """One member. start: where its key begins; key_end; end: where its value ends."""

    name: str
    start: int
    key_end: int
    end: int


def members(document: Document, path: Path = ()) -> Iterator[Member]:
    """Every member of the object at `path`, in the order of the body."""
    raw = document.raw
    at = skip(raw, document.value_start(path) + 1, b"")
    for _ in _object(document, path):
        key_end = value_end(raw, at)
        end = value_end(raw, skip(raw, key_end, b":"))
        yield Member(orjson.loads(raw[at:key_end]), at, key_end, end)
        at = skip(raw, end, b",") if skip(raw, end, b"") < len(raw) else end


def reshaped(
    document: Document, path: Path = (), *, without: Collection[str] = (), renamed: Mapping[str, str] | None = None
) -> list[Edit]:
    """The edits that leave members of an object out and give others the name that a vendor has for them.

    A member whose new name stands there already is left out: what the vendor understands as it is goes before.
    """
    there, names = _object(document, path), renamed or {}
    gone = {name for name in without if name in there}
    gone |= {old for old, new in names.items() if old in there and new in there}
    if not gone and not any(name in there for name in names):
        return []
    found = list(members(document, path))
    edits = [
        Edit(m.start, m.key_end, orjson.dumps(names[m.name]), KIND)
        for m in found
        if m.name in names and m.name not in gone
    ]
    return edits + _gaps(found, gone)


def _object(document: Document, path: Path) -> dict[str, Any]:
    holder: Any = document.value
    for step in path:
        holder = holder[step]
    if type(holder) is not dict:
        raise KeyError(path)
    return holder


def _gaps(found: list[Member], gone: set[str]) -> list[Edit]:
    """The edits that close up where members go, with the commas that stood between them."""
    edits = []
    kept_end, first = None, None
    for member in found:
        if member.name in gone:
            first = first or member
            continue
        if first is not None:
            edits.append(Edit(first.start, member.start, b"", KIND))
            first = None
        kept_end = member.end
    if first is not None:
        edits.append(Edit(first.start if kept_end is None else kept_end, found[-1].end, b"", KIND))
    return edits
