"""What changed in meaning between the policies of two bundles, and whether it tightens them, loosens them, or can't be
told.

Said carefully: `tightens` where no call can be permitted more than before, `loosens` where one might be, `unclear`
where neither is sure. Where rules stand, in which file and in which order, is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from policies.language.breadths import Breadth, asked, conditions, name_set, pairs, spelt, subset
from policies.language.compile import Texts
from policies.language.model import ClassText, ExceptionText, RuleText

TIGHTENS, LOOSENS, UNCLEAR, NONE = "tightens", "loosens", "unclear", "none"
EFFECTS: Final = (LOOSENS, UNCLEAR, TIGHTENS, NONE)

_SEVERITY: Final = {"allow": 0, "warn": 1, "pseudonymise": 2, "redact": 3, "deny": 4}
_STRICT: Final = ("pseudonymise", "redact", "deny")
_TOLD: Final = ("message", "contact", "shadow_until", "review_sample")


class Change(NamedTuple):
    """One change. what: the kind of thing (rule, exception ...). key: "" for the whole of it. was, now: "" for none."""

    what: str
    id: str
    key: str
    was: str
    now: str
    effect: str


def differences(old: Texts, new: Texts) -> Iterator[Change]:
    """Every change from one bundle's policies to another's."""
    levels = [{c.id: c.level for c in texts.classes} for texts in (old, new)]
    renumbered = any(levels[0][name] != levels[1][name] for name in levels[0].keys() & levels[1].keys())
    for name, was, now in pairs(_rules(old, renumbered), _rules(new, renumbered)):
        yield from _rule(name, was, now)
    for name, given, granted in pairs(_exceptions(old), _exceptions(new)):
        yield from _exception(name, given, granted)
    lowest = min(levels[1].values(), default=0)
    for name, before, after in pairs(_classes(old), _classes(new)):
        yield from _class(name, before, after, lowest)
    yield from _rest(old, new)


def effect(breadth: Breadth, *, tightens: bool) -> str:
    """What it means that something holds more often, or less. tightens: whether more is stricter."""
    if breadth is None:
        return UNCLEAR
    return TIGHTENS if (breadth > 0) is tightens else LOOSENS


def _rules(texts: Texts, renumbered: bool) -> dict[str, RuleText]:
    """The rules by id, apart from where they stand. renumbered: levels of the two bundles don't compare."""
    found = {}
    for rule in (r for policy in texts.policies for r in policy.rules):
        classes = tuple(b._replace(level=0) if renumbered else b for b in rule.data_class)
        found[rule.id] = replace(
            rule,
            policy="",
            path=(),
            when=tuple(sorted(rule.when, key=str)),
            unless=tuple(sorted(rule.unless, key=str)),
            data_class=tuple(sorted(classes)),
        )
    return found


def _exceptions(texts: Texts) -> dict[str, ExceptionText]:
    return {
        e.id: replace(e, path=(), lifts=tuple(sorted(e.lifts)), who=tuple(sorted(e.who, key=str)))
        for policy in texts.policies
        for e in policy.exceptions
    }


def _classes(texts: Texts) -> dict[str, ClassText]:
    return {c.id: replace(c, path=(), findings=tuple(sorted(c.findings, key=str))) for c in texts.classes}


def _rule(name: str, was: RuleText | None, now: RuleText | None) -> Iterator[Change]:
    if was is None or now is None:
        rule = was or now
        if rule is not None:
            means = _polarity(rule)(1 if was is None else -1)
            yield Change("rule", name, "", _brief(was), _brief(now), means)
        return
    judge = _judge(was, now)
    if was.action != now.action:
        yield Change("rule", name, "action", was.action, now.action, _action(was, now))
    if was.mode != now.mode:
        enforced = _polarity(now if now.mode == "enforce" else was)
        yield Change("rule", name, "mode", was.mode, now.mode, enforced(1 if now.mode == "enforce" else -1))
    for one in asked(was, now):
        yield Change("rule", name, one.key, one.was, one.now, judge(one.breadth))
    yield from _manner(name, was, now, judge)


def _judge(was: RuleText, now: RuleText) -> Callable[[Breadth], str]:
    """What it means that the rule asks for more or less: nothing in shadow, nor beside what changes it whole."""
    if "shadow" in (was.mode, now.mode):
        return lambda breadth: NONE
    return _polarity(now) if was.action == now.action and was.permits == now.permits else lambda breadth: UNCLEAR


def _polarity(rule: RuleText) -> Callable[[Breadth], str]:
    """What it means that this rule matches more calls."""
    if rule.mode == "shadow" or (rule.action == "warn" and not rule.permits):
        return lambda breadth: NONE
    if rule.action == "allow":
        return lambda breadth: effect(breadth, tightens=False)
    if rule.action in _STRICT and not rule.permits:
        return lambda breadth: effect(breadth, tightens=True)
    return lambda breadth: UNCLEAR


