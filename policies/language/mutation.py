"""Whether the cases of a bundle notice what could go wrong with it: each mutant must turn a case red.

A case that fails as things are notices nothing. A mutant that can't be told from the bundle needs no case: it compiles
to the same rules, or only to others that no destination at hand (of the vocabulary or of a case) tells apart, its bound
on confidence is moved where no text at hand (of a case, or an example of a detector) has a finding, or it is what
becomes of calls that no rule permits and there is none at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from policies.decide import Policies
from policies.language.compile import KINDS, compile
from policies.language.mutants import Mutant, mutants
from policies.language.problems import Doc
from policies.language.trials import NOBODY, TestEngine, Trial, differences
from policies.language.vocabulary import Vocabulary
from policies.rules import Rule, Test, conjunction
from policies.ruling import EGRESS, DestinationFacts

KILLED: Final = "killed"
SURVIVED: Final = "survived"
EQUIVALENT: Final = "equivalent"

_NO_DESTINATION: Final = "no destination tells it from the rule as it is"
_NO_CALL: Final = "rules permit every call at hand, or deny it"
_NO_TEXT: Final = "no text at hand has a finding between the two"
_THE_SAME: Final = "it means the same"
_NO_HISTORY: Final = "answers have no earlier turns"


class Fate(NamedTuple):
    """What became of a mutant: killed | survived | equivalent. by: the case that turned red, or why none could."""

    mutant: Mutant
    fate: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is to tell mutants from a bundle.

    destinations: those that exist and those of cases; none where none are known to exist. sure: how sure findings of a
    detector have been, in cases and examples.
    """

    destinations: Sequence[DestinationFacts]
    sure: Mapping[str, frozenset[float]]


def surroundings(
    ready: Sequence[Trial], engine: TestEngine, vocabulary: Vocabulary, examples: Sequence[str]
) -> Surroundings:
    """What the cases of a bundle, the destinations that exist and these texts amount to."""
    places = [*vocabulary.facts.values(), *(t.destination for t in ready)] if vocabulary.facts else []
    found = [f for t in ready for f in t.classification.findings]
    found += [f for findings in engine.scan(examples) for f in findings] if examples else []
    sure: dict[str, set[float]] = {}
    for finding in found:
        sure.setdefault(finding.detector, set()).add(finding.confidence)
    return Surroundings(places, {d: frozenset(levels) for d, levels in sure.items()})


