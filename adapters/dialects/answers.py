"""The strings of an answer: which channel each belongs to, and the answer's bytes with some of them edited.

A dialect says what it knows of an event or a whole answer (`claim`, `skip`); `deltas` then goes over every string, and
those that nobody claimed become whole deltas of channels named `other:...`: text goes uninspected in no field but the
structural ones below.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from adapters.dialects import reading
from adapters.dialects.fields import pointer
from adapters.reply import Chunk, Delta, TextEdit
from adapters.wire.body import TRANSFORMATION, Document, Edit, Leaf, Path

TEXT = "text"
REASONING = "reasoning"
TOOL_ARGUMENTS = "tool_arguments"
TOOL_TEXT = "tool_text"
SIGNED = "signed"

# Tokens of the protocol: identifiers and words of closed lists, never text of a model.
STRUCTURE = frozenset({
    "approval_request_id", "call_id", "container_id", "created_at", "effort", "expires_at", "file_id", "finish_reason",
    "id", "inference_geo", "item_id", "model", "obfuscation", "object", "parent_id", "phase", "previous_response_id",
    "request_id", "response_id", "role", "service_tier", "status", "stop_reason", "tool_use_id", "type",
    "vector_store_id",
})  # fmt: skip

# Siblings that repeat a text token by token, or point into it by offset: emptied where that text is edited. The first
# isn't inspected for itself, since it holds nothing but that text.
_LOGPROBS = "logprobs"
_REPEATS = (_LOGPROBS, "annotations")


class _Claim(NamedTuple):
    channel: str
    kind: str
    whole: bool


def digest(blob: str) -> str:
    """The SHA-256 (hex) under which a vendor-held blob is known."""
    return hashlib.sha256(blob.encode()).hexdigest()


class Strings:
    """Collects what a dialect knows of one JSON object, then gives the deltas of all of it."""

    def __init__(self, document: Document, place: str = "") -> None:
        """place: where in the answer an object of a stream belongs, part of the names of `other` channels."""
        self._document = document
        self._place = place
        self._claims: dict[Path, _Claim] = {}
        self._skipped: set[Path] = set()
        self.states: list[str] = []

    def claim(self, path: Path, channel: str, kind: str, *, whole: bool = True) -> None:
        """The string at `path` is text of a channel; or what is under it, numbers and keys too, of channels of its own.

        A model makes up the keys of a tool's arguments as it does the values.
        """
        self._claims[path] = _Claim(channel, kind, whole)

    def skip(self, path: Path) -> None:
        """What is at or under `path` is no text of the answer's."""
        self._skipped.add(path)

    def state(self, path: Path, blob: Any) -> None:
        """A blob that only the vendor can read."""
        if type(blob) is str and blob:
            self._skipped.add(path)
            self.states.append(digest(blob))

    def ciphertexts(self, path: Path, value: Any) -> None:
        """Names every `encrypted_...` string under `path` as vendor-held."""
        if type(value) is dict:
            for key, inner in value.items():
                if key.startswith("encrypted_") and type(inner) is str:
                    self.state((*path, key), inner)
                else:
                    self.ciphertexts((*path, key), inner)
        elif type(value) is list:
            for index, inner in enumerate(value):
                self.ciphertexts((*path, index), inner)

    def deltas(self) -> tuple[Delta, ...]:
        """Every string that isn't empty, in document order."""
        return tuple(self._deltas())

    def _deltas(self) -> Iterator[Delta]:
        for leaf in self._document.leaves:
            if not leaf.text:
                continue
            claim = self._claim_of(leaf.path, leaf.kind == "string")
            if claim is not None:
                yield Delta(claim.channel, claim.kind, leaf.text, leaf.start, leaf.end, claim.whole)

    def _claim_of(self, path: Path, string: bool) -> _Claim | None:
        """The nearest claim at or above `path`; None for what is skipped. string: not a number or a key."""
        for depth in range(len(path), 0, -1):
            above = path[:depth]
            if above in self._skipped:
                return None
            claim = self._claims.get(above)
            if claim is not None:
                if depth == len(path):
                    return claim if string else None
                return claim._replace(channel=claim.channel + pointer(path[depth:]))
        if not string or path[-1] in STRUCTURE or _LOGPROBS in path:
            return None
        return _Claim(f"other:{self._place}{pointer(path)}", TEXT, True)


def rewritten(chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]], also: Sequence[Edit] = ()) -> bytes:
    """`chunk.raw` with only the edited strings changed, and what repeats their text emptied; `also`: edits of a
    dialect's own to the same end."""
    if not edits and not also:  # among them comments, which hold no JSON
        return chunk.raw
    read = reading.document(chunk.data)
    leaves = {leaf.start: leaf for leaf in read.leaves}
    stale: dict[int, Edit] = {}
    texts = {}
    for index, changes in edits.items():
        leaf = leaves[chunk.deltas[index].start]
        if leaf.kind == "string":
            texts[index] = changes
            stale |= {edit.start: edit for edit in _stale(read, leaf.path)}
        else:
            stale[leaf.start] = _as_string(leaf, changes)
    return reading.rewrite(chunk, texts, [*stale.values(), *also], read)


def _as_string(leaf: Leaf, changes: Sequence[TextEdit]) -> Edit:
    """The edit that makes a number or key a string with the changes in it."""
    text = leaf.text
    for change in sorted(changes, reverse=True):
        text = text[: change.start] + change.new + text[change.end :]
    return Edit(leaf.start, leaf.end, orjson.dumps(text), TRANSFORMATION)


def _stale(read: Document, path: Path) -> Iterator[Edit]:
    """The edits that empty what stands beside the string at `path` and repeats it."""
    holder: Any = read.value
    for step in path[:-1]:
        holder = holder[step]
    for name in _REPEATS:
        if type(holder) is dict and type(holder.get(name)) is list and holder[name]:
            start, end = read.value_span((*path[:-1], name))
            yield Edit(start, end, b"[]", TRANSFORMATION)
