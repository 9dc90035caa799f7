"""The cases that policies bring along (`tests:`), run on the real engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from policies.decide import Policies
from policies.detectors.budget import ScanBudgetExceeded
from policies.language.problems import Problem
from policies.language.vocabulary import Vocabulary
from policies.rules import InlineTest
from policies.ruling import DestinationFacts, FindingFacts, RuleHit
from policies.transform.guard import ScanEngine


class TestEngine(ScanEngine, Protocol):
    """What inline tests need of the detection engine."""

    def scan(self, texts: Sequence[str]) -> Sequence[tuple[FindingFacts, ...]]: ...


@dataclass(frozen=True, slots=True)
class _Call:
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


@dataclass(frozen=True, slots=True)
class _Passage:
    text: str
    role: str
    direction: str
    history: bool
    part: str = "text"
    path: str = ""
    message: int | None = 0
    tool: str | None = None
    note: str = ""
    file: str = ""

    def rewritable(self, start: int, end: int) -> bool:
        return True

    def renamable(self, start: int, end: int) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Findings:
    findings: tuple[FindingFacts, ...] = ()
    failed: str | None = None


_KINDS: Final = {"reasoning": "reasoning", "tool_arguments": "tool_arguments"}


def run_inline_tests(
    policies: Policies, engine: TestEngine, vocabulary: Vocabulary, now: datetime | None = None
) -> list[Problem]:
    """A problem for each case that isn't decided as it expects. now: the day that exceptions are judged on.

    `verdict: redact` stands for a call that is allowed with something redacted, `pseudonymise` for one in which
    everything that is replaced comes back, `allow` for one that leaves as it is.
    """
    problems = []
    for case in policies.tests:
        destination = _destination(case.to, vocabulary)
        if destination is None:
            problems.append(Problem((*case.path, "to"), f"nothing is known of the destination {case.to}"))
            continue
        verdict, hits = _outcome(policies, engine, case, destination, now)
        problems += _differences(case, verdict, hits)
    return problems


def _destination(to: str | Mapping[str, Any], vocabulary: Vocabulary) -> DestinationFacts | None:
    return vocabulary.facts.get(to) if isinstance(to, str) else _Place(**to)


def _outcome(
    policies: Policies, engine: TestEngine, case: InlineTest, destination: DestinationFacts, now: datetime | None
) -> tuple[str, Iterable[RuleHit]]:
    caller = dict(case.caller, size=len(case.text))
    if now is not None:
        caller["now"] = now
    call = replace(_Call(), **caller)
    if case.direction == "response":
        guard = policies.guard(call, destination, engine)
        if guard is None:
            return "allow", ()
        release = guard.whole("test", _KINDS.get(case.role, "text"), case.text)
        return "deny" if release.stop else "redact" if release.edits else "allow", guard.hits()
    passage = _Passage(case.text, case.role, case.direction, case.history)
    ruling = policies.judge(call, (passage,), _classified(engine, case.text), destination)
    if ruling.verdict == "allow" and ruling.rewrites:
        return "redact" if any(r.action == "redact" for r in ruling.rewrites) else "pseudonymise", ruling.rules
    return ruling.verdict, ruling.rules


def _classified(engine: TestEngine, text: str) -> _Findings:
    try:
        (findings,) = engine.scan([text])
    except ScanBudgetExceeded:
        return _Findings(failed="budget")
    return _Findings(tuple(findings))


def _differences(case: InlineTest, verdict: str, hits: Iterable[RuleHit]) -> Iterable[Problem]:
    matched = sorted({h.rule for h in hits if h.mode == "enforce"})
    by = f" (rules: {', '.join(matched) or 'none'})"
    if verdict != case.verdict:
        path = (*case.path, "expect", "verdict")
        yield Problem(path, f"test {case.name!r}: expected {case.verdict}, got {verdict}{by}")
    elif case.rules is not None and sorted(set(case.rules)) != matched:
        yield Problem((*case.path, "expect", "rules"), f"test {case.name!r}: other rules matched{by}")
