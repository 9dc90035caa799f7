"""Gathers the passages of a body: the ones a dialect knows by role, and everything else as well.

A dialect says what it knows (`group`, `text`, `arguments`, `media`, `part`); `passages` then goes over every string,
number and key of the document once. What nobody claimed is gathered per group with role `other`, so no text goes
uninspected because a dialect didn't think of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from adapters.ask import NOT_INSPECTABLE, REMOTE_URL, TEXT, VENDOR_STATE, Passage, Piece
from adapters.dialects.fields import pointer
from adapters.wire.body import Document, Leaf, Path, nested

_SEPARATOR = "\x00"

# A name as vendors allow it. Anything else is content and stays out of notes and tool names.
_NAME = re.compile(r"[A-Za-z0-9_.:/+-]{1,64}")
_DATA_URL = re.compile(r"data:(?P<mime>[\w.+-]+/[\w.+-]+)?(?:;[\w-]+=[\w.+-]+)*(?P<base64>;base64)?,", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_TEXT_TYPES = ("application/json", "application/xml", "application/yaml", "application/x-yaml", "application/csv")


class Mark(NamedTuple):
    """What is known of a stretch of a body (fields as in Passage)."""

    role: str = "other"
    direction: str = "request"
    history: bool = False
    message: int | None = None
    tool: str | None = None


OTHER = Mark()


class _Claim(NamedTuple):
    """One string that is a passage of its own. opaque: not text (its part passage stands for it)."""

    mark: Mark
    arguments: bool = False
    opaque: bool = False


class Gathering:
    """Collects what a dialect knows of a document, then gives the passages of all of it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._groups: dict[Path, Mark] = {}
        self._claims: dict[Path, _Claim] = {}
        self._parts: dict[Path, list[tuple[str, str, Mark, str]]] = {}

    def group(self, path: Path, mark: Mark) -> None:
        """What nothing else claims under `path` is one passage with this mark."""
        self._groups[path] = mark

    def text(self, path: Path, mark: Mark) -> None:
        """The string at `path` is a passage of its own."""
        self._claims[path] = _Claim(mark)

    def arguments(self, path: Path, mark: Mark) -> None:
        """The string at `path` is the JSON of a tool call's arguments.

        It is a passage as it stands; strings inside it that are written with escapes are a second one, decoded. Both
        can be rewritten.
        """
        arguments = mark._replace(role="tool_arguments", direction="tool_arguments")
        self._claims[path] = _Claim(arguments, arguments=True)

    def part(self, path: Path, part: str, note: str, mark: Mark = OTHER, text: str | None = None) -> None:
        """Something at `path` that is not text; what strings it has are inspected all the same.

        text: given where there is no string at `path`. note: what it is; see `known`.
        """
        leaf = self._document.at(path)
        shown = text if text is not None else leaf.text if leaf else note
        self._parts.setdefault(path, []).append((part, note, mark, shown))

    def opaque(self, path: Path, part: str, note: str, mark: Mark = OTHER) -> None:
        """As `part`, for a string that holds no text (checked base64, a vendor's ciphertext)."""
        self.part(path, part, note, mark)
        self._claims[path] = _Claim(mark, opaque=True)

    def vendor_state(self, path: Path, mark: Mark = OTHER) -> None:
        """A blob that only the vendor can read; the note is its SHA-256 in hex."""
        leaf = self._document.at(path)
        if leaf is not None:
            self.opaque(path, VENDOR_STATE, hashlib.sha256(leaf.text.encode()).hexdigest(), mark)

    def media(self, path: Path, mark: Mark = OTHER, mime: str = "") -> None:
        """A string that stands for an image, a sound or a file: an URL, a data URL or base64.

        mime: its type where the dialect says so. Text in a data URL is inspected, but can't be rewritten.
        """
        leaf = self._document.at(path)
        if leaf is None or leaf.kind != "string":
            return
        url = leaf.text
        if url[:8].lower().startswith(("http://", "https://")):
            self.part(path, REMOTE_URL, host_of(url), mark)
            return
        head = _DATA_URL.match(url)
        if head is None:
            self._blob(path, mark, known(mime, "media"), url)
        elif not self._readable(path, mark, head):
            self._blob(path, mark, known(head["mime"] or "", "media"), url[head.end() :])

    def _blob(self, path: Path, mark: Mark, note: str, payload: str) -> None:
        if payload and is_base64(payload):
            self.opaque(path, NOT_INSPECTABLE, note, mark)
        else:
            self.part(path, NOT_INSPECTABLE, note, mark)

    def _readable(self, path: Path, mark: Mark, head: re.Match[str]) -> bool:
        mime = (head["mime"] or "text/plain").lower()
        if not mime.startswith("text/") and mime not in _TEXT_TYPES:
            return False
        payload = head.string[head.end() :]
        try:
            raw = base64.b64decode(payload, validate=True) if head["base64"] else unquote_to_bytes(payload)
            text = raw.decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return False
        self.part(path, TEXT, mime, mark, text)
        return True

    def passages(self) -> tuple[Passage, ...]:
        """Every string, number and key of the document in passages, in document order."""
        found: list[Passage | tuple[Path, Mark, list[Leaf]]] = []
        gathered: dict[Path, list[Leaf]] = {}
        depths = sorted({len(path) for path in self._groups}, reverse=True)
        parts = dict(self._parts)
        for leaf in self._document.leaves:
            path = leaf.path
            if leaf.kind != "key":
                if path in parts:
                    found += self._part_passages(path, leaf, parts.pop(path))
                if path in self._claims and leaf.kind == "string":
                    found += _claimed(leaf, self._claims[path])
                    continue
            group = self._group_of(path, depths)
            if group not in gathered:
                gathered[group] = []
                found.append((group, self._groups.get(group, OTHER), gathered[group]))
            gathered[group].append(leaf)
        for path, rest in parts.items():
            found += self._part_passages(path, None, rest)
        return tuple(item if isinstance(item, Passage) else _joined(*item) for item in found)

    def _group_of(self, path: Path, depths: list[int]) -> Path:
        for depth in depths:
            prefix = path[:depth]
            if prefix in self._groups:
                return prefix
        # Members of the root that hold no object or list are gathered together, the others by member.
        return () if len(path) == 1 else path[:1]

    def _part_passages(self, path: Path, leaf: Leaf | None, parts: list[tuple[str, str, Mark, str]]) -> list[Passage]:
        where = pointer(path)
        return [
            Passage(
                where, mark.role, part, text, mark.direction, mark.history, mark.message, mark.tool, note,
                (Piece(0, len(text), leaf, False),) if leaf else (),
            )
            for part, note, mark, text in parts
        ]  # fmt: skip


