"""What public source code has in common: its words, and three words in a row, in one table of bits (a Bloom filter).

Not keyed, for it is of nobody: the table is made once, out of code that anyone can read (`bench/code_stock.py`), and an
index of source code takes it along.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import blake2b
from struct import Struct

# How many words in a row the table knows.
ROW = 3
_PLACES = Struct("<4I")
_SIZES = frozenset(1 << size for size in range(7, 23))


class Stock:
    """`holds(words)`: whether one word, or three in a row, are usual. One in some thirty that aren't passes."""

    def __init__(self, table: bytes) -> None:
        if len(table) not in _SIZES:
            raise ValueError("size of a stock")
        self._table, self._mask = table, 8 * len(table) - 1

    def holds(self, words: Sequence[bytes]) -> bool:
        table = self._table
        return all(table[place >> 3] >> (place & 7) & 1 for place in _places(words, self._mask))


def stock_of(rows: Collection[Sequence[bytes]], size: int) -> bytes:
    """The table, of so many bytes, that holds these words and rows of words."""
    table = bytearray(size)
    for row in rows:
        for place in _places(row, 8 * size - 1):
            table[place >> 3] |= 1 << (place & 7)
    return bytes(table)


def _places(words: Sequence[bytes], mask: int) -> list[int]:
    digest = blake2b(b" ".join(words), digest_size=_PLACES.size, person=b"ecluse stock").digest()
    return [place & mask for place in _PLACES.unpack(digest)]
