"""What the rules answer when they are asked about one subject at one destination."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from policies.asks import by_detector
from policies.charter.model import OUTCOMES, Context, Outcome, Place, Subject, Titles
from policies.charter.samples import ANYBODY, NOBODY, PARTS, TOOLS, SampleCall, callers, doubtful, holding, moments
from policies.decide import Policies
from policies.findings import IDENTITY_CLASS
from policies.judging import MOST_LIFTED
from policies.rules import Rule
from policies.ruling import Ruling
from policies.structured import asks_for_schema

SEVERITY: Final = {kind: number for number, kind in enumerate(OUTCOMES)}


class Told(NamedTuple):
    """What the rules say of one subject at one destination. rules: those that decide. stricter: they say something
    harder of callers of whom no cell tells. data_class: what a call that holds it is."""

    cells: Mapping[Context, Outcome]
    rules: frozenset[str]
    stricter: bool
    data_class: str = ""


class Crowd(NamedTuple):
    """Whom to ask about. known: the callers that rules treat apart. doubtful: with the contexts of `known` they are in,
    the callers of whom nothing else is known."""

    known: Mapping[Context, SampleCall]
    doubtful: Sequence[tuple[tuple[Context, ...], SampleCall]]
    titles: Titles

    @property
    def calls(self) -> list[SampleCall]:
        """All of them."""
        return [*self.known.values(), *(call for _, call in self.doubtful)]

    def stricter(self, cells: Mapping[Context, Outcome], say: Callable[[SampleCall], Outcome]) -> bool:
        """Whether something harder may be said of somebody than the cells tell."""
        for contexts, call in self.doubtful:
            apart = [cells[who] for who in contexts if cells[who] != cells[ANYBODY]] or [cells[ANYBODY]]
            told = max(SEVERITY[outcome.kind] for outcome in apart)
            if SEVERITY[say(call).kind] > told:
                return True
        return False


def crowd(policies: Policies, places: Sequence[Place], titles: Titles, now: datetime) -> Crowd:
    """Everybody of whom some rule says something else than of the others, once each."""

    asked = [c for r in policies.rules for c in (*r.criteria, r.bar) if c is not None]

    def seen(call: SampleCall) -> tuple[bool, ...]:
        held = [r.holds(call, place.facts) for r in policies.rules for place in places]
        return (*held, *(given(call) for criteria in asked for given in criteria.given))

    everybody = callers(titles, now)
    usual = seen(everybody[ANYBODY])
    known = {who: call for who, call in everybody.items() if who == ANYBODY or seen(call) != usual}
    unlike: dict[object, tuple[tuple[Context, ...], SampleCall]] = {}
    for contexts, call in doubtful(_apart(titles, seen, now), moments(policies, now)):
        inside = tuple(who for who in contexts if who in known) or (ANYBODY,)
        unlike.setdefault((inside, seen(call)), (inside, call))
    return Crowd(known, tuple(unlike.values()), titles)


def _apart(titles: Titles, seen: Callable[[SampleCall], object], now: datetime) -> Titles:
    """One name of each kind of those that no rule tells apart: of all there are too many combinations."""

    def first(names: Iterable[str], said: Callable[[str], dict[str, Any]]) -> list[str]:
        ways: dict[object, str] = {}
        for name in names:
            known = SampleCall(titles.organisation, now=now, **said(name))
            ways.setdefault((seen(known), seen(replace(NOBODY, now=now, **said(name)))), name)
        return list(ways.values())

    use_cases = first(titles.use_cases, lambda name: {"use_case": name})
    return titles._replace(
        use_cases={name: titles.use_cases[name] for name in use_cases},
        teams=tuple(first(titles.teams, lambda name: {"team": name})),
        groups=tuple(first(titles.groups, lambda name: {"groups": (name,)})),
    )


def unlike(policies: Policies, places: Sequence[Place], crowd: Crowd) -> list[list[Place]]:
    """The places in groups that no rule tells apart."""
    groups: dict[object, list[Place]] = {}
    for place in places:
        facts = place.facts
        seen = tuple(r.holds(call, facts) for r in policies.rules for call in crowd.calls)
        targets = tuple(r.to == facts.name for r in policies.rules if r.to is not None)
        common = (facts.trust, facts.region, facts.external, facts.known)
        groups.setdefault((common, seen, targets), []).append(place)
    return list(groups.values())


def sent(policies: Policies, subject: Subject, crowd: Crowd, place: Place) -> Told:
    """What becomes of a subject that is sent to a place: typed by anybody, by those apart, met by a tool."""
    typed = holding(subject, "request", "user", crowd.titles)
    asked = {who: (call, typed) for who, call in crowd.known.items()}
    if not set(subject.detectors) & {*PARTS, IDENTITY_CLASS}:
        asked[TOOLS] = crowd.known[ANYBODY], holding(subject, "tool_results", "tool", crowd.titles)
    rulings = {who: _ruled(policies, *call, place) for who, call in asked.items()}
    cells = {
        who: _outcome(ruling)._replace(lifted=_liftable(policies, *asked[who], place, ruling))
        for who, ruling in rulings.items()
    }
    for who, call in crowd.known.items():
        if cells[who].kind == "refused" and _opened(policies, subject, call, place):
            cells[who] = cells[who]._replace(listed=True)
    read_by_tools = rulings.pop(TOOLS, None)
    names = frozenset(name for ruling in rulings.values() for name in _deciding(ruling))
    if read_by_tools is not None and not names:
        names = frozenset(_deciding(read_by_tools))
    of = policies.data_class(crowd.known[ANYBODY], (typed[0],), typed[1])
    harder = crowd.stricter(cells, lambda call: _outcome(_ruled(policies, call, typed, place)))
    return Told(cells, names, harder, of.of.id if of else "")


def _ruled(policies: Policies, call: SampleCall, sample: tuple[Any, Any], place: Place) -> Ruling:
    text, found = sample
    return policies.judge(call, (text,), found, place.facts)


def _opened(policies: Policies, subject: Subject, call: SampleCall, place: Place) -> bool:
    """Whether a rule permits some addresses or tools of the kind by name."""
    return any(
        r.findings is not None and r.findings.detectors == set(subject.detectors) and r.holds(call, place.facts)
        for r in policies.rules
        if r.action == "allow" and r.mode == "enforce"
    )


def _deciding(ruling: Ruling) -> Iterable[str]:
    """The rules that make the outcome what it is."""
    if ruling.decided_by is not None:
        return [ruling.decided_by.rule]
    wanted = {"masked": "redact", "replaced": "pseudonymise", "warned": "warn"}.get(_outcome(ruling).kind)
    return [hit.rule for hit in ruling.rules if hit.mode == "enforce" and hit.action == wanted]


def _liftable(policies: Policies, call: SampleCall, sample: tuple[Any, Any], place: Place, ruling: Ruling) -> bool:
    """Whether callers may lift what is done to a call, so that it goes as it is: asked anew, as if they had.

    All that refuses it may be lifted, one after the other; of what changes it, a report is about one rule. Marks are
    never lifted, being the same on every document, nor what is no value in a text, or too many.
    """
    text, found = sample
    values = {f.digest for f in found.findings if not f.label and not f.detector.startswith("class.")}
    if ruling.verdict == "deny":
        rules = [rule.id for rule in policies.rules if rule.overridable]
    else:
        rules = sorted({edit.rule for edit in ruling.rewrites})[:1]
    if not values or len(values) > MOST_LIFTED or not rules:
        return False
    lifted = {(rule, digest): "asked" for rule in rules for digest in values}
    again = policies.judge(call, (text,), found, place.facts, lifted=lifted)
    return again.verdict != "deny" and (ruling.verdict == "deny" or not again.rewrites)


def _outcome(ruling: Ruling) -> Outcome:
    if ruling.verdict == "deny":
        return Outcome("refused")
    if ruling.verdict == "reroute":
        return Outcome("rerouted", ruling.reroute or "")
    if any(r.action == "redact" or r.detector == IDENTITY_CLASS for r in ruling.rewrites):
        return Outcome("masked")
    if ruling.rewrites:
        return Outcome("replaced")
    return Outcome("warned" if ruling.notices else "sent")


_ANSWERED: Final = {"deny": "refused", "redact": "masked", "warn": "warned"}


def answered(policies: Policies, subject: Subject, crowd: Crowd, place: Place) -> Told:
    """What becomes of a subject in an answer of a place. The guard asks each rule by itself; so does this."""
    text, found = holding(subject, "response", "assistant", crowd.titles)
    by = by_detector(found.findings)
    rules = [r for r in policies.rules if r.mode == "enforce" and "response" in r.directions and not asks_for_schema(r)]

    def said(call: SampleCall) -> list[Rule]:
        return [r for r in rules if r.holds(call, place.facts) and r.matched(call, by, (text,))]

    def worst(rules: Iterable[Rule]) -> Outcome:
        return Outcome(max((_ANSWERED[r.action] for r in rules), key=SEVERITY.__getitem__, default="sent"))

    cells = {who: worst(said(call)) for who, call in crowd.known.items()}
    matched = frozenset(r.id for call in crowd.known.values() for r in said(call))
    return Told(cells, matched, crowd.stricter(cells, lambda call: worst(said(call))))
