"""Asks an index of a list about a text: a row's primary cell with enough of the row's other cells near it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from policies.findings import Finding
from policies.indexes.reading import Reading
from policies.indexes.rows import KIND, PAIR
from policies.indexes.sieve import Sieve
from policies.indexes.stored import IndexRefused, Stored
from policies.indexes.values import Codes
from policies.indexes.words import Words

_SURE = 0.8
_SURER = 0.06  # for every supporting cell more than are asked for
_SUREST = 0.98
_ALMOST = 0.5  # one supporting cell is missing
_LONGEST = 256  # characters of a cell


class Cell(NamedTuple):
    """A value of the list that stands in the text, from word `first` to `last` (excluded)."""

    first: int
    last: int
    value: int


@dataclass(frozen=True, slots=True)
class Nearness:
    """near: how many supporting cells of its row a primary cell needs. within: characters between it and each."""

    near: int = 2
    within: int = 200


class ExactIndex:
    """The index of a list in use. name, detector: how findings call it."""

    stretches = False

    def __init__(self, stored: Stored, name: str, detector: str, nearness: Nearness) -> None:
        if stored.kind != KIND:
            raise IndexRefused(f"it is an index of kind {stored.kind}, not {KIND}")
        self.name, self.detector, self._nearness = name, detector, nearness
        self._values = stored.numbers("values", "Q")
        self._starts = stored.numbers("starts", "I")
        self._cells = stored.numbers("cells", "I")
        self._singles = Sieve(stored.raw("singles"))
        self._pairs = Sieve(stored.raw("pairs"))
        self._width = int(stored.about["width"])
        lengths = dict(stored.about["lengths"])
        self._words = tuple(lengths["words"])
        self._codes = Codes(lengths["numbers"], lengths["mixed"])
        if len(self._starts) != len(self._values) + 1 or self._starts[-1] * self._width != len(self._cells):
            raise IndexRefused("its sections don't fit together")
        if nearness.near > self._width:
            raise IndexRefused(f"it holds {self._width} supporting columns, and near asks for {nearness.near}")
        self.revision = f"{stored.mark}.{name}.{detector}.{nearness.near}.{nearness.within}"

    def find(self, text: Reading) -> list[Finding]:
        """A finding for every cell of every row that is there, by start."""
        cells = _widest(self._present(text))
        primary = [cell for cell in cells if self._starts[cell.value] < self._starts[cell.value + 1]]
        if not primary or (self._nearness.near and len(cells) < 2):
            return []
        found: dict[tuple[int, int], Finding] = {}
        near = _Near(text.words, cells, self._nearness.within)
        for cell in primary:
            around = near.to(cell)
            row = self._best({one.value for one in around}, cell.value)
            if len(row) >= max(self._nearness.near - 1, min(self._nearness.near, 1)):
                self._add(found, text.words, [cell, *(one for one in around if one.value in row)], len(row))
        return [found[place] for place in sorted(found)]

    def _present(self, text: Reading) -> Iterator[Cell]:
        """Every value of the list that stands in the text."""
        words, hashes, lexicon = text.words, text.hashes, text.lexicon
        for place in self._singles.places(text.sums.over(1), len(words)):
            value = self._value(hashes[place])
            if value is not None:
                yield Cell(place, place + 1, value)
        if self._words:
            for place in self._pairs.places(text.sums.over(PAIR), len(words) - PAIR + 1):
                for count in self._words:
                    value = self._value(lexicon.of(words.joined(place, place + count)))
                    if value is not None and place + count <= len(words):
                        yield Cell(place, place + count, value)
        for first, last, code in self._codes.within(words.list):
            wanted = lexicon.of(code)
            value = self._value(wanted) if self._singles.may_hold(wanted) else None
            if value is not None:
                yield Cell(first, last, value)

    def _value(self, wanted: int) -> int | None:
        index = bisect_left(self._values, wanted)
        return index if index < len(self._values) and self._values[index] == wanted else None

    def _add(self, found: dict[tuple[int, int], Finding], words: Words, cells: Iterable[Cell], supporting: int) -> None:
        """Add the cells of one row, a cell of several rows as the surer one says."""
        confidence, why = self._said(supporting)
        for one in cells:
            place = words.span(one.first, one.last)
            if place not in found or found[place].confidence < confidence:
                found[place] = Finding(self.detector, *place, confidence, 0, why)

    def _best(self, present: set[int], primary: int) -> frozenset[int]:
        """Of the rows with this primary value, the supporting values of the one that has most of those present."""
        if not present:
            return frozenset()
        first, last = self._starts[primary], self._starts[primary + 1]
        block = self._cells[first * self._width : last * self._width].tolist()
        if present.isdisjoint(block):
            return frozenset()
        rows = (block[place : place + self._width] for place in range(0, len(block), self._width))
        return max((frozenset(row) & present for row in rows), key=len)

    def _said(self, supporting: int) -> tuple[float, str]:
        cells = "cell" if supporting == 1 else "cells"
        why = f"list {self.name}, {supporting} supporting {cells}"
        if supporting < self._nearness.near:
            return _ALMOST, why
        return round(min(_SURE + _SURER * (supporting - self._nearness.near), _SUREST), 2), why


def _widest(cells: Iterable[Cell]) -> list[Cell]:
    """Cells by their place; of two readings of one value at one place the longer."""
    kept: list[Cell] = []
    for cell in sorted(set(cells), key=lambda one: (one.first, -one.last, one.value)):
        if not any(cell.value == other.value and cell.last <= other.last for other in kept[-4:]):
            kept.append(cell)
    return kept


class _Near:
    """The cells of a text by their place in its words."""

    def __init__(self, words: Words, cells: list[Cell], within: int) -> None:
        self._cells, self._within, self._at = cells, within, words.at
        self._starts = [words.at[cell.first] for cell in cells]

    def to(self, cell: Cell) -> list[Cell]:
        """The cells near enough to one, none overlapping it."""
        low, high = self._at[cell.first] - self._within, self._at[cell.last] + self._within
        # A cell that begins a little before the reach may still end in it.
        first, last = bisect_left(self._starts, low - _LONGEST), bisect_right(self._starts, high)
        return [
            one
            for one in self._cells[first:last]
            if self._at[one.last] >= low and (one.last <= cell.first or one.first >= cell.last)
        ]
