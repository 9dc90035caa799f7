"""A set of detectors laid out for scanning: which literal selects which rule, which word judges which detector."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from policies.detectors import numbers
from policies.detectors.checks import APART
from policies.detectors.encoded import RUN
from policies.detectors.ends import Ends
from policies.detectors.escapes import ESCAPE
from policies.detectors.keywords import Keywords
from policies.detectors.model import HIDDEN, Context, Detector, Numbers, Rule
from policies.detectors.patterns import Pattern
from policies.detectors.reading import Literal, bare
from policies.detectors.syntax import Alt, Chars, Node, Seq


@dataclass(frozen=True, slots=True)
class Step:
    """One rule ready to run. bound: a match with no hot word of `near` in reach is refused."""

    detector: Detector
    rule: Rule
    pattern: Pattern
    bound: bool


@dataclass
class Plan:
    """Everything that a scan looks up.

    by_literal: for each word of the automaton the steps that it selects, with the literal's place in a match.
    by_context: for each word the detectors that run steps around it; in_context: those steps by detector. always and
    in_digits: steps that run on every text, or on runs of digits. by_length: number rules by count of digits.
    hidden: detectors of characters that print nothing, by kind.
    words: for each detector with hot words, the numbers of its `near`, `against` and `never` words in the automaton.
    run: a run of digits. triggers: the patterns of all that no literal selects.
    """

    keywords: Keywords
    by_literal: list[tuple[tuple[int, Literal], ...]]
    by_context: list[tuple[str, ...]]
    in_context: dict[str, list[int]]
    steps: list[Step]
    always: list[int]
    in_digits: list[int]
    by_length: dict[int, list[tuple[Detector, Numbers]]]
    words: dict[str, tuple[frozenset[int], frozenset[int], frozenset[int]]]
    groups: dict[str, str]
    run: Pattern | None
    triggers: tuple[Node, ...]
    detectors: tuple[Detector, ...]
    hidden: dict[str, tuple[str, ...]]
    reach: int = 0  # characters of a stream's end that may still matter
    before: int = 0  # characters in front of a finding that judge it
    after: int = 0  # characters behind it that do
    lengths: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def tail(self) -> Ends:
        """What a stream's end may still become; made when a stream first asks."""
        return Ends(self.detectors)

    @cached_property
    def judging(self) -> frozenset[int]:
        """Every word that judges some detector."""
        return frozenset().union(*(words for sets in self.words.values() for words in sets))

    @cached_property
    def in_runs(self) -> tuple[Detector, ...]:
        """Detectors that run on runs of digits."""
        numbered = [one for one in self.detectors if one.numbers]
        return (*numbered, *(self.steps[place].detector for place in self.in_digits))

    @cached_property
    def sure(self) -> Plan:
        """What may be found in characters written one by one."""
        return lay_out(replace(one, rules=tuple(r for r in one.rules if r.check in APART)) for one in self.detectors)

    def stirs(self, seen: bytes, start: int) -> bool:
        """Whether anything from `start` on could make a scan look closer: if not, it finds nothing there."""
        size, pattern, around = len(seen), self._triggers, self._around
        if pattern is not None and pattern.finds(seen, start, size):
            return True
        return around is not None and around.finds(seen, max(start - self.before, 0), size)

    @cached_property
    def _triggers(self) -> Pattern | None:
        """Everything that selects a rule, in one pattern; made when a stream first asks."""
        words = {literal.text for chosen in self.by_literal for _, literal in chosen}
        return _either([*self.triggers, RUN, ESCAPE, *(_caseless(word) for word in sorted(words))])

    @cached_property
    def _around(self) -> Pattern | None:
        """The hot words that steps run around: one may stand before the place that is looked at."""
        near = {word for name in self.in_context for word in _near(self.detectors, name)}
        return _either([_caseless(word) for word in sorted(near)])


def lay_out(detectors: Iterable[Detector]) -> Plan:
    """The plan of these detectors."""
    chosen = list(detectors)
    index: dict[bytes, int] = {}
    selects: dict[int, list[tuple[int, Literal]]] = {}
    steps: list[Step] = []
    always: list[int] = []
    in_digits: list[int] = []
    in_context: dict[str, list[int]] = {}
    for detector in chosen:
        for rule in detector.rules:
            place = len(steps)
            steps.append(Step(detector, rule, rule.pattern, rule.trigger == "context" or detector.bound))
            if rule.trigger == "always":
                always.append(place)
            elif rule.trigger == "digits":
                in_digits.append(place)
            elif rule.trigger == "context":
                in_context.setdefault(detector.id, []).append(place)
            else:
                for literal in rule.literals:
                    word = index.setdefault(literal.text, len(index))
                    selects.setdefault(word, []).append((place, literal))
    words = {detector.id: _words(detector, index) for detector in chosen if detector.context}
    by_length = _by_length(chosen)
    before = max((detector.before for detector in chosen), default=0)
    before = max([before, *(HIDDEN for detector in chosen if detector.characters)])
    gates = [bare(steps[place].rule.node) for place in always]
    runs = [numbers.RUN] if by_length or in_digits else []
    return Plan(
        keywords=Keywords(index),
        by_literal=[tuple(selects.get(number, ())) for number in range(len(index))],
        by_context=[tuple(name for name in in_context if number in words[name][0]) for number in range(len(index))],
        in_context=in_context,
        steps=steps,
        always=always,
        in_digits=in_digits,
        by_length=by_length,
        words=words,
        groups={detector.id: detector.group for detector in chosen if detector.group},
        triggers=(*gates, *runs),
        run=_either(runs),
        detectors=tuple(chosen),
        hidden={
            kind: tuple(d.id for d in chosen if d.characters == kind)
            for kind in {d.characters for d in chosen if d.characters}
        },
        reach=max((detector.max_length + detector.after for detector in chosen), default=0),
        before=before + 2,
        after=max((detector.after for detector in chosen), default=0),
        lengths=frozenset(by_length),
    )


def _either(nodes: list[Node]) -> Pattern | None:
    return Pattern(Alt(tuple(nodes))) if nodes else None


def _caseless(word: bytes) -> Node:
    return Seq(tuple(Chars(frozenset(bytes([code]).upper() + bytes([code]))) for code in word))


def _near(detectors: Iterable[Detector], name: str) -> frozenset[bytes]:
    return next(one.context.near for one in detectors if one.id == name and one.context is not None)


def _words(detector: Detector, index: dict[bytes, int]) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    def numbered(words: Iterable[bytes]) -> frozenset[int]:
        return frozenset(index.setdefault(word, len(index)) for word in sorted(words))

    context = detector.context or Context()
    return numbered(context.near), numbered(context.against), numbered(context.never)


def _by_length(detectors: list[Detector]) -> dict[int, list[tuple[Detector, Numbers]]]:
    table: dict[int, list[tuple[Detector, Numbers]]] = {}
    for detector in detectors:
        for rule in detector.numbers:
            for length in rule.lengths:
                table.setdefault(length, []).append((detector, rule))
    return table
