"""Texts in, findings out. Pure: no clock, no I/O, nothing remembered between calls but compiled patterns.

One pass of Aho-Corasick over all texts joined selects rules; each selected rule runs RE2 only where its literal stands;
checks and hot words settle how sure a finding is. Plain prose selects nothing, and costs the pass.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from policies.detectors import characters
from policies.detectors.catalogue import Catalogue
from policies.detectors.plan import Plan, lay_out
from policies.detectors.scan import Scan, place
from policies.detectors.view import IGNORED, squeezed, view
from policies.findings import Finding

# Part of the revision: raised when the same catalogue would find something else.
ALGORITHM = "1"
_JOINT = "\0"
_Spans = list[tuple[int, int]]


class Lookup(Protocol):
    """The company's own data, asked about a text as its one-byte view. It finds nothing in a part of a text.

    detectors: those that it finds for. revision: of all that it holds.
    """

    @property
    def detectors(self) -> frozenset[str]: ...
    @property
    def revision(self) -> str: ...
    def find(self, seen: bytes, detectors: frozenset[str]) -> Sequence[Finding]: ...


class Engine:
    """Detection over one catalogue. revision: names catalogue, data and algorithm; findings may be kept per revision.

    whole: detectors that judge a text only as a whole, never a growing one.
    """

    def __init__(self, catalogue: Catalogue, lookup: Lookup | None = None) -> None:
        self.catalogue = catalogue
        self.revision = f"{catalogue.revision}-{ALGORITHM}" + (f"-{lookup.revision}" if lookup else "")
        self.whole = lookup.detectors if lookup else frozenset()
        self._lookup = lookup
        self._whole = lay_out(catalogue.detectors.values())
        self._plans: dict[frozenset[str], Plan] = {frozenset(catalogue.detectors): self._whole}

    def scan(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        """Findings of every detector in each text, by start; `passage` is the index in `texts`.

        Raises ScanBudgetExceeded where a text was built to cost more than its length allows.
        """
        if len(texts) == 1:
            return [tuple(self._looked_up(texts[0], self.whole, self._found(self._whole, texts[0], 0)[0]))]
        joined = _JOINT.join(texts)
        starts = [0]
        for text in texts:
            starts.append(starts[-1] + len(text) + 1)
        found: list[list[Finding]] = [[] for _ in texts]
        for finding in self._found(self._whole, joined, 0, starts)[0]:
            index = bisect_right(starts, finding.start) - 1
            base = starts[index]
            found[index].append(replace(finding, start=finding.start - base, end=finding.end - base, passage=index))
        return [
            tuple(self._looked_up(text, self.whole, findings, index))
            for index, (text, findings) in enumerate(zip(texts, found, strict=True))
        ]

    def reach(self, detectors: frozenset[str]) -> int:
        """Characters in front of a place that may judge what follows: what a stream keeps of the text it released."""
        return self._plan(detectors).before

    def pending(self, text: str, detectors: frozenset[str]) -> int | None:
        """Start of the earliest suffix that could still become, or change, a finding of these detectors; None if none.

        Text before it is settled but for a match that straddles it: `settle` takes care of those too.
        """
        plan = self._plan(detectors)
        if not plan.detectors:
            return None
        base = max(len(text) - plan.reach, 0)
        seen = view(text[base:] if base else text)
        start = plan.tail.start(seen)
        thin = squeezed(seen)
        if thin is not None:
            start = min(start, thin[1][plan.tail.start(thin[0])])
        return None if start == len(seen) else base + start

    def peek(self, text: str, start: int, detectors: frozenset[str]) -> int | None:
        """What `settle` would say of a growing text where a look is enough, for a fraction of its cost.

        `len(text)` where nothing from `start` on is a finding or may become one, `start` where all of it may; None
        where only a scan can tell.
        """
        plan = self._plans.get(detectors) or self._plan(detectors)
        seen = view(text)
        if IGNORED in seen:
            return None
        size = len(seen)
        base = size - plan.reach
        tail = plan.tail.start(seen) if base <= 0 else base + plan.tail.start(seen[base:])
        if tail < size:
            return start if tail <= start else None
        return None if plan.stirs(seen, start) else size

    def settle(
        self, text: str, start: int, detectors: frozenset[str], *, final: bool = False
    ) -> tuple[int, tuple[Finding, ...]]:
        """How far a growing text may be released, and the findings below that place.

        text: what came so far, from at least `reach` characters before `start`. start: up to where it was released
        before. final: nothing more will come. The findings, and so the edits, do not depend on how the text was cut.
        """
        findings, matches = self._found(self._plan(detectors), text, start)
        if final:
            findings = self._looked_up(text, self.whole & detectors, findings)
        safe = len(text) if final else self.pending(text, detectors)
        if safe is None:
            safe = len(text)
        # A match that isn't settled as a whole is held from its beginning: the next call must see it again.
        for origin, end in sorted(matches, key=lambda span: span[1], reverse=True):
            if end > safe:
                safe = min(safe, origin)
        safe = max(safe, start)
        return safe, tuple(finding for finding in findings if finding.end <= safe)

    def _plan(self, detectors: frozenset[str]) -> Plan:
        plan = self._plans.get(detectors)
        if plan is None:
            every = self.catalogue.detectors
            plan = self._plans[detectors] = lay_out(every[name] for name in sorted(detectors) if name in every)
        return plan

    def _looked_up(
        self, text: str, detectors: frozenset[str], findings: list[Finding], passage: int = 0
    ) -> list[Finding]:
        """The findings with those of the company's own data."""
        if self._lookup is None or not detectors:
            return findings
        more = [replace(one, passage=passage) for one in self._lookup.find(view(text), detectors)]
        return sorted([*findings, *more], key=place) if more else findings

    def _found(self, plan: Plan, text: str, start: int, starts: Sequence[int] = ()) -> tuple[list[Finding], _Spans]:
        """Findings in the text as it stands and, where characters are hidden in it, without those; spans of matches."""
        seen = view(text)
        scan = Scan(plan, seen, start, starts)
        findings = scan.findings()
        thin = squeezed(seen)
        if thin is None:
            return findings, scan.matches
        more, matches = _hidden(plan, thin, start, starts, scan.left)
        unseen = characters.findings(plan.hidden, text, seen, start, scan.left) if plan.hidden else []
        spans = [(one.start, one.end) for one in unseen]
        return _joined(findings, [*more, *unseen]), [*scan.matches, *matches, *spans]


def _hidden(
    plan: Plan, thin: tuple[bytes, list[int]], start: int, starts: Sequence[int], left: float
) -> tuple[list[Finding], _Spans]:
    """Findings and matches in a squeezed view, at their places in the full one."""
    seen, kept = thin
    scan = Scan(plan, seen, bisect_left(kept, start), [bisect_left(kept, begin) for begin in starts], left)
    found = [replace(one, start=kept[one.start], end=kept[one.end - 1] + 1) for one in scan.findings()]
    return found, [(kept[origin], kept[end - 1] + 1) for origin, end in scan.matches]


def _joined(findings: list[Finding], more: list[Finding]) -> list[Finding]:
    """Both views' findings, one of each detector and place (the surer one)."""
    best: dict[tuple[str, int, int], Finding] = {}
    for one in (*findings, *more):
        key = (one.detector, one.start, one.end)
        if key not in best or best[key].confidence < one.confidence:
            best[key] = one
    return sorted(best.values(), key=place)
