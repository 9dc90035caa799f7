"""Imagined calls that rules are asked about: who calls, a text that holds a subject, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final

from policies.asks import FindingsTest
from policies.charter.model import Context, Subject, Titles
from policies.classes import Criteria
from policies.decide import Policies
from policies.findings import IDENTITY_CLASS, PART_CLASSES, Finding, Findings, class_detector
from policies.passages import PlainPassage
from policies.rules import Rule
from policies.ruling import EGRESS
from policies.structured import asks_for_schema

ANYBODY: Final = Context("anybody")
TOOLS: Final = Context("tools")

# Parts that are no text: what becomes of them is decided even where no rule speaks of them.
PARTS: Final = tuple(class_detector(part) for part in PART_CLASSES if part != "vendor_state")


@dataclass(frozen=True, slots=True)
class SampleCall:
    """A call of which only what is told is known. Unnamed facts are ones that no rule names, or missing (None)."""

    organisation: Any = ""
    team: Any = ""
    groups: Any = ()
    user: Any = ""
    key: Any = ""
    use_case: Any = ""
    dialect: Any = ""
    model: Any = ""
    labels: Any = ()
    size: Any = 0
    now: Any = None


NOBODY: Final = SampleCall(None, None, None, None, None, None, None, None, (), None)
"""A call of which nothing is known: every condition of a rule that tightens holds."""


def callers(titles: Titles, now: datetime) -> dict[Context, SampleCall]:
    """Everybody whom rules may treat apart, by context; first the caller of whom no rule speaks."""
    home = titles.organisation
    found = {ANYBODY: SampleCall(home, now=now)}
    found |= {Context("use_case", name): SampleCall(home, use_case=name, now=now) for name in titles.use_cases}
    found |= {Context("team", name): SampleCall(home, team=name, now=now) for name in titles.teams}
    found |= {Context("group", name): SampleCall(home, groups=(name,), now=now) for name in titles.groups}
    return found


def doubtful(titles: Titles, moments: Sequence[datetime]) -> Iterator[tuple[tuple[Context, ...], SampleCall]]:
    """Calls of everybody of one use case, team and group at a time, of whom nothing else is known: every condition of a
    rule that tightens then holds."""
    for use_case, team, group in product(("", *titles.use_cases), ("", *titles.teams), ("", *titles.groups)):
        named = (Context("use_case", use_case), Context("team", team), Context("group", group))
        groups = (group,) if group else ()
        for now in moments:
            call = SampleCall(None, team, groups, None, None, use_case, None, None, (), None, now)
            yield tuple(who for who in named if who.name), call


def moments(policies: Policies, now: datetime) -> list[datetime]:
    """When rules may say something else: now, and where some ask for the time, at any hour of a week and years on."""
    if not any("time" in rule.reads for rule in policies.rules):
        return [now]
    later = [timedelta(hours=h) for h in range(0, 7 * 24, 3)] + [timedelta(days=d) for d in (30, 180, 365, 3650)]
    return [now + span for span in later]


def subjects(policies: Policies, titles: Titles, *, answers: bool = False) -> list[Subject]:
    """Everything that enforced rules look for in what is sent (or answered), confidential detectors left out."""
    found: set[Subject] = set() if answers else {Subject((name,)) for name in PARTS}
    for rule in policies.rules:
        about = "response" in rule.directions if answers else bool(rule.directions & EGRESS)
        if about and rule.mode == "enforce" and not asks_for_schema(rule):
            found.update(_looked_for(rule, policies.confidential, titles))
    return sorted(found)


def _looked_for(rule: Rule, confidential: frozenset[str], titles: Titles) -> Iterator[Subject]:
    """What the rule's findings are, each also with what else the rule asks for; without findings, that alone."""
    own = list(_found_by(rule.findings, confidential)) if rule.findings is not None else [Subject()]
    rest = [list(_meeting(criteria, confidential, titles)) for criteria in rule.criteria]
    if not rest:
        yield from own
        return
    for first in own:
        for other in rest[0]:
            yield _joined(first, other)


def _found_by(test: FindingsTest, confidential: frozenset[str]) -> Iterator[Subject]:
    shown = sorted(test.detectors - confidential)
    if not test.every:
        yield from (Subject((name,), test.count) for name in shown)
    elif len(shown) == len(test.detectors):
        yield Subject(tuple(shown), max(test.count, len(shown)), together=True)


def _meeting(criteria: Criteria, confidential: frozenset[str], titles: Titles) -> Iterator[Subject]:
    """What makes a call be marked, or of a data class."""
    for test in criteria.tests:
        yield from _found_by(test, confidential)
    for test in criteria.marks:
        for label, detector in titles.labels.items():
            if detector in test.detectors and (test.labels is None or label in test.labels):
                yield Subject(label=label)


def _joined(one: Subject, other: Subject) -> Subject:
    names = (*one.detectors, *(name for name in other.detectors if name not in one.detectors))
    together = one.together or other.together or bool(one.detectors and other.detectors and len(names) > 1)
    return Subject(
        names, max(one.times, other.times, len(names) if together else 1), together, one.label or other.label
    )


def holding(subject: Subject, direction: str, role: str, titles: Titles) -> tuple[PlainPassage, Findings]:
    """A text that holds the subject, and nothing else, with what is found in it."""
    names = [*subject.detectors, *subject.detectors[:1] * (subject.times - len(subject.detectors))]
    part = next((name.removeprefix("class.") for name in names if name in PARTS), "text")
    length = 0 if part != "text" else 2  # close together
    findings = [
        Finding(name, length * i, length * i + length - bool(length), 1.0, 0, "sample", str(i).encode())
        for i, name in enumerate(names)
    ]
    if subject.label:
        start = length * len(names)
        findings.append(Finding(titles.labels[subject.label], start, start + 1, 1.0, 0, "sample", label=subject.label))
    size = length * (len(names) + bool(subject.label))
    text = PlainPassage("." * size, "other" if IDENTITY_CLASS in names else role, direction, part=part)
    return text, Findings(tuple(findings))
