"""What shared words prove: an excerpt of a document, or only a phrase that anybody writes.

Every word counts once, by its letters: a row of dashes, or a table that repeats itself, proves little. In code the
words of languages and of their libraries don't count as telling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# Letters of different words that make an excerpt. One of 120 characters has some 80, fewer where words at both its ends
# are cut or words are repeated; stock phrases have up to 40.
_PROSE = 48
# Or so many letters in all, of so many in different words.
_REPEATING, _OF = 66, 30
# In code, which is indented; and so many of them in words that no language or library gives.
_CODE, _OWN = 36, 16
# So much has to be shared where nothing but phrases of many documents is.
_COMMON = 400
# A stretch of fewer letters counts only by itself: "unless told otherwise, the ... may not" is no excerpt.
STRETCH = 28
# Worth recording, below the threshold of rules.
_MENTION = 0.75
_LONG, _VERY_LONG = 160, 320

_LANGUAGES = frozenset(
    b"""
    abc abstract annotations any argparse array as assert async await auto begin bool boolean break byte bytes callable
    case catch char class classmethod cls collections const constructor continue dataclass dataclasses datetime
    declare def default define del delete dict do double echo elif else elseif elsif end endif enum eof except export
    extends extern false field final finally float fn for foreach from func function functools get global go goto if
    ifdef ifndef impl implements import in include inline instanceof int integer interface is isinstance iterable
    iterator itertools java json lambda len let list literal local logging long main map mapping match math mod module
    mut my namespace new nil none not null object of optional option or os override package pass path pathlib pragma
    print printf private property protected pub public raise random range re record ref require return self sequence
    set short signed size sizeof static staticmethod std str string struct sub super switch sys template test then this
    throw throws time true try tuple type typedef typename typeof typing undefined union unittest unless unsafe
    unsigned use using val value var vector void volatile when where while with yield
    __future__ __init__ __main__ __name__ __all__ __file__
    """.split()
)


class Worth(NamedTuple):
    """size: letters of the words that count, against what an excerpt needs. length: letters of all."""

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


def worth_of(words: Sequence[bytes], *, code: bool, telling: bool) -> Worth:
    """What the shared words are worth. telling: among them is something that few documents have."""
    different = set(words)
    length, letters = sum(map(len, words)), sum(map(len, different))
    if not telling:
        return Worth(letters / _COMMON, length)
    if code:
        own = sum(len(word) for word in different if word not in _LANGUAGES)
        return Worth(min(letters / _CODE, own / _OWN), length)
    return Worth(max(letters / _PROSE, min(length / _REPEATING, letters / _OF)), length)
