"""Why a call was decided as it was: for each rule, that it matched or the first condition that didn't hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from policies.asks import ByDetector, by_detector
from policies.classes import Classed, Criteria, DataClass, classed
from policies.rules import Rule
from policies.ruling import CallFacts, ClassificationFacts, DestinationFacts, FindingFacts, PassageFacts

Shown = Callable[[Iterable[str]], tuple[str, ...]]


class Explained(NamedTuple):
    """One rule asked about one call.

    outcome: matched | lifted | shadow (matched, changes nothing) | no. condition: the first that didn't hold, or the
    `unless` that spared the call. actual: the value it met. lifted_by: the exception.
    """

    policy: str
    rule: str
    action: str
    outcome: str
    condition: str = ""
    actual: str = ""
    lifted_by: str = ""


def explain(
    rules: Iterable[Rule],
    classes: Sequence[DataClass],
    shown: Shown,
    call: CallFacts,
    passages: Sequence[PassageFacts],
    classification: ClassificationFacts,
    destination: DestinationFacts,
) -> tuple[Explained, ...]:
    """Every rule of a bundle for one request at one destination, in the order of policies and ids."""
    asked = _Asked(shown, call, passages, by_detector(classification.findings), destination, classes)
    return tuple(_explain(rule, asked) for rule in rules)


def told(of: Classed, shown: Shown) -> str:
    """A data class and what makes a call be of it: `C3 (fr.nir x 2; a label, or what the call is for)`."""
    counts = Counter(name for f in of.findings for name in shown((f.detector,)))
    why = [f"{name} x {count}" for name, count in sorted(counts.items())]
    why += ["a label, or what the call is for"] if of.given else []
    return f"{of.of.id} ({'; '.join(why) or 'nothing makes it a higher one'})"


class _Asked(NamedTuple):
    """What the rules are asked about."""

    shown: Shown
    call: CallFacts
    passages: Sequence[PassageFacts]
    found: ByDetector
    destination: DestinationFacts
    classes: Sequence[DataClass]


def _explain(rule: Rule, asked: _Asked) -> Explained:
    shown, call, passages, found, destination, _ = asked

    def said(outcome: str, condition: str = "", actual: str = "", lifted_by: str = "") -> Explained:
        return Explained(rule.policy, rule.id, rule.action, outcome, condition, actual, lifted_by)

    for test in rule.tests:
        if not test.holds(call, destination):
            return said("no", test.says, _plain(test.actual(call, destination)))
    if rule.unless and all(t.holds(call, destination) for t in rule.unless):
        actual = ", ".join(_plain(t.actual(call, destination)) for t in rule.unless)
        return said("no", "unless " + " and ".join(t.says for t in rule.unless), actual)
    where = _places(rule)
    if rule.findings is not None and not rule.findings.met(found, passages, rule.where):
        return said("no", _findings(rule, shown) + where, _met(rule, shown, found))
    for criteria in rule.criteria:
        if criteria.met(call, found, passages, rule.where) is None:
            return said("no", criteria.says + where, _is(criteria, asked))
    if rule.bar is not None and rule.barred(call, found, passages):
        return said("no", rule.bar.says, _is(rule.bar, asked))
    if rule.findings is None and not rule.criteria and rule.where is not None and not any(map(rule.where, passages)):
        return said("no", f"something{where}", "nothing")
    force = rule.force(call, destination)
    return said("matched" if force == "enforce" else force, lifted_by=rule.lifted_by(call, destination) or "")


def _findings(rule: Rule, shown: Shown) -> str:
    return "" if rule.findings is None else rule.findings.says(shown(rule.findings.detectors))


def _places(rule: Rule) -> str:
    return f" in [{', '.join(sorted(rule.directions))}]" if rule.where is not None else ""


def _is(criteria: Criteria, asked: _Asked) -> str:
    """What the call is instead: its data class, or its labels."""
    if criteria.asks == "labels":
        labels = {f.label for findings in asked.found.values() for f in findings if f.label}
        return _plain(labels | set(asked.call.labels)) if labels or asked.call.labels else "none"
    of = classed(asked.classes, asked.call, asked.found, asked.passages)
    return told(of, asked.shown) if of is not None else "none"


def _met(rule: Rule, shown: Shown, found: ByDetector) -> str:
    """The findings of this rule's detectors, wherever they stand and however sure they are."""
    wanted = rule.findings.detectors if rule.findings else frozenset()
    met = [_one(shown, d, findings) for d, findings in sorted(found.items()) if d in wanted and findings]
    return ", ".join(met) or "none"


def _one(shown: Shown, detector: str, findings: Iterable[FindingFacts]) -> str:
    sure = sorted((f.confidence for f in findings), reverse=True)
    (name,) = shown((detector,))
    return f"{name} x {len(sure)} (confidence {sure[0]:g})"


def _plain(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (set, frozenset, tuple, list)):
        return "[" + ", ".join(sorted(map(str, value))) + "]"
    return str(value)
