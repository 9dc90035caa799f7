"""Which cases prove a rule: those that fire it, and near misses, in which it doesn't fire although it is close.

A near miss fails exactly one of a rule's conditions while all others hold: what it asks of caller or destination, the
place in the call (direction, role, tool), its `unless`, or its findings. Where it is the findings, any text without
them would do, so more is asked: there are some, but too few or not sure enough, or the text looks like one that fires
the rule (it shares a word of five letters, a number as long, or an invisible character).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from policies.decide import Policies
from policies.language.problems import Path, Problem
from policies.language.trials import Outcome, Trial, differences
from policies.rules import Rule

ALWAYS: Final = "it has no condition that could fail"
_LETTERS, _DIGITS = 5, 4


class Miss(NamedTuple):
    """One near miss: the case, and the condition that doesn't hold in it."""

    case: str
    condition: str


@dataclass(frozen=True, slots=True)
class Covered:
    """The cases of one rule, exception or data class. spared: why no near miss is asked for, "" where one is."""

    what: str
    id: str
    path: Path
    fired: tuple[str, ...] = ()
    near: tuple[Miss, ...] = ()
    spared: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What no case shows, in words."""
        lacks = [] if self.fired else [f"no case {'fires it' if self.what == 'rule' else 'shows it'}"]
        return (*lacks, *(() if self.near or self.spared else ("no case is a near miss",)))


def coverage(policies: Policies, ready: Sequence[Trial]) -> tuple[Covered, ...]:
    """Each rule, exception and data class with its cases, in this order. Cases that fail count for nothing."""
    green = [(t, o) for t in ready for o in (t.outcome(policies),) if not [*differences(t.case, o)]]
    rules = [_rule(rule, green) for rule in policies.rules]
    return (*rules, *_exceptions(policies.rules, green), *_classes(policies, [t for t, _ in green]))


def uncovered(covered: Iterable[Covered]) -> Iterator[Problem]:
    """A problem for each rule, exception or data class that its cases don't prove."""
    for one in covered:
        for lack in one.missing:
            yield Problem(one.path, f"{one.what} {one.id}: {lack}")


def near_miss(rule: Rule, trial: Trial, fired: Sequence[str]) -> str | None:
    """The one condition that keeps a rule from firing in a case; None where it fires, or isn't close.

    fired: texts that fire it.
    """
    failed = list(islice(_failed(rule, trial), 2))
    if len(failed) != 1:
        return None
    kind, says = failed[0]
    return says if kind != "findings" or _close(rule, trial, fired) else None


def _rule(rule: Rule, green: Sequence[tuple[Trial, Outcome]]) -> Covered:
    fired = [t for t, outcome in green if _fires(rule, t, outcome)]
    texts = [t.case.text for t in fired]
    near = [Miss(t.case.name, says) for t, _ in green if (says := near_miss(rule, t, texts)) is not None]
    names = tuple(t.case.name for t in fired)
    bare = not (rule.tests or rule.unless or rule.where or rule.criteria or rule.bar) and rule.findings is None
    return Covered("rule", rule.id, rule.path, names, tuple(near), ALWAYS if bare else "")


def _fires(rule: Rule, trial: Trial, outcome: Outcome) -> bool:
    """Rules in shadow change no verdict: only a case that expects them says anything of them."""
    if rule.mode == "shadow":
        return rule.id in (trial.case.shadow or ()) and rule.id in outcome.shadow
    return rule.id in outcome.rules


def _exceptions(rules: Iterable[Rule], green: Sequence[tuple[Trial, Outcome]]) -> Iterator[Covered]:
    lifted: dict[str, list[Rule]] = {}
    for rule in rules:
        for lift in rule.lifts:
            lifted.setdefault(lift.exception, []).append(rule)
    for name, those in sorted(lifted.items()):
        path = next(lift.path for lift in those[0].lifts if lift.exception == name)
        fired, near = [], []
        for trial, outcome in green:
            if any(r.id in outcome.lifted and r.lifted_by(trial.call, trial.destination) == name for r in those):
                fired.append(trial.case.name)
            elif still := next((r.id for r in those if r.id in (*outcome.rules, *outcome.shadow)), None):
                near.append(Miss(trial.case.name, f"{still} isn't lifted"))
        yield Covered("exception", name, path, tuple(fired), tuple(near))


def _classes(policies: Policies, green: Iterable[Trial]) -> Iterator[Covered]:
    """All but the lowest, which needs no reason. A near miss is of a lower class, and its text is close."""
    levels = {one.id: one.level for one in policies.classes}
    sent = [(t, t.classed(policies)) for t in green if t.case.direction != "response"] if levels else []
    for one in policies.classes[:-1]:
        fired = [t for t, name in sent if name == one.id]
        texts = [t.case.text for t in fired]
        lower = [(t, name) for t, name in sent if levels[name] < one.level]
        near = [Miss(t.case.name, f"it is {name}") for t, name in lower if _near(one.criteria.detectors, t, texts)]
        yield Covered("data class", one.id, one.path, tuple(t.case.name for t in fired), tuple(near))


def _failed(rule: Rule, trial: Trial) -> Iterator[tuple[str, str]]:
    """Each condition that doesn't hold: its kind and what it says."""
    call, destination, passages = trial.call, trial.destination, trial.passages
    for test in rule.tests:
        if not test.holds(call, destination):
            yield "fact", test.says
    if rule.unless and all(t.holds(call, destination) for t in rule.unless):
        yield "unless", "unless " + " and ".join(t.says for t in rule.unless)
    if not any(p.direction in rule.directions and (rule.where is None or rule.where(p)) for p in passages):
        passage = passages[-1]
        yield "place", f"another place: {passage.direction}, role {passage.role}"
    if rule.findings is not None and not rule.findings.met(trial.found, passages):
        yield "findings", "findings"
    for criteria in rule.criteria:
        if criteria.met(call, trial.found, passages) is None:
            yield "findings", criteria.says
    if rule.bar is not None and rule.barred(call, trial.found, passages):
        yield "fact", rule.bar.says


def _close(rule: Rule, trial: Trial, fired: Sequence[str]) -> bool:
    """Whether a text without what a rule looks for is close to it."""
    # Parts that are no text have no words to share: any other text or part is as close as can be.
    return all(d.startswith("class.") for d in rule.detectors) or _near(rule.detectors, trial, fired)


def _near(detectors: frozenset[str], trial: Trial, fired: Sequence[str]) -> bool:
    return not detectors.isdisjoint(trial.found) or resembles(trial.case.text, fired)


def resembles(text: str, others: Iterable[str]) -> bool:
    """Whether a text shares a word of five letters or more with another, a number of as many digits (give or take one,
    single signs between them left out), or a character that doesn't print."""
    words, lengths = _words(text), _numbers(text)
    return any(
        words & _words(other) or any(abs(a - b) <= 1 for a in lengths for b in _numbers(other)) for other in others
    )


def _words(text: str) -> set[str]:
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    found = "".join(c if c.isalpha() else " " for c in folded).split()
    hidden = {c for c in text if unicodedata.category(c) == "Cf"}
    return {w for w in found if len(w) >= _LETTERS} | hidden


def _numbers(text: str) -> set[int]:
    """Lengths of the numbers in a text; groups of digits apart by one sign are one number."""
    lengths, digits, gap = set(), 0, 0
    for letter in f"{text}  ":
        if letter.isdecimal():
            digits, gap = digits + 1, 0
        elif letter.isalpha() or gap:
            if digits >= _DIGITS:
                lengths.add(digits)
            digits = gap = 0
        else:
            gap = 1
    return lengths
