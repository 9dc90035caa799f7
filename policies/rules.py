"""Compiled rules: closures over facts and passages, ready to be asked on every call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any, Final, NamedTuple

from policies.ruling import CallFacts, DestinationFacts, FindingFacts, PassageFacts

Holds = Callable[[CallFacts, DestinationFacts], bool]
ByDetector = Mapping[str, Sequence[FindingFacts]]

DEFAULT_CONFIDENCE: Final = 0.75


class Test(NamedTuple):
    """One condition on facts. says: for a reader. actual: the fact's value, for `explain`."""

    says: str
    holds: Holds
    actual: Callable[[CallFacts, DestinationFacts], object]


class Lift(NamedTuple):
    """An exception that lifts a rule for some callers; `last_day` is included (UTC). path: where it is written."""

    exception: str
    last_day: date
    holds: Holds
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingsTest:
    """Which findings count. every: each of `detectors` must be there. count: the least number of findings."""

    detectors: frozenset[str]
    every: bool = False
    confidence: float = DEFAULT_CONFIDENCE
    count: int = 1

    def __str__(self) -> str:
        names = ", ".join(sorted(self.detectors))
        kind = "all of" if self.every else "any of"
        return f"findings {kind} [{names}] confidence >= {self.confidence:g} count >= {self.count}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    where: which passages count, None for every one that leaves. surrogate: pseudonyms look like what they stand for.
    holds: `tests` hold and `unless` don't. path: where it is written. reads: the inputs that it looks at, by the key
    that asks for them, each with the names and patterns it is compared with. revision: a hash of all that it says.
    """

    id: str
    policy: str
    action: str
    directions: frozenset[str]
    tests: tuple[Test, ...] = ()
    unless: tuple[Test, ...] = ()
    findings: FindingsTest | None = None
    where: Callable[[PassageFacts], bool] | None = None
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
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    revision: str = ""

    def matched(self, found: ByDetector, passages: Sequence[PassageFacts]) -> list[FindingFacts]:
        """The findings that make this rule match, in the order of the text; [] where it doesn't."""
        test, where = self.findings, self.where
        if test is None or (test.every and not test.detectors <= found.keys()):
            return []
        matched: list[FindingFacts] = []
        for detector in found.keys() & test.detectors:
            counted = [
                f
                for f in found[detector]
                if f.confidence >= test.confidence and (where is None or where(passages[f.passage]))
            ]
            if test.every and not counted:
                return []
            matched += counted
        if len(matched) < test.count:
            return []
        return sorted(matched, key=lambda f: (f.passage, f.start, -f.end, f.detector))

    def force(self, call: CallFacts, destination: DestinationFacts) -> str:
        """How the rule counts for this call: enforce, shadow, or lifted (by an exception that has not expired)."""
        return "lifted" if self.lifts and self.lifted_by(call, destination) else self.mode

    def lifted_by(self, call: CallFacts, destination: DestinationFacts) -> str | None:
        """The id of the exception that lifts this rule now, if one does."""
        today = call.now.astimezone(UTC).date()
        for lift in self.lifts:
            if today <= lift.last_day and lift.holds(call, destination):
                return lift.exception
        return None


@dataclass(frozen=True, slots=True)
class InlineTest:
    """One case of a policy's `tests:`. to: a destination's name, or facts of one that needn't exist.

    part: text, or what stands in its place; note: which address or tool that is. rules, shadow: exactly the rules
    that match in force and in shadow, None where the case doesn't say.
    """

    name: str
    path: tuple[str | int, ...]
    text: str
    to: str | Mapping[str, Any]
    caller: Mapping[str, Any]
    direction: str
    role: str
    history: bool
    verdict: str
    rules: tuple[str, ...] | None
    shadow: tuple[str, ...] | None = None
    part: str = "text"
    note: str = ""
    tool: str | None = None


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


def by_detector(findings: Iterable[FindingFacts]) -> dict[str, list[FindingFacts]]:
    """Findings grouped by the detector that made them."""
    groups: dict[str, list[FindingFacts]] = {}
    for finding in findings:
        groups.setdefault(finding.detector, []).append(finding)
    return groups
