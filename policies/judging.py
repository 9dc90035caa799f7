"""One judgement while it is made: what each rule adds, what is denied without a rule, and the ruling in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from policies.asks import ByDetector
from policies.findings import class_detector
from policies.rewrites import plan
from policies.rules import Rule
from policies.ruling import (
    CallFacts,
    DestinationFacts,
    FindingFacts,
    Notice,
    PassageFacts,
    Place,
    Rewrite,
    RuleHit,
    Ruling,
)
from policies.words import BUILT_IN, Words, refusal

Shown = Callable[[Iterable[str]], tuple[str, ...]]

BUILT_IN_POLICY: Final = "built-in"

# (rule, digest of a value) -> the report by which the caller lifted the rule for the value.
Lifted = Mapping[tuple[str, bytes], str]
NOTHING_LIFTED: Final[Lifted] = MappingProxyType({})
# Of a call with more values than this under one rule, the rule can't be lifted.
MOST_LIFTED: Final = 20

# Which of several denials a refusal quotes: a rule of the bundle says more than a built-in one.
_QUOTED_FIRST: Final = {"rule": 0, "not_rewritable": 1}


# A hit's own constructor takes twice as long.
_made: Final = tuple.__new__

_Seen = tuple[tuple[str, ...], Place | None]
_NOWHERE: Final[_Seen] = ((), None)


class _Denial(NamedTuple):
    """One reason to refuse. way_out: what to do, one of WAY_OUT. milder: the rule would have been content with a
    pseudonym."""

    reason: str
    hit: RuleHit
    words: Words
    contact: str | None = None
    overridable: bool = False
    way_out: str = ""
    milder: bool = False


class _Match(NamedTuple):
    """Findings that rules asking alike match, and how hits show them (detectors, first place).

    fresh: those not in history, shown the same way; None where all of them are history. all_fresh: none is. firm: the
    rule would match without them too. plain: it wouldn't, and none is history.
    """

    findings: list[FindingFacts]
    seen: _Seen
    fresh: _Seen | None
    all_fresh: bool
    firm: bool
    plain: bool


class Case:
    """The judgement of one call at one destination. Rules are asked one by one, then `ruling` says what follows."""

    __slots__ = (
        "call", "denials", "destination", "found", "hits", "issued", "lifted", "matches", "notices", "opened",
        "passages", "permitted", "redactions", "refused", "reroutes", "shown",
    )  # fmt: skip

    def __init__(
        self,
        call: CallFacts,
        passages: Sequence[PassageFacts],
        destination: DestinationFacts,
        refused: frozenset[int],
        found: ByDetector,
        shown: Shown,
        lifted: Lifted = NOTHING_LIFTED,
    ) -> None:
        self.lifted = lifted
        self.call, self.passages, self.destination = call, passages, destination
        self.refused, self.found, self.shown = refused, found, shown
        self.hits: list[RuleHit] = []
        self.denials: list[_Denial] = []
        self.matches: dict[tuple[int, int], _Match | None] = {}
        self.redactions: list[tuple[Rule, list[FindingFacts]]] = []
        self.notices: list[Notice] = []
        self.reroutes: list[tuple[str, RuleHit]] = []
        self.permitted: set[int] = set()
        self.opened = False
        self.issued: Callable[[PassageFacts], bool] = lambda passage: False

    def ask(self, rule: Rule, asks: tuple[int, int]) -> None:
        """Evaluate a rule whose facts hold. asks: the same for rules that match the same findings of this call."""
        match = None
        if rule.plain and not self.lifted:
            try:
                match = self.matches[asks]
            except KeyError:
                match = self._match(rule, asks)
            if match is None:
                return
            if match.plain:
                # The way that most rules take, without a call of a method: a large bundle has hundreds of them.
                (detectors, place), findings, action = match.seen, match.findings, rule.action
                hit = _made(RuleHit, (rule.id, rule.policy, action, "enforce", detectors, len(findings), place, ""))
                self.hits.append(hit)
                if action == "deny":
                    self.denials.append(_Denial("rule", hit, rule.message, rule.contact, rule.overridable))
                elif action == "redact":
                    self.redactions.append((rule, findings))
                else:
                    self._follow(rule, hit, findings)
                return
        if rule.findings is not None or rule.criteria:
            match = self.matches[asks] if asks in self.matches else self._match(rule, asks)
            if match is None:
                return
        elif rule.where is not None and not any(map(rule.where, self.passages)):
            return
        if rule.bar is not None and rule.barred(self.call, self.found, self.passages):
            return
        force = rule.force(self.call, self.destination) if rule.lifts else rule.mode
        if rule.permits is not None and force != "shadow" and rule.permits(self.call, self.destination):
            self.opened = True
        if self.lifted and match is not None and rule.overridable and force == "enforce":
            match = self._spared(rule, match)
            if match is None:
                return
        if match is None:
            hit = RuleHit(rule.id, rule.policy, rule.action, force, (), 0, None)
        elif match.firm:
            hit = self._of_all(rule, force, match)
        elif match.all_fresh or rule.action != "deny":
            hit = RuleHit(rule.id, rule.policy, rule.action, force, match.seen[0], len(match.findings), match.seen[1])
        else:
            hit = self._of_history(rule, force, match)
        if force == "lifted":
            hit = hit._replace(lifted_by=rule.lifted_by(self.call, self.destination) or "")
        self.hits.append(hit)
        if force == "enforce":
            self._follow(rule, hit, match.findings if match else [])

    def built_in(self, failed: str | None, permitted: bool, vendor_state_ok: Callable[[PassageFacts], bool]) -> None:
        """What is denied without any rule saying so. permitted: the default, where no allow rule matched."""
        self.issued = vendor_state_ok
        if failed is not None:
            self._deny("detection_failed")
        if not self.destination.known:
            self._deny("unknown_destination")
        if not self.opened and not permitted:
            self._deny("default")
        if self.found:
            external = self.destination.external
            self._parts("not_inspectable", lambda i: not external or i in self.permitted)
            self._parts("remote_url", lambda i: i in self.permitted)
            self._parts("server_tool", lambda i: i in self.permitted)
            self._parts("vendor_state", lambda i: vendor_state_ok(self.passages[i]))

    def ruling(self, revision: str) -> Ruling:
        """Everything noted, as one ruling."""
        rewrites = self._rewrites() if self.redactions else ()
        hits, notices = tuple(self.hits), tuple(self.notices)
        if self.denials:
            first = min(self.denials, key=lambda d: (_QUOTED_FIRST.get(d.reason, 2), d.milder))
            return Ruling(
                "deny",
                rewrites,
                hits,
                notices,
                message=refusal(first.words, first.way_out),
                contact=first.contact,
                overridable=all(d.overridable for d in self.denials),
                revision=revision,
                reason=first.reason,
                decided_by=first.hit,
            )
        if self.reroutes:
            # Of several targets the first by name: neither file nor rule order may matter.
            to, by = min(self.reroutes, key=lambda r: (r[0], r[1].rule))
            return Ruling("reroute", rewrites, hits, notices, to, revision=revision, reason="rule", decided_by=by)
        return Ruling("allow", rewrites, hits, notices, revision=revision)

    def _match(self, rule: Rule, asks: tuple[int, int]) -> _Match | None:
        match = self.matches[asks] = self._matched(rule, self.found)
        return match

    def _matched(self, rule: Rule, found: ByDetector) -> _Match | None:
        matched = rule.matched(self.call, found, self.passages)
        if matched is None:
            return None
        findings, firm = matched
        fresh = [f for f in findings if not (self.passages[f.passage].history or f.passage in self.refused)]
        all_fresh, seen = len(fresh) == len(findings), self._seen(findings) if findings else _NOWHERE
        seen_fresh = seen if all_fresh else self._seen(fresh) if fresh else None
        return _Match(findings, seen, seen_fresh, all_fresh, firm, all_fresh and not firm)

    def _spared(self, rule: Rule, match: _Match) -> _Match | None:
        """The match without the values that the caller lifted the rule for; None where it doesn't match without them.

        What takes several values together was lifted for those alone: where another stands beside them, all of the
        match counts. An allow rule is asked as it stands: it permits less without them, and the caller asked for more.
        """
        lifted = [f for f in match.findings if (rule.id, f.digest) in self.lifted]
        together = len(lifted) < len(match.findings) and not rule.singly
        if not lifted or together or rule.action == "allow":
            return match
        left = {d: [f for f in found if (rule.id, f.digest) not in self.lifted] for d, found in self.found.items()}
        spared = self._matched(rule, {d: found for d, found in left.items() if found})
        detectors, place = self._seen(lifted)
        by = self.lifted[rule.id, lifted[0].digest]
        self.hits.append(RuleHit(rule.id, rule.policy, rule.action, "lifted", detectors, len(lifted), place, by))
        return spared

    def _of_all(self, rule: Rule, force: str, match: _Match) -> RuleHit:
        """A text that is marked, or of a class by its use case, is no other when its findings are gone: what would
        replace them refuses it."""
        action = "deny" if rule.action in ("redact", "pseudonymise") else rule.action
        return RuleHit(rule.id, rule.policy, action, force, match.seen[0], len(match.findings), match.seen[1])

    def _of_history(self, rule: Rule, force: str, match: _Match) -> RuleHit:
        """A deny of which some is history: shows what is refused, or is a redaction where nothing is."""
        seen, action = match.seen, rule.action
        if rule.in_history == "redact":
            seen, action = (match.fresh, action) if match.fresh else (seen, "redact")
        return RuleHit(rule.id, rule.policy, action, force, seen[0], len(match.findings), seen[1])

    def _follow(self, rule: Rule, hit: RuleHit, matched: list[FindingFacts]) -> None:
        if hit.action == "deny":
            stuck = rule.action != "deny"
            reason, way_out = ("not_rewritable", "whole") if stuck else ("rule", "")
            milder = rule.action == "pseudonymise"
            denial = _Denial(reason, hit, rule.message, rule.contact, rule.overridable, way_out, milder)
            self.denials.append(denial)
        elif hit.action in ("redact", "pseudonymise"):
            self.redactions.append((rule, matched))
        elif hit.action == "reroute" and rule.to is not None and rule.to != self.destination.name:
            self.reroutes.append((rule.to, hit))
        elif hit.action == "warn":
            self.notices.append(Notice(rule.id, rule.message or BUILT_IN["notice"]))
        elif hit.action == "allow":
            # An allow rule about parts opens those parts and nothing else.
            if rule.findings is None:
                self.opened = True
            else:
                self.permitted.update(f.passage for f in matched)

    def _rewrites(self) -> tuple[Rewrite, ...]:
        """The edits that redact; a rule whose findings no edit can reach becomes a denial that says how to leave.

        Signed text that this vendor itself wrote may go back to it: it learns nothing, and takes it only unchanged.
        """
        planned = plan(self.passages, self.redactions, self.shown)
        for rule, findings in self.redactions if planned.stuck else ():
            stuck = [f for f in findings if f in planned.stuck and not self.issued(self.passages[f.passage])]
            if not stuck:
                continue
            detectors, place = self._seen(stuck)
            hit = RuleHit(rule.id, rule.policy, "deny", "enforce", detectors, len(stuck), place)
            self.hits = [hit if (h.rule, h.mode) == (rule.id, "enforce") else h for h in self.hits]
            milder, way_out = rule.action == "pseudonymise", "file" if place is not None and place.file else "stuck"
            self.denials.append(
                _Denial("not_rewritable", hit, rule.message, rule.contact, rule.overridable, way_out, milder)
            )
        return planned.rewrites

    def _parts(self, part: str, permitted: Callable[[int], bool]) -> None:
        name = class_detector(part)
        denied = [f for f in self.found.get(name, ()) if not permitted(f.passage)]
        if denied:
            self._deny("vendor_state" if part == "vendor_state" else name, denied)

    def _deny(self, name: str, findings: Sequence[FindingFacts] = ()) -> None:
        detectors, place = self._seen(findings) if findings else ((), None)
        rule = f"{BUILT_IN_POLICY}.{name}"
        hit = RuleHit(rule, BUILT_IN_POLICY, "deny", "enforce", detectors, len(findings), place)
        self.hits.append(hit)
        self.denials.append(_Denial("class" if name.startswith("class.") else name, hit, BUILT_IN[name]))

    def _seen(self, findings: Sequence[FindingFacts]) -> _Seen:
        """Detectors and the first place, as they may be shown."""
        first = findings[0]
        passage = self.passages[first.passage]
        place = Place(passage.message, passage.role, passage.direction, first.start, passage.file, first.passage)
        return self.shown({f.detector for f in findings}), place