def _action(was: RuleText, now: RuleText) -> str:
    if "shadow" in (was.mode, now.mode):
        return NONE if was.mode == now.mode else UNCLEAR
    before, after = _SEVERITY.get(was.action), _SEVERITY.get(now.action)
    if before is None or after is None:
        return UNCLEAR
    if after < before:
        return LOOSENS
    # What permits too may open a call that only another rule held back by sending it elsewhere.
    return UNCLEAR if now.permits and not was.permits else TIGHTENS


def _manner(name: str, was: RuleText, now: RuleText, judge: Callable[[Breadth], str]) -> Iterator[Change]:
    """What the rule does where it matches, apart from its action."""
    if was.in_history != now.in_history:
        both = was.action == now.action == "deny" and judge(None) == UNCLEAR
        means = effect(1 if now.in_history == "deny" else -1, tightens=True) if both else NONE
        yield Change("rule", name, "in_history", was.in_history, now.in_history, means)
    if was.overridable is not now.overridable:
        yield Change(
            "rule", name, "overridable", spelt(was.overridable), spelt(now.overridable),
            LOOSENS if now.overridable else TIGHTENS,
        )  # fmt: skip
    for key in ("to", "surrogate", "permits"):
        before, after = getattr(was, key), getattr(now, key)
        if before != after:
            shown = "as" if key == "surrogate" else key
            yield Change("rule", name, shown, spelt(before), spelt(after), UNCLEAR)
    for key in _TOLD:
        before, after = getattr(was, key), getattr(now, key)
        if before != after:
            yield Change("rule", name, key, spelt(before), spelt(after), NONE)


def _exception(name: str, was: ExceptionText | None, now: ExceptionText | None) -> Iterator[Change]:
    if was is None or now is None:
        before, after = (f"lifts {', '.join(e.lifts)}" if e else "" for e in (was, now))
        yield Change("exception", name, "", before, after, LOOSENS if was is None else TIGHTENS)
        return
    if set(was.lifts) != set(now.lifts):
        grew = subset(frozenset(was.lifts), frozenset(now.lifts))
        yield Change("exception", name, "lifts", spelt(was.lifts), spelt(now.lifts), effect(grew, tightens=False))
    for one in conditions("who.", was.who, now.who):
        yield Change("exception", name, one.key, one.was, one.now, effect(one.breadth, tightens=False))
    if was.expires != now.expires:
        later = LOOSENS if now.expires > was.expires else TIGHTENS
        yield Change("exception", name, "expires", str(was.expires), str(now.expires), later)
    for key in ("reason", "owner"):
        if getattr(was, key) != getattr(now, key):
            yield Change("exception", name, key, getattr(was, key), getattr(now, key), NONE)


def _class(name: str, was: ClassText | None, now: ClassText | None, lowest: int) -> Iterator[Change]:
    """A call of a higher class is ruled on more strictly: rules ask for at least a class, those that permit for at
    most one."""
    if was is None or now is None:
        before, after = (f"level {c.level}" if c else "" for c in (was, now))
        raises = now is not None and now.level > lowest
        yield Change("data class", name, "", before, after, LOOSENS if now is None else TIGHTENS if raises else UNCLEAR)
        return
    if was.level != now.level:
        yield Change("data class", name, "level", str(was.level), str(now.level), UNCLEAR)
    if was.findings != now.findings:
        old, new = (frozenset(map(str, c.findings)) for c in (was, now))
        means = effect(subset(old, new), tightens=True)
        yield Change("data class", name, "findings", spelt(old), spelt(new), means)
    for key in ("labels", "use_cases"):
        before, after = getattr(was, key), getattr(now, key)
        if before != after:
            grew = subset(*(frozenset() if names is None else name_set(names) for names in (before, after)))
            yield Change("data class", name, key, spelt(before), spelt(after), effect(grew, tightens=True))
    for key in ("title", "description"):
        if getattr(was, key) != getattr(now, key):
            yield Change("data class", name, key, spelt(getattr(was, key)), spelt(getattr(now, key)), NONE)


def _rest(old: Texts, new: Texts) -> Iterator[Change]:
    for key in ("internal", "external"):
        before, after = getattr(old.defaults, key), getattr(new.defaults, key)
        if before != after:
            means = LOOSENS if after == "allow" else TIGHTENS
            yield Change("defaults", "when_no_rule_matches", key, before, after, means)
    if old.defaults.samples is not new.defaults.samples:
        was, now = spelt(old.defaults.samples), spelt(new.defaults.samples)
        yield Change("defaults", "review_samples", "allow", was, now, NONE)
    owners: list[Mapping[str, str]] = [{p.id: p.owner for p in texts.policies} for texts in (old, new)]
    for name, before, after in pairs(*owners):
        if before and after:
            yield Change("policy", name, "owner", before, after, NONE)
    cases = [
        {f"{p.id}: {t.name}": replace(t, path=()) for p in texts.policies for t in p.tests} for texts in (old, new)
    ]
    for name, before, after in pairs(*cases):
        yield Change("case", name, "", before.verdict if before else "", after.verdict if after else "", NONE)


def _brief(rule: RuleText | None) -> str:
    if rule is None:
        return ""
    return rule.action if rule.mode == "enforce" else f"{rule.action} (shadow)"
