"""What the end of a growing text may still become: for each detector a pattern of beginnings, small enough to be fast.

One pattern for all of them would be quicker still, if it stayed small; counted repeats of nearly any character
(`password = "` and up to 64 of anything) multiply its states: they are looked at only where what precedes them stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import inf

from policies.detectors import numbers
from policies.detectors.model import Detector, Rule
from policies.detectors.patterns import Pattern, Tail
from policies.detectors.reading import bare, firsts, followed, prefixes, shortest, wide
from policies.detectors.syntax import Chars, Node, Repeat, Seq
from policies.detectors.view import IGNORED, WORD


@dataclass
class _Guarded:
    """A rule whose beginnings are looked for only where its head stands within reach."""

    rule: Rule
    head: Pattern
    after: int

    @cached_property
    def tail(self) -> Tail:
        nodes = [prefixes(self.rule.node)]
        if self.after > 1:
            nodes.append(followed(self.rule.node, self.after - 1))
        return Tail(nodes, [], WORD) if _at_words(self.rule) else Tail([], nodes, WORD)

    def start(self, seen: bytes) -> int:
        size = len(seen)
        base = max(size - self.rule.longest - self.after, 0)
        return base + self.tail.start(seen[base:]) if self.head.finds(seen, base, size) else size


class _Ends:
    """Of one detector."""

    __slots__ = ("_guarded", "_limit", "_tail")

    def __init__(self, detector: Detector) -> None:
        at_words: list[Node] = []
        anywhere = [numbers.beginnings(1, max(one.lengths)) for one in detector.numbers]
        self._guarded: list[_Guarded] = []
        after = detector.after - 1
        for rule in detector.rules:
            # Headings don't count in a growing text.
            if rule.trigger == "context" and detector.context and not detector.context.reaches:
                continue
            nodes = at_words if _at_words(rule) else anywhere
            head = _head(rule.node)
            if head is not None:
                self._guarded.append(_Guarded(rule, Pattern(bare(head)), detector.after))
                nodes.append(prefixes(head))
                continue
            nodes.append(prefixes(rule.node))
            if after:
                nodes.append(followed(rule.node, after))
        if after:
            for one in detector.numbers:
                anywhere.append(followed(numbers.beginnings(min(one.lengths), max(one.lengths)), after))
        if detector.characters:
            anywhere.append(Repeat(Chars(frozenset({IGNORED})), 1, inf))
        # A row of characters that print nothing may be of any length.
        self._limit = 0 if detector.characters else detector.max_length + detector.after
        self._tail = Tail(at_words, anywhere, WORD)

    def start(self, seen: bytes) -> int:
        base = max(len(seen) - self._limit, 0) if self._limit else 0
        start = base + self._tail.start(seen[base:] if base else seen)
        for one in self._guarded:
            start = min(start, one.start(seen))
        return start


class Ends:
    """Of several detectors."""

    __slots__ = ("_each",)

    def __init__(self, detectors: Iterable[Detector]) -> None:
        self._each = [_Ends(detector) for detector in detectors]

    def start(self, seen: bytes) -> int:
        """Where the longest end begins that may still become, or change, a finding; the length if none may."""
        return min([one.start(seen) for one in self._each], default=len(seen))


def _at_words(rule: Rule) -> bool:
    return rule.boundary in ("word", "left") and firsts(rule.node) <= WORD


def _head(node: Node) -> Node | None:
    """What stands before the first long repeat of nearly any character; None without one, or with nothing before it."""
    if not isinstance(node, Seq):
        return None
    for index, item in enumerate(node.items):
        if wide(item):
            head = Seq(node.items[:index])
            return head if shortest(head) > 2 else None
    return None
