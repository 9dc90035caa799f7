"""Folders and files of documents and source code, read for an index."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from gateway.indexing.tables import SourceRefused
from gateway.reading.disk import DiskReader

# By its name a file is source code, or prose with code in it; all else is read for what it is.
_CODE = frozenset(
    """
    abap asm bas bash bat c cbl cc cfg clj cls cmd cob conf cpp cs css cxx dart erl ex exs f90 fs go gql gradle graphql
    groovy h hcl hpp hs html ini ipynb java jl js json jsx kt kts less lua m ml mm pas php pl pm pp properties proto ps1
    psm1 py pyi r rb rs sas scala scss sh sol sql svelte swift tf toml ts tsx v vb vbs vhd vue xml xsd xsl yaml yml zig
    """.split()  # noqa: SIM905 - one name a line would be three screens
)
_MIXED = frozenset({"md", "markdown", "rst", "adoc", "tex"})
_NAMED_CODE = frozenset({"makefile", "dockerfile", "jenkinsfile", "vagrantfile", "rakefile", "gemfile"})
# What holds no text, and is passed over without a word.
_NO_TEXT = frozenset({"image", "sound", "archive", "unknown_type"})
_PLAIN_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Paper:
    """One file. name: as findings may call it. reason: why it can't be read, then there is no text."""

    name: str
    text: str = ""
    prose: bool = True
    code: bool = False
    reason: str = ""

    @property
    def missed(self) -> bool:
        """Whether it should have been read and wasn't; not what holds no text anyway."""
        return bool(self.reason) and self.reason not in _NO_TEXT


def files(sources: Sequence[Path]) -> list[tuple[str, Path]]:
    """Every file of the sources with its name; what is hidden (`.git`), and links in folders, are left out."""
    found: list[tuple[str, Path]] = []
    for source in sources:
        if source.is_dir():
            found += _within(source)
        elif source.is_file():
            found.append((source.name, source))
        else:
            raise SourceRefused(f"{source} is not there")
    return found


def _within(folder: Path) -> Iterator[tuple[str, Path]]:
    top = folder.resolve().name
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(here) / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield os.path.join(top, os.path.relpath(path, folder)), path


class Library:
    """Reads files; those that are more than plain text in confined processes. For use with `with`."""

    def __init__(self) -> None:
        self._reader = DiskReader()

    def __enter__(self) -> Library:
        self._reader.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._reader.__exit__(kind, error, at)

    def read(self, name: str, path: Path) -> Paper:
        """A file's text."""
        suffix = path.suffix.lstrip(".").lower()
        code = suffix in _CODE or path.name.lower() in _NAMED_CODE
        try:
            text = _plain(path) if code or suffix in _MIXED or suffix == "txt" else None
            if text is None:
                contents = self._reader.read(path)
                if contents.reason:
                    return Paper(name, reason=contents.reason)
                text = "\n".join(part.text for part in contents.texts)
        except OSError as error:
            return Paper(name, reason=error.strerror or "unreadable")
        return Paper(name, text, prose=not code, code=code or suffix in _MIXED)


def _plain(path: Path) -> str | None:
    """A small file that is UTF-8, else None."""
    if path.stat().st_size > _PLAIN_BYTES:
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
