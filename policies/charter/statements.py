"""From the rules to what a charter says: every statement is what the rules answer when they are asked.

Confidential detectors take no part: neither their names nor the words of rules that look for them are used, so a page
is the same with them and without. Exceptions take none either: they are granted to somebody, and end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from policies.charter.asking import SEVERITY, Told, answered, crowd, sent, unlike
from policies.charter.model import Charter, Column, Place, Statement, Subject, Titles, Words
from policies.charter.samples import ANYBODY, subjects
from policies.decide import Policies
from policies.rules import Rule

_REGIONS: Final = ("internal", "fr", "eu")
_TRUSTS: Final = ("internal", "partner", "external")


def charter(policies: Policies, places: Sequence[Place], titles: Titles, now: datetime) -> Charter:
    """The charter of policies for these destinations. now: when; rules on time are asked for that moment."""
    asked = replace(policies, rules=tuple(replace(r, lifts=()) for r in policies.rules), tests=())
    everybody = crowd(asked, places, titles, now)
    spots = unlike(asked, places, everybody)
    what, said = subjects(asked, titles), subjects(asked, titles, answers=True)
    every = [Subject(), *what]
    there = {s: [sent(asked, s, everybody, group[0]) for group in spots] for s in every}
    back = {s: [answered(asked, s, everybody, group[0]) for group in spots] for s in said}
    columns, kept = _columns(spots, [*there.values(), *back.values()])
    there = {s: [by_place[i] for i in kept] for s, by_place in there.items()}
    back = {s: [by_place[i] for i in kept] for s, by_place in back.items()}
    rest = _statement(asked, [Subject()], there[Subject()])
    told = _statements(asked, _telling(there, what, _same(there[Subject()])))
    named = {s.data_class for s in (*told, rest)}
    return Charter(
        columns=columns,
        sent=told,
        rest=rest,
        answers=_statements(asked, _telling(back, said, "sent")),
        classes=tuple(c for c in policies.classes if c.id in named),
        on_trial=sum(r.mode == "shadow" and not _hidden(r, policies) for r in policies.rules),
        titles=titles,
        revision=policies.revision,
        sample_days=_sample_days(policies),
    )


def _columns(spots: list[list[Place]], tables: Sequence[list[Told]]) -> tuple[tuple[Column, ...], list[int]]:
    """Groups of places that look alike to a reader as columns, with the index of one group of each."""
    merged: dict[object, list[int]] = {}
    for index, group in enumerate(spots):
        facts = group[0].facts
        said = tuple((tuple(told[index].cells.items()), told[index].rules, told[index].stricter) for told in tables)
        merged.setdefault((facts.trust, facts.region, said), []).append(index)

    def order(indexes: list[int]) -> tuple[int, int, str, str]:
        facts = spots[indexes[0]][0].facts
        trust, region = facts.trust or "", facts.region or ""
        return _rank(_TRUSTS, trust), _rank(_REGIONS, region), region, facts.name

    chosen = sorted(merged.values(), key=order)
    columns = []
    for indexes in chosen:
        places = tuple(place for i in indexes for place in spots[i])
        columns.append(Column(places[0].facts.trust, places[0].facts.region, places))
    return tuple(columns), [indexes[0] for indexes in chosen]


def _rank(order: Sequence[str], value: str) -> int:
    return order.index(value) if value in order else len(order)


def _same(told: Sequence[Told]) -> object:
    return [t.cells for t in told], [t.stricter for t in told]


def _telling(
    table: dict[Subject, list[Told]], wanted: Iterable[Subject], usual: object
) -> list[tuple[Subject, list[Told]]]:
    """The subjects of which there is something to say: not what holds of any text, nor of fewer of the same."""
    found = []
    for subject in wanted:
        told = table[subject]
        fewer = table.get(subject._replace(times=1)) if subject.times > 1 and not subject.together else None
        plain = all(o.kind == "sent" for t in told for o in t.cells.values())
        if (plain if usual == "sent" else _same(told) == usual) and not any(t.stricter for t in told):
            continue
        if fewer is None or _same(told) != _same(fewer):
            found.append((subject, told))
    return found


def _statements(policies: Policies, telling: Iterable[tuple[Subject, list[Told]]]) -> tuple[Statement, ...]:
    """Subjects of which the same is said, together; the hardest first."""
    groups: dict[object, tuple[list[Subject], list[Told]]] = {}
    for subject, told in telling:
        one = _statement(policies, [subject], told)
        # Of one kind: "20 or more: ...", "..., together", "marked ...".
        alone = subject.detectors if subject.together or subject.label else ()
        apart = (one.data_class, subject.times, bool(subject.label), alone)
        key = (apart, one.outcomes, one.otherwise, one.stricter, repr(one.advice), one.contacts)
        groups.setdefault(key, ([], told))[0].append(subject)
    made = [_statement(policies, subjects, told) for subjects, told in groups.values()]
    return tuple(sorted(made, key=_hardness))


def _hardness(statement: Statement) -> Any:
    return [-SEVERITY[o.kind] for o in reversed(statement.outcomes)], statement.subjects


def _statement(policies: Policies, subjects: Sequence[Subject], told: Sequence[Told]) -> Statement:
    contexts = list(dict.fromkeys(who for t in told for who in t.cells))
    usual = tuple(t.cells[ANYBODY] for t in told)
    otherwise = []
    for who in contexts:
        there = tuple(t.cells.get(who, t.cells[ANYBODY]) for t in told)
        if there != usual:
            otherwise.append((who, there))
    matched = frozenset(name for t in told for name in t.rules)
    rules = [r for r in policies.rules if r.id in matched and not _hidden(r, policies)]
    return Statement(
        tuple(sorted(subjects)),
        usual,
        tuple(otherwise),
        any(t.stricter for t in told),
        _once(rules, lambda r: r.message),
        tuple(dict.fromkeys(r.contact for r in rules if r.contact)),
        told[0].data_class if told else "",
    )


def _once(rules: Iterable[Rule], read: Callable[[Rule], Words]) -> tuple[Words, ...]:
    found: list[Words] = []
    for rule in rules:
        if read(rule) and read(rule) not in found:
            found.append(read(rule))
    return tuple(found)


def _sample_days(policies: Policies) -> int:
    """For how long review samples are kept at most. Of findings of confidential detectors none are."""
    shown = (r for r in policies.sampled if r.findings is None or not r.findings.detectors <= policies.confidential)
    return max((r.review_sample.days for r in shown if r.review_sample is not None), default=0)


def _hidden(rule: Rule, policies: Policies) -> bool:
    """Whether a rule names something confidential: its words could tell what. Words about classes don't."""
    return rule.findings is not None and not policies.confidential.isdisjoint(rule.findings.detectors)
