"""How well findings meet labelled spans: counts that add up, and the figures made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

SURE = 0.75
"""Findings below this confidence don't count."""


class Found(Protocol):
    """A finding."""

    @property
    def detector(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def confidence(self) -> float: ...


@dataclass
class Tally:
    """wanted: labelled spans. hit: those of which a finding covers half. made: findings. right: those that hit one."""

    wanted: int = 0
    hit: int = 0
    made: int = 0
    right: int = 0

    def add(self, spans: Sequence[tuple[int, int]], findings: Sequence[Found]) -> None:
        """One text's spans of a type and findings of that type."""
        self.wanted += len(spans)
        self.hit += sum(any(covers(one, *span) for one in findings) for span in spans)
        self.made += len(findings)
        self.right += sum(any(covers(one, *span) for span in spans) for one in findings)

    def plus(self, other: Tally) -> Tally:
        """Both counts together."""
        return Tally(self.wanted + other.wanted, self.hit + other.hit, self.made + other.made, self.right + other.right)

    @property
    def recall(self) -> float | None:
        """Share of the spans that were hit; None without spans."""
        return self.hit / self.wanted if self.wanted else None

    @property
    def precision(self) -> float | None:
        """Share of the findings that hit a span; None without findings."""
        return self.right / self.made if self.made else None


def covers(finding: Found, start: int, end: int) -> bool:
    """Whether a finding lies over at least half of the characters of a span."""
    return 2 * (min(end, finding.end) - max(start, finding.start)) >= end - start


def sure(findings: Iterable[Found], detectors: frozenset[str]) -> list[Found]:
    """The findings that count, of some detectors."""
    return [one for one in findings if one.confidence >= SURE and one.detector in detectors]


def share(value: float | None) -> str:
    """A share as a table shows it; rounded down, so that 1.000 means all of them."""
    return "-" if value is None else f"{int(value * 1000) / 1000:.3f}"