class Bench:
    """A bundle with its cases, on which mutants are tried."""

    def __init__(
        self, documents: Iterable[Doc], vocabulary: Vocabulary, policies: Policies, ready: Iterable[Trial],
        around: Surroundings,
    ) -> None:  # fmt: skip
        self.documents = tuple(_bare(d) for d in documents if d.kind in KINDS)
        self.policies = policies
        self._vocabulary, self._around = vocabulary, around
        self._rules = {r.id: r for r in policies.rules}
        outcomes = [(t, t.outcome(policies)) for t in ready]
        self.green = [(t, o) for t, o in outcomes if not [*differences(t.case, o)]]
        self._calls = tuple({repr(call): call for call in (NOBODY, *(t.call for t, _ in self.green))}.values())

    def mutants(self) -> tuple[Mutant, ...]:
        """Every mutant of the bundle, those included that no bundle could be."""
        return tuple(mutants(self.documents))

    def fate(self, mutant: Mutant) -> Fate | None:
        """What becomes of a mutant; None where it would be refused at load, so that it can't rule."""
        changed = self.mutated(mutant)
        if changed is None:
            return None
        reason = self._equivalent(changed, mutant)
        if reason:
            return Fate(mutant, EQUIVALENT, reason)
        for trial in self._nearest_first(mutant):
            if [*differences(trial.case, trial.outcome(changed))]:
                return Fate(mutant, KILLED, trial.case.name)
        return Fate(mutant, SURVIVED)

    def mutated(self, mutant: Mutant) -> Policies | None:
        """The policies with this one change; None where they would be refused."""
        if mutant.document.kind == "EgressPolicy" and mutant.path[0] in ("rules", "applies_to"):
            return self._with_rules(mutant)
        doc = mutant.document
        made = compile([doc if d.file == doc.file else d for d in self.documents], self._vocabulary)
        return made if isinstance(made, Policies) else None

    def _with_rules(self, mutant: Mutant) -> Policies | None:
        """Rules don't depend on each other: only those that changed are compiled again."""
        ids = self._changed(mutant)
        kept = [r for r in self.policies.rules if r.id not in ids]
        own = [r for r in mutant.document.value["rules"] if r["id"] in ids]
        made: list[Rule] = []
        if own:
            value = {k: v for k, v in mutant.document.value.items() if k != "exceptions"} | {"rules": own}
            others = [d for d in self.documents if d.kind not in ("EgressPolicy", "DecisionTable")]
            compiled = compile([*others, mutant.document._replace(value=value)], self._vocabulary)
            if not isinstance(compiled, Policies):
                return None
            made = [replace(r, lifts=self._rules[r.id].lifts) for r in compiled.rules if r.id in ids]
        return replace(self.policies, rules=tuple(sorted([*kept, *made], key=lambda r: (r.policy, r.id))))

    def _changed(self, mutant: Mutant) -> frozenset[str]:
        """The ids of the rules that a change of a policy's own rules touches."""
        doc = next(d for d in self.documents if d.file == mutant.document.file)
        rules = doc.value["rules"]
        at = mutant.path[1:2] if mutant.path[0] == "rules" else ()
        return frozenset(r["id"] for i, r in enumerate(rules) if not at or i == at[0])

    def _nearest_first(self, mutant: Mutant) -> Iterator[Trial]:
        """Cases that fire the rule, those beside it, all others: most mutants are killed by one of the first."""
        name = mutant.subject.partition(" ")[2]

        def near(one: tuple[Trial, tuple[object, ...]]) -> int:
            trial, outcome = one
            fires = any(isinstance(rules, tuple) and name in rules for rules in outcome)
            return 0 if fires else 1 if trial.case.path[0] == mutant.document.file else 2

        return (trial for trial, _ in sorted(self.green, key=near))

    def _equivalent(self, changed: Policies, mutant: Mutant) -> str:
        """Why a mutant can't be told from the bundle; "" where it can, as far as is known."""
        if mutant.document.kind == "Defaults":
            return self._unused(changed)
        others = {r.id: r for r in changed.rules}
        if others.keys() != self._rules.keys() or mutant.path[0] not in ("rules", "applies_to", "columns"):
            return ""
        pairs = ((rule, others[name]) for name, rule in self._rules.items() if others[name].revision != rule.revision)
        reasons = {self._same(old, new) for old, new in pairs}
        return "" if "" in reasons else max(reasons, default=_THE_SAME)

    def _unused(self, changed: Policies) -> str:
        """Whether no call at hand, at no destination at hand, is left to what became of calls that no rule permits."""
        asked = [t for t, _ in self.green if t.case.direction != "response"]
        for trial in asked:
            for destination in self._around.destinations:
                moved = replace(trial, destination=destination)
                if moved.outcome(changed) != moved.outcome(self.policies):
                    return ""
        return _NO_CALL if asked and self._around.destinations else ""

    def _same(self, old: Rule, new: Rule) -> str:
        if _plain(old) == _plain(new):
            return self._of_facts(old, new)
        if _plain(replace(old, in_history="redact")) == _plain(replace(new, in_history="redact")):
            return _NO_HISTORY if not old.directions & EGRESS else ""
        if old.findings is None or new.findings is None or _says(old) != _says(new):
            return ""
        if _plain(replace(old, findings=None)) != _plain(replace(new, findings=None)):
            return ""
        one, other = old.findings.confidence, new.findings.confidence
        if replace(old.findings, confidence=other) != new.findings:
            return ""
        met = (c for d in old.findings.detectors for c in self._around.sure.get(d, ()))
        return "" if any(min(one, other) <= c < max(one, other) for c in met) else _NO_TEXT

    def _of_facts(self, old: Rule, new: Rule) -> str:
        """Why rules that differ in facts only mean the same."""
        if _says(old) == _says(new):
            return _THE_SAME
        (tests, spared), (new_tests, new_spared) = _elsewhere(old), _elsewhere(new)
        if tests != new_tests or spared != new_spared:
            return ""
        if not self._around.destinations:
            return ""
        for destination in self._around.destinations:
            if _reached(old, destination) != _reached(new, destination):
                return ""
            if self._permitted(old, destination) != self._permitted(new, destination):
                return ""
        return _NO_DESTINATION

    def _permitted(self, rule: Rule, destination: DestinationFacts) -> list[bool]:
        """Whether a rule that matches permits each of the calls at hand."""
        return [rule.permits is not None and rule.permits(call, destination) for call in self._calls]


_ALWAYS: Final = conjunction(())


def _bare(doc: Doc) -> Doc:
    """A document without its cases: they are tried, not changed."""
    return doc._replace(value={k: v for k, v in doc.value.items() if k != "tests"})


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


def _elsewhere(rule: Rule) -> tuple[list[str], list[str]]:
    """What a rule asks that isn't about the destination."""
    tests, unless = _says(rule)
    return [s for s in tests if not _of_destination(s)], [s for s in unless if not _of_destination(s)]


def _reached(rule: Rule, destination: DestinationFacts) -> tuple[bool, bool]:
    """Whether a rule's conditions on the destination hold there, and whether its `unless` may spare it."""
    reached = all(t.holds(NOBODY, destination) for t in _on_destination(rule.tests))
    spared = bool(rule.unless) and all(t.holds(NOBODY, destination) for t in _on_destination(rule.unless))
    return reached, reached and spared


def _on_destination(tests: Iterable[Test]) -> Iterator[Test]:
    return (t for t in tests if _of_destination(t.says))


def _of_destination(says: str) -> bool:
    return says.startswith("destination.")
