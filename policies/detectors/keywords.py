"""One pass over a text for all literals and context words of the catalogue (Aho-Corasick)."""

from __future__ import annotations

from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation


class Keywords:
    """An automaton over lower-case byte strings; each is numbered in the order given."""

    __slots__ = ("_automaton", "_longest")

    def __init__(self, words: Iterable[bytes]) -> None:
        patterns = list(words)
        # A DFA is half again as fast as the default and costs about a megabyte for a thousand words.
        self._automaton = BytesAhoCorasick(patterns, implementation=Implementation.DFA) if patterns else None
        self._longest = max(map(len, patterns), default=0)

    def find(self, folded: bytes, start: int = 0, end: int | None = None) -> list[tuple[int, int, int]]:
        """All occurrences that end in (start, end], overlapping ones too: (number of the word, start, end), by end."""
        if self._automaton is None:
            return []
        if start == 0 and (end is None or end >= len(folded)):
            found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(folded, overlapping=True)
            return found
        base = max(start - self._longest, 0)
        found = self._automaton.find_matches_as_indexes(folded[base:end], overlapping=True)
        return [(word, low + base, high + base) for word, low, high in found if high + base > start]
