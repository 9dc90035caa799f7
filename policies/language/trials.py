"""The cases of policies (`tests:`), made ready to be judged by any number of policies: texts are scanned once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Protocol

from policies import structured
from policies.asks import ByDetector, by_detector
from policies.decide import Policies
from policies.detectors.budget import ScanBudgetExceeded
from policies.findings import Finding, Findings, class_detector
from policies.judging import BUILT_IN_POLICY
from policies.language.problems import Problem
from policies.language.vocabulary import Vocabulary
from policies.passages import PlainPassage
from policies.rules import InlineTest, Said
from policies.ruling import CallFacts, DestinationFacts, FindingFacts, PassageFacts, RuleHit
from policies.structured import SCHEMA_INVALID
from policies.transform.guard import ScanEngine

# Kinds of an answer's channels by the role that a case states; any other is text of the assistant's.
_KINDS: Final = {"reasoning": "reasoning", "tool_arguments": "tool_arguments"}


class TestEngine(ScanEngine, Protocol):
    """What cases need of the detection engine."""

    def scan(self, texts: Sequence[str]) -> Sequence[tuple[Finding, ...]]: ...


class Outcome(NamedTuple):
    """What became of a case. verdict: as cases expect it.

    The rules of the bundle that matched, sorted: in force, in shadow, lifted. What is denied without a rule shows in
    the verdict alone. to: where the call goes instead. data_class: of the call, "" where nobody asks.
    """

    verdict: str
    rules: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    to: str = ""
    lifted: tuple[str, ...] = ()
    data_class: str = ""

    @property
    def noticed(self) -> tuple[object, ...]:
        """What a case can expect."""
        return self.verdict, self.rules, self.shadow, self.to


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of somebody of whom nothing is known but what a case says."""

    organisation: str = "test"
    team: str | None = None
    groups: tuple[str, ...] = ()
    user: str | None = None
    key: str | None = None
    use_case: str | None = None
    dialect: str = "openai_chat"
    model: str = ""
    labels: tuple[str, ...] = ()
    size: int = 0
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)


NOBODY: Final = _Call()


@dataclass(frozen=True, slots=True)
class _Place:
    """A destination that needn't exist: a fact that isn't stated is missing."""

    name: str = "test"
    vendor: str | None = None
    model: str | None = None
    region: str | None = None
    trust: str | None = None
    contract: str | None = None
    processor: str | None = None
    retention_days: int | None = None
    training: bool | None = None
    external: bool = True
    known: bool = True


ELSEWHERE: Final = _Place()


class _Remembering:
    """An engine that scans the same stretch of the same text once: many policies are asked about one answer."""

    def __init__(self, engine: TestEngine) -> None:
        self._engine = engine
        self._settled: dict[tuple[str, int, frozenset[str], bool], tuple[int, Sequence[FindingFacts]]] = {}

    @property
    def whole(self) -> frozenset[str]:
        return self._engine.whole

    def reach(self, detectors: frozenset[str]) -> int:
        return self._engine.reach(detectors)

    def pending(self, text: str, detectors: frozenset[str]) -> int | None:
        return self._engine.pending(text, detectors)

    def peek(self, text: str, start: int, detectors: frozenset[str]) -> int | None:
        return self._engine.peek(text, start, detectors)

    def settle(
        self, text: str, start: int, detectors: frozenset[str], *, final: bool = False
    ) -> tuple[int, Sequence[FindingFacts]]:
        key = (text, start, detectors, final)
        if key not in self._settled:
            self._settled[key] = self._engine.settle(text, start, detectors, final=final)
        return self._settled[key]


@dataclass(frozen=True, slots=True)
class Trial:
    """One case with its call, destination and findings. found: these by detector."""

    case: InlineTest
    call: CallFacts
    destination: DestinationFacts
    passages: tuple[PassageFacts, ...]
    classification: Findings
    engine: ScanEngine
    found: ByDetector

    def outcome(self, policies: Policies) -> Outcome:
        """What these policies make of the case."""
        outcome = self._judged(policies)
        return outcome if self.case.data_class is None else outcome._replace(data_class=self.classed(policies))

    def classed(self, policies: Policies) -> str:
        """The data class of the call, "" where the bundle has none."""
        found = policies.data_class(self.call, self.passages, self.classification)
        return found.of.id if found is not None else ""

    def _judged(self, policies: Policies) -> Outcome:
        if self.case.part == "schema_invalid":
            return self._form(policies)
        if self.case.direction == "response":
            return self._answer(policies)
        ruling = policies.judge(self.call, self.passages, self.classification, self.destination)
        verdict: str = ruling.verdict
        if verdict == "allow" and ruling.rewrites:
            verdict = "redact" if any(r.action == "redact" for r in ruling.rewrites) else "pseudonymise"
        return _outcome(verdict, ruling.rules)._replace(to=ruling.reroute or "")

    def _answer(self, policies: Policies) -> Outcome:
        guard = policies.guard(self.call, self.destination, self.engine)
        if guard is None:
            return Outcome("allow")
        release = guard.whole("test", _KINDS.get(self.case.role, "text"), self.case.text)
        return _outcome("deny" if release.stop else "redact" if release.edits else "allow", guard.hits())

    def _form(self, policies: Policies) -> Outcome:
        verdict = structured.ruled(policies.structured(self.call, self.destination), ("/",), "", policies.revision)
        said = "repair" if verdict.repair else "deny" if verdict.stop else "allow"
        return _outcome(said, verdict.hits)


