"""Asks an index of a list about a text: a row's primary cell with enough of the row's other cells near it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Set
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
        # One cell less than asked for is recorded, below the threshold of rules.
        self._least = max(nearness.near - 1, min(nearness.near, 1))
        self._values = stored.numbers("values", "Q")
        self._starts = stored.numbers("starts", "I")
        self._cells = stored.numbers("cells", "I")
        self._singles = Sieve(stored.raw("singles"))
        self._pairs = Sieve(stored.raw("pairs"))
        self._width = int(stored.about["width"])
        lengths = dict(stored.about["lengths"])
        self._words = tuple(count for count in lengths["words"] if count > 1)
        self._codes = Codes(lengths["number"], lengths["mixed"], days=bool(lengths["day"]))
        if len(self._starts) != len(self._values) + 1 or self._starts[-1] * self._width != len(self._cells):
            raise IndexRefused("its sections don't fit together")
        if nearness.near > self._width:
            raise IndexRefused(f"it holds {self._width} supporting columns, and near asks for {nearness.near}")
        self.revision = f"{stored.mark}.{name}.{detector}.{nearness.near}.{nearness.within}"

    def find(self, text: Reading) -> list[Finding]:
        """A finding for every cell of every row that is there, by start."""
        cells = _Cells(text.words, _widest(self._present(text)), self._nearness.within)
        found: dict[tuple[int, int], Finding] = {}
        for value, places in cells.by_value.items():
            if self._starts[value] < self._starts[value + 1]:
                rows = self._rows(value, cells.by_value.keys())
                for cell in places if rows else ():
                    self._judge(found, cells, cell, rows)
        return [found[place] for place in sorted(found)]

    def _judge(
        self, found: dict[tuple[int, int], Finding], cells: _Cells, cell: Cell, rows: Collection[frozenset[int]]
    ) -> None:
        """Add the cells of the row that has most of its values near a primary cell, where they are enough."""
        around = {value: near for value in frozenset().union(*rows) if (near := cells.near(value, cell))}
        row = max((row & around.keys() for row in rows), key=len)
        if len(row) < self._least:
            return
        confidence, why = self._said(len(row))
        for one in (cell, *(near for value in row for near in around[value])):
            place = cells.words.span(one.first, one.last)
            if place not in found or found[place].confidence < confidence:
                found[place] = Finding(self.detector, *place, confidence, 0, why)

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

    def _rows(self, primary: int, present: Set[int]) -> Collection[frozenset[int]]:
        """Of the rows with this primary value those with enough supporting values in the text, these values of each."""
        first, last = self._starts[primary], self._starts[primary + 1]
        block = self._cells[first * self._width : last * self._width].tolist()
        if len(present & set(block)) < self._least:
            return ()
        rows = (present & set(block[place : place + self._width]) for place in range(0, len(block), self._width or 1))
        return {frozenset(row) for row in rows if len(row) >= self._least} or ({frozenset()} if not self._least else ())

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


class _Cells:
    """The cells of a text by their value and place."""

    def __init__(self, words: Words, cells: list[Cell], within: int) -> None:
        self.words, self._within = words, within
        self.by_value: dict[int, list[Cell]] = {}
        for cell in cells:
            self.by_value.setdefault(cell.value, []).append(cell)

    def near(self, value: int, cell: Cell) -> list[Cell]:
        """The cells of a value near enough to another cell, none overlapping it."""
        places, at = self.by_value[value], self.words.at
        low, high = at[cell.first] - self._within, at[cell.last] + self._within
        # Cells of one value are about as long, so those that end in reach come before those that begin in it.
        first = bisect_left(places, low, key=lambda one: at[one.last])
        last = bisect_right(places, high, first, key=lambda one: at[one.first])
        return [one for one in places[first:last] if one.last <= cell.first or one.first >= cell.last]
