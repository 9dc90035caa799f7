"""Data classes and labels: what a call is by what stands in it and by who asks, and the rules' questions about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from policies.asks import ByDetector, FindingsTest, Where
from policies.ruling import CallFacts, FindingFacts, PassageFacts

Given = Callable[[CallFacts], bool]


class Met(NamedTuple):
    """How criteria are met. findings: that meet them. firm: marks or facts of the call meet them too.

    A mark speaks for the text around it, and a use case for the whole call: then nothing is history, and taking out the
    findings changes nothing.
    """

    findings: list[FindingFacts]
    firm: bool


@dataclass(frozen=True, slots=True)
class Criteria:
    """Ways in which a call is something (of a class, marked): any one of them will do.

    asks: labels | data_class. says: the question, for a reader. tests: findings that make it so. marks: labels in its
    texts that do. given: facts of the call that do, by themselves.
    """

    asks: str
    says: str
    tests: tuple[FindingsTest, ...] = ()
    marks: tuple[FindingsTest, ...] = ()
    given: tuple[Given, ...] = ()

    def met(
        self, call: CallFacts, found: ByDetector, passages: Sequence[PassageFacts], where: Where | None = None
    ) -> Met | None:
        """What meets them in the passages that count; None where nothing does."""
        marks: list[FindingFacts] = []
        findings: list[FindingFacts] = []
        if found:  # in most calls nothing is, and a table asks about every class
            marks = _meeting(self.marks, found, passages, where)
            findings = _meeting(self.tests, found, passages, where)
        firm = bool(marks) or self._given(call, passages, where)
        return Met(findings + marks, firm) if findings or firm else None

    @property
    def asked(self) -> tuple[FindingsTest, ...]:
        """Everything that is asked of the findings."""
        return (*self.tests, *self.marks)

    @property
    def detectors(self) -> frozenset[str]:
        """The detectors whose findings may meet them."""
        return frozenset().union(*(test.detectors for test in self.asked))

    def _given(self, call: CallFacts, passages: Sequence[PassageFacts], where: Where | None) -> bool:
        for holds in self.given:
            if holds(call):
                return where is None or any(map(where, passages))
        return False


def _meeting(
    tests: Sequence[FindingsTest], found: ByDetector, passages: Sequence[PassageFacts], where: Where | None
) -> list[FindingFacts]:
    """The findings that meet any of several tests; those that name nothing that was found aren't asked at all."""
    asked = [test for test in tests if not test.detectors.isdisjoint(found)]
    return [finding for test in asked for finding in test.met(found, passages, where)]


@dataclass(frozen=True, slots=True, eq=False)
class DataClass:
    """One class of data. criteria: what makes a call be of it. path: where it is written."""

    id: str
    level: int
    criteria: Criteria
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str | int, ...] = ()


def either(says: str, several: Sequence[DataClass]) -> Criteria:
    """The criteria that a call meets which is of any of these classes."""
    of = [one.criteria for one in several]
    return Criteria(
        "data_class",
        says,
        tuple(test for one in of for test in one.tests),
        tuple(test for one in of for test in one.marks),
        tuple(holds for one in of for holds in one.given),
    )


class Classed(NamedTuple):
    """The data class of a call. findings: that make it so. given: whether a label or the call's facts do."""

    of: DataClass
    findings: Sequence[FindingFacts] = ()
    given: bool = False


def classed(
    classes: Sequence[DataClass], call: CallFacts, found: ByDetector, passages: Sequence[PassageFacts]
) -> Classed | None:
    """The highest of `classes` (sorted, highest first) that the call is of; the lowest needs no reason."""
    for one in classes[:-1]:
        met = one.criteria.met(call, found, passages)
        if met is not None:
            return Classed(one, met.findings, met.firm)
    return Classed(classes[-1]) if classes else None
