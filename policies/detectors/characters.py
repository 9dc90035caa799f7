"""Characters that print nothing, found in the text itself: the one-byte view only says that there are some.

Three kinds: tags (U+E0000 and on, which spell ASCII that nobody sees), controls of the direction of writing, and other
invisible ones in a row or inside a word. What typography and emoji need is none: one joiner, one variation selector,
soft hyphens, the flags of England, Scotland and Wales. Sources: Unicode 16 (default-ignorable code points), UTS 51
(emoji), UAX 9 (bidirectional algorithm).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from policies.detectors.budget import Budget
from policies.detectors.model import HIDDEN
from policies.detectors.steps import Steps
from policies.detectors.view import IGNORED
from policies.findings import Finding

KINDS = ("invisible", "bidi", "tags")
# Cost of a run and of each of its characters, in attempts to match.
COST, _EACH = 1.0, 0.25

_TAGS = range(0xE0000, 0xE0080)
_SELECTORS = range(0xE0100, 0xE01F0)
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OVERRIDES = frozenset("\u202d\u202e")
_SOFT_HYPHEN = "\u00ad"
_FLAG, _END_OF_FLAG, _LONGEST_FLAG = "\U0001f3f4", "\U000e007f", 7
_ROW = 3
_IGNORED = bytes([IGNORED])
_RIGHT_TO_LEFT = frozenset(("R", "AL"))
# Runs of combining marks alone are writing, however many there are.
_MARKS = frozenset(("Mn", "Me"))


class Hidden(NamedTuple):
    """A stretch of characters of one kind that hides something."""

    kind: str
    start: int
    end: int
    confidence: float
    why: str


def findings(
    detectors: Mapping[str, tuple[str, ...]], text: str, seen: bytes, start: int, budget: Budget
) -> Steps[list[Finding]]:
    """What is hidden from `start` on. detectors: ids by kind. seen: the text's one-byte view. budget: as for a scan."""
    found: list[Finding] = []
    low = seen.find(_IGNORED, start)
    while low >= 0:
        high = _run(seen, low)
        budget.spend(COST + (high - low) * _EACH)
        for kind, first, last, confidence, why in _judged(text, low, high):
            found += [Finding(name, first, last, confidence, 0, why) for name in detectors.get(kind, ())]
        if budget.tired():
            yield
        low = seen.find(_IGNORED, high)
    return found


def _run(seen: bytes, low: int) -> int:
    """Where a run of ignored characters ends."""
    while low < len(seen) and not (piece := seen[low : low + 256]).strip(_IGNORED):
        low += len(piece)
    return low + len(piece := seen[low : low + 256]) - len(piece.lstrip(_IGNORED))


def _judged(text: str, low: int, high: int) -> Iterator[Hidden]:
    """What one run hides: at most one stretch of each kind, from its first such character to its last."""
    found: dict[str, Hidden] = {}
    place = low
    for kind, group in groupby(text[low:high], _kind):
        piece = "".join(group)
        start, place = place, place + len(piece)
        one = _piece(text, kind, start, place)
        if one is not None and (before := found.get(kind)) is not None:
            one = one._replace(start=before.start, confidence=max(one.confidence, before.confidence))
        if one is not None:
            found[kind] = one
    yield from found.values()


def _piece(text: str, kind: str, start: int, end: int) -> Hidden | None:
    """A row of characters of one kind, where it hides something."""
    if kind == "tags" and not _flag(text[start - 1 : start], text[start:end]):
        return Hidden("tags", start, end, 0.95, "tag characters")
    if kind == "bidi":
        return Hidden("bidi", start, end, _direction(text, start, end), "controls of the direction of writing")
    sure = _invisible(text, start, end) if kind == "invisible" else 0.0
    return Hidden("invisible", start, end, sure, "invisible characters") if sure else None


def _kind(char: str) -> str:
    code = ord(char)
    if code in _TAGS:
        return "tags"
    if char in _BIDI:
        return "bidi"
    ideographic = code in _SELECTORS
    return "invisible" if ideographic or unicodedata.category(char) not in _MARKS or 0xFE00 <= code <= 0xFE0F else ""


def _flag(before: str, piece: str) -> bool:
    return before == _FLAG and piece.endswith(_END_OF_FLAG) and len(piece) <= _LONGEST_FLAG


def _direction(text: str, start: int, end: int) -> float:
    """Overrides are never needed; the others are, where a script is written from the right."""
    if not _OVERRIDES.isdisjoint(text[start:end]):
        return 0.9
    around = text[max(start - HIDDEN, 0) : start]
    return 0.4 if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in around) else 0.8


def _invisible(text: str, start: int, end: int) -> float:
    piece = text[start:end]
    if len(piece) >= _ROW and piece.strip(_SOFT_HYPHEN):
        return 0.9
    if sum(ord(char) in _SELECTORS for char in piece) > 1:
        return 0.9
    before, after = text[start - 1 : start], text[end : end + 1]
    inside = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return 0.6 if inside and piece.strip(_SOFT_HYPHEN) else 0.0
