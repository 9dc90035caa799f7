"""Compiled rules: closures over facts and passages, ready to be asked on every call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from policies.asks import ByDetector, FindingsTest, in_order
from policies.classes import Criteria
from policies.ruling import CallFacts, DestinationFacts, FindingFacts, PassageFacts
from policies.samples import ReviewSample
from policies.words import BUILT_IN

Holds = Callable[[CallFacts, DestinationFacts], bool]


class Test(NamedTuple):
    """One condition on facts. says: for a reader. actual: the fact's value, for `explain`. key: as a policy has it.

    last_day: of a condition on time, after which it never holds.
    """

    says: str
    holds: Holds
    actual: Callable[[CallFacts, DestinationFacts], object]
    key: str = ""
    last_day: date | None = None

    @property
    def on_destination(self) -> bool:
        """Whether it is about the destination, not about the call."""
        return self.key.startswith("destination.")


class Lift(NamedTuple):
    """An exception that lifts a rule for some callers; `last_day` is included (UTC). path: where it is written."""

    exception: str
    last_day: date
    holds: Holds
    path: tuple[str | int, ...] = ()


class Matched(NamedTuple):
    """What makes a rule match. findings: those that count. firm: it would match without them too."""

    findings: list[FindingFacts]
    firm: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    where: which passages count, None for every one that leaves. criteria: labels, or the data class, that the call must
    have. bar: what the call must not be, whatever its passages. permits: what must hold for the rule to permit the call
    too. surrogate: pseudonyms look like what they stand for.
    holds: `tests` hold and `unless` don't. path: where it is written. reads: the inputs that it looks at, by the key
    that asks for them, each with the names and patterns it is compared with. revision: a hash of all that it says.
    plain: it asks for findings, it is in force for everybody, and nothing else comes into it.
    """

    id: str
    policy: str
    action: str
    directions: frozenset[str]
    tests: tuple[Test, ...] = ()
    unless: tuple[Test, ...] = ()
    findings: FindingsTest | None = None
    where: Callable[[PassageFacts], bool] | None = None
    criteria: tuple[Criteria, ...] = ()
    bar: Criteria | None = None
    permits: Holds | None = None
    in_history: str = "redact"
    message: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None
    overridable: bool = False
    mode: str = "enforce"
    shadow_until: date | None = None
    to: str | None = None
    surrogate: bool = False
    lifts: tuple[Lift, ...] = ()
    holds: Holds = lambda call, destination: True
    path: tuple[str | int, ...] = ()
    review_sample: ReviewSample | None = None
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    revision: str = ""
    plain: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        asks = self.findings is not None or bool(self.criteria)
        more = self.lifts or self.bar is not None or self.permits is not None
        object.__setattr__(self, "plain", asks and self.mode == "enforce" and not more)

    @property
    def detectors(self) -> frozenset[str]:
        """Every detector whose findings it asks about."""
        own = self.findings.detectors if self.findings is not None else frozenset()
        return own.union(*(one.detectors for one in self.criteria))

    @property
    def in_table(self) -> bool:
        """Whether it is a cell of a decision table."""
        return self.path[1:2] == ("rows",)

    @property
    def tests_on_texts(self) -> tuple[FindingsTest, ...]:
        """What the findings that count meet, one of these; what a call is for is no matter of its texts."""
        if self.findings is not None:
            return (self.findings,)
        return self.criteria[0].asked if self.criteria else ()

    @property
    def woken_by(self) -> frozenset[str] | None:
        """The detectors of which one must have found something; None for a rule that can match without findings."""
        if self.findings is not None:
            return self.findings.detectors
        first = self.criteria[0] if self.criteria else None
        return None if first is None or first.given else first.detectors

    @property
    def singly(self) -> bool:
        """Whether each finding makes it match by itself, whatever else there is."""
        if self.findings is not None:
            return self.findings.single and not self.criteria
        return len(self.criteria) == 1 and all(test.single for test in self.criteria[0].asked)

    def matched(self, call: CallFacts, found: ByDetector, passages: Sequence[PassageFacts]) -> Matched | None:
        """What makes this rule match, in the order of the text; None where it doesn't.

        Findings that the rule itself names are the ones that count; without them, those that meet its first criteria.
        """
        own: Matched | None = None
        if self.findings is not None:
            counted = self.counted(found, passages)
            if not counted:
                return None
            own = Matched(counted, False)
        for criteria in self.criteria:
            met = criteria.met(call, found, passages, self.where)
            if met is None:
                return None
            own = own or Matched(in_order(met.findings), met.firm)
        return own

    def counted(self, found: ByDetector, passages: Sequence[PassageFacts]) -> list[FindingFacts]:
        """The findings that count, in the order of the text, whatever else the rule asks; [] if not enough."""
        return in_order([f for test in self.tests_on_texts for f in test.met(found, passages, self.where)])

    def barred(self, call: CallFacts, found: ByDetector, passages: Sequence[PassageFacts]) -> bool:
        """Whether the call is more than the rule permits."""
        return self.bar is not None and self.bar.met(call, found, passages) is not None

    def force(self, call: CallFacts, destination: DestinationFacts) -> str:
        """How the rule counts for this call: enforce, shadow, or lifted (by an exception that has not expired)."""
        return "lifted" if self.lifts and self.lifted_by(call, destination) else self.mode

    def force_now(self, call: CallFacts, destination: DestinationFacts, stopped: Set[str]) -> str:
        """The same, or `stopped` where operators stopped the rule, or the exception that lifts it."""
        force = self.force(call, destination)
        if not stopped or force == "shadow":
            return force
        lifted_by = self.lifted_by(call, destination) if force == "lifted" else None
        return "stopped" if self.id in stopped or lifted_by in stopped else force

    def counted_as(self, force: str) -> tuple[Rule, str]:
        """The rule and how it counts; one that is stopped refuses whatever it matches."""
        if force != "stopped":
            return self, force
        return replace(self, action="deny", message=BUILT_IN["stopped"], overridable=False), "enforce"

    def lifted_by(self, call: CallFacts, destination: DestinationFacts) -> str | None:
        """The id of the exception that lifts this rule now, if one does."""
        today = call.now.astimezone(UTC).date()
        for lift in self.lifts:
            if today <= lift.last_day and lift.holds(call, destination):
                return lift.exception
        return None


