"""The tokens of one call and what they stand for; finds them in texts, also where a text ends within one.

Only what this call issued is looked for, as fixed strings: nobody else's token is known here, and no pattern is made
from what anybody wrote.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import orjson

_HEAD: Final = 4  # letters by which strings are looked for; every token is longer


class Finder:
    """Finds fixed strings of which none is the beginning of another."""

    def __init__(self, strings: Iterable[str]) -> None:
        self._strings = frozenset(strings)
        self._sorted = sorted(self._strings)
        self._longest = max(map(len, self._sorted), default=0)
        heads: dict[str, set[int]] = {}
        for string in self._sorted:
            heads.setdefault(string[:_HEAD], set()).add(len(string))
        self._heads = [(head, sorted(lengths, reverse=True)) for head, lengths in heads.items()]

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where the strings stand, in order."""
        found = sorted(self._found(text))
        return [span for i, span in enumerate(found) if i == 0 or span[0] >= found[i - 1][1]]

    def unfinished(self, text: str, start: int) -> int:
        """Where the longest end of `text[start:]` begins that is the beginning of one of the strings."""
        for at in range(max(start, len(text) - self._longest + 1), len(text)):
            rest = text[at:]
            place = bisect_right(self._sorted, rest)
            if place < len(self._sorted) and self._sorted[place].startswith(rest):
                return at
        return len(text)

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        for head, lengths in self._heads:
            at = text.find(head)
            while at >= 0:
                for length in lengths:
                    if text[at : at + length] in self._strings:
                        yield at, at + length
                        break
                at = text.find(head, at + 1)


class Lexicon:
    """What stands for what in one kind of text."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.finder = Finder(values)


class Issued:
    """The tokens of one call: token -> value. They live as long as the call."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Issued {len(self)} tokens>"

    @cached_property
    def prose(self) -> Lexicon:
        """For text as it is read. Models that write Markdown may escape a token's underscore."""
        return Lexicon({**self._values, **{t.replace("_", r"\_", 1): v for t, v in self._values.items() if "_" in t}})

    @cached_property
    def source(self) -> Lexicon:
        """For the source of JSON, inside whose strings tokens stand."""
        inside = {token: orjson.dumps(value).decode()[1:-1] for token, value in self._values.items()}
        return Lexicon({**inside, **{t.replace("_", r"\\_", 1): v for t, v in inside.items() if "_" in t}})
