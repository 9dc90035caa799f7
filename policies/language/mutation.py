"""Whether the cases of a bundle notice what could go wrong with it: each mutant must turn a case red.

A case that fails as things are notices nothing. Rules don't depend on each other: only those that a mutant changes are
compiled again, and a case is judged by those rules alone whose facts hold in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from policies.decide import Policies
from policies.language.compile import KINDS, compile
from policies.language.equivalence import Surroundings, same
from policies.language.mutants import Mutant, mutants
from policies.language.problems import Doc
from policies.language.trials import Outcome, Trial, differences, without_findings
from policies.language.vocabulary import Vocabulary
from policies.rules import Rule

KILLED: Final = "killed"
SURVIVED: Final = "survived"
EQUIVALENT: Final = "equivalent"

_NO_CALL: Final = "rules permit every call at hand, or deny it"
# What of an EgressPolicy can be changed without a look at other documents.
_RULES: Final = ("rules", "applies_to")


class Fate(NamedTuple):
    """What became of a mutant: killed | survived | equivalent. by: the case that turned red, or why none could."""

    mutant: Mutant
    fate: str
    by: str = ""


class Change(NamedTuple):
    """What a mutant changes. gone: ids of rules that aren't there any more as they were. rules: those in their place.

    around: all the rest, without any rule.
    """

    gone: frozenset[str]
    rules: tuple[Rule, ...]
    around: Policies


class Green(NamedTuple):
    """A case that holds. rules: those whose facts hold in it."""

    trial: Trial
    outcome: Outcome
    rules: tuple[Rule, ...]


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
        self._rest = replace(policies, rules=())
        outcomes = [(t, t.outcome(policies)) for t in ready]
        self.green = [Green(t, o, holding(policies.rules, t)) for t, o in outcomes if not [*differences(t.case, o)]]
        self._ordered: dict[tuple[str, str], list[Green]] = {}

    def mutants(self) -> tuple[Mutant, ...]:
        """Every mutant of the bundle, those included that no bundle could be."""
        return tuple(mutants(self.documents, sorted(self._vocabulary.destinations or ())))

    def fate(self, mutant: Mutant) -> Fate | None:
        """What becomes of a mutant; None where it would be refused at load, so that it can't rule."""
        change = self.change(mutant)
        if change is None:
            return None
        reason = self._equivalent(change, mutant)
        if reason:
            return Fate(mutant, EQUIVALENT, reason)
        for trial, outcome, rules in self._nearest_first(mutant):
            changed = self._anew(trial, outcome, rules, change)
            if changed is not outcome and [*differences(trial.case, changed)]:
                return Fate(mutant, KILLED, trial.case.name)
        return Fate(mutant, SURVIVED)

    def change(self, mutant: Mutant) -> Change | None:
        """What a mutant changes; None where it would be refused."""
        if mutant.document.kind == "EgressPolicy" and mutant.path[0] in _RULES:
            return self._of_rules(mutant)
        doc = mutant.document
        made = compile([doc if d.file == doc.file else d for d in self.documents], self._vocabulary)
        if not isinstance(made, Policies):
            return None
        new = tuple(r for r in made.rules if r.id not in self._rules or self._rules[r.id].revision != r.revision)
        gone = (self._rules.keys() - {r.id for r in made.rules}) | {r.id for r in new}
        return Change(frozenset(gone), new, replace(made, rules=()))

    def outcomes(self, trial: Trial, change: Change) -> tuple[Outcome, Outcome]:
        """What becomes of a case under the bundle, and under a mutant."""
        rules = holding(self.policies.rules, trial)
        now = trial.outcome(replace(self._rest, rules=rules))
        return now, self._anew(trial, now, rules, change)

    def _anew(self, trial: Trial, outcome: Outcome, rules: Sequence[Rule], change: Change) -> Outcome:
        """What becomes of a case under a mutant. rules: those of the bundle whose facts hold in it."""
        kept = [r for r in rules if r.id not in change.gone]
        new = holding(change.rules, trial)
        if not new and len(kept) == len(rules) and change.around is self._rest:
            return outcome
        return trial.outcome(replace(change.around, rules=_sorted([*kept, *new])))

    def _of_rules(self, mutant: Mutant) -> Change | None:
        doc = next(d for d in self.documents if d.file == mutant.document.file)
        at = mutant.path[1:2] if mutant.path[0] == "rules" else ()
        gone = frozenset(r["id"] for i, r in enumerate(doc.value["rules"]) if not at or i == at[0])
        own = [r for r in mutant.document.value["rules"] if r["id"] in gone]
        if not own:
            return Change(gone, (), self._rest)
        value = {k: v for k, v in mutant.document.value.items() if k != "exceptions"} | {"rules": own}
        others = [d for d in self.documents if d.kind not in ("EgressPolicy", "DecisionTable")]
        made = compile([*others, mutant.document._replace(value=value)], self._vocabulary)
        if not isinstance(made, Policies):
            return None
        rules = tuple(replace(r, lifts=self._rules[r.id].lifts) for r in made.rules if r.id in gone)
        return Change(gone, rules, self._rest)

    def _nearest_first(self, mutant: Mutant) -> Sequence[Green]:
        """Cases that fire the rule, those beside it, all others: most mutants are killed by one of the first."""
        name, file = mutant.subject.partition(" ")[2], mutant.document.file

        def near(one: Green) -> int:
            fires = name in (*one.outcome.rules, *one.outcome.shadow, *one.outcome.lifted)
            return 0 if fires else 1 if one.trial.case.path[0] == file else 2

        if (name, file) not in self._ordered:
            self._ordered[name, file] = sorted(self.green, key=near)
        return self._ordered[name, file]

    def _equivalent(self, change: Change, mutant: Mutant) -> str:
        """Why a mutant can't be told from the bundle; "" where it can, as far as is known."""
        if mutant.document.kind == "Defaults":
            return self._unused(change)
        if mutant.path[0] not in (*_RULES, "columns"):
            return ""
        return same([self._rules[name] for name in change.gone], change.rules, self._around)

    def _unused(self, change: Change) -> str:
        """Whether no call at hand, at no destination at hand, is left to what becomes of calls that no rule permits.

        Nor the same call if nothing were found in it: a bundle that only has cases of what it denies is no proof.
        """
        cases = [g.trial for g in self.green if g.trial.case.direction != "response"]
        asked = [*cases, *(without_findings(trial) for trial in cases)]
        inside = change.around.internal != self.policies.internal
        places = [d for d in self._around.destinations if d.external is not inside]
        for trial in asked:
            for destination in places:
                now, then = self.outcomes(replace(trial, destination=destination), change)
                if now != then:
                    return ""
        return _NO_CALL if asked and places else ""


def holding(rules: Iterable[Rule], trial: Trial) -> tuple[Rule, ...]:
    """The rules whose facts hold in a case: no other can match."""
    return tuple([r for r in rules if r.holds(trial.call, trial.destination)])


def _sorted(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(rules, key=lambda r: (r.policy, r.id)))


def _bare(doc: Doc) -> Doc:
    """A document without its cases: they are tried, not changed."""
    return doc._replace(value={k: v for k, v in doc.value.items() if k != "tests"})
