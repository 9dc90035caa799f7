"""What is to be said of policies that nobody will have meant so, and what rules on answers cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from policies.decide import Policies
from policies.language.covering import without_effect
from policies.language.problems import Path
from policies.language.reach import columns_of, unreachable
from policies.language.vocabulary import Vocabulary
from policies.rules import Rule
from policies.structured import asks_for_schema
from policies.transform.guard import is_local

Severity = Literal["error", "warning", "note"]


class Remark(NamedTuple):
    """One thing to know of a rule or a table. nearest: as in Problem.

    error: a rule that permits or does something can never do it. warning: a rule or a destination is left without what
    it seems to be meant for. note: what a rule costs, or depends on.
    """

    severity: Severity
    path: Path
    message: str
    nearest: str | None = None


class Held(NamedTuple):
    """What answers wait for. whole: detectors that judge a text only as a whole. longest: characters that a detector
    may need to see behind the beginning of what it finds."""

    whole: frozenset[str]
    longest: Callable[[str], int]


def remarks(policies: Policies, vocabulary: Vocabulary, held: Held | None = None) -> list[Remark]:
    """Everything to be said, in the order of policies and rules. held: of the detection engine, to tell what rules on
    answers cost."""
    found = [
        *_without_effect(policies),
        *_unreachable(policies, vocabulary),
        *_columns(policies, vocabulary),
        *_chosen(policies),
        *(_costs(policies, held) if held is not None else ()),
    ]
    places = {rule.path: number for number, rule in enumerate(policies.rules)}
    return sorted(found, key=lambda r: (places.get(r.path, len(places)), r.message))


def _without_effect(policies: Policies) -> Iterator[Remark]:
    for rule, over in without_effect(policies.rules):
        by = f"{over.id} ({over.action}, policy {over.policy})"
        if rule.action == over.action:
            yield Remark("warning", rule.path, f"{rule.id} has no effect: {by} matches wherever it does")
        elif rule.action == "allow":
            yield Remark("error", rule.path, f"{rule.id} can never permit anything: {by} matches wherever it does")
        else:
            why = f"{by} matches wherever it does, and does more than {rule.action}"
            yield Remark("error", rule.path, f"{rule.id} can never have effect: {why}")


def _unreachable(policies: Policies, vocabulary: Vocabulary) -> Iterator[Remark]:
    for rule in policies.rules:
        why = unreachable(rule, vocabulary)
        if why is not None:
            yield Remark("warning", rule.path, f"{rule.id} can never match: {why}")


def _columns(policies: Policies, vocabulary: Vocabulary) -> Iterator[Remark]:
    """Destinations that a table leaves out, or that two of its columns are about."""
    files = {rule.policy: rule.path[0] for rule in policies.rules if rule.in_table}
    for name, destination in sorted(vocabulary.facts.items()):
        for table, columns in columns_of(policies.rules, destination).items():
            path = (files[table], "columns")
            if not columns:
                yield Remark("warning", path, f"destination {name} is in no column of {table}: other rules decide")
            elif len(columns) > 1:
                several = " and ".join(sorted(columns))
                why = f"destination {name} is in columns {several} of {table}: the stricter counts"
                yield Remark("note", path, why)


def _chosen(policies: Policies) -> Iterator[Remark]:
    """Callers choose the API that they speak: no claim, since they are held to it, but within their reach."""
    for rule in policies.rules:
        spared = [t for t in rule.unless if t.key == "dialects"]
        permitted = [t for t in rule.tests if t.key == "dialects" and rule.action == "allow"]
        for test in (*spared, *permitted):
            yield Remark("note", rule.path, f"{rule.id} depends on {test.says}: callers choose which API they use")


def _costs(policies: Policies, held: Held) -> Iterator[Remark]:
    for rule in policies.rules:
        if "response" in rule.directions:
            yield Remark("note", rule.path, f"{rule.id} looks at answers: {_cost(rule, held)}")


def _cost(rule: Rule, held: Held) -> str:
    if rule.mode == "shadow":
        return "in shadow, so nothing is held back"
    if asks_for_schema(rule):
        return "whole answer, of calls that ask for a JSON schema: held to its end"
    if not is_local(rule, held.whole):
        return "whole answer, held to its end"
    most = max((held.longest(d) for d in rule.detectors), default=0)
    return f"local, at most {most} characters of each channel are held back where a finding may begin"
