"""How a cell of a list is read, and how its value is looked for in a text: as words in a row, or as one code.

A code is what is mostly digits (numbers of people, of contracts, of accounts, telephone numbers, days): it is compared
without what stands between its groups. Days are compared as day, month, year in whatever order and words they come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from policies.indexes.words import Words

# Words of one value; a longer cell (a remark, a long address) is not looked for.
MOST_WORDS = 8
# Letters and digits of the shortest value that says anything.
LEAST = 3
# Letters and digits, and groups of them, of the longest code.
LONGEST_CODE = 34
_GROUPS = 12
_DIGITS = frozenset(b"0123456789")
# Digits that make a value a code, and letters of a group that may be part of one.
_CODE_DIGITS = 4
_CODE_LETTERS = 4
# A French telephone number at home, and with the prefix of the country.
_TELEPHONE, _PREFIXED = 10, frozenset({11, 12, 13})

_MONTHS = {
    name: b"%02d" % (index % 12 + 1)
    for index, name in enumerate(
        b"janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre "
        b"january february march april may june july august september october november december "
        b"janv fevr mars avr mai juin juil aout sept oct nov dec "
        b"jan feb mar apr may jun jul aug sep oct nov dec".split()
    )
}
_ORDINALS = {b"1er": b"1"} | {
    b"%d%s" % (day, ending): b"%d" % day for day in range(1, 32) for ending in (b"st", b"nd", b"rd", b"th")
}


class Value(NamedTuple):
    """What is kept of a cell. kind: words (with a space between two), number, mixed (digits and letters) or day."""

    text: bytes
    kind: str


def value_of(seen: bytes) -> Value | None:
    """The value of a cell (its one-byte view); None where too little or too much is in it to be looked for."""
    words = Words(_without_nothing(seen)).list
    if sum(map(len, words)) < LEAST:
        return None
    found = _day(words)
    if found is not None:
        return Value(found, "day")
    if b"@" not in seen and _is_code(words):
        code = _telephone(b"".join(words))
        kind = "number" if code.isdigit() else "mixed"
        return Value(code, kind) if len(code) <= LONGEST_CODE and len(words) <= _GROUPS else None
    return Value(b" ".join(words), "words") if len(words) <= MOST_WORDS else None


class Codes:
    """Finds the codes of some lengths that several words of a text make. numbers: lengths of those that are all digits;
    mixed: of the others; days: whether days are looked for. A code that stands as one word is a word, and is not."""

    def __init__(self, numbers: Collection[int], mixed: Collection[int], *, days: bool) -> None:
        self._days = days
        self._wanted = frozenset(numbers)
        self._numbers = sorted(self._wanted | (_PREFIXED if _TELEPHONE in numbers else frozenset()))
        self._mixed = frozenset(mixed)

    def within(self, words: Sequence[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """First word, last (excluded) and value of each."""
        if self._days and not _ORDINALS.keys().isdisjoint(words):
            words = [_ORDINALS.get(word, word) for word in words]
        if self._numbers or self._days:
            for first, last in _runs([index for index, number in enumerate(map(bytes.isdigit, words)) if number]):
                if self._days:
                    yield from _days(words, first, last)
                yield from self._grouped(words, first, last)
        if self._mixed:
            for place in [index for index, is_letters in enumerate(map(bytes.isalpha, words)) if not is_letters]:
                if place and _short(words[place - 1]):
                    yield from self._mixture(words, place - 1)
                yield from self._mixture(words, place)

    def _grouped(self, words: Sequence[bytes], first: int, last: int) -> Iterator[tuple[int, int, bytes]]:
        """Numbers out of two groups and more of a run of groups of digits, or of one with a country's prefix."""
        digits = b"".join(words[first:last])
        starts = list(accumulate((len(word) for word in words[first:last]), initial=0))
        group_at = {start: group for group, start in enumerate(starts)}
        for group, start in enumerate(starts[:-1]):
            for size in self._numbers:
                end = group_at.get(start + size)
                if end is not None:
                    code = _telephone(digits[start : start + size])
                    if len(code) in self._wanted and (end > group + 1 or len(code) < size):
                        yield first + group, first + end, code

    def _mixture(self, words: Sequence[bytes], first: int) -> Iterator[tuple[int, int, bytes]]:
        """Codes with letters that begin with one word: never two groups of letters in a row."""
        size = len(words[first])
        for last in range(first + 1, min(first + _GROUPS, len(words))):
            word = words[last]
            size += len(word)
            if size > LONGEST_CODE or (word.isalpha() and (len(word) > _CODE_LETTERS or words[last - 1].isalpha())):
                return
            if size in self._mixed:
                yield first, last + 1, b"".join(words[first : last + 1])


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Places in a row, as first and last (excluded)."""
    first = before = None
    for place in places:
        if before is None or place != before + 1:
            if first is not None and before is not None:
                yield first, before + 1
            first = place
        before = place
    if first is not None and before is not None:
        yield first, before + 1


def _days(words: Sequence[bytes], first: int, last: int) -> Iterator[tuple[int, int, bytes]]:
    """Days that begin in a run of numbers, or with the month before it."""
    for place in range(first, last):
        after = words[place + 1] if place + 1 < len(words) else b""
        if place + 1 < last or after in _MONTHS:
            day = _day_at(words, place)
            if day is not None:
                yield day


def _short(word: bytes) -> bool:
    return len(word) <= _CODE_LETTERS and word.isalpha()


def _is_code(words: Sequence[bytes]) -> bool:
    digits = sum(byte in _DIGITS for word in words for byte in word)
    letters = sum(map(len, words)) - digits
    alphas = [len(word) if word.isalpha() else 0 for word in words]
    beside = any(one and other for one, other in pairwise(alphas))
    return digits >= _CODE_DIGITS and letters <= digits and max(alphas) <= _CODE_LETTERS and not beside


def _telephone(code: bytes) -> bytes:
    """French numbers with their country's prefix as they are written at home; all else as it is."""
    if code.isdigit():
        for prefix, size in ((b"0033", 13), (b"330", 12), (b"33", 11)):
            if len(code) == size and code.startswith(prefix):
                return b"0" + code[len(prefix) :]
    return code