class Said(NamedTuple):
    """One text of a case. part: text, or what stands in its place; note: which address or tool that is."""

    text: str
    role: str = "user"
    direction: str = "request"
    history: bool = False
    part: str = "text"
    note: str = ""
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class InlineTest:
    """One case of a policy's `tests:`. to: a destination's name, or facts of one that needn't exist.

    text, role, direction, history, part, note, tool: as in Said, of the newest text. before: what else the call says,
    in front of it. at: when it is made. rules, shadow: exactly the rules that match in force and in shadow; reroute:
    where the call goes instead; data_class: that of the call; None where the case doesn't say.
    """

    name: str
    path: tuple[str | int, ...]
    text: str
    to: str | Mapping[str, Any]
    caller: Mapping[str, Any]
    verdict: str
    rules: tuple[str, ...] | None
    direction: str = "request"
    role: str = "user"
    history: bool = False
    shadow: tuple[str, ...] | None = None
    reroute: str | None = None
    data_class: str | None = None
    part: str = "text"
    note: str = ""
    tool: str | None = None
    before: tuple[Said, ...] = ()
    at: datetime | None = None

    @property
    def said(self) -> tuple[Said, ...]:
        """Every text of the call."""
        own = Said(self.text, self.role, self.direction, self.history, self.part, self.note, self.tool)
        return (*self.before, own)


def conjunction(tests: Iterable[Test]) -> Holds:
    """All tests as one closure."""
    parts = tuple(t.holds for t in tests)
    if not parts:
        return lambda call, destination: True
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        first, second = parts
        return lambda call, destination: first(call, destination) and second(call, destination)
    if len(parts) == 3:
        one, two, three = parts
        return lambda call, destination: one(call, destination) and two(call, destination) and three(call, destination)

    def every(call: CallFacts, destination: DestinationFacts) -> bool:
        for part in parts:  # noqa: SIM110 (a generator costs more than the tests)
            if not part(call, destination):
                return False
        return True

    return every
