"""Whether a rule asks for more or for less than it did: key by key, as far as that can be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from policies.asks import FindingsTest
from policies.language.model import Bound, Condition, Names, RuleText
from policies.language.problems import Comparison

# More (1), less (-1), or None where it can't be told.
Breadth = int | None


class Asked(NamedTuple):
    """One key that asks differently. breadth: whether what it asks is met more often."""

    key: str
    was: str
    now: str
    breadth: Breadth


def asked(was: RuleText, now: RuleText) -> Iterator[Asked]:
    """What the rule asks differently, and whether it matches more for it."""
    yield from conditions("when.", was.when, now.when)
    yield from _findings("when.findings", was.findings, now.findings)
    if was.data_class != now.data_class:
        before, after = was.data_class, now.data_class
        yield Asked("when.data_class", spelt(before), spelt(after), _bounds(before, after))
    for key in ("directions", "roles", "tools", "hosts", "server_tools"):
        before, after = getattr(was.where, key), getattr(now.where, key)
        if before != after:
            yield Asked(f"when.{key}", spelt(before), spelt(after), names(before, after))
    for one in conditions("unless.", was.unless, now.unless):
        if not was.unless or not now.unless:  # conditions that all must hold, to nobody or to whoever they are met by
            yield one._replace(breadth=1 if was.unless else -1)
        else:
            yield one._replace(breadth=None if one.breadth is None else -one.breadth)


def pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """What two mappings say differently, by name; None where one of them has no such thing."""
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def subset(old: frozenset[str], new: frozenset[str]) -> Breadth:
    """Whether a set grew or shrank."""
    return 1 if old < new else -1 if new < old else None


def conditions(prefix: str, was: Sequence[Condition], now: Sequence[Condition]) -> Iterator[Asked]:
    """Conditions that ask differently, key by key."""
    old, new = _by_key(was), _by_key(now)
    for key, before, after in pairs(old, new):
        breadth = 1 if after is None else -1 if before is None else _condition(before, after)
        yield Asked(f"{prefix}{key}", _said(before), _said(after), breadth)


def _by_key(conditions: Sequence[Condition]) -> dict[str, tuple[Condition, ...]]:
    found: dict[str, tuple[Condition, ...]] = {}
    for one in sorted(conditions, key=str):
        found[one.where] = (*found.get(one.where, ()), one)
    return found


def _condition(was: Sequence[Condition], now: Sequence[Condition]) -> Breadth:
    if len(was) != 1 or len(now) != 1 or was[0].negate is not now[0].negate:
        return None
    before, after = was[0].wanted, now[0].wanted
    if isinstance(before, Names) and isinstance(after, Names):
        found = names(before, after)
        return -found if found is not None and was[0].negate else found
    if isinstance(before, Comparison) and isinstance(after, Comparison) and before.operator == after.operator:
        lower = after.number < before.number
        return 1 if lower is before.operator.startswith(">") else -1
    return None


def names(was: Names | frozenset[str] | None, now: Names | frozenset[str] | None) -> Breadth:
    """Of names that are looked for: with more of them it is met more often. None: by whatever there is."""
    if was is None or now is None:
        return 1 if now is None else -1
    return subset(name_set(was), name_set(now))


def name_set(given: Names | frozenset[str]) -> frozenset[str]:
    """Names and patterns as they are written."""
    if isinstance(given, frozenset):
        return given
    return given.exact | {f"{p}*" for p in given.prefixes} | {f"*{s}" for s in given.suffixes}


def _findings(path: str, was: FindingsTest | None, now: FindingsTest | None) -> Iterator[Asked]:
    if was == now:
        return
    if was is None or now is None or was.every is not now.every:
        yield Asked(path, str(was or ""), str(now or ""), 1 if now is None else -1 if was is None else None)
        return
    if was.detectors != now.detectors:
        key = "all_of" if now.every else "any_of"
        # A rule that asks for one more of all matches less often, and then replaces more.
        grew = None if now.every else subset(was.detectors, now.detectors)
        yield Asked(f"{path}.{key}", spelt(was.detectors), spelt(now.detectors), grew)
    for key in ("confidence", "count"):
        before, after = getattr(was, key), getattr(now, key)
        if before != after:
            yield Asked(f"{path}.{key}", f">={before:g}", f">={after:g}", 1 if after < before else -1)
    for key in ("within", "labels"):
        before, after = getattr(was, key), getattr(now, key)
        if before != after:
            yield Asked(f"{path}.{key}", spelt(before), spelt(after), None)


def _bounds(was: Sequence[Bound], now: Sequence[Bound]) -> Breadth:
    if not was or not now:
        return 1 if not now else -1
    if len(was) > 1 or len(now) > 1 or was[0].operator != now[0].operator or was[0].level == now[0].level:
        return None
    return 1 if (now[0].level < was[0].level) is not now[0].upper else -1


def _said(conditions: Sequence[Condition] | None) -> str:
    return " and ".join(str(one).removeprefix(one.where).strip() for one in conditions or ())


def spelt(value: object) -> str:
    """A value for a reader, the same whatever the order in which it was written."""
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and hasattr(value, "_asdict") and type(value).__str__ is object.__str__:
        value = value._asdict()
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {v}" for k, v in sorted(value.items()))
    if isinstance(value, (frozenset, list)) or (isinstance(value, tuple) and not hasattr(value, "_fields")):
        return "[" + ", ".join(sorted(map(str, value))) + "]"
    return str(value)
