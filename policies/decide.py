"""One ruling per call and destination.

All rules are asked, in no order that matters. Verdicts: deny > reroute > allow. What isn't known, can't be inspected or
isn't permitted by any rule is denied here, not by a rule that somebody may forget to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from policies.explain import Explained, explain
from policies.findings import class_detector
from policies.rewrites import plan
from policies.rules import ByDetector, InlineTest, Rule, by_detector
from policies.ruling import (
    EGRESS,
    CallFacts,
    ClassificationFacts,
    DestinationFacts,
    FindingFacts,
    Notice,
    PassageFacts,
    Place,
    Rewrite,
    RuleHit,
    Ruling,
    facts_key,
)
from policies.transform.guard import Guard, ScanEngine
from policies.transform.redact import CONFIDENTIAL
from policies.words import BUILT_IN, Words, refusal

__all__ = [
    "CallFacts", "ClassificationFacts", "DestinationFacts", "Explained", "FindingFacts", "Notice", "PassageFacts",
    "Place", "Policies", "Rewrite", "RuleHit", "Ruling", "facts_key",
]  # fmt: skip

BUILT_IN_POLICY: Final = "built-in"

# Which of several denials a refusal quotes: a rule of the bundle says more than a built-in one.
_QUOTED_FIRST: Final = {"rule": 0, "not_rewritable": 1}


def _never(passage: PassageFacts) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _Denial:
    """One reason to refuse. Denials by a rule are quoted before built-in ones."""

    reason: str
    hit: RuleHit
    words: Words
    contact: str | None = None
    overridable: bool = False
    way_out: bool = False


@dataclass(frozen=True, slots=True)
class Policies:
    """Every rule of a bundle, compiled. Make one with `policies.language.compile`.

    rules: sorted by policy and id, so the order of files and rules changes nothing. internal, external: whether a call
    is permitted where no allow rule matches. confidential: detectors whose name is never shown. revision: a hash of
    everything that rules. tests: the cases that the policies bring along.
    """

    rules: tuple[Rule, ...]
    internal: bool = False
    external: bool = False
    confidential: frozenset[str] = frozenset()
    revision: str = ""
    tests: tuple[InlineTest, ...] = field(default=(), repr=False)
    _always: tuple[int, ...] = field(init=False, repr=False)
    _touched: Mapping[str, tuple[int, ...]] = field(init=False, repr=False)
    _answers: tuple[Rule, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        asked = [(i, r) for i, r in enumerate(self.rules) if r.directions & EGRESS]
        touched: dict[str, list[int]] = {}
        for index, rule in asked:
            for detector in rule.findings.detectors if rule.findings else ():
                touched.setdefault(detector, []).append(index)
        object.__setattr__(self, "_always", tuple(i for i, r in asked if r.findings is None))
        object.__setattr__(self, "_touched", {d: tuple(indexes) for d, indexes in touched.items()})
        object.__setattr__(self, "_answers", tuple(r for r in self.rules if "response" in r.directions))

    def judge(
        self,
        call: CallFacts,
        passages: Sequence[PassageFacts],
        classification: ClassificationFacts,
        destination: DestinationFacts,
        *,
        refused: frozenset[int] = frozenset(),
        vendor_state_ok: Callable[[PassageFacts], bool] = _never,
    ) -> Ruling:
        """The ruling on a request at one destination.

        refused: indexes of passages that this caller was already refused, treated like history. vendor_state_ok:
        whether a `vendor_state` passage was issued by this destination's vendor in a call through this gateway.
        """
        found = by_detector(classification.findings)
        case = _Case(self, call, passages, destination, refused, found)
        for rule in self._asked(found):
            case.ask(rule)
        case.built_in(classification.failed, vendor_state_ok)
        return case.ruling()

    def guard(self, call: CallFacts, destination: DestinationFacts, engine: ScanEngine) -> Guard | None:
        """The guard of one answer; None where no rule looks at this caller's answers from this destination."""
        forced = ((r, r.force(call, destination)) for r in self._answers if r.holds(call, destination))
        rules = [(rule, force) for rule, force in forced]
        return Guard(rules, engine, shown=self.shown, revision=self.revision) if rules else None

    def explain(
        self,
        call: CallFacts,
        passages: Sequence[PassageFacts],
        classification: ClassificationFacts,
        destination: DestinationFacts,
    ) -> tuple[Explained, ...]:
        """For each rule whether it matches a request, or the first condition that doesn't hold, with its value."""
        return explain(self.rules, self.shown, call, passages, classification, destination)

    def shown(self, detectors: Iterable[str]) -> tuple[str, ...]:
        """Names of detectors as they may be shown, sorted."""
        hidden = self.confidential
        return tuple(sorted({CONFIDENTIAL if d in hidden else d for d in detectors}))

    def _asked(self, found: ByDetector) -> Iterable[Rule]:
        """The rules that can match: those about facts only, and those that name a detector that found something."""
        if not found:
            return [self.rules[i] for i in self._always]
        indexes = set(self._always)
        for detector in found:
            indexes.update(self._touched.get(detector, ()))
        return [self.rules[i] for i in sorted(indexes)]


