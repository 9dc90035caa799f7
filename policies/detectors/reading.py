"""Facts about a pattern read off its tree: how long a match can be, what it must contain, how it can begin."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from policies.detectors.syntax import EMPTY, Alt, At, Chars, Group, Node, Repeat, Seq

# A run of literal characters may go over small classes (`gh[ops]_`), as long as the spellings stay few.
_FEW = 5
_RUNS = 24
_RARE = b"@~|$"
# Repeats above this are long.
_SHORT = 8
# Classes of more characters than this match prose.
_WIDE = 128


class Literal(NamedTuple):
    """Lower-case bytes that stand in a match, with the least and most characters of the match before them."""

    text: bytes
    before_min: int
    before_max: float


def shortest(node: Node) -> int:
    """The fewest characters of a match."""
    match node:
        case Chars():
            return 1
        case Seq(items):
            return sum(map(shortest, items))
        case Alt(branches):
            return min(map(shortest, branches))
        case Repeat(inner, low, _, _):
            return low * shortest(inner)
        case Group(inner):
            return shortest(inner)
        case At():
            return 0


def longest(node: Node) -> float:
    """The most characters of a match; inf where the pattern sets no limit."""
    match node:
        case Chars():
            return 1
        case Seq(items):
            return sum(map(longest, items))
        case Alt(branches):
            return max(map(longest, branches))
        case Repeat(inner, _, high, _):
            return high * longest(inner) if high else 0
        case Group(inner):
            return longest(inner)
        case At():
            return 0


def firsts(node: Node) -> frozenset[int]:
    """The bytes with which a match can begin; of a pattern that can match nothing, those that may follow it too."""
    match node:
        case Chars(allowed):
            return allowed
        case Seq(items):
            found: frozenset[int] = frozenset()
            for item in items:
                found |= firsts(item)
                if shortest(item):
                    break
            return found
        case Alt(branches):
            return frozenset().union(*map(firsts, branches))
        case Repeat(inner, _, _, _) | Group(inner):
            return firsts(inner)
        case At():
            return frozenset()


def prefixes(node: Node) -> Node:
    """A pattern of every beginning of a match, from nothing to the whole of it (groups dropped).

    Long repeats are read as endless, so it also matches what is too long to become a match: a stream holds such a
    suffix a little longer than it must, and the pattern stays small enough to compile in no time.
    """
    match node:
        case Chars():
            return Repeat(node, 0, 1)
        case Seq(items):
            return _prefixes_of_sequence(items)
        case Alt(branches):
            return Alt(tuple(map(prefixes, branches)))
        case Repeat(Chars() as inner, _, high, _):
            return Repeat(inner, 0, _limit(inner, high))
        case Repeat(inner, _, high, _):
            return Seq((Repeat(loose(inner), 0, max(_limit(inner, high) - 1, 0)), prefixes(inner)))
        case Group(inner):
            return prefixes(inner)
        case At():
            return EMPTY


def bare(node: Node) -> Node:
    """The pattern without groups."""
    match node:
        case Seq(items):
            return Seq(tuple(map(bare, items)))
        case Alt(branches):
            return Alt(tuple(map(bare, branches)))
        case Repeat(inner, low, high, lazy):
            return Repeat(bare(inner), low, high, lazy)
        case Group(inner):
            return bare(inner)
        case _:
            return node


def loose(node: Node) -> Node:
    """The pattern with long repeats read as endless: it matches all that the pattern matches, and more."""
    match node:
        case Seq(items):
            return Seq(tuple(map(loose, items)))
        case Alt(branches):
            return Alt(tuple(map(loose, branches)))
        case Repeat(inner, low, high, _):
            return Repeat(loose(inner), min(low, _SHORT), _limit(inner, high))
        case Group(inner):
            return loose(inner)
        case _:
            return node


def _limit(inner: Node, high: float) -> float:
    """How often a repeat is followed: long ones without end, but those of nearly any character as far as they go (they
    would hold whatever comes)."""
    wide = isinstance(inner, Chars) and len(inner.allowed) > _WIDE
    return high if wide or high <= _SHORT else inf


def wide(node: Node) -> bool:
    """Whether the pattern repeats nearly any character a counted number of times, more than a few."""
    match node:
        case Repeat(Chars(allowed), _, high, _):
            return len(allowed) > _WIDE and _SHORT < high < inf
        case Repeat(inner, _, _, _) | Group(inner):
            return wide(inner)
        case Seq(items):
            return any(map(wide, items))
        case Alt(branches):
            return any(map(wide, branches))
        case _:
            return False


def _prefixes_of_sequence(items: tuple[Node, ...]) -> Node:
    result: Node = EMPTY
    for item in reversed(items):
        if result == EMPTY:
            result = prefixes(item)
        elif isinstance(item, Chars):
            result = Repeat(Seq((item, result)), 0, 1)
        elif isinstance(item, At):
            result = Alt((EMPTY, Seq((item, result))))
        else:
            result = Alt((Seq((loose(item), result)), prefixes(item)))
    return result


def literals(node: Node, least: int = 3) -> tuple[Literal, ...]:
    """Literals of at least `least` characters (shorter with a rare sign such as `@`) of which every match contains one;
    empty if there are none.

    Of several possible sets the one whose shortest member is longest is taken: it selects the rule least often.
    """
    found = _required(node)
    if found and all(len(one.text) >= least or any(sign in _RARE for sign in one.text) for one in found):
        return found
    return ()


def _score(found: tuple[Literal, ...]) -> tuple[int, int]:
    return min(len(one.text) for one in found), -len(found)


def _required(node: Node) -> tuple[Literal, ...]:
    match node:
        case Chars() | Seq():
            return _required_of_sequence(_flat(node))
        case Alt(branches):
            each = [_required(branch) for branch in branches]
            return tuple(dict.fromkeys(one for found in each for one in found)) if all(each) else ()
        case Repeat(inner, low, _, _):
            return _required(inner) if low else ()
        case Group(inner):
            return _required(inner)
        case At():
            return ()


def _flat(node: Node) -> list[Node]:
    """A sequence without nested sequences and groups, so that literals run across them."""
    if isinstance(node, Group):
        return _flat(node.inner)
    if isinstance(node, Seq):
        return [one for item in node.items for one in _flat(item)]
    return [node]


def _required_of_sequence(items: list[Node]) -> tuple[Literal, ...]:
    best: tuple[Literal, ...] = ()
    runs: list[bytes] = [b""]
    low, high = 0, 0.0  # characters before the runs
    for item in [*items, EMPTY]:
        if isinstance(item, At):
            continue
        letters = _spellings(item)
        if letters and len(runs) * len(letters) <= _RUNS:
            runs = [run + letter for run in runs for letter in letters]
            continue
        best = _better(best, tuple(Literal(run, low, high) for run in runs if run))
        low, high = low + min(map(len, runs)), high + max(map(len, runs))
        runs = letters or [b""]
        if not letters:
            inner = _required(item) if isinstance(item, Alt | Repeat) else ()
            best = _better(best, tuple(Literal(i.text, i.before_min + low, i.before_max + high) for i in inner))
            low, high = low + shortest(item), high + longest(item)
    return best


def _better(one: tuple[Literal, ...], other: tuple[Literal, ...]) -> tuple[Literal, ...]:
    return other if other and (not one or _score(other) > _score(one)) else one


def _spellings(item: Node) -> list[bytes]:
    """All strings (lower case) that an item stands for, where they are few; else empty."""
    match item:
        case Chars(allowed):
            found = {bytes([code]).lower() for code in allowed}
            return sorted(found) if len(found) <= _FEW else []
        case Alt(branches):
            each = [_spellings(branch) for branch in branches]
            every = sorted({text for found in each for text in found})
            return every if all(each) and len(every) <= _RUNS else []
        case Seq(items):
            return _products([_spellings(inner) for inner in items])
        case Group(inner):
            return _spellings(inner)
        case _:
            return []


def _products(parts: list[list[bytes]]) -> list[bytes]:
    runs = [b""]
    for part in parts:
        runs = [run + text for run in runs for text in part]
        if not runs or len(runs) > _RUNS:
            return []
    return runs if parts else []


def followed(node: Node, characters: int) -> Node:
    """The pattern of a match followed by up to so many characters of any kind (among them a hot word)."""
    return Seq((loose(node), Repeat(Chars(frozenset(range(256))), 0, characters)))
