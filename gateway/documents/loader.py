"""A file or a folder of YAML files, read once into memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

from gateway.documents.problems import DocumentsRefused, Path, ProblemLike, Rendered
from gateway.documents.values import Room, parse

MAX_FILE = 1 << 20
MAX_FILES = 1000
MAX_TOTAL = 16 << 20
MAX_DOCUMENTS = 10_000
SUFFIXES = (".yaml", ".yml")
# Lists that documents name: read with them, so that both are swapped, kept and revised as one.
LISTS = (".txt",)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document. name: its file, with `#2`, `#3` ... for further documents of the same file."""

    name: str
    file: str
    value: dict[str, Any]
    places: Mapping[Path, tuple[int, int]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Documents:
    """What was read. items: in the order of the files. files: name relative to the root -> bytes, as read."""

    items: tuple[Document, ...]
    files: Mapping[str, bytes] = field(repr=False)
    label: str = ""
    _named: Mapping[str, Document] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", {d.name: d for d in reversed(self.items)})

    def position(self, path: Path) -> tuple[str, int, int]:
        """File, line and column of a path (document name, then keys and indexes), or of its nearest parent there is."""
        found = self._named.get(str(path[0])) if path else None
        if found is None:
            return str(path[0]) if path else self.label, 0, 0
        inner = path[1:]
        while inner and inner not in found.places:
            inner = inner[:-1]
        return self.shown(found.file), *found.places.get(inner, (1, 1))

    def shown(self, file: str) -> str:
        """The file as a person would open it from where the command runs."""
        return os.path.join(self.label, file) if self.label else file

    def render(self, problems: Iterable[ProblemLike]) -> tuple[Rendered, ...]:
        """Problems with their places, in the order of files and lines."""
        found = [Rendered(*self.position(p.path), p.message, p.nearest) for p in problems]
        return tuple(sorted(found, key=lambda r: (r.file, r.line, r.column)))


def load(path: FilePath) -> Documents:
    """Read a file, or every `*.yaml`, `*.yml` and `*.txt` below a folder (these as they are); DocumentsRefused names
    every file that is refused."""
    root = path if path.is_dir() else path.parent
    label = "" if root == FilePath() else str(root)
    problems: list[Rendered] = []
    names = list(islice(_names(path, problems), MAX_FILES + 1)) if path.is_dir() else [path.name]
    if len(names) > MAX_FILES:
        raise DocumentsRefused([Rendered(str(path), 0, 0, f"more than {MAX_FILES} files")])
    texts: dict[str, bytes] = {}
    total = 0
    for name in names:
        try:
            texts[name] = read_file(root, name)
        except ValueError as error:
            problems.append(Rendered(str(root / name), 0, 0, str(error)))
            continue
        total += len(texts[name])
        if total > MAX_TOTAL:
            raise DocumentsRefused([Rendered(str(path), 0, 0, f"more than {MAX_TOTAL >> 20} MiB in all files")])
    if problems:
        raise DocumentsRefused(problems)
    return load_texts(texts, label=label)


def load_texts(files: Mapping[str, bytes], *, label: str = "") -> Documents:
    """The same from bytes already in memory. label: the folder to show before the names in messages."""
    items: list[Document] = []
    problems: list[Rendered] = []
    room = Room()
    for name, raw in files.items():
        shown = os.path.join(label, name) if label else name
        try:
            found = () if name.lower().endswith(LISTS) else tuple(_documents(name, shown, raw, room))
        except DocumentsRefused as refused:
            problems.extend(refused.problems)
            if room.left < 0:
                break
            continue
        items.extend(found)
        if len(items) > MAX_DOCUMENTS:
            raise DocumentsRefused([Rendered(shown, 0, 0, f"more than {MAX_DOCUMENTS} documents, all files together")])
    if problems:
        raise DocumentsRefused(problems)
    return Documents(tuple(items), dict(files), label)


def _documents(name: str, shown: str, raw: bytes, room: Room) -> Iterator[Document]:
    for index, parsed in enumerate(parse(shown, _text(shown, raw), room)):
        if not isinstance(parsed.value, dict):
            line, column = parsed.places[()]
            raise DocumentsRefused([Rendered(shown, line, column, "a document must be a mapping (key: value)")])
        yield Document(f"{name}#{index + 1}" if index else name, name, parsed.value, parsed.places)


def _text(shown: str, raw: bytes) -> str:
    if raw.startswith(b"\xef\xbb\xbf"):
        raise DocumentsRefused([Rendered(shown, 1, 1, "a byte order mark: save the file without it")])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        before = raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start]
        raise DocumentsRefused([Rendered(shown, line, len(before.decode()) + 1, "not UTF-8")]) from None


def _names(folder: FilePath, problems: list[Rendered]) -> Iterator[str]:
    """The files to read. A folder that is linked is named too, to be refused: its files would be left out silently, as
    those would of a folder that can't be read, which is a problem."""

    def unread(error: OSError) -> None:
        problems.append(Rendered(str(error.filename), 0, 0, f"can't be read: {error.strerror}"))

    for here, folders, files in os.walk(folder, onerror=unread):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in folders:
            if os.path.islink(os.path.join(here, name)):
                yield os.path.relpath(os.path.join(here, name), folder)
        for name in sorted(files):
            if is_document(name) and not name.startswith("."):
                yield os.path.relpath(os.path.join(here, name), folder)


def is_document(name: str) -> bool:
    """Whether a file of that name is read when a folder is."""
    return name.lower().endswith(SUFFIXES + LISTS)


def read_file(root: FilePath, name: str) -> bytes:
    """The bytes of a regular file of at most 1 MiB that lies, links followed, inside `root`; else ValueError."""
    path = root / name
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            raise ValueError("links out of its folder")
        if not name.isprintable():
            raise ValueError("has a name with characters that can't be shown")
        # Without waiting for a writer, should it be a pipe.
        with open(real, "rb", opener=lambda file, flags: os.open(file, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ValueError("is not a file")
            raw = file.read(MAX_FILE + 1)
    except IsADirectoryError:
        raise ValueError("is a link to a folder: put the folder here") from None
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror}") from None
    except RuntimeError:  # what pathlib raises before Python 3.13
        raise ValueError("can't be read: a link to itself") from None
    if len(raw) > MAX_FILE:
        raise ValueError(f"is larger than {MAX_FILE >> 20} MiB")
    return raw
