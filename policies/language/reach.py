"""Rules that can never match: conditions that no destination, use case or caller meets, and places that never occur."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from policies.language.facts import CALL
from policies.language.trials import ELSEWHERE, NOBODY
from policies.language.vocabulary import Vocabulary
from policies.rules import Rule, Test
from policies.ruling import CallFacts, DestinationFacts

# Of which roles the texts of a direction can be; what nobody knows of a request has the role `other`.
ROLES_IN: Final[Mapping[str, frozenset[str]]] = {
    "request": frozenset({"system", "user", "assistant", "tool_definition", "reasoning", "other"}),
    "tool_results": frozenset({"tool", "other"}),
    "tool_arguments": frozenset({"tool_arguments", "other"}),
    "response": frozenset({"assistant", "reasoning", "tool_arguments"}),
}
# Facts with one name, by the field of a call that holds it.
_FIELDS: Final = {
    "organisations": "organisation", "teams": "team", "users": "user", "keys": "key", "use_cases": "use_case",
    "models": "model", "dialects": "dialect",
}  # fmt: skip
_ANOTHER: Final = "\0another"


def unreachable(rule: Rule, vocabulary: Vocabulary) -> str | None:
    """Why a rule can never match, as far as that can be told; None where it may."""
    return _nowhere(rule, vocabulary) or _nobody(rule, vocabulary) or _no_text(rule)


def _nowhere(rule: Rule, vocabulary: Vocabulary) -> str | None:
    """No destination meets its conditions, or each that does is spared."""
    if not vocabulary.facts:
        return None
    asked = [t for t in rule.tests if t.on_destination]
    left = [d for d in vocabulary.facts.values() if all(t.holds(NOBODY, d) for t in asked)]
    if not left:
        return f"no destination meets {_and(asked)}"
    spared = rule.unless and all(t.on_destination for t in rule.unless)
    if spared and all(t.holds(NOBODY, d) for d in left for t in rule.unless):
        return f"its unless spares every destination that it is about: {_and(rule.unless)}"
    return None


def _nobody(rule: Rule, vocabulary: Vocabulary) -> str | None:
    """No value of one fact of the call meets its conditions, or each that does is spared."""
    for key in _FIELDS:
        if CALL[key].register is None and any("*" in name for name in rule.reads.get(key, ())):
            continue  # a name may be like two patterns in a way that isn't tried here
        asked = [t for t in rule.tests if t.key == key]
        calls = [c for c in _calls(key, rule, vocabulary) if _all(asked, c)]
        if not calls:
            return f"nothing meets {_and(asked)}"
        spared = rule.unless and all(t.key == key for t in rule.unless)
        if spared and all(_all(rule.unless, call) for call in calls):
            return f"its unless spares every call that it is about: {_and(rule.unless)}"
    return None


def _calls(key: str, rule: Rule, vocabulary: Vocabulary) -> Iterator[CallFacts]:
    """A call for each value of a fact that a rule could tell apart."""
    register = CALL[key].register
    known = vocabulary.register(register) if register else None
    values: set[Any] = set(known) if known is not None else {_ANOTHER, *rule.reads.get(key, ())}
    return (replace(NOBODY, **{_FIELDS[key]: value}) for value in sorted(values))


def _no_text(rule: Rule) -> str | None:
    """No text of its directions is of its roles."""
    roles = rule.reads.get("roles", ())
    if not roles or any(role in ROLES_IN[direction] for direction in rule.directions for role in roles):
        return None
    directions = ", ".join(sorted(rule.directions))
    return f"no text in [{directions}] is of the role {' or '.join(roles)}"


def _all(tests: Iterable[Test], call: CallFacts) -> bool:
    return all(t.holds(call, ELSEWHERE) for t in tests)


def _and(tests: Iterable[Test]) -> str:
    return " and ".join(t.says for t in tests)


def columns_of(rules: Iterable[Rule], destination: DestinationFacts) -> dict[str, set[str]]:
    """The columns of each table that a destination meets."""
    met: dict[str, set[str]] = {}
    for rule in rules:
        if rule.in_table:
            asked = [t for t in rule.tests if t.on_destination]
            holds = all(t.holds(NOBODY, destination) for t in asked)
            met.setdefault(rule.policy, set()).update([str(rule.path[3])] if holds else [])
    return met