def without_findings(trial: Trial) -> Trial:
    """The same call with a text in which nothing is found."""
    return replace(trial, classification=Findings(), found={})


class Stage:
    """Makes cases ready: each text is scanned once. now: the day that exceptions are judged on."""

    def __init__(self, engine: TestEngine, vocabulary: Vocabulary, now: datetime | None = None) -> None:
        self.vocabulary = vocabulary
        self._engine, self._now = engine, now
        self._remembering = _Remembering(engine)
        self._found: dict[str, Findings] = {}

    def trial(self, case: InlineTest) -> Trial | None:
        """The case, ready to be judged; None where nobody knows its destination."""
        to = case.to
        destination = self.vocabulary.facts.get(to) if isinstance(to, str) else _Place(**to)
        if destination is None:
            return None
        found = self._classified(case)
        by = by_detector(found.findings)
        return Trial(case, _call(case, self._now), destination, _passages(case), found, self._remembering, by)

    def _classified(self, case: InlineTest) -> Findings:
        every = [self._found_in(said) for said in case.said]
        failed = next((one.failed for one in every if one.failed), None)
        moved = [replace(f, passage=index) if index else f for index, one in enumerate(every) for f in one.findings]
        return Findings(tuple(moved), failed)

    def _found_in(self, said: Said) -> Findings:
        if said.part != "text":
            name = SCHEMA_INVALID if said.part == "schema_invalid" else class_detector(said.part)
            return Findings((Finding(name, 0, len(said.text), 1.0, 0, "part of this class"),))
        known = self._found.get(said.text)
        if known is None:
            known = self._found[said.text] = self._scanned(said.text)
        return known

    def _scanned(self, text: str) -> Findings:
        try:
            (findings,) = self._engine.scan([text])
        except ScanBudgetExceeded:
            return Findings(failed="budget")
        return Findings(tuple(findings))


def trials(cases: Iterable[InlineTest], stage: Stage) -> tuple[list[Trial], list[Problem]]:
    """The cases ready to be judged, and a problem for each whose destination nobody knows."""
    ready, problems = [], []
    for case in cases:
        trial = stage.trial(case)
        if trial is None:
            problems.append(Problem((*case.path, "to"), f"nothing is known of the destination {case.to}"))
        else:
            ready.append(trial)
    return ready, problems


def differences(case: InlineTest, outcome: Outcome) -> Iterator[Problem]:
    """A problem where a case isn't decided as it expects."""
    by = f" (rules: {', '.join(outcome.rules) or 'none'})"
    if outcome.verdict != case.verdict:
        path = (*case.path, "expect", "verdict")
        yield Problem(path, f"test {case.name!r}: expected {case.verdict}, got {outcome.verdict}{by}")
    elif case.rules is not None and tuple(sorted(set(case.rules))) != outcome.rules:
        yield Problem((*case.path, "expect", "rules"), f"test {case.name!r}: other rules matched{by}")
    elif case.shadow is not None and tuple(sorted(set(case.shadow))) != outcome.shadow:
        by = f" (in shadow: {', '.join(outcome.shadow) or 'none'})"
        yield Problem((*case.path, "expect", "shadow"), f"test {case.name!r}: other rules matched in shadow{by}")
    elif case.reroute is not None and case.reroute != outcome.to:
        path, got = (*case.path, "expect", "to"), outcome.to or "nowhere else"
        yield Problem(path, f"test {case.name!r}: expected to go to {case.reroute}, got {got}")
    elif case.data_class is not None and case.data_class != outcome.data_class:
        path, got = (*case.path, "expect", "class"), outcome.data_class or "none"
        yield Problem(path, f"test {case.name!r}: expected data class {case.data_class}, got {got}")


def _outcome(verdict: str, hits: Iterable[RuleHit]) -> Outcome:
    by_mode: dict[str, set[str]] = {"enforce": set(), "shadow": set(), "lifted": set()}
    for hit in hits:
        if hit.policy != BUILT_IN_POLICY:
            by_mode[hit.mode].add(hit.rule)
    enforced, shadow, lifted = (tuple(sorted(by_mode[mode])) for mode in ("enforce", "shadow", "lifted"))
    return Outcome(verdict, enforced, shadow, lifted=lifted)


def _call(case: InlineTest, now: datetime | None) -> _Call:
    caller: dict[str, Any] = {"size": sum(len(said.text) for said in case.said), **case.caller}
    when = case.at or now
    if when is not None:
        caller["now"] = when
    return replace(NOBODY, **caller)


def _passages(case: InlineTest) -> tuple[PlainPassage, ...]:
    return tuple(_passage(said, number) for number, said in enumerate(case.said))


def _passage(said: Said, message: int) -> PlainPassage:
    role = said.role
    if said.direction == "response":
        role = said.role if said.role in _KINDS else "assistant"
    return PlainPassage(
        said.text, role, said.direction, said.history, said.part, message=message, tool=said.tool, note=said.note
    )
