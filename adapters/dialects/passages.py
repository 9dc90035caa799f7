"""Gathers the passages of a body: the ones a dialect knows by role, and everything else as well.

A dialect says what it knows (`group`, `text`, `arguments`, `media`, `part`); `passages` then goes over every string,
number and key of the document once. What nobody claimed is gathered per group with role `other`, so no text goes
uninspected because a dialect didn't think of it.
"""

from __future__ import annotations

import hashlib
import re
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from adapters.ask import NOT_INSPECTABLE, REMOTE_URL, TEXT, VENDOR_STATE, File, Passage
from adapters.dialects.fields import pointer
from adapters.dialects.files import A_TEXT, READ_AT_ONCE, Known, Spelt, holds_files, inside
from adapters.dialects.pieces import Pieces, escaped, gathered, single
from adapters.wire.body import Document, Path
from adapters.wire.body import inside as inside_json
from adapters.wire.payloads import BASE64, RAW, UNKNOWN

_SEPARATOR = "\x00"
_DEEPEST = 1_000_000  # below every group: a single text
_by_place = itemgetter(0, 1, 2)

# A name as vendors allow it. Anything else is content and stays out of notes and tool names.
_NAME = re.compile(r"[A-Za-z0-9_.:/+-]{1,64}")
_USUAL_TYPES = frozenset(
    {f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp", "heic", "bmp", "tiff", "svg+xml")}
    | {f"audio/{kind}" for kind in ("wav", "mp3", "mpeg", "ogg", "flac", "opus", "aac", "pcm16")}
    | {
        "image",
        "audio",
        "file",
        "document",
        "application/pdf",
        "application/zip",
        "application/json",
        "application/octet-stream",
        "video/mp4",
    }
)
_WRAPPED = 60  # letters of base64 in a line, at least
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")

# How an address begins for those who fetch it: they drop blanks and controls before it, tabs and line ends inside.
_SCHEME = re.compile(
    r"[\s\x00-\x20\x7f-\x9f]*+(?:(?P<scheme>[a-zA-Z](?:[\t\r\n]*+[a-zA-Z0-9+.-]){0,63}+)[\t\r\n]*+:|[/\\][\t\r\n]*+[/\\])"
)
_SHOWN = frozenset({"http", "https", "ftp", "file", "gs", "s3", "ws", "wss"})


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


class _Part(NamedTuple):
    """Something that is not text as it stands. text: what is shown of it. file: where a parser may read it."""

    part: str
    note: str
    mark: Mark
    text: str
    file: Spelt | None = None


class Gathering:
    """Collects what a dialect knows of a document, then gives the passages of all of it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._groups: dict[Path, Mark] = {}
        self._claims: dict[Path, _Claim] = {}
        self._parts: dict[Path, list[_Part]] = {}
        self._known: set[Known] = set()
        self._readable: dict[int, Spelt] = {}  # by identity of the passage that stands for the file
        self.files: tuple[File, ...] = ()

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
        shown = text if text is not None else self._said(path)
        self._parts.setdefault(path, []).append(_Part(part, note, mark, note if shown is None else shown))

    def _said(self, path: Path) -> str | None:
        """The string or number at `path`."""
        texts = self._document.texts
        index = texts.index(path)
        return None if index is None else texts.all[index]

    def opaque(self, path: Path, part: str, note: str, mark: Mark = OTHER) -> None:
        """As `part`, for a string that holds no text (checked base64, a vendor's ciphertext)."""
        self.part(path, part, note, mark)
        self._claims[path] = _Claim(mark, opaque=True)

    def vendor_state(self, path: Path, mark: Mark = OTHER) -> None:
        """A blob that only the vendor can read; the note is its SHA-256 in hex."""
        said = self._said(path)
        if said is not None:
            self.opaque(path, VENDOR_STATE, hashlib.sha256(said.encode()).hexdigest(), mark)

    def media(self, path: Path, mark: Mark = OTHER, mime: str = "") -> None:
        """A string that stands for an image, a sound or a file: an URL, a data URL or base64.

        mime: its type where the dialect says so. Text inside it is inspected, but can't be rewritten.
        """
        texts = self._document.texts
        index = texts.index(path)
        if index is None or not texts.is_string(index):
            return
        url = texts.all[index]
        if is_address(url):
            self.part(path, REMOTE_URL, host_of(url), mark)
            return
        self._file(path, mark, Spelt.of(url, mime), "media")

    def blob(self, path: Path, mark: Mark) -> None:
        """A long string without a space: a file, or nobody knows what."""
        said = self._said(path)
        if said is not None:
            self._file(path, mark, Spelt(said, BASE64, "", ""), "base64", opaque=False)

    def file(self, path: Path, raw: bytes, mime: str, charset: str, mark: Mark, otherwise: str) -> None:
        """A file that is a part of its own, in its bytes. otherwise: what it is where its type says nothing."""
        self._file(path, mark, Spelt(raw, RAW, mime, charset), otherwise)

    def _file(self, path: Path, mark: Mark, spelt: Spelt, otherwise: str, *, opaque: bool = True) -> None:
        """A file that a passage stands for: its text where it is a short one, else not inspectable for now."""
        if type(spelt.payload) is str:
            self._known.add((spelt.payload, mark.message))
        kind = spelt.kind()
        text = spelt.text() if kind == UNKNOWN else None
        if text is not None:
            self.part(path, TEXT, READ_AT_ONCE, mark, text)
            return
        self.part(path, NOT_INSPECTABLE, _kind_said(spelt.mime, otherwise), mark)
        if spelt.readable(kind):
            parts = self._parts[path]
            parts[-1] = parts[-1]._replace(file=spelt)
        if opaque and type(spelt.payload) is str and spelt.encoding == BASE64 and _no_words(spelt.payload):
            self._claims[path] = _Claim(mark, opaque=True)

    def passages(self) -> tuple[Passage, ...]:
        """Every string, number and key of the document in passages, in document order, files behind their texts.

        `files` then has those that a parser must read.
        """
        document = self._document
        texts = document.texts
        found: list[Passage | _Open] = []
        parts = dict(self._parts)
        stack: list[_Open] = []
        position = 0
        for start, last, _, item in self._intervals():
            while stack and stack[-1].end <= start:
                position = stack.pop().take(position, None, found)
            if stack and start > position:
                position = stack[-1].take(position, start, found)
            if type(item) is _Open:
                stack.append(item)
                continue
            if item in parts:
                found += self._part_passages(item, start, parts.pop(item))
            claim = self._claims.get(item)
            if claim is not None and texts.is_string(start):
                found += self._claimed(item, start, claim)
                position = -last
        while stack:
            position = stack.pop().take(position, None, found)
        for path, rest in parts.items():
            found += self._part_passages(path, None, rest)
        passages = [self._joined(item) if isinstance(item, _Open) else item for item in found]
        if self._readable or any(map(holds_files, passages)):
            passages = self._with_files(passages)
        return tuple(passages)

    def _with_files(self, passages: list[Passage]) -> list[Passage]:
        """The passages with those of files inside their texts; `files` by their places."""
        found: list[Passage] = []
        files: list[File] = []
        for passage in passages:
            if id(passage) in self._readable:
                files.append(self._readable[id(passage)].file(len(found)))
            found.append(passage)
            if holds_files(passage):
                for inner, spelt in inside(passage, self._known):
                    if spelt is not None:
                        files.append(spelt.file(len(found)))
                    found.append(inner)
        self.files = tuple(files)
        return found

    def _intervals(self) -> list[tuple[int, int, int, Any]]:
        """Stretches of texts: first, one past the last (negative), depth, and a group or the path of a single text.

        Sorted so that each follows the one in which it lies.
        """
        texts, groups = self._document.texts, self._groups
        found: list[tuple[int, int, int, Any]] = []
        if () not in groups:
            # Members of the root that hold no object or list are gathered together, the others by member.
            found.append((0, -len(texts.all), 0, _Open(len(texts.all), (), OTHER)))
            for key, value in self._document.value.items():
                if (type(value) is dict or type(value) is list) and (key,) not in groups:
                    first, end = texts.inside(value)
                    found.append((first, -end, 1, _Open(end, (key,), OTHER)))
        for path, mark in groups.items():
            held = texts.range(path)
            if held is not None:
                found.append((held[0], -held[1], len(path), _Open(held[1], path, mark)))
        for path in self._claims.keys() | self._parts.keys():
            index = texts.index(path)
            if index is not None:
                found.append((index, -index - 1, _DEEPEST, path))
        found.sort(key=_by_place)
        return found

    def _part_passages(self, path: Path, index: int | None, parts: list[_Part]) -> list[Passage]:
        where = pointer(path)
        found = []
        for part, note, mark, text, file in parts:
            pieces = () if index is None else Pieces(single, self._document, index, len(text), False)
            of = A_TEXT if note == READ_AT_ONCE else ""
            made = Passage(
                where, mark.role, part, text, mark.direction, mark.history, mark.message, mark.tool, note, pieces, of
            )
            if file is not None:
                self._readable[id(made)] = file
            found.append(made)
        return found

    def _claimed(self, path: Path, index: int, claim: _Claim) -> list[Passage]:
        if claim.opaque:
            return []
        document, mark = self._document, claim.mark
        text = document.texts.all[index]
        where = pointer(path)
        stands = _passage(where, mark, text, Pieces(single, document, index, len(text), True))
        if claim.arguments and "\\" in text:
            inner = [said for said, spelt in inside_json(text) or () if "\\" in spelt]
            if inner:
                return [
                    stands,
                    _passage(where, mark, _SEPARATOR.join(inner), Pieces(escaped, document, index)),
                ]
        return [stands]

    def _joined(self, group: _Open) -> Passage:
        """One passage of many small texts, separated by NUL."""
        texts, segments = self._document.texts.all, group.segments
        first, end = segments[0]
        held = texts[first:end]
        for first, end in segments[1:]:
            held += texts[first:end]
        pieces = Pieces(gathered, self._document, segments)
        return _passage(pointer(group.path), group.mark, _SEPARATOR.join(held), pieces)


class _Open:
    """A group while passages are gathered. end: one past its last text. segments: its texts so far."""

    __slots__ = ("end", "mark", "path", "segments")

    def __init__(self, end: int, path: Path, mark: Mark) -> None:
        self.end = end
        self.path = path
        self.mark = mark
        self.segments: list[tuple[int, int]] = []

    def take(self, position: int, end: int | None, found: list[Passage | _Open]) -> int:
        """Take the texts from `position` up to `end` (None: to its own), which comes back."""
        if end is None:
            end = self.end
        if end > position:
            if not self.segments:
                found.append(self)
            self.segments.append((position, end))
        return end


def _passage(where: str, mark: Mark, text: str, pieces: Pieces) -> Passage:
    return Passage(where, mark.role, TEXT, text, mark.direction, mark.history, mark.message, mark.tool, "", pieces)


def known(name: object, otherwise: str) -> str:
    """`name` where it looks like a name (a type, a tool), else a word of ours."""
    return name if isinstance(name, str) and _NAME.fullmatch(name) else otherwise


def _kind_said(mime: str, otherwise: str) -> str:
    """A type that is declared where it is one of the usual ones, else a word of ours: types can be made up of names."""
    return mime if mime in _USUAL_TYPES else otherwise


def tool_name(name: object) -> str | None:
    """A tool's name where it looks like one, else None."""
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None


def is_base64(text: str) -> bool:
    """Whether a string has the letters of base64 only, so that no separate words can stand in it."""
    return _BASE64.fullmatch(text) is not None


def _no_words(payload: str) -> bool:
    """Whether base64 is one word, or wrapped at one width as mail does, so that no separate words stand in it."""
    if is_base64(payload):
        return True
    lines = payload.split()
    return (
        len(lines[0]) >= _WRAPPED
        and {len(line) for line in lines[:-1]} == {len(lines[0])}
        and (len(lines[-1]) <= len(lines[0]) and is_base64("".join(lines)))
    )


def is_address(text: str) -> bool:
    """Whether a string in the place of a file says where it is to be fetched, by any scheme or none."""
    found = _SCHEME.match(text)
    if found is None:
        return False
    if found["scheme"] is None:
        return not is_base64("".join(text.split()))  # base64 of MP3 begins with two strokes
    return "".join(found["scheme"].split()).lower() != "data"


def host_of(url: str) -> str:
    """`scheme://host` of a URL, without credentials, port or path; `unknown` for what readers may take differently."""
    try:
        parts = urlsplit(url)
        host = "unknown" if "\\" in parts.netloc else known(parts.hostname, "unknown")
    except ValueError:
        return "unknown"
    return f"{parts.scheme.lower()}://{host}" if parts.scheme.lower() in _SHOWN else "unknown"
