"""What a rule asks of the findings: which detectors, how sure, how many, which labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from policies.ruling import FindingFacts, PassageFacts

ByDetector = Mapping[str, Sequence[FindingFacts]]
Where = Callable[[PassageFacts], bool]

DEFAULT_CONFIDENCE: Final = 0.75


@dataclass(frozen=True, slots=True)
class FindingsTest:
    """Which findings count. every: each of `detectors` must be there. count: the least number of findings.

    labels: only findings that are one of these marks count. within: they must begin at most so many characters apart,
    in one text; 0: they may stand anywhere.
    """

    detectors: frozenset[str]
    every: bool = False
    confidence: float = DEFAULT_CONFIDENCE
    count: int = 1
    labels: Container[str] | None = None
    within: int = 0

    def met(
        self, found: ByDetector, passages: Sequence[PassageFacts], where: Where | None = None
    ) -> list[FindingFacts]:
        """The findings that count, in the passages that do; [] where they aren't enough."""
        if self.every and not self.detectors <= found.keys():
            return []
        matched: list[FindingFacts] = []
        for detector in found.keys() & self.detectors:
            counted = [
                f for f in found[detector]
                if f.confidence >= self.confidence and (where is None or where(passages[f.passage]))
            ]  # fmt: skip
            if self.labels is not None:
                counted = [f for f in counted if f.label in self.labels]
            if self.every and not counted:
                return []
            matched += counted
        if self.within:
            return self._near(matched)
        return matched if len(matched) >= self.count else []

    def counts(self, finding: FindingFacts) -> bool:
        """Whether a finding is one of those that count, wherever it stands."""
        sure = finding.detector in self.detectors and finding.confidence >= self.confidence
        return sure and (self.labels is None or finding.label in self.labels)

    @property
    def single(self) -> bool:
        """Whether one finding alone is enough, whatever else there is."""
        return not self.every and self.count <= 1

    def _near(self, findings: Iterable[FindingFacts]) -> list[FindingFacts]:
        """Those that stand in a stretch of a text that holds enough of them."""
        near: list[FindingFacts] = []
        placed = sorted(findings, key=lambda f: (f.passage, f.start))
        inside: Counter[str] = Counter()
        end = taken = 0
        for begin, first in enumerate(placed):
            while end < len(placed) and _apart(first, placed[end]) <= self.within:
                inside[placed[end].detector] += 1
                end += 1
            if end - begin >= self.count and (not self.every or all(inside[d] for d in self.detectors)):
                near += placed[max(begin, taken) : end]
                taken = end
            inside[first.detector] -= 1
        return near

    def says(self, names: Iterable[str]) -> str:
        """The test for a reader. names: of the detectors, as they may be shown."""
        kind = "all of" if self.every else "any of"
        near = f" within {self.within} characters" if self.within else ""
        return f"findings {kind} [{', '.join(names)}] confidence >= {self.confidence:g} count >= {self.count}{near}"


def _apart(one: FindingFacts, other: FindingFacts) -> float:
    return other.start - one.start if one.passage == other.passage else inf


def by_detector(findings: Iterable[FindingFacts]) -> dict[str, list[FindingFacts]]:
    """Findings grouped by the detector that made them."""
    groups: dict[str, list[FindingFacts]] = {}
    for finding in findings:
        groups.setdefault(finding.detector, []).append(finding)
    return groups


def in_order(findings: Iterable[FindingFacts]) -> list[FindingFacts]:
    """Findings in the order of the text, each once."""
    return sorted(dict.fromkeys(findings), key=lambda f: (f.passage, f.start, -f.end, f.detector))
