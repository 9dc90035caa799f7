"""Headings: the columns of delimited lines (CSV, pasted sheets, Markdown) and the lists under a label.

What the first line of such a block says of a column holds for every value in it, however far down.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from policies.detectors.budget import Budget
from policies.detectors.steps import Steps, in_order

_MARKS = (b";", b"\t", b"|", b",")
# Longest line of a block, longest cell that is a heading, longest row of a list, and how far a block goes.
_LINE, _CELL, _ROW, _BLOCK = 4096, 60, 160, 1 << 14
# What a label ends with that a list follows, and what may stand before the value in a row of it.
_LABEL = (b":", b"[", b"(", b"{")
_ITEMS = (b"- ", b"* ", b"+ ")
_BULLETS = b" \t-*+>.)\"'(#[,0123456789"
# Blocks in front of a value that are looked at.
_NEAREST = 4
# So many words are looked at in one step. What each character of a block costs, in attempts to match.
_WORDS = 512
_CHARACTER = 0.006


class Block(NamedTuple):
    """Lines under a heading. first, last: where their text begins and ends. mark: what parts its cells, empty for a
    list. cells: how many marks the heading has at least."""

    first: int
    last: int
    mark: bytes
    cells: int


class Heading(NamedTuple):
    """A hot word in the first line of a block. left, right: how many marks stand on each side of it in its line."""

    block: Block
    left: int
    right: int


class Tables:
    """The blocks of one view, each looked at when a hot word stands in what may be its heading.

    budget: as for a scan; every line may be the heading of a block of its own.
    """

    __slots__ = ("_blocks", "_budget", "_seen")

    def __init__(self, seen: bytes, budget: Budget) -> None:
        self._seen = seen
        self._budget = budget
        self._blocks: dict[int, Block | None] = {}

    def headings(self, places: Sequence[tuple[int, int]]) -> Steps[list[Heading]]:
        """Of these words, those that stand in headings, by block: a generator that pauses, and returns the list."""
        found = []
        for index, (low, high) in enumerate(places):
            if index % _WORDS == _WORDS - 1 or self._budget.tired():
                yield
            line = self._line(low)
            if line is None or high > line[1]:
                continue
            start, end = line
            if start not in self._blocks:
                self._blocks[start] = self._block(start, end)
            block = self._blocks[start]
            if block is not None and (not block.mark or self._cell(start, end, low, block.mark) <= _CELL):
                found.append(Heading(block, *self._sides(start, end, low, block.mark)))
        return (yield from in_order(found, tuple))

    def headed(self, headings: list[Heading], start: int) -> bool:
        """Whether one of these headings is that of the column, or of the list, which a value stands in."""
        index = bisect_right(headings, start, key=lambda one: one.block.first)
        line = self._line(start) if index else None
        if line is None:
            return False
        for block, left, right in headings[max(index - _NEAREST, 0) : index]:
            if not block.first <= start < block.last:
                continue
            if not block.mark:
                if not self._seen[line[0] : start].strip(_BULLETS):
                    return True
                continue
            before, behind = self._sides(*line, start, block.mark)
            # A cell that holds the mark itself shifts those on one side of it.
            if before == left or behind == right:
                return True
        return False

    def _line(self, place: int) -> tuple[int, int] | None:
        """The line that holds a place; None where it is too long to be one of a table."""
        seen = self._seen
        low = max(place - _LINE, 0)
        start = max(seen.rfind(b"\n", low, place), seen.rfind(b"\0", low, place)) + 1
        if not start and low:
            return None
        end = seen.find(b"\n", place, start + _LINE)
        nul = seen.find(b"\0", place, end if end >= 0 else start + _LINE)
        end = nul if nul >= 0 else end
        if end < 0 and len(seen) > start + _LINE:
            return None
        return start, end if end >= 0 else len(seen)

    def _block(self, start: int, end: int) -> Block | None:
        """The block whose first line this is."""
        seen = self._seen
        if seen[end : end + 1] != b"\n":
            return None
        heading = seen[start:end].rstrip(b" \t\r,")
        above = self._line(start - 1) if start and seen[start - 1] == 0x0A else None
        before = seen[above[0] : above[1]] if above else b""
        below = self._line(end + 1)
        after = seen[below[0] : below[1]] if below else b""
        for mark in _MARKS:
            cells = _count(heading, mark)
            if cells and _count(after, mark) >= cells:
                if _count(before, mark) == cells:
                    return None
                return Block(end + 1, self._last(end + 1, mark, cells), mark, cells)
        bullets = len(heading) <= _CELL and after.lstrip()[:2] in _ITEMS
        if (heading.endswith(_LABEL) or bullets) and len(heading) <= _ROW:
            first = end + 1 + (not after.strip())
            return Block(first, self._last(first, b"", 0), b"", 0)
        return None

    def _last(self, first: int, mark: bytes, cells: int) -> int:
        """Where the block ends whose lines begin at a place: with a line that is none of its rows."""
        seen = self._seen
        end = seen.find(b"\0", first, first + _BLOCK)
        place = first
        for line in seen[first : end if end >= 0 else first + _BLOCK].split(b"\n"):
            if len(line) > _LINE or (line.count(mark) < cells if mark else not _item(line)):
                break
            place += len(line) + 1
        self._budget.spend((place - first) * _CHARACTER)
        return place

    def _sides(self, start: int, end: int, place: int, mark: bytes) -> tuple[int, int]:
        """How many marks stand on each side of a place in its line."""
        if not mark:
            return 0, 0
        left = _count(self._seen[start:place], mark)
        return left, _count(self._seen[start:end].rstrip(b" \t\r,"), mark) - left

    def _cell(self, start: int, end: int, place: int, mark: bytes) -> int:
        """Characters of the cell of a line that holds a place."""
        seen = self._seen
        behind = seen.find(mark, place, end)
        return (behind if behind >= 0 else end) - max(seen.rfind(mark, start, place) + 1, start)


def _item(line: bytes) -> bool:
    plain = line.strip()
    return 0 < len(plain) <= _ROW and not plain.endswith(_LABEL)


def _count(line: bytes, mark: bytes) -> int:
    """How often a mark stands in a line outside double quotes."""
    return line.count(mark) if b'"' not in line else sum(part.count(mark) for part in line.split(b'"')[::2])
