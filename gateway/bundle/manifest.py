"""What is signed of a bundle: every file by name and SHA-256, who wrote it, and when it was put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from gateway.config.kinds import NAME

FORMAT = 1
_PURPOSE = b"ecluse bundle manifest 1\0"
_MEMBERS = {"format", "author", "made", "revision", "files"}


class ManifestRefused(ValueError):
    """A manifest that isn't one; its words say why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of a bundle's files. files: name from the bundle's folder -> SHA-256 (hex). made: UTC, whole seconds.

    raw: as it stands in its file, which is what signatures are of.
    """

    author: str
    made: datetime
    files: Mapping[str, str]
    raw: bytes = field(repr=False)

    @classmethod
    def of(cls, files: Mapping[str, bytes], author: str, made: datetime) -> Manifest:
        """The manifest of these files."""
        made = made.astimezone(UTC).replace(microsecond=0)
        listed = {name: sha256(raw).hexdigest() for name, raw in sorted(files.items())}
        value = {
            "format": FORMAT,
            "author": author,
            "made": made.isoformat(),
            "revision": _revision(listed),
            "files": listed,
        }
        return cls(author, made, listed, orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")

    @classmethod
    def read(cls, raw: bytes) -> Manifest:
        """The manifest in its file; ManifestRefused where it isn't exactly what `of` would write of the same."""
        try:
            value = orjson.loads(raw)
            found = cls(value["author"], datetime.fromisoformat(value["made"]), value["files"], raw)
        except (ValueError, KeyError, TypeError):
            raise ManifestRefused("is no manifest of a bundle") from None
        if set(value) != _MEMBERS or value["format"] != FORMAT:
            raise ManifestRefused(f"is no manifest of format {FORMAT}")
        if not _is_name(found.author) or found.made.tzinfo is None or not _plain(found.files):
            raise ManifestRefused("is no manifest of a bundle")
        if value["revision"] != found.revision:
            raise ManifestRefused("doesn't name the revision of the files that it lists")
        return found

    @property
    def revision(self) -> str:
        """Of the files, whatever engine and configuration they meet: what signers have seen."""
        return _revision(self.files)

    @property
    def message(self) -> bytes:
        """What a signature is of."""
        return _PURPOSE + self.raw


def unlike(listed: Mapping[str, str], files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """How files differ from those listed (name -> SHA-256): the name, and what is wrong with it."""
    for name, raw in files.items():
        if name not in listed:
            yield name, "is not among the files that were signed"
        elif sha256(raw).hexdigest() != listed[name]:
            yield name, "is not as it was when it was signed"
    for name in listed:
        if name not in files:
            yield name, "was signed and is not here"


def _revision(files: Mapping[str, str]) -> str:
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    return sha256(lines.encode()).hexdigest()[:16]


def _is_name(author: Any) -> bool:
    return isinstance(author, str) and NAME.fullmatch(author) is not None


def _plain(files: Any) -> bool:
    return isinstance(files, dict) and all(n.isprintable() and isinstance(digest, str) for n, digest in files.items())
