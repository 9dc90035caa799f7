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


class Strings:
    """Fixed strings found as they are written; each is numbered in the order given."""

    __slots__ = ("_automaton",)

    def __init__(self, strings: Iterable[str]) -> None:
        self._automaton = AhoCorasick(list(map(_whole, strings)), implementation=Implementation.NoncontiguousNFA)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """All occurrences, overlapping ones too: (number of the string, start, end), by end."""
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(_whole(text), overlapping=True)
        return found


class Words(Strings):
    """Fixed strings found as whole words."""

    __slots__ = ()

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Occurrences that no letter or digit goes on."""
        return [one for one in super().find(text) if not _joins(text, one[1]) and not _joins(text, one[2])]


def _joins(text: str, place: int) -> bool:
    """Whether letters or digits stand on both sides of a place."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _whole(text: str) -> str:
    """The text with half characters, which have no bytes, as others that have."""
    if text.isascii():
        return text
    return text.encode("utf-32-le", "surrogatepass").decode("utf-32-le", "replace")
