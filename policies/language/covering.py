"""Whether one rule matches wherever another does, told from what they say: never wrong when it says so, but not all of
it is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from policies.asks import FindingsTest
from policies.classes import Criteria
from policies.rules import Rule

_STRENGTH = {"warn": 0, "pseudonymise": 1, "redact": 2, "reroute": 3, "deny": 4}


class _Known:
    """A rule with its conditions as sets. place: its number in the bundle."""

    def __init__(self, place: int, rule: Rule) -> None:
        self.place, self.rule = place, rule

    @cached_property
    def tests(self) -> frozenset[str]:
        return frozenset(t.says for t in self.rule.tests)

    @cached_property
    def unless(self) -> frozenset[str]:
        return frozenset(t.says for t in self.rule.unless)


def without_effect(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Rules that change nothing beside another one, each with that one (the first by policy and id)."""
    known = [_Known(place, rule) for place, rule in enumerate(rules)]
    enforced = [one for one in known if one.rule.mode == "enforce" and not one.rule.overridable]
    for one in known:
        over = next((o for o in enforced if o is not one and _outdoes(o, one)), None)
        if over is not None and not (one.place < over.place and _outdoes(one, over)):
            yield one.rule, over.rule


def _outdoes(one: _Known, other: _Known) -> bool:
    """Whether `other` has no effect because of `one`."""
    over, rule = one.rule, other.rule
    if rule.mode == "shadow" or _same_table(over, rule) or not _covers(one, other):
        return False
    if over.action == rule.action == "allow":
        return True
    if rule.action == "allow":
        # What it opens stays refused; in earlier turns only where these are refused too.
        return over.action == "deny" and (over.findings is None or over.in_history == "deny")
    if rule.permits is not None and over.action != "deny":
        return False
    return _as_much(over, rule) if over.action == rule.action else _weaker(rule, over)


def _as_much(over: Rule, rule: Rule) -> bool:
    if rule.action == "warn":  # each has its own words
        return False
    if rule.action == "reroute":
        return over.to == rule.to
    if rule.action == "pseudonymise":
        return over.surrogate == rule.surrogate
    return rule.action != "deny" or over.in_history == rule.in_history or over.in_history == "deny"


def _weaker(rule: Rule, over: Rule) -> bool:
    """Whether a stronger action leaves nothing to a weaker one; a warning is told beside what is replaced."""
    if over.action not in _STRENGTH or rule.action not in _STRENGTH or _STRENGTH[over.action] <= _STRENGTH[rule.action]:
        return False
    if over.action == "deny" and ((over.findings is None and not over.criteria) or over.in_history == "deny"):
        return True
    return over.action in ("deny", "redact") and rule.action in ("pseudonymise", "redact")


def _covers(one: _Known, other: _Known) -> bool:
    """Whether `one` matches wherever `other` does, with all findings of `other` among its own."""
    over, rule = one.rule, other.rule
    return (
        over.directions >= rule.directions
        and one.tests <= other.tests
        and (not over.unless or one.unless == other.unless)
        and (over.where is None or over.where is rule.where)
        and (over.bar is None or over.bar is rule.bar)
        and _covers_findings(over, rule)
        and all(any(_includes(c, o) for o in rule.criteria) for c in over.criteria)
    )


def _covers_findings(over: Rule, rule: Rule) -> bool:
    if over.findings is None:
        # What it replaces, if anything, is what makes the class.
        return rule.findings is None or not over.criteria
    return rule.findings is not None and _finds(over.findings, rule.findings)


def _finds(over: FindingsTest, test: FindingsTest) -> bool:
    if over == test:
        return True
    if over.every or over.within or over.labels is not None or over.confidence > test.confidence:
        return False
    least = max(test.count, len(test.detectors) if test.every else 1)
    return over.detectors >= test.detectors and over.count <= least


def _includes(one: Criteria, other: Criteria) -> bool:
    """Whether whatever meets `other` meets `one`."""
    return (
        one.asks == other.asks
        and {*one.tests} >= {*other.tests}
        and {*one.marks} >= {*other.marks}
        and {*one.given} >= {*other.given}
    )


def _same_table(one: Rule, other: Rule) -> bool:
    """Cells of one table: a higher class has the lower ones' cells by design."""
    return one.policy == other.policy and one.in_table and other.in_table
