"""When a mutant can't be told from the bundle: it needs no case.

It compiles to the same rules, or only to others that no destination at hand (of the vocabulary or of a case) tells
apart, or its bound on confidence is moved where no text at hand (of a case, or an example of a detector) has a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from policies.language.trials import NOBODY, TestEngine, Trial
from policies.language.vocabulary import Vocabulary
from policies.rules import Rule, Test, conjunction
from policies.ruling import EGRESS, CallFacts, DestinationFacts, facts_key

_NO_DESTINATION: Final = "no destination tells it from the rule as it is"
_NO_TEXT: Final = "no text at hand has a finding between the two"
_THE_SAME: Final = "it means the same"
_NO_HISTORY: Final = "answers have no earlier turns"
_ALWAYS: Final = conjunction(())


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is to tell mutants from a bundle.

    destinations: those that exist and those of cases; none where none are known to exist. calls: of cases, and of
    nobody. sure: how sure findings of a detector have been, in cases and examples.
    """

    destinations: Sequence[DestinationFacts]
    calls: Sequence[CallFacts]
    sure: Mapping[str, frozenset[float]]


def surroundings(
    ready: Sequence[Trial], engine: TestEngine, vocabulary: Vocabulary, examples: Sequence[str]
) -> Surroundings:
    """What the cases of a bundle, the destinations that exist and these texts amount to."""
    named = [*vocabulary.facts.values(), *(t.destination for t in ready)] if vocabulary.facts else []
    places = list({facts_key(one): one for one in named}.values())
    found = [f for t in ready for f in t.classification.findings]
    found += [f for findings in engine.scan(examples) for f in findings] if examples else []
    sure: dict[str, set[float]] = {}
    for finding in found:
        sure.setdefault(finding.detector, set()).add(finding.confidence)
    calls = {repr(call): call for call in (NOBODY, *(t.call for t in ready))}
    return Surroundings(places, tuple(calls.values()), {d: frozenset(levels) for d, levels in sure.items()})


def same(old: Iterable[Rule], new: Iterable[Rule], around: Surroundings) -> str:
    """Why rules mean the same as those in whose place they are; "" where they don't, as far as is known."""
    others = {r.id: r for r in new}
    pairs = [(r, others.get(r.id)) for r in old]
    if len(pairs) != len(others):
        return ""
    reasons = {_same(one, other, around) if other is not None else "" for one, other in pairs}
    return "" if "" in reasons else max(reasons, default=_THE_SAME)


def _same(old: Rule, new: Rule, around: Surroundings) -> str:
    if _plain(old) == _plain(new):
        return _of_facts(old, new, around)
    if _plain(replace(old, in_history="redact")) == _plain(replace(new, in_history="redact")):
        return _NO_HISTORY if not old.directions & EGRESS else ""
    if old.findings is None or new.findings is None or _says(old) != _says(new):
        return ""
    if _plain(replace(old, findings=None)) != _plain(replace(new, findings=None)):
        return ""
    one, other = old.findings.confidence, new.findings.confidence
    if replace(old.findings, confidence=other) != new.findings:
        return ""
    met = (c for d in old.findings.detectors for c in around.sure.get(d, ()))
    return "" if any(min(one, other) <= c < max(one, other) for c in met) else _NO_TEXT


def _of_facts(old: Rule, new: Rule, around: Surroundings) -> str:
    """Why rules that differ in facts only mean the same."""
    if _says(old) == _says(new):
        return _THE_SAME
    if _elsewhere(old) != _elsewhere(new) or not around.destinations:
        return ""
    for destination in around.destinations:
        if _reached(old, destination) != _reached(new, destination):
            return ""
        if _permitted(old, destination, around) != _permitted(new, destination, around):
            return ""
    return _NO_DESTINATION


def _permitted(rule: Rule, destination: DestinationFacts, around: Surroundings) -> list[bool]:
    """Whether a rule that matches permits each of the calls at hand."""
    return [rule.permits(call, destination) for call in around.calls] if rule.permits is not None else []


def _plain(rule: Rule) -> Rule:
    """A rule without its closures, to be compared: the documents that its criteria come from are the same."""
    criteria = tuple(replace(c, given=()) for c in rule.criteria)
    bar = replace(rule.bar, given=()) if rule.bar is not None else None
    return replace(
        rule, tests=(), unless=(), lifts=(), holds=_ALWAYS, permits=_ALWAYS if rule.permits else None, path=(),
        criteria=criteria, bar=bar, reads={}, revision="",
    )  # fmt: skip


def _says(rule: Rule) -> tuple[list[str], list[str]]:
    return sorted(t.says for t in rule.tests), sorted(t.says for t in rule.unless)


def _elsewhere(rule: Rule) -> tuple[list[str], ...]:
    """What a rule asks that isn't about the destination."""
    return tuple(sorted(t.says for t in tests if not t.on_destination) for tests in (rule.tests, rule.unless))


def _reached(rule: Rule, destination: DestinationFacts) -> tuple[bool, bool]:
    """Whether a rule's conditions on the destination hold there, and whether its `unless` may spare it."""
    reached = all(t.holds(NOBODY, destination) for t in _on_destination(rule.tests))
    spared = bool(rule.unless) and all(t.holds(NOBODY, destination) for t in _on_destination(rule.unless))
    return reached, reached and spared


def _on_destination(tests: Iterable[Test]) -> Iterator[Test]:
    return (t for t in tests if t.on_destination)
