"""A text as words without case, accents, punctuation and line ends; their keyed hashes, and sums of these in a row.

Both an index and the texts it is asked about are read this way. Source code is read with its signs, which say most
there; blanks still mean nothing. Per-word work is what costs: words are hashed once and remembered, and sums over
neighbouring words are made for a whole text at once, in one long integer.
"""

from __future__ import annotations

from array import array
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate, compress

from policies.detectors.view import IGNORED, WORD

# Digits and letters stay, capitals become small, all else parts words.
_FOLD = bytes(byte + 32 if 65 <= byte <= 90 else byte if byte in WORD else 32 for byte in range(256))
# In code signs are words of their own: brackets and quotes of any kind are one sign each, rare signs part words.
_ALIKE = {ord(sign): ord(kind) for signs, kind in (("[{<", "("), ("]}>", ")"), ("'`", '"')) for sign in signs}
_SIGNS = b'().,:;="-+*/$&|!%@#'
_CODE = bytes(_ALIKE.get(byte, byte if byte in _SIGNS or byte == 0x5F else folded) for byte, folded in enumerate(_FOLD))
_HIDDEN = bytes([IGNORED])
# A word broken over two lines: a hyphen at the end of a line.
_BROKEN = (b"-\n", b"-\r\n")
_BLANK = b" \t>"

LANE = 64  # bits
# A hash of a word has 58 bits: the sum of five, times at most 11 each, stays below 64.
_SPARE = 6
_FACTORS = (1, 3, 5, 7, 11)

_REMEMBERED = 1 << 16
_LONGEST = 64


class Words:
    """The words of one text, given as its one-byte view. code: its signs are words too."""

    def __init__(self, seen: bytes, *, code: bool = False) -> None:
        self._seen = seen
        whole = _mended(seen) if not code and any(mark in seen for mark in _BROKEN) else seen
        self._mended = whole is not seen
        self._folded = apart = whole.translate(_CODE if code else _FOLD, _HIDDEN)
        for sign in _SIGNS if code else b"":
            apart = apart.replace(bytes([sign]), b" %c " % sign)
        self.list = apart.split()

    def __len__(self) -> int:
        return len(self.list)

    @cached_property
    def at(self) -> list[int]:
        """For each word how many characters of words stand before it; and one more, how many there are."""
        return list(accumulate(map(len, self.list), initial=0))

    def length(self, first: int, last: int) -> int:
        """Characters of the words from `first` to `last` (excluded)."""
        return self.at[last] - self.at[first]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words from `first` to `last` (excluded) stand in the view."""
        start, end = self._starts[first], self._starts[last - 1] + len(self.list[last - 1])
        kept = self._kept
        return (start, end) if kept is None else (kept[start], kept[end - 1] + 1)

    def joined(self, first: int, last: int) -> bytes:
        """The words from `first` to `last` (excluded) with one space between two."""
        return b" ".join(self.list[first:last])

    @cached_property
    def _starts(self) -> list[int]:
        """Offset of each word in `_folded`, where nothing but blanks stands between two."""
        starts, place = [], 0
        for word in self.list:
            place = self._folded.index(word, place)
            starts.append(place)
            place += len(word)
        return starts

    @cached_property
    def _kept(self) -> list[int] | None:
        """For each byte of `_folded` its offset in the view, None where they are the same."""
        if not self._mended and IGNORED not in self._seen:
            return None
        keep = bytearray(byte != IGNORED for byte in self._seen)
        for start, end in _breaks(self._seen) if self._mended else ():
            keep[start:end] = bytes(end - start)
        return list(compress(range(len(self._seen)), keep))


def _breaks(seen: bytes) -> list[tuple[int, int]]:
    """Where words are broken: the hyphen, the line's end and the blanks (or quoting marks) before the next."""
    found = []
    for mark in _BROKEN:
        start = seen.find(mark)
        while start >= 0:
            end = start + len(mark)
            while end < len(seen) and seen[end] in _BLANK:
                end += 1
            found.append((start, end))
            start = seen.find(mark, end)
    return sorted(found)


def _mended(seen: bytes) -> bytes:
    """The view with broken words whole again."""
    breaks = _breaks(seen)
    starts = [0, *(end for _, end in breaks)]
    ends = [*(start for start, _ in breaks), len(seen)]
    return b"".join(seen[start:end] for start, end in zip(starts, ends, strict=True))


class Lexicon(dict[bytes, int]):
    """Keyed hashes of words and of words in a row, those of words remembered (at most so many)."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._state = blake2b(key=key, digest_size=8, person=b"ecluse words")

    def __missing__(self, word: bytes) -> int:
        value = self.of(word)
        if len(word) <= _LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[word] = value
        return value

    def of(self, value: bytes) -> int:
        """The hash of a value, below 2**58; never remembered."""
        state = self._state.copy()
        state.update(value)
        return int.from_bytes(state.digest(), "little") >> _SPARE

    def all(self, words: list[bytes]) -> list[int]:
        """The hashes of words."""
        return list(map(self.__getitem__, words))


class Sums:
    """For every place in a list of hashes the sum of it and its next ones, each times its own factor.

    Sums tell where to look and are never kept in an index. Lane i of a sum over n is meaningful below `len - n + 1`.
    """

    def __init__(self, hashes: list[int]) -> None:
        self._lanes = [int.from_bytes(array("Q", hashes).tobytes(), "little")]

    def over(self, count: int) -> int:
        """The sums over `count` hashes (at most five), each in a lane of 64 bits, the first lane the lowest."""
        first = self._lanes[0]
        while len(self._lanes) < count:
            place = len(self._lanes)
            self._lanes.append(self._lanes[-1] + (first >> (LANE * place)) * _FACTORS[place])
        return self._lanes[count - 1]


def sum_of(hashes: list[int]) -> int:
    """The sum of one row of hashes, as `Sums` has it."""
    return sum(value * factor for value, factor in zip(hashes, _FACTORS, strict=False))
