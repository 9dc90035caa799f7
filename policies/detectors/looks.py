"""How a string looks: random, typed by hand, blanked, or the place of a value that isn't there."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import log2

_PLACEHOLDERS = (
    b"example", b"exemple", b"changeme", b"change_me", b"change-me", b"placeholder", b"your_", b"your-", b"yourpass",
    b"votre", b"redacted", b"dummy", b"xxxx", b"****", b"....", b"todo", b"insert", b"replace", b"process.env",
    b"environ", b"getenv", b"secrets.", b"vault.", b"123456789012", b"abcdefgh", b"foobar", b"<", b"${", b"{{",
    b"%(", b"$(", b"null", b"not-a-", b"too-short", b"sandbox", b"sdbx_", b"sbx_", b"&lt;",
)  # fmt: skip
_LEAST_RUN = 3
_CHANGES = 0.35
DIGITS = frozenset(b"0123456789")


def entropy(value: bytes) -> float:
    """Shannon entropy in bits a character."""
    size = len(value)
    return -sum(count / size * log2(count / size) for count in Counter(value).values()) if size else 0.0


def placeholder(value: bytes) -> bool:
    """Whether the string stands for a value: a word that says so, a variable, or three characters at most."""
    low = value.lower()
    return any(mark in low for mark in _PLACEHOLDERS) or len(set(low)) <= 3


def blanked(value: bytes) -> bool:
    """Eight times the same character in a row, `xxxx`, or `example`."""
    low = value.lower()
    if b"xxxx" in low or b"example" in low:
        return True
    return any(low[index : index + 8] == low[index : index + 1] * 8 for index in range(len(low) - 7))


def typed(value: bytes) -> bool:
    """Whether most of the string is runs of the alphabet or of digits (`abc123def456`): nobody draws that at random."""
    low = bytes(byte for byte in value.lower() if chr(byte).isalnum())
    inside, run = 0, 1
    for before, after in pairwise((*low, 0)):
        if after == before + 1:
            run += 1
            continue
        inside += run if run >= _LEAST_RUN else 0
        run = 1
    return 2 * inside >= len(low) > 0


def kinds(value: bytes) -> int:
    """How many kinds of characters occur: digits, lower case, upper case, others."""
    digits = not DIGITS.isdisjoint(value)
    return digits + (value.upper() != value) + (value.lower() != value) + (not value.isalnum())


def scrambled(value: bytes) -> bool:
    """Whether digits, upper and lower case follow each other as in a random string; in names made of words they don't
    (three pairs in five change kind in the one, one in five in the other)."""
    kind = [0 if 48 <= code <= 57 else 1 if 65 <= code <= 90 else 2 for code in value]
    return sum(before != after for before, after in pairwise(kind)) >= _CHANGES * (len(value) - 1)
