"""What a detector is, once its file was read: plain typed values from which the engine is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from policies.detectors.marks import LABELS
from policies.detectors.patterns import Pattern
from policies.detectors.reading import Literal, literals
from policies.detectors.syntax import Node

# Blanks and list marks that may stand between a mark alone on its line and the line's ends.
LINE_MARKS = 6
# Characters that print nothing, in a row, of which a stream must see the end; and what may stand before them to judge.
HIDDEN = 64
# How far beside a value the words are heard that make it none.
NEVER_BEFORE, NEVER_AFTER = 100, 50
_BARE = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz")
_SIGNS = bytes(code for code in range(128) if code not in _BARE)


class Problem(NamedTuple):
    """Something wrong in a detector's file. path: index of the document, then keys and indexes down to the place.

    nearest: the closest valid name, where a name is unknown.
    """

    path: tuple[str | int, ...]
    message: str
    nearest: str | None = None


class Verdict(NamedTuple):
    """What a check says of a candidate: how sure it makes us, and why in words that show nothing of the value.

    length: how many characters of the candidate are the finding, where the check knows better than the pattern.
    """

    confidence: float
    why: str
    length: int = 0


# Said of a candidate that is something else: its text is taken, so that nothing is found inside it either.
TAKEN = Verdict(-1.0, "")

# A check takes the candidate's bytes in the one-byte view (case kept) and accepts or refuses it.
Check = Callable[[bytes], Verdict | None]


@dataclass(frozen=True)
class Rule:
    """One pattern of a detector.

    trigger: literal (a literal of the pattern occurs) | digits (a long run of digits occurs) | context (a hot word of
    the detector's `near` stands within reach of the finding, else there is none) | always. boundary: word
    (no letter or digit touches the match) | left | none | identifier (as word, but digits and a change of case also
    separate words) | line (alone on its line, list marks apart). confidence: before checks and context; a check
    overrides it. longest: characters of the longest match.
    """

    node: Node
    confidence: float
    trigger: str = "literal"
    boundary: str = "word"
    check: Check | None = None
    longest: int = 256
    why: str = "pattern"

    @cached_property
    def pattern(self) -> Pattern:
        """The compiled pattern; raises PatternRefused."""
        return Pattern(self.node)

    @cached_property
    def literals(self) -> tuple[Literal, ...]:
        """Literals of which each match has one."""
        return literals(self.node)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of given lengths, in whole groups of digits: `4970 1011 2234 4567` but never part of a longer group.

    even: the groups must all be separated alike.
    """

    lengths: tuple[int, ...]
    check: Check
    even: bool = True


@dataclass(frozen=True, slots=True)
class Context:
    """Hot words around a candidate: `raise_by` is added once if one of `near` is within reach, `lower_by` taken off for
    one of `against`. A candidate with a word of `against` and none of `near` is lowered, with both it is raised; with
    `nearest`, the word that stands nearer decides (one behind the candidate counts as 20 characters
    farther away, one of `against` only on the candidate's line).

    required: a candidate without a word of `near` is no finding at all. ahead: words of `against` behind the candidate
    don't count. never: words beside which a candidate is no finding, whatever else stands there and however far
    `before` and `after` reach: they are heard as far as any (NEVER_BEFORE, NEVER_AFTER).
    """

    near: frozenset[bytes] = frozenset()
    against: frozenset[bytes] = frozenset()
    never: frozenset[bytes] = frozenset()
    raise_by: float = 0.25
    lower_by: float = 0.4
    before: int = 100
    after: int = 50
    required: bool = False
    nearest: bool = False
    ahead: bool = False

    @property
    def reaches(self) -> bool:
        """Whether words beside a candidate count; else only headings above it do."""
        return bool(self.before or self.after)


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector of the catalogue.

    group: detectors of one group compete for the same characters; of two overlapping findings the surer one (then the
    longer one) stays. stop: lower-case words that, inside a candidate, make it no finding (placeholders). ignored:
    values that are none, by letters and digits alone (see `bare`). ignored_like: how others begin and end.
    confidential: its id may be shown to its owners only. index: exact or documents, where it finds what the company's
    own indexes hold, not patterns. characters: invisible, bidi or tags, where it finds characters that print nothing.
    label: what a document with such a finding is marked as. marks: its findings are marks of several kinds, which
    `detectors.marks` tells apart.
    """

    id: str
    rules: tuple[Rule, ...] = ()
    numbers: tuple[Numbers, ...] = ()
    context: Context | None = None
    group: str = ""
    stop: tuple[bytes, ...] = ()
    ignored: frozenset[bytes] = frozenset()
    ignored_like: tuple[tuple[bytes, bytes], ...] = ()
    confidential: bool = False
    index: str = ""
    characters: str = ""
    label: str = ""
    marks: bool = False
    title: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def bound(self) -> bool:
        """Whether every finding needs a hot word beside it."""
        return self.context is not None and self.context.required

    def ignores(self, value: bytes) -> bool:
        """Whether a value is one of those that are none."""
        if self.ignored and bare(value) in self.ignored:
            return True
        return bool(self.ignored_like) and any(_like(value.lower(), *like) for like in self.ignored_like)

    @property
    def labels(self) -> frozenset[str]:
        """The labels that its findings may bear."""
        return frozenset({self.label}) if self.label else LABELS if self.marks else frozenset()

    @property
    def max_length(self) -> int:
        """Characters of the longest finding's match: what a stream must hold back at most, hot words apart."""
        patterns = [rule.longest for rule in self.rules]
        # Up to two separators may stand between any two digits.
        hidden = [HIDDEN] if self.characters else []
        return max([*patterns, *hidden, *(max(numbers.lengths) * 3 for numbers in self.numbers)], default=0)

    @property
    def after(self) -> int:
        """Characters behind a finding that still judge it: the boundary, and hot words where it has some."""
        boundary = LINE_MARKS + 1 if any(rule.boundary == "line" for rule in self.rules) else 1
        context = self.context
        if context is None:
            return boundary
        # A word need only begin within reach.
        reached = [(context.after, context.near | context.against)] if context.after else []
        reached += [(NEVER_AFTER, context.never)] if context.never else []
        return max([boundary, *(after + max(map(len, words), default=0) + 2 for after, words in reached)])

    @property
    def before(self) -> int:
        """Characters in front of a finding that judge it."""
        if self.context is None:
            return 0
        return max(self.context.before, NEVER_BEFORE if self.context.never else 0)


def bare(value: bytes) -> bytes:
    """A value as ignored ones are compared: its ASCII letters and digits, in lower case."""
    return bytes(code for code in value.lower() if code in _BARE)


def _like(value: bytes, begins: bytes, ends: bytes) -> bool:
    """Whether a value in lower case begins and ends so, with letters and digits alone between: no second value fits in
    there behind a sign."""
    first, last = _spelt(value, begins), _spelt(value[::-1], ends[::-1])
    if first < 0 or last < 0 or first + last > len(value):
        return False
    between = value[first : len(value) - last].strip(_SIGNS)
    return not between or between.isalnum()


def _spelt(value: bytes, wanted: bytes) -> int:
    """How many bytes at the beginning of a value spell these letters and digits; -1 where they don't."""
    at = 0
    for code in wanted:
        while at < len(value) and value[at] not in _BARE:
            at += 1
        if at == len(value) or value[at] != code:
            return -1
        at += 1
    return at
