"""All indexes of a bundle, asked about a text together: its words are read and hashed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Protocol

from policies.findings import Finding
from policies.indexes.reading import Reading
from policies.indexes.stored import IndexKey
from policies.indexes.words import Lexicon


class Index(Protocol):
    """An index in use."""

    @property
    def detector(self) -> str: ...
    @property
    def revision(self) -> str: ...
    def find(self, text: Reading) -> list[Finding]: ...


class Lookup:
    """Indexes made under one key. revision: of all that they hold."""

    def __init__(self, indexes: Iterable[Index], key: IndexKey) -> None:
        self._indexes = tuple(indexes)
        self._lexicon = Lexicon(key.secret)
        self.detectors = frozenset(index.detector for index in self._indexes)
        said = "\0".join(sorted(index.revision for index in self._indexes))
        self.revision = blake2b(said.encode(), digest_size=8).hexdigest()

    def find(self, seen: bytes, detectors: frozenset[str]) -> Sequence[Finding]:
        """Findings of these detectors in a text, given as its one-byte view."""
        text = Reading(seen, self._lexicon)
        asked = (index for index in self._indexes if index.detector in detectors)
        return [finding for index in asked for finding in index.find(text)]
