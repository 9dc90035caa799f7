"""What shared words prove: an excerpt of a document, or only a phrase that anybody writes.

In prose every word counts once, by its letters: a row of dashes, or a table that repeats itself, proves little; and by
half where it stands behind the word before it in many of the documents. In code words count by how unlikely they are
behind the two before them, as a stock of public code has it: what a language or a library makes everybody write proves
nothing, whatever its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from policies.indexes.fingerprints import pair_of
from policies.indexes.stock import ROW, Stock
from policies.indexes.words import Lexicon

# Letters of different words that make an excerpt. One of 120 characters has some 80, fewer where words at both its ends
# are cut or words are repeated; stock phrases have up to 40.
_PROSE = 48
# Or so many letters in all, of so many in different words.
_REPEATING, _OF = 66, 30
# Of letters that count by half and whole, so many are as good as all.
_RARE = 0.75
# So much has to be shared where nothing but phrases of many documents is.
_COMMON = 400
# A stretch of fewer letters counts only by itself: "unless told otherwise, the ... may not" is no excerpt.
STRETCH = 28
# How unlikely words of code are, in bits: nothing where they end three in a row that are usual, or were there before;
# else a usual word so many, and any other so many and one for each letter, up to a most.
_USUAL, _OTHER, _LETTERS = 5, 10, 12
# Bits that make an excerpt of code, and those that do where it covers so many characters. One of 120 covers fewer where
# words at its ends are cut; turns of the language and of libraries seldom cover as many.
_CODE, _CODE_LONG, _COVERED = 65, 25, 95
# Worth recording, below the threshold of rules.
_MENTION = 0.75
_LONG, _VERY_LONG = 160, 320


class Worth(NamedTuple):
    """size: what the words prove, against what an excerpt needs. length: letters of all."""

    size: float
    length: int

    @property
    def mentioned(self) -> bool:
        """Whether it is worth recording at all."""
        return self.size >= _MENTION

    def confidence(self, share: float) -> float:
        """How sure it is an excerpt. share: how much of the document it is."""
        if self.size < 1:
            return 0.5
        if self.length >= _VERY_LONG or share >= 0.5:
            return 0.97
        return 0.92 if self.length >= _LONG else 0.85


def common_worth(words: Sequence[bytes]) -> Worth:
    """What words are worth of which many documents have every one."""
    return Worth(_letters(set(words)) / _COMMON, _letters(words))


def prose_worth(words: Sequence[bytes], usual: frozenset[int], lexicon: Lexicon) -> Worth:
    """What words of prose are worth. usual: pairs of words that many of the documents have."""
    different = set(words)
    length, letters = _letters(words), _letters(different)
    if usual and letters < 2 * _PROSE:
        rare = {word for before, word in pairwise(words) if pair_of(lexicon, before, word) not in usual}
        halves = letters + _letters(rare | {words[0]})
        letters = min(letters, int(halves / 2 / _RARE))
    return Worth(max(letters / _PROSE, min(length / _REPEATING, letters / _OF)), length)


def code_worth(words: Sequence[bytes], covered: int, stock: Stock) -> Worth:
    """What words of code are worth. covered: how many characters they stand on."""
    bits = _bits(words, stock)
    return Worth(max(bits / _CODE, bits / _CODE_LONG if covered >= _COVERED else 0), _letters(words))


def _bits(words: Sequence[bytes], stock: Stock) -> int:
    """How unlikely the words are; not counted on where it is enough."""
    bits = 0
    before: set[tuple[bytes, ...]] = set()
    for place, word in enumerate(words):
        row = tuple(words[max(place - ROW + 1, 0) : place + 1])
        if row in before:
            continue
        before.add(row)
        if len(row) < ROW or not stock.holds(row):
            bits += _USUAL if stock.holds(row[-1:]) else _OTHER + min(len(word), _LETTERS)
        if bits >= _CODE:
            break
    return bits


def _letters(words: Sequence[bytes] | set[bytes]) -> int:
    return sum(map(len, words))
