"""Fingerprints of documents: what is kept of them, chosen so that every shared excerpt leaves a trace.

Of every five words in a row (a gram) a keyed hash is made; of every eight grams in a row one hash is kept with its
place (winnowing), so any excerpt of twelve words holds one that was kept. Of every gram two bytes are kept in
order, by which a match is followed to both its ends. Of prose the pairs of words that many documents have are kept as
well, by which a match is judged; an index of code takes the stock of public code along for that.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Container, Iterator, Mapping
from itertools import pairwise
from typing import Any

from policies.indexes.sieve import sieve_of
from policies.indexes.stored import IndexKey, packed
from policies.indexes.words import Lexicon, Words, sum_of

KIND = "documents"
# A document is read as prose or as source code, and kept in the part for it.
PROSE, CODE = "prose", "code"
GRAM = 5
WINDOW = 8
# Places kept of one gram, and of these in one document.
_PLACES = 4
_IN_ONE = 2
# A gram of more families of documents than this is a common phrase: it proves nothing by itself.
_FAMILIES = 6
# A pair of words that more families than these have, and more than this share of the documents, is a usual one.
_USUAL = 0.04
# Pairs are told apart by so many bits of their hashes: enough for the few that are kept.
_PAIRS = 1 << 20
# A document that shares this much with an earlier one (another version, a copy) belongs to its family.
_KIN = 0.5


def print_of(lexicon: Lexicon, words: Words, gram: int) -> int:
    """The keyed hash of the gram that begins at a word."""
    return lexicon.of(words.joined(gram, gram + GRAM))


def tag_of(value: int) -> int:
    """The two bytes of a print that are kept of every gram."""
    return value & 0xFFFF


def pair_of(lexicon: Lexicon, one: bytes, other: bytes) -> int:
    """What is kept of two words in a row that are usual."""
    return lexicon.of(b"%b %b" % (one, other)) & _PAIRS - 1


def winnowed(prints: list[int], public: Container[int] = ()) -> Iterator[int]:
    """The places of the prints that are kept: of each window one that is not public, the most seldom in the document.

    A text is asked for every gram that it has, so which of a window is kept is free; of several alike the last is.
    """
    seldom = Counter(prints)
    ranks = [(value in public, seldom[value], value) for value in prints]
    last = -1
    for start in range(max(len(ranks) - WINDOW + 1, min(len(ranks), 1))):
        window = ranks[start : start + WINDOW]
        if last >= start and window[-1] > ranks[last]:
            continue
        least = min(window)
        place = start + len(window) - 1 - window[::-1].index(least)
        if place != last:
            last = place
            yield place


class Shelf:
    """Documents of one part while they are collected."""

    def __init__(self, lexicon: Lexicon, *, code: bool) -> None:
        self._lexicon, self._code = lexicon, code
        self.names: list[str] = []
        self._starts: list[int] = []
        self._tags = array("H")
        self._places: dict[int, list[int]] = {}
        self._prints: list[array[int]] = []
        self._family_of: list[int] = []
        self._sums: dict[int, int] = {}
        self._public: set[int] = set()
        # For each pair how many families have it (versions between others count anew), and the last of them.
        room = 0 if code else array("I").itemsize * _PAIRS
        self._having, self._had = array("I", bytes(room)), array("I", bytes(room))

    def add_public(self, seen: bytes) -> None:
        """A text that anyone may share: nothing of it will be found."""
        words = Words(seen, code=self._code)
        self._public.update(self._prints_of(words))

    def add(self, name: str, seen: bytes) -> bool:
        """A document; False where it has fewer than five words."""
        words = Words(seen, code=self._code)
        prints = self._prints_of(words)
        if not prints:
            return False
        document, start = len(self.names), len(self._tags)
        self.names.append(name)
        self._prints.append(array("Q", prints))
        self._starts.append(start)
        self._tags.extend(tag_of(value) for value in prints)
        kept: dict[int, list[int]] = {}
        for place in winnowed(prints, self._public):
            if prints[place] not in self._public:
                kept.setdefault(prints[place], []).append(place)
        self._family_of.append(self._family(document, kept))
        if not self._code:
            self._count_pairs(words)
        hashes = self._lexicon.all(words.list)
        for value, inside in kept.items():
            places = self._places.setdefault(value, [])
            places += [start + place for place in inside[:_IN_ONE]][: _PLACES - len(places)]
            self._sums[value] = sum_of(hashes[inside[0] : inside[0] + GRAM])
        return True

    def sections(self) -> dict[str, bytes]:
        """What is stored."""
        pairs = [(value, place) for value in sorted(self._places) for place in self._places[value]]
        return {
            "prints": array("Q", [value for value, _ in pairs]).tobytes(),
            "places": array("I", [place for _, place in pairs]).tobytes(),
            "common": array("Q", sorted(self._common())).tobytes(),
            "tags": self._tags.tobytes(),
            "starts": array("I", self._starts).tobytes(),
            "usual": array("I", self._usual()).tobytes(),
            "sieve": sieve_of(self._sums.values()),
        }

    def _count_pairs(self, words: Words) -> None:
        family = self._family_of[-1] + 1
        for one, other in set(pairwise(words.list)):
            pair = pair_of(self._lexicon, one, other)
            self._having[pair] += self._had[pair] != family
            self._had[pair] = family

    def _usual(self) -> list[int]:
        least = max(_FAMILIES, _USUAL * len(self.names))
        few = len(self.names) <= least
        return [] if few else [pair for pair, count in enumerate(self._having) if count > least]

    def _common(self) -> Iterator[int]:
        """Of the grams that are kept those of too many families; every gram of a document counts, kept or not."""
        families = Counter[int]()
        of_family: dict[int, set[int]] = {}
        for document, prints in enumerate(self._prints):
            of_family.setdefault(self._family_of[document], set()).update(self._places.keys() & set(prints))
        for kept in of_family.values():
            families.update(kept)
        return (value for value, count in families.items() if count > _FAMILIES)

    def _prints_of(self, words: Words) -> list[int]:
        return [print_of(self._lexicon, words, gram) for gram in range(len(words) - GRAM + 1)]

    def _family(self, document: int, kept: Collection[int]) -> int:
        """The family of the earlier document that shares most with this one, or one of its own."""
        shared: dict[int, int] = {}
        for value in kept:
            for other in {bisect_right(self._starts, place) - 1 for place in self._places.get(value, ())}:
                shared[other] = shared.get(other, 0) + 1
        nearest = max(shared, key=shared.__getitem__, default=document)
        return self._family_of[nearest] if shared.get(nearest, 0) > _KIN * len(kept) else document


class Shelves:
    """Collects documents, given as their one-byte views, and packs them into an index. stock: that of public code."""

    def __init__(self, key: IndexKey, stock: bytes) -> None:
        self._key, self._stock = key, stock
        lexicon = Lexicon(key.secret)
        self._parts = {part: Shelf(lexicon, code=part == CODE) for part in (PROSE, CODE)}

    def add_public(self, seen: bytes) -> None:
        """A text that anyone may share: nothing of it will be found."""
        for shelf in self._parts.values():
            shelf.add_public(seen)

    def add(self, name: str, seen: bytes, *, prose: bool = True, code: bool = False) -> bool:
        """A document, to be recognised as prose, as source code or as either; False where it is too short for that."""
        kept = [shelf.add(name, seen) for part, shelf in self._parts.items() if (code if part == CODE else prose)]
        return any(kept)

    def packed(self, about: Mapping[str, Any]) -> bytes:
        """The index. about: what else its owner may be told of it."""
        parts = {part: shelf for part, shelf in self._parts.items() if shelf.names}
        names = {part: shelf.names for part, shelf in parts.items()}
        sections = {f"{part}.{name}": raw for part, shelf in parts.items() for name, raw in shelf.sections().items()}
        if CODE in parts:
            sections["stock"] = self._stock
        return packed(KIND, {**about, "names": names}, sections, self._key)
