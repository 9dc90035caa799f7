"""All indexes of a bundle, asked about a text together: its words are read and hashed once.

A long text is asked about in overlapping slices, so that whoever waits can do something else between two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Protocol

from policies.detectors.steps import Steps, finished
from policies.findings import Finding
from policies.indexes.reading import Reading
from policies.indexes.stored import IndexKey
from policies.indexes.words import Lexicon

# About a millisecond for each index. The overlap is more than the farthest that cells of a row may be apart, and more
# than an excerpt needs to be found.
SLICE = 8 << 10
OVERLAP = 3 << 10
_BLANKS = b" \n\r\t\0"


class Index(Protocol):
    """An index in use. stretches: findings are stretches of text, so that two which overlap are one."""

    @property
    def detector(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def stretches(self) -> bool: ...
    def find(self, text: Reading) -> list[Finding]: ...


class Lookup:
    """Indexes made under one key. revision: of all that they hold; revisions: of those that feed each detector."""

    def __init__(self, indexes: Iterable[Index], key: IndexKey) -> None:
        self._indexes = tuple(indexes)
        self._lexicon = Lexicon(key.secret)
        self.detectors = frozenset(index.detector for index in self._indexes)
        self.revision = _revision(self._indexes)
        self.revisions = {d: _revision(i for i in self._indexes if i.detector == d) for d in self.detectors}

    def find(self, seen: bytes, detectors: frozenset[str]) -> list[Finding]:
        """Findings of these detectors in a text, given as its one-byte view."""
        return finished(self.steps(seen, detectors))

    def steps(self, seen: bytes, detectors: frozenset[str]) -> Steps[list[Finding]]:
        """The same in steps of about a millisecond: a generator that pauses between them and returns the findings."""
        asked = [index for index in self._indexes if index.detector in detectors]
        found: list[list[Finding]] = [[] for _ in asked]
        slices = list(_slices(seen))
        for start, end in slices:
            text = Reading(seen[start:end], self._lexicon)
            for index, findings in zip(asked, found, strict=True):
                findings += [_moved(one, start) for one in index.find(text)]
                if len(slices) > 1:
                    yield
        if len(slices) > 1:
            found = [_joined(findings, index.stretches) for index, findings in zip(asked, found, strict=True)]
        return [one for findings in found for one in findings]


def _revision(indexes: Iterable[Index]) -> str:
    said = "\0".join(sorted(index.revision for index in indexes))
    return blake2b(said.encode(), digest_size=8).hexdigest()


def _slices(seen: bytes) -> Iterator[tuple[int, int]]:
    """Where slices begin and end: at blanks, where there are any."""
    start = 0
    while len(seen) - start > SLICE + OVERLAP:
        end = _blank(seen, start + SLICE + OVERLAP)
        yield start, end
        start = _blank(seen, end - OVERLAP)
    yield start, len(seen)


def _blank(seen: bytes, place: int) -> int:
    """The place after the last blank before a place, or the place itself where none is near."""
    for before in range(place, place - 256, -1):
        if seen[before - 1] in _BLANKS:
            return before
    return place


def _moved(finding: Finding, by: int) -> Finding:
    return replace(finding, start=finding.start + by, end=finding.end + by) if by else finding


def _joined(findings: list[Finding], stretches: bool) -> list[Finding]:
    """Findings of all slices: what two of them saw is there once."""
    kept: dict[tuple[int, int], Finding] = {}
    for one in sorted(findings, key=lambda f: (f.start, f.end, -f.confidence)):
        last = next(reversed(kept.values()), None)
        if stretches and last is not None and one.start < last.end:
            del kept[last.start, last.end]
            surer = max(last, one, key=lambda f: (f.confidence, f.end - f.start))
            one = replace(surer, start=last.start, end=max(last.end, one.end))
        kept.setdefault((one.start, one.end), one)
    return list(kept.values())
