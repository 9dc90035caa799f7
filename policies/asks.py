"""What a rule asks of the findings: which detectors, how sure, how many, which labels."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.ruling import FindingFacts, PassageFacts

ByDetector = Mapping[str, Sequence[FindingFacts]]
Where = Callable[[PassageFacts], bool]

DEFAULT_CONFIDENCE: Final = 0.75


@dataclass(frozen=True, slots=True)
class FindingsTest:
    """Which findings count. every: each of `detectors` must be there. count: the least number of findings.

    labels: only findings that are one of these marks count.
    """

    detectors: frozenset[str]
    every: bool = False
    confidence: float = DEFAULT_CONFIDENCE
    count: int = 1
    labels: Container[str] | None = None

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
        return matched if len(matched) >= self.count else []

    def __str__(self) -> str:
        names = ", ".join(sorted(self.detectors))
        kind = "all of" if self.every else "any of"
        return f"findings {kind} [{names}] confidence >= {self.confidence:g} count >= {self.count}"


def by_detector(findings: Iterable[FindingFacts]) -> dict[str, list[FindingFacts]]:
    """Findings grouped by the detector that made them."""
    groups: dict[str, list[FindingFacts]] = {}
    for finding in findings:
        groups.setdefault(finding.detector, []).append(finding)
    return groups


def in_order(findings: Iterable[FindingFacts]) -> list[FindingFacts]:
    """Findings in the order of the text, each once."""
    return sorted(dict.fromkeys(findings), key=lambda f: (f.passage, f.start, -f.end, f.detector))