def known(name: object, otherwise: str) -> str:
    """`name` where it looks like a name (a type, a tool), else a word of ours."""
    return name if isinstance(name, str) and _NAME.fullmatch(name) else otherwise


def tool_name(name: object) -> str | None:
    """A tool's name where it looks like one, else None."""
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None


def is_base64(text: str) -> bool:
    """Whether a string has the letters of base64 only, so that no separate words can stand in it."""
    return _BASE64.fullmatch(text) is not None


def host_of(url: str) -> str:
    """`scheme://host` of a URL, without credentials, port or path."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme.lower()}://{known(parts.hostname, 'unknown')}"
    except ValueError:
        return "unknown"


def _claimed(leaf: Leaf, claim: _Claim) -> list[Passage]:
    if claim.opaque:
        return []
    mark, text = claim.mark, leaf.text
    piece = Piece(0, len(text), leaf, True)
    stands = Passage(
        pointer(leaf.path), mark.role, TEXT, text, mark.direction, mark.history, mark.message, mark.tool, "", (piece,)
    )
    if claim.arguments and "\\" in text:
        escaped = [inner for inner in nested(leaf) or () if "\\" in text[inner.start : inner.end]]
        if escaped:
            return [stands, _joined(leaf.path, mark, escaped)]
    return [stands]


def _joined(path: Path, mark: Mark, leaves: list[Leaf]) -> Passage:
    """One passage of many small leaves, separated by NUL."""
    pieces = []
    start = 0
    for leaf in leaves:
        end = start + len(leaf.text)
        # The public model name is edited per destination already; a ruling can't rewrite it too.
        pieces.append(Piece(start, end, leaf, leaf.kind == "string" and leaf.path != ("model",)))
        start = end + 1
    text = _SEPARATOR.join([leaf.text for leaf in leaves])
    return Passage(
        pointer(path), mark.role, TEXT, text, mark.direction, mark.history, mark.message, mark.tool, "", tuple(pieces)
    )
