"""Collects the rows of a list and packs them into an index: hashes of values, and which rows they stand in."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from policies.indexes.sieve import sieve_of
from policies.indexes.stored import IndexKey, packed
from policies.indexes.values import value_of
from policies.indexes.words import Lexicon, sum_of

KIND = "exact"
# Words by whose sum a value of several words is looked for.
PAIR = 2
NO_CELL = 0xFFFFFFFF
# A supporting value of more rows than this, and of more than this share of them, singles nobody out.
_MANY, _SHARE = 20, 0.02


class Rows:
    """Rows while they are collected. width: supporting columns.

    empty: rows without a primary value that can be looked for. unread: cells, by supporting column, that are empty, too
    short or too long to be looked for.
    """

    def __init__(self, key: IndexKey, width: int) -> None:
        self._key, self._width = key, width
        self._lexicon = Lexicon(key.secret)
        # Of every hash how many words its value has, and the sum by which it is looked for.
        self._known: dict[int, tuple[int, int]] = {}
        self._lengths: dict[str, set[int]] = {"words": set(), "number": set(), "mixed": set(), "day": set()}
        self._rows: list[tuple[int, tuple[int | None, ...]]] = []
        self.empty = 0
        self.unread = [0] * width

    def add(self, primary: bytes, supporting: Sequence[bytes]) -> bool:
        """A row: the one-byte views of its primary cell and of its supporting ones, as many as there are columns."""
        value = self._hash(primary)
        if value is None:
            self.empty += 1
            return False
        cells = [self._hash(cell) for cell in supporting]
        for column, cell in enumerate(cells):
            self.unread[column] += cell is None
        self._rows.append((value, tuple(None if cell == value else cell for cell in cells)))
        return True

    def __len__(self) -> int:
        return len(self._rows)

    def common(self) -> list[int]:
        """By supporting column how many values are in too many rows to single anybody out."""
        dropped = self._dropped()
        columns = ({cells[column] for _, cells in self._rows} for column in range(self._width))
        return [len(dropped & values) for values in columns]

    def packed(self, about: Mapping[str, Any]) -> bytes:
        """The index. about: what else its owner may be told of it."""
        dropped = self._dropped()
        primary = Counter(value for value, _ in self._rows)
        values = sorted({*primary} | {cell for _, cells in self._rows for cell in cells if cell is not None} - dropped)
        place = {value: index for index, value in enumerate(values)}
        looked_for: dict[int | None, int] = {value: index for value, index in place.items() if value not in dropped}
        ordered = sorted(self._rows, key=lambda row: row[0])
        known = [self._known[value] for value in values]
        sections = {
            "values": array("Q", values).tobytes(),
            "starts": array("I", accumulate((primary[value] for value in values), initial=0)).tobytes(),
            "cells": array("I", [looked_for.get(cell, NO_CELL) for _, row in ordered for cell in row]).tobytes(),
            "singles": sieve_of(wanted for words, wanted in known if words == 1),
            "pairs": sieve_of(wanted for words, wanted in known if words > 1),
        }
        lengths = {kind: sorted(found) for kind, found in self._lengths.items()}
        return packed(KIND, {**about, "rows": len(self), "width": self._width, "lengths": lengths}, sections, self._key)

    def _dropped(self) -> set[int | None]:
        least = max(_MANY, _SHARE * len(self._rows))
        counts = Counter(cell for _, cells in self._rows for cell in cells)
        return {cell for cell, count in counts.items() if count > least}

    def _hash(self, cell: bytes) -> int | None:
        value = value_of(cell)
        if value is None:
            return None
        made = self._lexicon.of(value.text)
        if made not in self._known:
            words = value.text.split()
            self._known[made] = (len(words), sum_of(self._lexicon.all(words[:PAIR])) if len(words) > 1 else made)
            self._lengths[value.kind].add(len(words) if value.kind == "words" else len(value.text))
        return made
