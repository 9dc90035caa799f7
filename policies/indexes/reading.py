"""One text as every index reads it: words, hashes and sums made once, and only what an index asks for."""

from __future__ import annotations

from functools import cached_property

from policies.indexes.words import Lexicon, Sums, Words


class Reading:
    """A text, given as its one-byte view, read as prose. `code` is the same text read as code."""

    def __init__(self, seen: bytes, lexicon: Lexicon, *, as_code: bool = False) -> None:
        self._seen = seen
        self.lexicon = lexicon
        self.as_code = as_code

    @cached_property
    def words(self) -> Words:
        return Words(self._seen, code=self.as_code)

    @cached_property
    def hashes(self) -> list[int]:
        return self.lexicon.all(self.words.list)

    @cached_property
    def sums(self) -> Sums:
        return Sums(self.hashes)

    @cached_property
    def code(self) -> Reading:
        return Reading(self._seen, self.lexicon, as_code=True)
