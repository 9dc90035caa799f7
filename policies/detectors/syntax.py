"""Patterns as trees: what a detector's regular expression can match, worked out before RE2 ever sees it.

A pattern is written in the syntax common to Python's `re` and RE2 (no look-around, no back-references). The tree gives
what the engine needs to know: the longest match, literals that every match contains (they select the rule in the
keyword pass), and the pattern of all prefixes of matches (what a stream must hold back). Classes are sets of bytes, and
NUL is in none of them: texts are joined by NUL and nothing may match across.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Any, TypeAlias

# Python's own parser of patterns: undocumented, stable since 3.11 and checked by our tests. `re` compiles nothing here.
_parser: Any = importlib.import_module("re._parser")
_ops: Any = importlib.import_module("re._constants")


class PatternRefused(ValueError):
    """The pattern uses something that RE2 has not, or can't be understood. The message is for the rule's author."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One byte out of a set."""

    allowed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Seq:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alt:
    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    inner: Node
    low: int
    high: float  # inf where unbounded
    lazy: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group: the part of the match that is the finding."""

    inner: Node


@dataclass(frozen=True, slots=True)
class At:
    """A place, not a character: `\\b`. (`^` and `$` mean nothing in texts that are joined or still growing: a rule
    says `boundary: line`.)"""


Node: TypeAlias = Chars | Seq | Alt | Repeat | Group | At

EMPTY = Seq(())
_ALL = frozenset(range(1, 256))
_DIGIT = frozenset(b"0123456789")
_SPACE = frozenset(b" \t\n\r\f\v")
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


@lru_cache(maxsize=4096)
def _shared(allowed: frozenset[int]) -> Chars:
    """One object for equal sets: hundreds of patterns ask for the same few, and a set of 200 takes 8 kB."""
    return Chars(allowed)


def parse(source: str) -> Node:
    """The tree of a pattern; PatternRefused says what is wrong in words for its author."""
    try:
        parsed = _parser.parse(source)
    except re.error as error:
        raise PatternRefused(f"not a regular expression: {error}") from None
    flags = parsed.state.flags
    return _Reader().sequence(parsed, flags)


class _Reader:
    """Turns Python's parse into ours."""

    def sequence(self, parsed: Any, flags: int) -> Node:
        items = tuple(self.item(op, value, flags) for op, value in parsed)
        return items[0] if len(items) == 1 else Seq(items)

    def item(self, op: Any, value: Any, flags: int) -> Node:
        if op is _ops.LITERAL:
            return _shared(_cased({value}, flags))
        if op is _ops.NOT_LITERAL:
            return _shared(_ALL - _cased({value}, flags))
        if op is _ops.ANY:
            return _shared(_ALL if flags & re.DOTALL else _ALL - {10})
        if op is _ops.IN:
            return _shared(_class(value, flags))
        if op is _ops.BRANCH:
            return Alt(tuple(self.sequence(branch, flags) for branch in value[1]))
        return self.composite(op, value, flags)

    def composite(self, op: Any, value: Any, flags: int) -> Node:
        if op is _ops.SUBPATTERN:
            group, added, removed, inner = value
            node = self.sequence(inner, (flags | added) & ~removed)
            return node if group is None else Group(node)
        if op in (_ops.MAX_REPEAT, _ops.MIN_REPEAT):
            low, high, inner = value
            most = inf if high is _ops.MAXREPEAT else high
            return Repeat(self.sequence(inner, flags), low, most, op is _ops.MIN_REPEAT)
        if op is _ops.AT and value is _ops.AT_BOUNDARY:
            return At()
        raise PatternRefused(f"{str(op).lower()} is not supported (no look-around, back-reference, ^ or $)")


def _cased(codes: set[int], flags: int) -> frozenset[int]:
    """The bytes of a class: with `(?i)` both cases; characters outside the one-byte view can't occur in it."""
    if any(code > 127 for code in codes):
        raise PatternRefused("write patterns without accents: the text is matched with accents dropped")
    if flags & re.IGNORECASE:
        codes = {ord(case) for code in codes for case in (chr(code).lower(), chr(code).upper())}
    return frozenset(codes) & _ALL


def _class(parts: Any, flags: int) -> frozenset[int]:
    allowed: set[int] = set()
    negated = False
    for op, value in parts:
        if op is _ops.NEGATE:
            negated = True
        elif op is _ops.LITERAL:
            allowed.add(value)
        elif op is _ops.RANGE:
            allowed.update(range(value[0], value[1] + 1))
        else:
            allowed |= _category(value)
    outside = frozenset(code for code in allowed if code > 127)
    members = _cased(allowed - outside, flags) | (outside & _ALL)
    return _ALL - members if negated else members


def _category(code: Any) -> frozenset[int]:
    known = {
        _ops.CATEGORY_DIGIT: _DIGIT, _ops.CATEGORY_SPACE: _SPACE, _ops.CATEGORY_WORD: _WORD,
        _ops.CATEGORY_NOT_DIGIT: _ALL - _DIGIT, _ops.CATEGORY_NOT_SPACE: _ALL - _SPACE,
        _ops.CATEGORY_NOT_WORD: _ALL - _WORD,
    }  # fmt: skip
    return known[code]


def written(node: Node, *, captures: bool = True) -> bytes:
    """The pattern as RE2 takes it (Latin-1 bytes)."""
    match node:
        case Chars(allowed):
            return _written_class(allowed)
        case Seq(items):
            return b"".join(_atom(item, captures) if isinstance(item, Alt) else written(item, captures=captures)
                            for item in items)  # fmt: skip
        case Alt(branches):
            return b"|".join(written(branch, captures=captures) for branch in branches)
        case Repeat(inner, low, high, lazy):
            return _atom(inner, captures) + _counted(low, high) + (b"?" if lazy else b"")
        case Group(inner):
            return (b"(" if captures else b"(?:") + written(inner, captures=captures) + b")"
        case At():
            return rb"\b"


def _atom(node: Node, captures: bool) -> bytes:
    text = written(node, captures=captures)
    return text if isinstance(node, Chars | Group) else b"(?:" + text + b")"


def _counted(low: int, high: float) -> bytes:
    if (low, high) in ((0, 1), (0, inf), (1, inf)):
        return {(0, 1): b"?", (0, inf): b"*", (1, inf): b"+"}[low, high]
    if low == high:
        return b"{%d}" % low
    return b"{%d,%s}" % (low, b"" if high == inf else b"%d" % high)


@lru_cache(maxsize=4096)
def _written_class(allowed: frozenset[int]) -> bytes:
    if not allowed:
        return rb"[^\x00-\xff]"
    ranges: list[list[int]] = []
    for code in sorted(allowed):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    if len(allowed) == 1:
        return _written_byte(ranges[0][0])
    inner = b"".join(
        _written_byte(low) if low == high else _written_byte(low) + b"-" + _written_byte(high) for low, high in ranges
    )
    return b"[" + inner + b"]"


def _written_byte(code: int) -> bytes:
    return bytes([code]) if chr(code).isascii() and chr(code).isalnum() else b"\\x%02x" % code