class _Case:
    """One judgement while it is made."""

    __slots__ = (
        "call", "denials", "destination", "found", "hits", "notices", "opened", "passages", "permitted",
        "policies", "redactions", "refused", "reroutes",
    )  # fmt: skip

    def __init__(
        self,
        policies: Policies,
        call: CallFacts,
        passages: Sequence[PassageFacts],
        destination: DestinationFacts,
        refused: frozenset[int],
        found: ByDetector,
    ) -> None:
        self.policies, self.call, self.passages = policies, call, passages
        self.destination, self.refused, self.found = destination, refused, found
        self.hits: list[RuleHit] = []
        self.denials: list[_Denial] = []
        self.redactions: list[tuple[FindingFacts, Rule]] = []
        self.notices: list[Notice] = []
        self.reroutes: list[tuple[str, RuleHit]] = []
        self.permitted: set[int] = set()
        self.opened = False

    def ask(self, rule: Rule) -> None:
        """Evaluate one rule and note what follows from it."""
        if not rule.holds(self.call, self.destination):
            return
        matched: list[FindingFacts] = []
        if rule.findings is not None:
            matched = rule.matched(self.found, self.passages)
            if not matched:
                return
        elif rule.where is not None and not any(map(rule.where, self.passages)):
            return
        force = rule.force(self.call, self.destination)
        fresh = matched
        if rule.action == "deny" and rule.in_history == "redact":
            fresh = [f for f in matched if not self._old(f)]
        action = "redact" if matched and not fresh else rule.action
        hit = self._hit(rule, action, force, fresh or matched, len(matched))
        self.hits.append(hit)
        if force == "enforce":
            self._follow(rule, hit, matched)

    def _follow(self, rule: Rule, hit: RuleHit, matched: list[FindingFacts]) -> None:
        if hit.action == "deny":
            self.denials.append(_Denial("rule", hit, rule.message, rule.contact, rule.overridable))
        elif hit.action == "redact":
            self.redactions += [(f, rule) for f in matched]
        elif hit.action == "reroute" and rule.to is not None and rule.to != self.destination.name:
            self.reroutes.append((rule.to, hit))
        elif hit.action == "warn":
            self.notices.append(Notice(rule.id, rule.message or BUILT_IN["rule"]))
        elif hit.action == "allow":
            # An allow rule about parts opens those parts and nothing else.
            self.permitted.update(f.passage for f in matched)
            self.opened = self.opened or not matched

    def built_in(self, failed: str | None, vendor_state_ok: Callable[[PassageFacts], bool]) -> None:
        """What is denied without any rule saying so."""
        if failed is not None:
            self._deny("detection_failed")
        if not self.destination.known:
            self._deny("unknown_destination")
        external = self.destination.external
        if not self.opened and not (self.policies.external if external else self.policies.internal):
            self._deny("default")
        if self.found:
            self._parts("not_inspectable", lambda i: not external or i in self.permitted)
            self._parts("remote_url", lambda i: i in self.permitted)
            self._parts("server_tool", lambda i: i in self.permitted)
            self._parts("vendor_state", lambda i: vendor_state_ok(self.passages[i]))

    def ruling(self) -> Ruling:
        """Everything noted, as one ruling."""
        rewrites = self._rewrites() if self.redactions else ()
        hits, revision, notices = tuple(self.hits), self.policies.revision, tuple(self.notices)
        if not self.denials:
            if self.reroutes:
                # Of several targets the first by name: neither file nor rule order may matter.
                to, by = min(self.reroutes, key=lambda r: (r[0], r[1].rule))
                return Ruling(
                    "reroute", rewrites, hits, notices, to, revision=revision, reason="rule", decided_by=by
                )
            return Ruling("allow", rewrites, hits, notices, revision=revision)
        first = min(self.denials, key=lambda d: _QUOTED_FIRST.get(d.reason, 2))
        return Ruling(
            "deny",
            rewrites,
            hits,
            notices,
            message=refusal(first.words, way_out=first.way_out),
            contact=first.contact,
            overridable=first.overridable and all(d.overridable for d in self.denials),
            revision=revision,
            reason=first.reason,
            decided_by=first.hit,
        )

    def _rewrites(self) -> tuple[Rewrite, ...]:
        """The edits that redact; what can't be redacted becomes a denial that says how to leave."""
        planned = plan(self.passages, self.redactions, self.policies.shown)
        stuck = {rule.id: (finding, rule) for finding, rule in reversed(planned.stuck)}
        for finding, rule in sorted(stuck.values(), key=lambda s: (s[1].policy, s[1].id)):
            hit = self._hit(rule, "deny", "enforce", [finding], 1)
            self.hits = [h for h in self.hits if (h.rule, h.mode) != (rule.id, "enforce")] + [hit]
            self.denials.append(
                _Denial("not_rewritable", hit, rule.message, rule.contact, rule.overridable, way_out=True)
            )
        return planned.rewrites

    def _parts(self, part: str, permitted: Callable[[int], bool]) -> None:
        name = class_detector(part)
        denied = [f for f in self.found.get(name, ()) if not permitted(f.passage)]
        if denied:
            self._deny("vendor_state" if part == "vendor_state" else name, denied)

    def _deny(self, name: str, findings: list[FindingFacts] | None = None) -> None:
        findings = findings or []
        rule = Rule(f"{BUILT_IN_POLICY}.{name}", BUILT_IN_POLICY, "deny", EGRESS)
        hit = self._hit(rule, "deny", "enforce", findings, len(findings))
        self.hits.append(hit)
        reason = "class" if name.startswith("class.") else name
        self.denials.append(_Denial(reason, hit, BUILT_IN[name]))

    def _hit(self, rule: Rule, action: str, force: str, findings: list[FindingFacts], count: int) -> RuleHit:
        place = None
        if findings:
            p = self.passages[findings[0].passage]
            place = Place(p.message, p.role, p.direction, findings[0].start)
        detectors = self.policies.shown(f.detector for f in findings)
        return RuleHit(rule.id, rule.policy, action, force, detectors, count, place)

    def _old(self, finding: FindingFacts) -> bool:
        return finding.passage in self.refused or self.passages[finding.passage].history
