"""The way back: what may be released of an answer while it streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from policies.rules import Rule
from policies.ruling import FindingFacts, RuleHit, Ruling


class ScanEngine(Protocol):
    """What the guard needs of the detection engine."""

    def scan(self, texts: Sequence[str]) -> Sequence[tuple[FindingFacts, ...]]: ...
    def pending(self, text: str, detectors: frozenset[str]) -> int | None: ...


class Release(NamedTuple):
    """What one step of the guard lets go of a channel.

    safe: absolute offset in the channel's text up to which text is released. edits: (start, end, new) with absolute
    offsets, all below `safe`, each given once. stop: the answer ends here (text below `safe` may still go out).
    """

    safe: int
    edits: tuple[tuple[int, int, str], ...] = ()
    stop: Ruling | None = None
    hits: tuple[RuleHit, ...] = ()


class Guard:
    """placeholder until written below"""

    def __init__(self, rules: Iterable[tuple[Rule, str]], engine: ScanEngine, *, shown: Callable[[Iterable[str]], tuple[str, ...]], revision: str) -> None: ...
