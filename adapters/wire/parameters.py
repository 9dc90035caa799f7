"""A destination's rules on the parameters of its requests: what is taken out, given a value, or held in a range.

`changes` says what becomes of a body. `edits` makes them in the bytes of a call that keeps its dialect; `applied` in
a body that was made by translation. Limits on output are apart (`most_output`): quotas count by them, so rules only
lower them, and the dialect itself knows where they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from adapters.wire.body import Document
from adapters.wire.edits import PARAMETER, Edit

Path = tuple[str, ...]
Number = int | float

REMOVED: Any = object()
"""Stands in `changes` for a member that is taken out."""
_MISSING: Any = object()

# Where each dialect has its limit on output; the last is set where none is there.
_LIMITS: Mapping[str, tuple[Path, ...]] = {
    "openai_chat": (("max_tokens",), ("max_completion_tokens",)),
    "openai_completions": (("max_tokens",),),
    "openai_responses": (("max_output_tokens",),),
    "anthropic_messages": (("max_tokens",),),
    "gemini_generate": (("generationConfig", "maxOutputTokens"),),
    "bedrock_converse": (("inferenceConfig", "maxTokens"),),
    "cohere_chat": (("max_tokens",),),
}
OUTPUT_LIMITS = frozenset(path for paths in _LIMITS.values() for path in paths)
"""Any of these names, in a rule, means the limit on output of whatever dialect the vendor is asked in."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The rules of one destination. Paths are of objects' members only.

    default: given where the member is missing, null or stripped, but not to counts of tokens. clamp: least and most of
    a number. output: the same of the limit on output, 0 where nothing is said. dialects: those of the requests that the
    rules are for, none: all.
    """

    strip: tuple[Path, ...] = ()
    default: tuple[tuple[Path, Any], ...] = ()
    clamp: tuple[tuple[Path, Number, Number], ...] = ()
    default_output: int = 0
    most_output: int = 0
    dialects: frozenset[str] = frozenset()

    def holds(self, dialect: str) -> bool:
        """Whether the rules are for requests in this dialect."""
        return not self.dialects or dialect in self.dialects

    def output(self, asked: int | None) -> int:
        """What the limit on output becomes; 0 where it stays as it is."""
        if asked is None:
            return min(self.default_output, self.most_output or self.default_output)
        return self.most_output if 0 < self.most_output < asked else 0


def changes(body: Mapping[str, Any], rules: Parameters, *, defaults: bool = True) -> dict[Path, Any]:
    """The members of a body that the rules change, with their new values or REMOVED; none of them within another."""
    found: dict[Path, Any] = {}
    for path in rules.strip:
        if _at(body, path) is not _MISSING:
            found[path] = REMOVED
    for path, value in rules.default if defaults else ():
        if found.get(path) is REMOVED or _at(body, path) in (_MISSING, None):
            _give(found, body, path, value)
    for path, least, most in rules.clamp:
        there = found.get(path, _at(body, path))
        if type(there) in (int, float) and not least <= there <= most:
            found[path] = least if there < least else most
    return found


def edits(document: Document, rules: Parameters, *, defaults: bool = True) -> list[Edit]:
    """The same as edits of the body's bytes."""
    by_holder: dict[Path, dict[str, Any]] = {}
    for path, value in changes(document.value, rules, defaults=defaults).items():
        by_holder.setdefault(path[:-1], {})[path[-1]] = value
    return [edit for path, changed in by_holder.items() for edit in _members(document, path, changed)]


def beside(others: Iterable[Edit], own: list[Edit]) -> list[Edit]:
    """All edits of one body. Others that fall into what the rules replace or take out go with it; of two limits on the
    same number the lower one counts."""
    spans = [edit for edit in own if edit.start < edit.end]
    kept = []
    for other in others:
        within = [e for e in spans if e.start <= other.start and other.end <= e.end and e.start < other.end]
        if other.kind == "token_cap" and within and _lower(other, within[0]):
            own = [edit for edit in own if edit is not within[0]]
            within = []
        if not within:
            kept.append(other)
    return kept + own


def applied(body: Mapping[str, Any], rules: Parameters, dialect: str) -> tuple[dict[str, Any], int]:
    """A made body under the rules, which it leaves as it is, and how many members they changed.

    dialect: the one that the body is in. A limit on output that stands in it already (a quota's) is only lowered.
    """
    if not rules.holds(dialect):
        return dict(body), 0
    found = changes(body, rules)
    limits = [path for path in _LIMITS.get(dialect, ()) if type(_at(body, path)) is int]
    for path in limits:
        if lowered := rules.output(_at(body, path)):
            found[path] = lowered
    if not limits and dialect in _LIMITS and (given := rules.output(None)):
        _give(found, body, _LIMITS[dialect][-1], given)
    made = dict(body)
    for path, value in found.items():
        _set(made, path, value)
    return made, len(found)


def _at(body: Any, path: Path) -> Any:
    for step in path:
        if not isinstance(body, dict) or step not in body:
            return _MISSING
        body = body[step]
    return body


def _give(found: dict[Path, Any], body: Any, path: Path, value: Any) -> None:
    """Adds a value to `found`, with the objects around it that aren't there; nothing where another value is there."""
    for depth in range(1, len(path)):
        here = found.get(path[:depth], _at(body, path[:depth]))
        if here in (_MISSING, None):
            inner = value
            for step in reversed(path[depth:]):
                inner = {step: inner}
            found[path[:depth]] = inner
            return
        if not isinstance(here, dict):
            return
        if path[:depth] in found:
            found[path[:depth]] = dict(here)
            _set(found[path[:depth]], path[depth:], value)
            return
    found[path] = value


def _set(body: dict[str, Any], path: Path, value: Any) -> None:
    """Puts a value into a body whose root may be changed, and nothing else of it."""
    holder = body
    for step in path[:-1]:
        holder[step] = dict(holder.get(step) or {})
        holder = holder[step]
    if value is REMOVED:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value


def _members(document: Document, path: Path, changed: Mapping[str, Any]) -> list[Edit]:
    """The edits that change members of one object. New ones stand in front, as `set_member` puts them."""
    holder = _at(document.value, path)
    gone = {name for name, value in changed.items() if value is REMOVED}
    new = [orjson.dumps(n) + b":" + orjson.dumps(v) for n, v in changed.items() if n not in holder]
    found = []
    if new:
        start = document.value_start(path) + 1
        comma = b"," if len(gone) < len(holder) else b""
        found.append(Edit(start, start, b",".join(new) + comma, PARAMETER))
    names, kept = list(holder), False
    for index, name in enumerate(names):
        if name not in gone:
            kept = True
            if name in changed:
                found.append(Edit(*document.value_span((*path, name)), orjson.dumps(changed[name]), PARAMETER))
            continue
        start, end = document.key_start((*path, name)), document.value_span((*path, name))[1]
        if kept:
            start = document.value_span((*path, names[index - 1]))[1]
        elif index + 1 < len(names):
            end = document.key_start((*path, names[index + 1]))
        found.append(Edit(start, end, b"", PARAMETER))
    return found


def _lower(one: Edit, other: Edit) -> bool:
    """Whether both set the same number and the first one to less."""
    same = (one.start, one.end) == (other.start, other.end)
    return same and one.new.isdigit() and other.new.isdigit() and int(one.new) < int(other.new)
