"""RE2 behind one small class: patterns over the one-byte view, byte offsets in and out.

The only place that imports re2. It matches in time linear in the text whatever the pattern, and over Latin-1 bytes it
needs no conversion of offsets (its own Python module converts them for every str: measured at a fifth of the cost of a
search). That module's `_re2` binding is used directly: its `Match` wrapper adds 0.4 microseconds a call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import re2

from policies.detectors.steps import Steps
from policies.detectors.syntax import Chars, PatternRefused, written
from policies.detectors.view import WORD

if TYPE_CHECKING:
    from policies.detectors.syntax import Node

_RE2: Any = re2._re2.RE2
_SEARCH = _RE2.Anchor.UNANCHORED
_AT_START = _RE2.Anchor.ANCHOR_START
_NONE = (-1, -1)
_MEGABYTE = 1 << 20
# A pattern is led over so many characters in one step: 0.1 to 0.5 milliseconds.
STRETCH = 1 << 16


def _compiled(source: bytes, megabytes: int) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = megabytes * _MEGABYTE
    compiled = _RE2(source, options)
    if not compiled.ok():
        raise PatternRefused(f"RE2 can't compile it: {compiled.error().decode()}")
    return compiled


class Pattern:
    """One compiled pattern. With a capturing group, the finding is what the (first matched) group covers."""

    __slots__ = ("_compiled", "grouped")

    def __init__(self, node: Node, *, megabytes: int = 8) -> None:
        self._compiled = _compiled(written(node), megabytes)
        self.grouped = self._compiled.NumberOfCapturingGroups() > 0

    def search(self, seen: bytes, start: int, end: int) -> tuple[int, int, int, int] | None:
        """The leftmost match within [start, end): its span and the span of the finding in it."""
        return self._spans(self._compiled.Match(_SEARCH, seen, start, end))

    def finds(self, seen: bytes, start: int, end: int) -> bool:
        """Whether there is a match within [start, end)."""
        return bool(self._compiled.Match(_SEARCH, seen, start, end)[0] != _NONE)

    def at(self, seen: bytes, start: int, end: int) -> tuple[int, int, int, int] | None:
        """The match that begins at `start`, if there is one: its span and the span of the finding in it."""
        return self._spans(self._compiled.Match(_AT_START, seen, start, end))

    def _spans(self, spans: list[tuple[int, int]]) -> tuple[int, int, int, int] | None:
        whole = spans[0]
        if whole == _NONE:
            return None
        if self.grouped:
            for span in spans[1:]:
                if span != _NONE:
                    return (*whole, *span)
        return (*whole, *whole)


def led(
    pattern: Pattern, seen: bytes, place: int, last: int, end: int, longest: int
) -> Steps[tuple[int, int, int, int] | None]:
    """What `search` finds in [place, end), in short steps; it may miss what begins behind `last`.

    longest: characters that a match needs at most; it may go on behind them.
    """
    while last - place > STRETCH:
        span = pattern.search(seen, place, min(place + STRETCH + longest, end))
        if span is not None and span[0] <= place + STRETCH:
            return pattern.at(seen, span[0], end)
        place += STRETCH + 1
        yield
    return pattern.search(seen, place, end)


# Any byte that is in no word.
OUTSIDE = Pattern(Chars(frozenset(range(256)) - WORD))


class Tail:
    """Where the longest suffix of a text begins that matches one of several patterns. Runs backwards from the end.

    at_words: patterns that begin with a byte of `word`, and only where a word begins. anywhere: the others. Without
    that difference the last letters of any word would count as the beginning of some key, and streams would stutter.
    """

    __slots__ = ("_anywhere", "_either", "_word")

    def __init__(self, at_words: list[Node], anywhere: list[Node], word: frozenset[int]) -> None:
        self._word = word
        outside = written(Chars(frozenset(range(256)) - word))
        self._anywhere = _suffix([_any_of(anywhere)]) if anywhere else None
        fronted = [b"(?:\\A|" + outside + b")(?:" + _any_of(at_words) + b")"] if at_words else []
        both = [*fronted, *([_any_of(anywhere)] if anywhere else [])]
        self._either = _suffix(both) if fronted else self._anywhere

    def start(self, seen: bytes) -> int:
        """Offset of the suffix; `len(seen)` where no pattern matches."""
        size = len(seen)
        if self._either is None:
            return size
        begin = int(self._either.Match(_SEARCH, seen, 0, size)[0][0])
        if begin < 0 or begin >= size:
            return size
        if seen[begin] in self._word or (
            self._anywhere is not None and self._anywhere.Match(_SEARCH, seen, 0, size)[0][0] == begin
        ):
            return begin
        # The match has the byte in front of the word with it.
        return begin + 1


def _any_of(nodes: list[Node]) -> bytes:
    return b"|".join(written(node, captures=False) for node in nodes)


def _suffix(sources: list[bytes]) -> Any:
    return _compiled(b"(?:" + b"|".join(sources) + rb")\z", 64)
