"""What is wrong with policies beyond single values: at load whatever the day, and on a given day for `check`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from policies.decide import Policies
from policies.findings import IDENTITY_CLASS
from policies.language.facts import LABELS
from policies.language.model import CLASSES, ExceptionText, PolicyText, RuleText
from policies.language.problems import MOST_FAULTS, Problem, nearest
from policies.rules import InlineTest
from policies.ruling import EGRESS
from policies.structured import SCHEMA_INVALID

LONGEST_EXCEPTION: Final = timedelta(days=90)


def faults(policies: Sequence[PolicyText]) -> list[Problem]:
    """Faults that refuse a bundle, the first ones. No clock: time never makes a bundle invalid."""
    return list(islice(_faults(policies), MOST_FAULTS))


def _faults(policies: Sequence[PolicyText]) -> Iterator[Problem]:
    rules = {r.id: r for p in policies for r in p.rules}
    yield from _doubles(policies)
    for policy in policies:
        for rule in policy.rules:
            yield from _rule(rule)
        for exception in policy.exceptions:
            yield from _lifts(exception, rules)
        for test in {t.path: t for t in policy.tests}.values():
            yield from _expected(test, rules)


def overdue(policies: Policies, now: datetime, ahead: timedelta = timedelta()) -> list[Problem]:
    """What has expired by `now` plus `ahead`, and exceptions that last too long: failures of `check`, not of a load."""
    today, until = now.astimezone(UTC).date(), (now + ahead).astimezone(UTC).date()
    found: list[Problem] = []
    for rule in policies.rules:
        if rule.shadow_until is not None and rule.shadow_until < until:
            path = (*rule.path, "shadow_until")
            found.append(Problem(path, f"{rule.id} is still in shadow: enforce it or drop it"))
        if any(t.last_day is not None and t.last_day < until for t in rule.tests):
            found.append(Problem((*rule.path, "when", "time"), f"the time of {rule.id} is over: it matches nothing"))
    for lift in {lift.exception: lift for rule in policies.rules for lift in rule.lifts}.values():
        path = (*lift.path, "expires")
        if lift.last_day < until:
            found.append(Problem(path, f"{lift.exception} has expired and lifts nothing"))
        elif lift.last_day - today > LONGEST_EXCEPTION:
            found.append(Problem(path, f"an exception lasts at most {LONGEST_EXCEPTION.days} days"))
    return found


def _expected(test: InlineTest, rules: Collection[str]) -> Iterator[Problem]:
    for key, names in (("rules", test.rules), ("shadow", test.shadow)):
        for index, name in enumerate(names or ()):
            if name not in rules:
                yield Problem((*test.path, "expect", key, index), f"{name} is no rule", nearest(name, rules))


def _doubles(policies: Iterable[PolicyText]) -> Iterator[Problem]:
    """Ids that stand twice in a bundle: a rule is named alone in refusals and records."""
    named = [(p.id, (*p.path, "policy"), "policy") for p in policies]
    named += [(r.id, (*r.path, "id"), "rule") for p in policies for r in p.rules]
    named += [(e.id, (*e.path, "id"), "exception") for p in policies for e in p.exceptions]
    seen: dict[tuple[str, str], object] = {}
    for name, path, what in named:
        if name and (what, name) in seen:
            yield Problem(path, f"there is a {what} {name} already, in {seen[what, name]}")
        seen.setdefault((what, name), path[0])


def _rule(rule: RuleText) -> Iterator[Problem]:
    if rule.action in ("redact", "pseudonymise") and rule.findings is None and not rule.data_class:
        yield Problem((*rule.path, "when"), f"{rule.action} needs findings: what is to be replaced")
    if rule.action == "reroute" and rule.to is None:
        yield Problem(rule.path, "reroute needs to: the destination to go to instead")
    if rule.action != "reroute" and rule.to is not None:
        yield Problem((*rule.path, "to"), "to is for action: reroute only")
    looks = rule.where.directions & EGRESS and (rule.findings or rule.data_class)
    if rule.review_sample is not None and not looks:
        yield Problem((*rule.path, "review_sample"), "review_sample is for rules that look for findings in what leaves")
    if "response" in rule.where.directions:
        yield from _response(rule)
    yield from _form(rule)
    if rule.action == "allow":
        yield from _allow(rule)


def _response(rule: RuleText) -> Iterator[Problem]:
    labels = any(c.fact.key == LABELS for c in rule.when)
    if rule.findings is None and not rule.data_class and not labels:
        yield Problem(rule.path, "a rule on responses needs findings, data_class or labels")
    if rule.action in ("reroute", "allow", "pseudonymise"):
        yield Problem((*rule.path, "action"), f"{rule.action} means nothing for a response")


def _form(rule: RuleText) -> Iterator[Problem]:
    """Rules on the form of answers stand for themselves: they are asked once, about the whole answer."""
    named = rule.findings is not None and SCHEMA_INVALID in rule.findings.detectors
    if not named:
        if rule.action == "repair":
            yield Problem((*rule.path, "action"), f"repair needs findings: any_of: [{SCHEMA_INVALID}]")
        return
    where = rule.where
    if where.directions != frozenset({"response"}):
        yield Problem((*rule.path, "when"), f"{SCHEMA_INVALID} is about answers: applies_to: directions: [response]")
    if rule.findings is not None and (rule.findings.detectors != {SCHEMA_INVALID} or rule.findings.count > 1):
        yield Problem((*rule.path, "when", "findings"), f"{SCHEMA_INVALID} stands alone, with no count")
    if rule.action not in ("repair", "deny", "warn"):
        yield Problem((*rule.path, "action"), f"{rule.action} can't mend an answer's form: repair, deny or warn")
    if where.roles is not None or where.tools is not None:
        yield Problem((*rule.path, "when"), f"{SCHEMA_INVALID} is about the whole answer: no roles, no tools")


def _allow(rule: RuleText) -> Iterator[Problem]:
    """What a caller writes must not permit anything: an allow rule asks about facts, or opens named parts."""
    where, path = rule.where, (*rule.path, "when")
    if any(c.fact.key == LABELS for c in rule.unless):
        said = "labels stand in texts too, which unless doesn't ask: when: data_class, at most one without these labels"
        yield Problem((*rule.path, "unless", "labels"), said)
    for key, value in (("roles", where.roles), ("tools", where.tools)):
        if value is not None:
            yield Problem((*path, key), f"{key} is written by the caller: it can't permit a call")
    if rule.findings is None:
        if not where.directions >= EGRESS:
            why = "which texts there are is up to the caller: a rule that permits calls can't ask for directions"
            yield Problem((*rule.path, "action"), why)
        if where.hosts is not None:
            yield Problem((*path, "hosts"), "hosts is written by the caller: it can't permit a call")
        if where.server_tools is not None:
            yield Problem((*path, "server_tools"), "server_tools needs findings: any_of: [class.server_tool]")
        return
    detectors = rule.findings.detectors
    if not detectors <= set(CLASSES) or detectors & {"class.vendor_state", IDENTITY_CLASS}:
        message = "what stands in a text can't permit a call: allow can only name class.not_inspectable, "
        yield Problem((*path, "findings"), message + "class.remote_url and class.server_tool")
    if "class.remote_url" in detectors and where.hosts is None:
        yield Problem(path, "to allow class.remote_url, list its hosts")
    if "class.server_tool" in detectors and where.server_tools is None:
        yield Problem(path, "to allow class.server_tool, list its server_tools")
    if len(detectors) > 1:
        yield Problem((*path, "findings"), "an allow rule opens one class")
    if rule.findings.count > 1:
        yield Problem((*path, "findings", "count"), "more of the same can't permit a call: an allow rule has no count")


def _lifts(exception: ExceptionText, rules: dict[str, RuleText]) -> Iterator[Problem]:
    for index, name in enumerate(exception.lifts):
        path = (*exception.path, "lifts", index)
        rule = rules.get(name)
        if rule is None:
            yield Problem(path, f"{name} is no rule", nearest(name, rules))
        elif not rule.overridable:
            yield Problem(path, f"{name} can't be lifted: it isn't overridable: true")
        elif rule.action == "allow":
            yield Problem(path, f"{name} permits: there is nothing to be spared")
