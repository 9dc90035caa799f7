"""Long numbers written in groups: which whole groups of digits could be a card, a NIR, a SIRET.

A run of digits and separators is found once for all detectors; inside it only sequences of whole groups are tried, so
that a number is never cut out of a longer one and a table of figures costs little.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from policies.detectors.patterns import Pattern
from policies.detectors.syntax import Chars, Node, Repeat, Seq, parse
from policies.detectors.view import WORD

# At least seven digits. Brackets and slashes occur in telephone numbers; `Numbers` allow only space, dot and hyphen.
RUN = parse(r"[0-9](?:[AaBb]?[ .\-()/]{0,3}[0-9]){6,}")
_SEPARATORS = b" .-"
_MOST_SEPARATORS = 2
_DIGITS = b"0123456789"
_GROUP = Pattern(parse("[0-9AaBb]{1,}"))

# Digits that no list, counter or ruler would stop at: beyond this a sequence of groups can't be any number we know.
_LONGEST = 19


class Candidate(NamedTuple):
    start: int
    end: int
    value: bytes  # digits (and A or B) without separators, upper case
    even: bool  # all separators alike
    decimal: bool  # behind a decimal point


def candidates(seen: bytes, start: int, end: int, lengths: frozenset[int]) -> Iterator[Candidate]:
    """Every sequence of whole groups within a run of digits whose total length is one of `lengths`."""
    ahead = _groups(seen, start, end)
    # A group has a digit at least.
    groups = list(islice(ahead, _LONGEST + 1))
    touched = bool(groups) and groups[0][0] > 0 and seen[groups[0][0] - 1] in WORD
    while groups:
        if not touched:
            yield from _from(seen, groups, lengths)
        touched = False
        del groups[0]
        groups += islice(ahead, 1)


def _from(seen: bytes, groups: list[tuple[int, int]], lengths: frozenset[int]) -> Iterator[Candidate]:
    """The sequences that begin with the first of these groups."""
    begin = groups[0][0]
    value, gap, even = b"", None, True
    for index, (low, high) in enumerate(groups):
        if index:
            between = seen[groups[index - 1][1] : low]
            if len(between) > _MOST_SEPARATORS or between.strip(_SEPARATORS):
                return
            even, gap = even and gap in (None, between), between
        value += seen[low:high]
        if len(value) > _LONGEST:
            return
        if len(value) in lengths and not (high < len(seen) and seen[high] in WORD):
            decimal = not index and begin > 1 and seen[begin - 1] == 0x2E and seen[begin - 2] in _DIGITS
            yield Candidate(begin, high, value.upper(), even, decimal)


def _groups(seen: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    while (span := _GROUP.search(seen, start, end)) is not None:
        yield span[:2]
        start = span[1]


def beginnings(fewest: int, most: int) -> Node:
    """The pattern of a number of so many digits in groups, with a separator that may follow."""
    digit = Chars(frozenset(_DIGITS))
    letter = Repeat(Chars(frozenset(b"AaBb")), 0, 1)
    gap = Repeat(Chars(frozenset(_SEPARATORS)), 0, _MOST_SEPARATORS)
    return Seq((digit, Repeat(Seq((letter, gap, digit)), fewest - 1, most - 1), letter, gap))
