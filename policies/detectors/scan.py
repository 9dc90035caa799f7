"""One scan of one view: candidates from literals, runs of digits and patterns; checks, hot words, competition."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from policies.detectors import numbers
from policies.detectors.budget import Budget, ScanBudgetExceeded
from policies.detectors.hotwords import HotWords
from policies.detectors.marks import label_of
from policies.detectors.model import LINE_MARKS, Detector, Verdict
from policies.detectors.patterns import OUTSIDE, STRETCH, led
from policies.detectors.plan import Plan, Step
from policies.detectors.reading import Literal
from policies.detectors.steps import Steps, in_order, let_go
from policies.detectors.view import WORD
from policies.findings import Finding

# Keywords are looked for in so many characters at a time, and so many candidates judged.
_PIECE = 1 << 14
_JUDGED = 512
# So many places of a literal are looked at before a pause, most of which no match can begin at.
_LITERALS = 4096
# Findings less sure than this are not worth recording.
FLOOR = 0.2
_SURE = 0.99
# Taken off a number that stands behind a decimal point.
_DECIMAL = 0.4
_LINE_MARKS = b" \t*#=~>[]().!_-"
# What a literal's occurrence costs beside an attempt to match, and what an accepted match does (words around it, which
# one stays of several).
_HIT = 0.2
_ACCEPTED = 3.0
# What each character costs that a pattern is led over.
_READ = 0.0004
# What the check of a number costs beside an attempt to match.
_NUMBER = 0.8
# What finding the group costs for each character of a match: RE2 then leaves its fast automaton.
_CAPTURED = 0.05


class Candidate(NamedTuple):
    """A match that its check accepted. origin: where the match begins, maybe before the finding (`mdp : ...`)."""

    detector: Detector
    start: int
    end: int
    verdict: Verdict
    origin: int


class Scan:
    """The scan of one view by one plan. start: nothing is found before it, though what stands there still judges.
    headings: whether those of tables count for what stands under them.

    matches: after `findings`, the span of every accepted match, those too that hot words or competition dropped: the
    search went on behind them, so a stream may not be cut inside them.
    """

    __slots__ = ("_budget", "_hits", "_plan", "_seen", "_start", "_starts", "_words", "matches")

    def __init__(
        self, plan: Plan, seen: bytes, start: int, starts: Sequence[int], budget: Budget, *, headings: bool = False
    ) -> None:
        self._plan = plan
        self._seen = seen
        self._start = start
        self._starts = starts
        self._budget = budget
        self._hits: list[tuple[int, int, int]] = []
        self._words = HotWords(plan, seen, self._hits, starts, headings=budget if headings else None)
        self.matches: list[tuple[int, int]] = []

    def findings(self) -> Steps[list[Finding]]:
        """Every finding, by start: a generator that pauses where it grows long, and returns the list."""
        try:
            found = yield from self._found()
        except ScanBudgetExceeded:
            yield from self._let_go()
            raise
        yield from self._let_go()
        return found

    def _let_go(self) -> Steps[None]:
        yield from self._words.let_go()
        yield from let_go(self._hits)

    def _found(self) -> Steps[list[Finding]]:
        folded = self._seen.lower()
        for low in range(0, len(folded), _PIECE):
            if low:
                yield
            hits = self._plan.keywords.find(folded, low, low + _PIECE)
            self._spend(len(hits) * _HIT)
            self._hits += hits
        found: list[Candidate] = []
        for candidate in self._candidates():
            if candidate is None:
                yield
            else:
                found.append(candidate)
        if not found:
            return []
        self.matches = [(candidate.origin, candidate.end) for candidate in found]
        judged: list[Finding] = []
        many = self._words.many()
        for index, candidate in enumerate(found):
            if index % _JUDGED == _JUDGED - 1:
                yield
            if many:
                yield from self._words.ready(candidate.detector)
            one = self._judged(candidate)
            if one is not None:
                judged.append(one)
        return (yield from _compete(judged, self._plan))

    def _candidates(self) -> Iterator[Candidate | None]:
        if self._hits:
            yield from self._from_literals()
            yield from self._from_context()
        yield from self._from_everywhere()
        yield from self._from_digits()

    def _from_literals(self) -> Iterator[Candidate | None]:
        selected: dict[int, list[tuple[int, int, Literal]]] = {}
        by_literal, steps, many = self._plan.by_literal, self._plan.steps, self._words.many()
        for index, (word, low, high) in enumerate(self._hits):
            if index % _LITERALS == _LITERALS - 1:
                yield None
            for place, literal in by_literal[word]:
                last = low - literal.before_min
                if last < self._start:
                    continue
                fixed = literal.before_min == literal.before_max
                if not fixed or self._may_begin(steps[place], last):
                    selected.setdefault(place, []).append((low, high, literal))
        for place, hits in selected.items():
            if many:
                yield from self._words.ready(steps[place].detector)
                hits = yield from in_order(hits, _begins)
            else:
                hits.sort(key=_begins)
            yield from self._near(steps[place], hits)

    def _near(self, step: Step, hits: list[tuple[int, int, Literal]]) -> Iterator[Candidate | None]:
        """Matches around the literals of one rule, left to right, none within another."""
        done = self._start
        for index, (low, high, literal) in enumerate(hits):
            if index % _LITERALS == _LITERALS - 1:
                yield None
            last = low - literal.before_min
            first = max(low - int(min(literal.before_max, step.rule.longest)), done)
            if last < first:
                continue
            end = min(len(self._seen), high + step.rule.longest)
            for match in self._matches(step, first, last, end):
                if match is None:
                    yield None
                    continue
                candidate, done = match
                yield candidate
                break

    def _from_context(self) -> Iterator[Candidate | None]:
        """Rules that run only around the hot words of their detector."""
        words: set[int] = set()
        for low in range(0, len(self._hits), _LITERALS):
            if low:
                yield None
            words.update([word for word, _, _ in self._hits[low : low + _LITERALS]])
        for name in sorted({name for word in words for name in self._plan.by_context[word]}):
            for place in self._plan.in_context[name]:
                yield from self._around(self._plan.steps[place])

    def _around(self, step: Step) -> Iterator[Candidate | None]:
        """Matches of one rule within reach of a hot word, left to right, none within another."""
        done, size, longest = self._start, len(self._seen), step.rule.longest
        for low, high in (yield from self._words.windows(step.detector, longest)):
            first = max(low, done)
            last = min(high, size)
            for match in self._matches(step, first, last, min(last + longest, size)):
                if match is None:
                    yield None
                    continue
                candidate, done = match
                yield candidate

    def _from_everywhere(self) -> Iterator[Candidate | None]:
        """Rules that run on every text, one by one: 5 microseconds each for 4 kB. One pattern of them all took 700: its
        automaton had more states than can be kept, and was made anew again and again."""
        size = len(self._seen)
        for place in self._plan.always:
            step = self._plan.steps[place]
            if self._words.many():
                yield from self._words.ready(step.detector)
            yield from map(_candidate, self._matches(step, self._start, size, size))

    def _from_digits(self) -> Iterator[Candidate | None]:
        """Runs of digits: number rules by count of digits, patterns within the run (and a few characters before)."""
        plan, seen, size = self._plan, self._seen, len(self._seen)
        place = self._start
        for detector in plan.in_runs if self._words.many() else ():
            yield from self._words.ready(detector)
        while plan.run is not None and (span := plan.run.search(seen, place, size)) is not None:
            low, place = span[0], span[1]
            for number in numbers.candidates(seen, low, place, plan.lengths):
                yield from self._numbered(number)
                if self._budget.tired():
                    yield None
            for index in plan.in_digits:
                step = plan.steps[index]
                yield from map(_candidate, self._matches(step, max(low - 6, self._start), place, place))

    def _numbered(self, number: numbers.Candidate) -> Iterator[Candidate]:
        for detector, rule in self._plan.by_length[len(number.value)]:
            if rule.even and not number.even:
                continue
            if detector.bound and not self._words.near(detector, number.start, number.end):
                continue
            self._spend(_NUMBER)
            verdict = rule.check(number.value)
            if verdict is not None:
                self._spend(_ACCEPTED)
                if number.decimal:
                    verdict = Verdict(verdict.confidence - _DECIMAL, f"{verdict.why}; behind a decimal point")
                yield Candidate(detector, number.start, number.end, verdict, number.start)

    def _matches(self, step: Step, first: int, last: int, end: int) -> Iterator[tuple[Candidate, int] | None]:
        """Accepted matches that begin in [first, last], with where to look on, and None for a pause. A refused one is
        tried again one character on: it must not hide a true one that begins inside it."""
        pattern, seen, longest = step.pattern, self._seen, int(step.rule.longest)
        place = first
        while place <= last:
            self._spend()
            if self._budget.tired():
                yield None
            if first == last:
                span = pattern.at(seen, place, end)
            elif last - place > STRETCH:
                span = yield from led(pattern, seen, place, last, end, longest)
            else:
                span = pattern.search(seen, place, end)
            if span is None or span[0] > last:
                self._spend(((end if span is None else span[1]) - place) * _READ)
                return
            low, high, value, value_end = span
            self._spend((high - place) * _READ + ((high - low) * _CAPTURED if pattern.grouped else 0.0))
            verdict = self._checked(step, low, high, value, value_end) if high > low else None
            if verdict is not None and verdict.length:
                value_end = value + verdict.length
            if verdict is None or (step.bound and not self._words.near(step.detector, value, value_end)):
                place = self._next(step, low, last)
                continue
            # What is said to be something else costs no more than the look.
            self._spend(_ACCEPTED if verdict.confidence > 0 else 0.0)
            # On from the finding, not from the match: what a pattern asks to follow may begin the next one.
            place = max(value_end, low + 1)
            yield Candidate(step.detector, value, value_end, verdict, low), place

    def _next(self, step: Step, low: int, last: int) -> int:
        """Where a match may begin behind a refused one: not within the same word, where a rule wants whole words."""
        place, seen = low + 1, self._seen
        if step.rule.boundary in ("word", "left") and seen[low] in WORD:
            span = OUTSIDE.search(seen, place, min(last + 1, len(seen)))
            place = last + 1 if span is None else span[0]
        return place

    def _checked(self, step: Step, low: int, high: int, value: int, value_end: int) -> Verdict | None:
        if not self._may_begin(step, low) or not self._may_end(step, high):
            return None
        text = self._seen[value:value_end]
        if step.detector.stop:
            folded = text.lower()
            if any(word in folded for word in step.detector.stop):
                return None
        if step.rule.check is None:
            return Verdict(step.rule.confidence, step.rule.why)
        return step.rule.check(text)

    def _may_begin(self, step: Step, low: int) -> bool:
        if step.rule.boundary == "line":
            before = self._seen[max(low - LINE_MARKS, 0) : low].rstrip(_LINE_MARKS)
            return before[-1:] in (b"\n", b"\r", b"\0") if before else low <= LINE_MARKS
        if step.rule.boundary == "none" or low == 0 or low >= len(self._seen):
            return True
        return _apart(self._seen[low - 1], self._seen[low], step.rule.boundary)

    def _may_end(self, step: Step, high: int) -> bool:
        if step.rule.boundary == "line":
            after = self._seen[high : high + LINE_MARKS].lstrip(_LINE_MARKS)
            return after[:1] in (b"\n", b"\r", b"\0") if after else high + LINE_MARKS >= len(self._seen)
        if step.rule.boundary in ("none", "left") or high >= len(self._seen):
            return True
        return _apart(self._seen[high - 1], self._seen[high], step.rule.boundary)

    def _judged(self, candidate: Candidate) -> Finding | None:
        """The finding that a candidate is with the hot words around it."""
        detector = candidate.detector
        if candidate.verdict.confidence < 0:
            return None
        if detector.ignores(self._seen[candidate.start : candidate.end]):
            return None
        confidence, why = self._words.judged(detector, candidate.start, candidate.end, candidate.verdict)
        if confidence < FLOOR:
            return None
        sure, label = round(min(confidence, _SURE), 2), detector.label
        if detector.marks:
            label = label_of(self._seen[candidate.start : candidate.end])
        return Finding(detector.id, candidate.start, candidate.end, sure, 0, why, label=label)

    def _spend(self, cost: float = 1.0) -> None:
        self._budget.spend(cost)


def _candidate(match: tuple[Candidate, int] | None) -> Candidate | None:
    return None if match is None else match[0]


def _begins(hit: tuple[int, int, Literal]) -> int:
    return hit[0]


def _apart(left: int, right: int, boundary: str) -> bool:
    """Whether a word may end between two bytes."""
    if left not in WORD or right not in WORD:
        return True
    if boundary != "identifier":
        return False
    before, after = bytes([left]), bytes([right])
    return before.isdigit() != after.isdigit() or (before.islower() and after.isupper())


def _compete(findings: list[Finding], plan: Plan) -> Steps[list[Finding]]:
    """Drop findings that a surer (or as sure and longer) one of the same group overlaps."""
    groups = plan.groups
    taken: dict[str, list[tuple[int, int]]] = {}
    kept = []
    for number, one in enumerate((yield from in_order(findings, _strength))):
        if number % _JUDGED == _JUDGED - 1:
            yield
        spans = taken.setdefault(groups.get(one.detector) or f" {one.detector}", [])
        # Spans taken never overlap, so only the neighbours can.
        index = bisect_left(spans, (one.start, one.end))
        before, after = spans[index - 1 : index], spans[index : index + 1]
        if (before and before[0][1] > one.start) or (after and after[0][0] < one.end):
            continue
        spans.insert(index, (one.start, one.end))
        kept.append(one)
    return (yield from in_order(kept, place))


def _strength(finding: Finding) -> tuple[float, int, int]:
    return -finding.confidence, finding.start - finding.end, finding.start


def place(finding: Finding) -> tuple[int, int, str]:
    """Order of findings in a text."""
    return finding.start, finding.end, finding.detector
