"""One pass over a text for all literals and context words of the catalogue (Aho-Corasick)."""

from __future__ import annotations

from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation


class Keywords:
    """An automaton over lower-case byte strings; each is numbered in the order given."""

    __slots__ = ("_automaton",)

    def __init__(self, words: Iterable[bytes]) -> None:
        patterns = list(words)
        # A DFA is half again as fast as the default and costs about a megabyte for a thousand words.
        self._automaton = BytesAhoCorasick(patterns, implementation=Implementation.DFA) if patterns else None

    def find(self, folded: bytes) -> list[tuple[int, int, int]]:
        """All occurrences, overlapping ones too: (number of the word, start, end), by end."""
        if self._automaton is None:
            return []
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return found
