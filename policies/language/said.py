"""What a rule says, apart from where it is written: the inputs that it reads, and a hash to know it again by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Final

import orjson

from policies.language.facts import Fact
from policies.language.model import ClassText, Condition, ExceptionText, Names, RuleText

_PLACES = ("roles", "tools", "hosts", "server_tools")


def reads(
    rule: RuleText, exceptions: Sequence[ExceptionText], classes: Sequence[ClassText]
) -> dict[str, tuple[str, ...]]:
    """The keys that a rule and its exceptions ask by (`users`, `destination.region`, `tools`), with their names.

    classes: the data classes that the rule asks about, which ask by keys of their own.
    """
    found: dict[str, set[str]] = {}
    for condition in (*rule.when, *rule.unless, *(c for e in exceptions for c in e.who)):
        found.setdefault(condition.where, set()).update(_names(condition))
    for key in _PLACES:
        value = getattr(rule.where, key)
        if value is not None:
            found.setdefault(key, set()).update(value if isinstance(value, frozenset) else _spelt(value))
    if rule.data_class:
        found["data_class"] = {one.id for one in classes}
    for one in classes:
        for key, names in (("labels", one.labels), ("use_cases", one.use_cases)):
            if names is not None:
                found.setdefault(key, set()).update(_spelt(names))
    tests = [t for t in (rule.findings, *(t for one in classes for t in one.findings)) if t is not None]
    if any(test.within for test in tests):
        found["findings.within"] = set()
    return {key: tuple(sorted(names)) for key, names in found.items()}


# Where a rule stands, and what is kept for people who look at it, decides nothing.
_NOT_RULING: Final = ("path", "review_sample")


# What a rule does with what it matches. That it permits is kept apart: what a missing fact counts as depends on it.
_DONE: Final = ("action", "in_history", "message", "contact", "overridable", "mode", "shadow_until", "to", "surrogate")


def revision(rule: RuleText, exceptions: Sequence[ExceptionText], classes: Sequence[ClassText]) -> str:
    """A hash of everything that a rule, its exceptions and the data classes that it asks about say.

    Before the dot that of what it matches and who is excepted (`matching`), behind it that of what it does.
    """
    plain = _plain(rule)
    done = [plain.pop(key) for key in _DONE]
    lifts = [{"who": _plain(e.who), "expires": e.expires.isoformat()} for e in exceptions]
    asked = [plain, rule.loosens, lifts, [_plain(c) for c in classes]]
    return f"{_hash(asked)}.{_hash([done, [_plain(e) for e in exceptions]])}"


def matching(revision: str) -> str:
    """The part of a rule's revision that says what it matches."""
    return revision.partition(".")[0]


def _hash(value: object) -> str:
    return blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=6).hexdigest()


def _names(condition: Condition) -> tuple[str, ...]:
    return _spelt(condition.wanted) if isinstance(condition.wanted, Names) else ()


def _spelt(names: Names) -> tuple[str, ...]:
    return (*names.exact, *(f"{p}*" for p in names.prefixes), *(f"*{s}" for s in names.suffixes))


def _plain(value: Any) -> Any:
    """As JSON, without the places in files."""
    if isinstance(value, Fact):
        return value.key
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name not in _NOT_RULING}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, tuple | list):
        return sorted((_plain(inner) for inner in value), key=_in_one_order)
    return value.isoformat() if isinstance(value, date) else value


def _in_one_order(value: object) -> bytes:
    """What a list is sorted by: the same however the keys of its mappings stand."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
