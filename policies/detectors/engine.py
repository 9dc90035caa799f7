"""Texts in, findings out. Pure: no clock, no I/O, nothing remembered between calls but compiled patterns.

One pass of Aho-Corasick over all texts joined selects rules; each selected rule runs RE2 only where its literal stands;
checks and hot words settle how sure a finding is. Plain prose selects nothing, and costs the pass. What else a text may
be read as (without hidden characters, decoded, drawn together) is only made where it looks like it: `views`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from policies.detectors import encoded, escapes
from policies.detectors.budget import Budget
from policies.detectors.catalogue import Catalogue
from policies.detectors.layers import Layer
from policies.detectors.plan import Plan, lay_out
from policies.detectors.revisions import narrowed
from policies.detectors.steps import Steps, finished
from policies.detectors.view import IGNORED, view, viewed
from policies.detectors.views import HELD, WHOLE, Views, held, merged
from policies.findings import Finding

# Part of the revision: raised when the same catalogue would find something else.
ALGORITHM = "2"
_JOINT = "\0"
# Characters that one character in front of a finding may be written with: what a stream keeps to hear the words there.
_WRITTEN = escapes.LONGEST


class Lookup(Protocol):
    """The company's own data, asked about a text as its one-byte view. It finds nothing in a part of a text.

    detectors: those that it finds for. revision: of all that it holds; revisions: of what it holds for each detector.
    """

    @property
    def detectors(self) -> frozenset[str]: ...
    @property
    def revision(self) -> str: ...
    @property
    def revisions(self) -> Mapping[str, str]: ...
    def steps(self, seen: bytes, detectors: frozenset[str]) -> Steps[list[Finding]]: ...


def revision_of(catalogue: Catalogue, lookup: Lookup | None) -> str:
    """The revision of an engine over these."""
    return f"{catalogue.revision}-{ALGORITHM}" + (f"-{lookup.revision}" if lookup else "")


class Engine:
    """Detection over one catalogue. revision: names catalogue, data and algorithm; findings may be kept per revision.

    whole: detectors that judge a text only as a whole, never a growing one.
    """

    def __init__(self, catalogue: Catalogue, lookup: Lookup | None = None) -> None:
        self.catalogue = catalogue
        self.revision = revision_of(catalogue, lookup)
        self.whole = lookup.detectors if lookup else frozenset()
        self._lookup = lookup
        self._whole = lay_out(catalogue.detectors.values())
        self._plans: dict[frozenset[str], Plan] = {frozenset(catalogue.detectors): self._whole}

    @property
    def revisions(self) -> dict[str, str]:
        """By detector what its findings depend on: the algorithm, what it is, its list, its index."""
        data = self._lookup.revisions if self._lookup else {}
        return {
            name: "-".join(filter(None, (revision, ALGORITHM, data.get(name))))
            for name, revision in self.catalogue.revisions.items()
        }

    def narrowed(self, then: Mapping[str, str]) -> dict[str, frozenset[str]]:
        """By detector that changed since only in that it, or others that it competes with, can find less: which of
        these do. A text in which none of these found anything holds the same findings now. then: revisions."""
        here = self.catalogue
        return narrowed(here.alone, here.wider, here.groups, self.revisions, then)

    def scan(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        """Findings of every detector in each text, by start; `passage` is the index in `texts`.

        Raises ScanBudgetExceeded where a text was built to cost more than its length allows.
        """
        return finished(self.steps(texts))

    def steps(self, texts: Sequence[str]) -> Steps[list[tuple[Finding, ...]]]:
        """The same in steps of a few milliseconds: a generator that pauses between them and returns the findings."""
        joined = texts[0] if len(texts) == 1 else _JOINT.join(texts)
        starts = [0]
        for text in texts:
            starts.append(starts[-1] + len(text) + 1)
        seen = yield from viewed(joined)
        views = Views(self._whole, joined, WHOLE, Budget(len(joined)), ask=self._asking(self.whole))
        found: list[list[Finding]] = [[] for _ in texts]
        for finding in (yield from views.steps(Layer(seen, 0, starts if len(texts) > 1 else ()))):
            index = bisect_right(starts, finding.start) - 1
            base = starts[index]
            found[index].append(
                replace(finding, start=finding.start - base, end=finding.end - base, passage=index)
                if index
                else finding
            )
        if self._lookup is None:
            return [tuple(findings) for findings in found]
        looked_up = []
        for index, findings in enumerate(found):
            own = seen[starts[index] : starts[index + 1] - 1]
            looked_up.append(tuple((yield from self._looked_up(own, self.whole, findings, index))))
            yield
        return looked_up

    def reach(self, detectors: frozenset[str]) -> int:
        """Characters in front of a place that may judge what follows: what a stream keeps of the text it released."""
        return self._plan(detectors).before * _WRITTEN

    def pending(self, text: str, detectors: frozenset[str]) -> int | None:
        """Start of the earliest suffix that could still become, or change, a finding of these detectors; None if none.

        Text before it is settled but for a match, or a run of encoded text, that straddles it: `settle` takes care of
        those too.
        """
        plan = self._plan(detectors)
        if not plan.detectors:
            return None
        base = max(len(text) - plan.reach * _WRITTEN, 0)
        start = held(plan, Layer(view(text[base:] if base else text)))
        return None if base + start == len(text) else base + start

    def peek(self, text: str, start: int, detectors: frozenset[str]) -> int | None:
        """What `settle` would say of a growing text where a look is enough, for a fraction of its cost.

        `len(text)` where nothing from `start` on is a finding or may become one, less where the end of it may; None
        where only a scan can tell.
        """
        plan = self._plans.get(detectors) or self._plan(detectors)
        base = max(min(start - plan.before, len(text) - max(plan.reach, encoded.TAIL) - 1), 0)
        seen = view(text[base:] if base else text)
        size = len(seen)
        if IGNORED in seen or escapes.unfinished(seen) < size:
            return None
        # Right behind an escape a word may begin that the text as it stands doesn't show.
        if escapes.stands(seen, max(start - base - escapes.LONGEST, 0), size):
            return None
        tail = max(size - plan.reach, 0)
        tail = base + min(tail + plan.tail.start(seen[tail:] if tail else seen), encoded.begun(seen))
        if tail <= start and tail < len(text):
            return start
        return None if plan.stirs(seen, start - base) else tail

    def settle(
        self, text: str, start: int, detectors: frozenset[str], *, final: bool = False
    ) -> tuple[int, tuple[Finding, ...]]:
        """How far a growing text may be released, and the findings below that place.

        text: what came so far, from at least `reach` characters before `start`. start: up to where it was released
        before. final: nothing more will come. The findings, and so the edits, do not depend on how the text was cut.
        """
        plan = self._plan(detectors)
        ask = self._asking(self.whole & detectors) if final else None
        views = Views(plan, text, HELD, Budget(len(text)), growing=not final, ask=ask)
        layer = Layer(view(text), start)
        findings = finished(views.steps(layer))
        if final:
            findings = finished(self._looked_up(layer.seen, self.whole & detectors, findings))
        safe = len(text) if final else min(held(plan, layer), *views.open, len(text))
        # A match that isn't settled as a whole is held from its beginning: the next call must see it again.
        for origin, end in sorted(views.matches, key=lambda span: span[1], reverse=True):
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

    def _asking(self, detectors: frozenset[str]) -> Callable[[bytes], Steps[list[Finding]]] | None:
        """Asks the company's own data about a view; None where it is not to be asked."""
        lookup = self._lookup
        return None if lookup is None or not detectors else lambda seen: lookup.steps(seen, detectors)

    def _looked_up(
        self, seen: bytes, detectors: frozenset[str], findings: list[Finding], passage: int = 0
    ) -> Steps[list[Finding]]:
        """The findings with those of the company's own data, in the text as it stands."""
        if self._lookup is None or not detectors:
            return findings
        found = yield from self._lookup.steps(seen, detectors)
        if not found:
            return findings
        return (yield from merged([findings, [replace(one, passage=passage) for one in found]]))