def _day(words: Sequence[bytes]) -> bytes | None:
    """The day that a cell holds, as eight digits; None where it holds something else."""
    if len(words) > 3 and not any(word.strip(b"0") for word in words[3:]):
        words = words[:3]  # an export's midnight behind the day
    found = _day_at(words, 0) if len(words) == 3 else None
    return found[2] if found else None


def _day_at(words: Sequence[bytes], place: int) -> tuple[int, int, bytes] | None:
    """A day whose first number is the word at a place: 12 03 1985, 1985 03 12, 12 mars 1985, March 12 1985."""
    if place + 1 >= len(words):
        return None
    one, two = words[place], words[place + 1]
    before = _MONTHS.get(words[place - 1]) if place else None
    if before and _number(one, 2) and _number(two, 4):
        return place - 1, place + 2, one.rjust(2, b"0") + before + two
    if place + 2 >= len(words):
        return None
    three = words[place + 2]
    month = _MONTHS.get(two) or (two.rjust(2, b"0") if _number(two, 2) else None)
    if month is None:
        return None
    if _number(one, 2) and len(three) == 4 and three.isdigit():
        return place, place + 3, one.rjust(2, b"0") + month + three
    if len(one) == 4 and one.isdigit() and _number(three, 2):
        return place, place + 3, three.rjust(2, b"0") + month + one
    return None


def _number(word: bytes, most: int) -> bool:
    return len(word) <= most and word.isdigit()


def _without_nothing(seen: bytes) -> bytes:
    """The cell without a decimal part that says nothing: `45000.00` is 45000."""
    text = seen.strip()
    for zeros in (b".00", b",00", b".0", b",0"):
        if text.endswith(zeros) and text[: -len(zeros)].replace(b" ", b"").isdigit():
            return text[: -len(zeros)]
    return text
