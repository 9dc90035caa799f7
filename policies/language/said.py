"""What a rule says, apart from where it is written: the inputs that it reads, and a hash to know it again by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

import orjson

from policies.language.facts import Fact
from policies.language.model import Condition, ExceptionText, Names, RuleText

_PLACES = ("roles", "tools", "hosts", "server_tools")


def reads(rule: RuleText, exceptions: Sequence[ExceptionText]) -> dict[str, tuple[str, ...]]:
    """The keys that a rule and its exceptions ask by (`users`, `destination.region`, `tools`), with their names."""
    found: dict[str, set[str]] = {}
    for condition in (*rule.when, *rule.unless, *(c for e in exceptions for c in e.who)):
        found.setdefault(condition.where, set()).update(_names(condition))
    for key in _PLACES:
        value = getattr(rule.where, key)
        if value is not None:
            found.setdefault(key, set()).update(value if isinstance(value, frozenset) else _spelt(value))
    return {key: tuple(sorted(names)) for key, names in found.items()}


def revision(rule: RuleText, exceptions: Sequence[ExceptionText]) -> str:
    """A hash of everything that a rule and its exceptions say."""
    plain = orjson.dumps([_plain(rule), [_plain(e) for e in exceptions]], option=orjson.OPT_SORT_KEYS)
    return blake2b(plain, digest_size=8).hexdigest()


def _names(condition: Condition) -> tuple[str, ...]:
    return _spelt(condition.wanted) if isinstance(condition.wanted, Names) else ()


def _spelt(names: Names) -> tuple[str, ...]:
    return (*names.exact, *(f"{p}*" for p in names.prefixes), *(f"*{s}" for s in names.suffixes))


def _plain(value: Any) -> Any:
    """As JSON, without the places in files."""
    if isinstance(value, Fact):
        return value.key
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name != "path"}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, tuple | list):
        return sorted((_plain(inner) for inner in value), key=orjson.dumps)
    return value.isoformat() if isinstance(value, date) else value
