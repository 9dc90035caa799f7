"""One pass over a text for many fixed strings: literals and context words of the catalogue, values of a call."""

from __future__ import annotations

from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation


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


class Words:
    """Fixed strings found as whole words, as they are written; each is numbered in the order given."""

    __slots__ = ("_automaton",)

    def __init__(self, words: Iterable[str]) -> None:
        self._automaton = AhoCorasick(list(words), implementation=Implementation.NoncontiguousNFA)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """All occurrences, overlapping ones too: (number of the word, start, end), by end."""
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [one for one in found if not _joins(text, one[1]) and not _joins(text, one[2])]


def _joins(text: str, place: int) -> bool:
    """Whether letters or digits stand on both sides of a place."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
