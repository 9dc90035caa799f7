"""One bundle that recorded calls are judged by, and which of its rules can't be judged for which call, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from gateway.features import NAMED_PARTS
from gateway.replay.anew import Anew, issued_by
from gateway.replay.inputs import KEPT, KEPT_IN_PART, NOT_KEPT
from observability.ledger import Terms
from policies.decide import Policies, Ruling
from policies.language.said import matching
from policies.rules import Rule, Test
from policies.ruling import EGRESS

_OF_TOOLS = frozenset({"tool", "tool_arguments", "tool_definition"})
_PLACES = ("tools", "hosts", "server_tools")
_MOST_CUT = 256

NEAR = "findings.within"
"""The key under which rules ask how far apart findings stand."""


class Gap(NamedTuple):
    """What is missing to judge one rule for calls under one pair. detectors: that are new or changed since.

    facts: keys of conditions that can't be answered. places: keys of places. why: for a reader.
    """

    why: str
    detectors: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Side:
    """A bundle. revisions: by detector, what its findings depend on. named: whether people can be told by name.
    narrowed: of revisions on record, the detectors that can only find less since (`Engine.narrowed`).
    """

    policies: Policies
    revisions: Mapping[str, str]
    named: bool
    narrowed: Callable[[Mapping[str, str]], Mapping[str, frozenset[str]]] = lambda then: {}


class Judge:
    """A side, asked about calls under one pair (PAIR, as recorded).

    gaps: by rule, what is missing to judge it. recorded: those whose matches are on record. made_it: the side's
    policies are those that ruled then. near: rules that ask how far apart findings stand.
    """

    def __init__(self, side: Side, pair: Mapping[str, Any]) -> None:
        self.side = side
        known = pair["detectors"]
        self.changed = frozenset(d for d, revision in side.revisions.items() if known.get(d) != revision)
        self._narrowed = side.narrowed(known)
        self.rules = {rule.id: rule for rule in side.policies.rules}
        self.gaps = {i: gap for i, r in self.rules.items() if r.directions & EGRESS and (gap := self._gap(r, pair))}
        self.near = {i for i, r in self.rules.items() if NEAR in r.reads}
        # What a rule that was in force made of a call is on record, whatever it read.
        in_force = pair.get("rules", {})
        self.recorded = {
            i
            for i in {*self.gaps, *self.near}
            if not _detectors(self.rules[i]) & self.changed
            and matching(in_force.get(i, "")) == matching(self.rules[i].revision)
        }
        self.made_it = pair["rules_revision"] == side.policies.revision
        self._cut: dict[object, Policies] = {}
        self._alone: dict[str, Policies] = {}

    def ruling(
        self, call: Anew, destination: Terms, without: Iterable[str] = (), carried: Mapping[str, str] | None = None
    ) -> Ruling:
        """The ruling but for the rules `without`; carried: rules that are known to match, with how they counted."""
        return self._judge(self._policies(frozenset(without), carried or {}), call, destination)

    def unsure(self, call: Anew, destination: Terms) -> set[str]:
        """The rules of which can't be told, from what was kept of the call, whether they match."""
        found = {i for i, gap in self.gaps.items() if self._unsure(self.rules[i], gap, call, destination)}
        return found if call.placed or not self.near else found | self._too_many(call, destination)

    def why(self, rule: str) -> str:
        """Why a rule can't be judged."""
        return self.gaps[rule].why if rule in self.gaps else NOT_KEPT["places"]

    def answers(self, call: Anew, destination: Terms) -> set[str]:
        """The rules that would look at an answer from there, as far as can be told."""
        return {
            i
            for i, rule in self.rules.items()
            if "response" in rule.directions and self._facts(rule, frozenset({"users"}), call, destination) is not False
        }

    def _too_many(self, call: Anew, destination: Terms) -> set[str]:
        """The rules that ask how far apart the findings of a call stand which holds too many to tell."""
        here = {f.detector for f in call.findings}
        return {
            i for i in self.near
            if _detectors(self.rules[i]) & here
            and self._facts(self.rules[i], frozenset(), call, destination) is not False
        }  # fmt: skip

    def _gap(self, rule: Rule, pair: Mapping[str, Any]) -> Gap | None:
        reasons, facts = [], set()
        detectors = _detectors(rule) & self.changed
        if detectors:
            fresh = sorted(d for d in detectors if d not in pair["detectors"])
            changed = sorted(detectors - set(fresh))
            less = sorted({name for d in changed if d in self._narrowed for name in self._narrowed[d]})
            changed = [d for d in changed if d not in self._narrowed]
            said = ((fresh, "is new since"), (changed, "changed since"), (less, "was adjusted since"))
            shown = self.side.policies.shown
            reasons += [f"detector {', '.join(shown(names))} {what}" for names, what in said if names]
        for key, names in rule.reads.items():
            pattern = any("*" in name for name in names)
            if (key == "users" and (pattern or not self.side.named)) or key not in (*KEPT, *KEPT_IN_PART):
                facts.add(key)
        asked = pair.get("names", {})
        places = {k for k in _PLACES if not set(rule.reads.get(k, ())) <= set(asked.get(k, ()))}
        for key in sorted(facts | places):
            reasons.append(KEPT_IN_PART.get(key) or NOT_KEPT.get(key) or f"{key} isn't kept")
        return Gap("; ".join(reasons), detectors, frozenset(facts), frozenset(places)) if reasons else None

    def _since(self, call: Anew) -> frozenset[str]:
        """The detectors that may find something else in a call now."""
        if call.failed or not self._narrowed:
            return self.changed
        here = {f.detector for f in call.findings}
        return self.changed - {d for d, less in self._narrowed.items() if not less & here}

    def _unsure(self, rule: Rule, gap: Gap, call: Anew, destination: Terms) -> bool:
        since = self._since(call)
        detectors = gap.detectors & since
        if not detectors and not gap.facts and not gap.places:
            return False
        facts = self._facts(rule, gap.facts, call, destination)
        if facts is False:
            return False
        if self._matches(rule, call, destination):
            # More findings can only make a rule match, but for one that permits up to a data class.
            return facts is None or bool(detectors and rule.action == "allow")
        if gap.places and _somewhere(gap.places, call):
            anywhere = replace(rule, where=None, id=f"{rule.id} anywhere")
            if self._matches(anywhere, call, destination):
                return True
        test = rule.findings
        here = {f.detector for f in call.findings}
        ruled_out = test is not None and test.every and not test.detectors - since <= here
        return bool(detectors) and not ruled_out

    def _facts(self, rule: Rule, unknown: frozenset[str], call: Anew, destination: Terms) -> bool | None:
        """Whether the facts that a rule asks for hold; None where that can't be told."""
        sure = True
        for test in rule.tests:
            if _key(test) in unknown:
                sure = False
            elif not test.holds(call.call, destination):
                return False
        if rule.unless:
            known = [t for t in rule.unless if _key(t) not in unknown]
            if all(t.holds(call.call, destination) for t in known):
                if len(known) == len(rule.unless):
                    return False
                sure = False
        if rule.lifts and "users" in unknown:
            sure = False
        return True if sure else None

    def _matches(self, rule: Rule, call: Anew, destination: Terms) -> bool:
        """Whether a rule matches, apart from its facts, by what is known."""
        alone = self._alone.get(rule.id)
        if alone is None:
            free = replace(rule, tests=(), unless=(), lifts=(), holds=_always, mode="enforce")
            alone = replace(self.side.policies, rules=(free,), tests=())
            self._alone[rule.id] = alone
        return any(hit.rule == rule.id for hit in self._judge(alone, call, destination).rules)

    def _policies(self, without: frozenset[str], carried: Mapping[str, str]) -> Policies:
        """The side's policies but for some rules, and with some that match without being asked for their facts."""
        if not without and not carried:
            return self.side.policies
        key = (without, tuple(sorted(carried.items())))
        cut = self._cut.get(key)
        if cut is None:
            rules = [
                replace(rule, tests=(), unless=(), lifts=(), holds=_always, mode=carried[i]) if i in carried else rule
                for i, rule in self.rules.items()
                if i not in without
            ]
            if len(self._cut) >= _MOST_CUT:
                self._cut.clear()
            cut = self._cut[key] = replace(self.side.policies, rules=tuple(rules), tests=())
        return cut

    def _judge(self, policies: Policies, call: Anew, destination: Terms) -> Ruling:
        return policies.judge(
            call.call, call.passages, call.classification(self._since(call)), destination, refused=call.refused,
            vendor_state_ok=issued_by(call, destination), lifted=call.lifted,
        )  # fmt: skip


def _detectors(rule: Rule) -> frozenset[str]:
    """Every detector whose findings a rule asks about, also to see what a call must not be."""
    return rule.detectors | (rule.bar.detectors if rule.bar is not None else frozenset())


def _somewhere(keys: frozenset[str], call: Anew) -> bool:
    """Whether a call has places that names under these keys could mean."""
    parts = {key: part for part, key in NAMED_PARTS.items()}
    return any(p.part == parts[key] if key in parts else p.role in _OF_TOOLS for key in keys for p in call.passages)


def _always(call: object, destination: object) -> bool:
    return True


def _key(test: Test) -> str:
    return test.says.partition(" ")[0]
