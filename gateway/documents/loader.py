"""A file or a folder of YAML files, read once into memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from gateway.documents.problems import DocumentsRefused, Path, ProblemLike, Rendered
from gateway.documents.values import parse

MAX_FILE = 1 << 20
MAX_FILES = 1000
MAX_TOTAL = 16 << 20
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

    def position(self, path: Path) -> tuple[str, int, int]:
        """File, line and column of a path (document name, then keys and indexes), or of its nearest parent there is."""
        found = next((d for d in self.items if path and d.name == path[0]), None)
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
    names = list(_names(path)) if path.is_dir() else [path.name]
    texts: dict[str, bytes] = {}
    problems: list[Rendered] = []
    for name in names[: MAX_FILES + 1]:
        try:
            texts[name] = read_file(root, name)
        except ValueError as error:
            problems.append(Rendered(str(root / name), 0, 0, str(error)))
    if len(names) > MAX_FILES or sum(map(len, texts.values())) > MAX_TOTAL:
        problems.append(Rendered(str(path), 0, 0, f"more than {MAX_FILES} files or {MAX_TOTAL >> 20} MiB"))
    if problems:
        raise DocumentsRefused(problems)
    return load_texts(texts, label=label)


def load_texts(files: Mapping[str, bytes], *, label: str = "") -> Documents:
    """The same from bytes already in memory. label: the folder to show before the names in messages."""
    items: list[Document] = []
    problems: list[Rendered] = []
    for name, raw in files.items():
        shown = os.path.join(label, name) if label else name
        try:
            items.extend(() if name.endswith(LISTS) else _documents(name, shown, raw))
        except DocumentsRefused as refused:
            problems.extend(refused.problems)
    if problems:
        raise DocumentsRefused(problems)
    return Documents(tuple(items), dict(files), label)


def _documents(name: str, shown: str, raw: bytes) -> Iterator[Document]:
    for index, parsed in enumerate(parse(shown, _text(shown, raw))):
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
        raise DocumentsRefused([Rendered(shown, line, 1, "not UTF-8")]) from None


def _names(folder: FilePath) -> Iterator[str]:
    """The files to read. A folder that is linked is named too, to be refused: its files would be left out silently."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in folders:
            if os.path.islink(os.path.join(here, name)):
                yield os.path.relpath(os.path.join(here, name), folder)
        for name in sorted(files):
            if is_document(name) and not name.startswith("."):
                yield os.path.relpath(os.path.join(here, name), folder)


def is_document(name: str) -> bool:
    """Whether a file of that name is read when a folder is."""
    return name.endswith(SUFFIXES + LISTS)


def read_file(root: FilePath, name: str) -> bytes:
    """The bytes of a regular file of at most 1 MiB that lies, links followed, inside `root`; else ValueError."""
    path = root / name
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            raise ValueError("links out of its folder")
        if not stat.S_ISREG(real.stat().st_mode):
            raise ValueError("is a link to a folder: put the folder here" if path.is_dir() else "is not a file")
        with real.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror}") from None
    if len(raw) > MAX_FILE:
        raise ValueError(f"is larger than {MAX_FILE >> 20} MiB")
    return raw
