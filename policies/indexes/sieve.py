"""A sieve for sums of hashes: tells in a fraction of a microsecond that a sum can't be one of an index's.

Two bits in one byte for each sum (a Bloom filter in blocks of a byte). One text's sums are looked up at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress
from operator import and_, eq

from policies.indexes.words import LANE

# Two different bits for each value of a byte of the sum.
_PAIRS = [(1 << low) | (1 << high) for low in range(8) for high in range(low)]
_BITS = bytes(_PAIRS[byte % len(_PAIRS)] for byte in range(256))
_BITS_AT = 5  # the byte of a sum that chooses the bits; lower ones choose the place
_LEAST, _MOST = 10, 26
# Bytes for each sum that is held.
_ROOM = 2


class Sieve:
    """`places(sums)`: where a sum may be one that is held. One in some sixty passes that isn't."""

    def __init__(self, table: bytes) -> None:
        self._table = table
        size = len(table).bit_length() - 1
        if len(table) != 1 << size or not _LEAST <= size <= _MOST:
            raise ValueError("size of a sieve")
        self._mask = len(table) - 1
        self._lane = self._mask.to_bytes(8, "little")

    def places(self, sums: int, count: int) -> list[int]:
        """Of the first `count` sums (as `Sums.over` gives them) those that may be held."""
        if count <= 0:
            return []
        size = 8 * count
        every = (sums & (1 << LANE * count) - 1).to_bytes(size, "little")
        wanted = every[_BITS_AT::8].translate(_BITS)
        slots = int.from_bytes(every, "little") & int.from_bytes(self._lane * count, "little")
        held = map(self._table.__getitem__, memoryview(slots.to_bytes(size, "little")).cast("Q"))
        return list(compress(range(count), map(eq, map(and_, held, wanted), wanted)))

    def may_hold(self, value: int) -> bool:
        """The same of one sum."""
        wanted = _BITS[value >> 8 * _BITS_AT & 0xFF]
        return self._table[value & self._mask] & wanted == wanted


def sieve_of(sums: Iterable[int]) -> bytes:
    """The table of a sieve that holds these sums."""
    values = set(sums)
    size = min(max((len(values) * _ROOM - 1).bit_length(), _LEAST), _MOST)
    table = bytearray(1 << size)
    mask = len(table) - 1
    for value in values:
        table[value & mask] |= _BITS[value >> 8 * _BITS_AT & 0xFF]
    return bytes(table)
