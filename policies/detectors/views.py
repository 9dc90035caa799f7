"""All that a text may be read as: as it stands, without hidden characters, with its escapes and runs decoded (twice).

Each view is scanned for itself and its findings are told at their places in the text. Those of a decoded view count
only where they touch what was decoded: the rest is seen by the text as it stands.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from policies.detectors import characters, encoded, escapes
from policies.detectors.budget import Budget
from policies.detectors.layers import Layer
from policies.detectors.plan import Plan
from policies.detectors.scan import Scan, place
from policies.detectors.steps import Steps, finished, in_order
from policies.detectors.view import IGNORED
from policies.findings import Finding

# Characters of the longest piece of a run that is decoded as one: of a whole text, and of one that streams, which holds
# it until it ends.
WHOLE = 1 << 30
HELD = 2048
# Encodings in one another that are read.
_DEPTH = 2
# Of characters around an escape so many are read with it.
_MARGIN = 300
# Findings in characters written one by one must be at least so sure.
_SURE = 0.75
# Findings of one detector in several views that may overlap.
_NEIGHBOURS = 4
# So many findings are told, compared or merged in one step.
_TOLD = 512


Ask = Callable[[bytes], Steps[list[Finding]]]


class Views:
    """The scan of every view of one text by one plan.

    text: as it was written. most: characters of a run that are decoded in one piece. growing: more of it may come. ask:
    what else finds something in a decoded view, not in the text as it stands.
    After the steps: matches, the spans in the text of every accepted match and of every run, inside which a stream may
    not be cut; open, where the runs begin that may go on.
    """

    __slots__ = ("_ask", "_budget", "_growing", "_most", "_plain", "_plan", "_text", "matches", "open")

    def __init__(
        self, plan: Plan, text: str, most: int, budget: Budget, *, growing: bool = False, ask: Ask | None = None
    ) -> None:
        self._ask = ask
        self._plan = plan
        self._text = text
        self._most = most
        self._budget = budget
        self._growing = growing
        # What was found without decoding, by detector: a list for each layer, none within overlapping another.
        self._plain: dict[str, list[list[Finding]]] = {}
        self.open: list[int] = []
        self.matches: list[tuple[int, int]] = []

    def steps(self, text: Layer) -> Steps[list[Finding]]:
        """The findings, by start; a generator that pauses now and then."""
        views = yield from self._walked(text, self._plan, _DEPTH)
        if self._plan.hidden and IGNORED in text.seen:
            unseen = characters.findings(self._plan.hidden, self._text, text.seen, text.start, self._budget)
            views.append((yield from unseen))
            self.matches += [(one.start, one.end) for one in views[-1]]
        return views[0] if len(views) == 1 else (yield from merged(views))

    def _walked(self, layer: Layer, plan: Plan, depth: int) -> Steps[list[list[Finding]]]:
        """The findings of a layer and of each that is made from it, at their places in the text."""
        hidden = IGNORED in layer.seen
        views = []
        if layer.spans is None or not hidden:
            views.append((yield from self._scanned(layer, plan)))
        thin = (yield from layer.thinned()) if hidden else None
        if thin is not None:
            yield
            return views + (yield from self._walked(thin, plan, depth))
        if depth:
            margin = _MARGIN if self._most == WHOLE else len(layer.seen)
            plain = yield from escapes.unescaped(layer, margin, self._budget)
            if plain is not None:
                views += yield from self._walked(plain, plan, depth - 1)
            runs = yield from encoded.runs(layer, self._most, self._budget, answer=self._most != WHOLE)
            if runs:
                views += yield from self._decoded(layer, self._closed(layer, runs), depth)
        return views

    def _decoded(self, layer: Layer, runs: list[encoded.Run], depth: int) -> Steps[list[list[Finding]]]:
        views: list[list[Finding]] = []
        for apart in (False, True):
            chosen = [run for run in runs if run.kind.apart is apart]
            made = yield from encoded.gathered(layer, chosen, self._plan.before, self._plan.after)
            if made is None:
                continue
            yield
            if apart:
                found = yield from self._walked(made, self._plan.sure, 0)
                views += [[one for one in view if one.confidence >= _SURE] for view in found]
            else:
                views += yield from self._walked(made, self._plan, depth - 1)
        return views

    def _closed(self, layer: Layer, runs: list[encoded.Run]) -> list[encoded.Run]:
        """The runs that can't go on. Where the text grows, all of them are noted."""
        if not self._growing:
            return runs
        behind = max(self._plan.after, encoded.BEHIND) + 2
        closed = []
        for run in runs:
            low, high = layer.origin(run.low, run.high)
            self.matches.append((low, high))
            if layer.growing and run.high + behind > len(layer.seen):
                self.open.append(low)
            else:
                closed.append(run)
        return closed

    def _scanned(self, layer: Layer, plan: Plan) -> Steps[list[Finding]]:
        scan = Scan(plan, layer.seen, layer.start, layer.starts, self._budget, headings=self._most == WHOLE)
        found = yield from scan.findings()
        if self._ask is not None and layer.spans is not None:
            found = [*found, *(yield from self._ask(layer.seen))]
        if layer.below is None:
            self.matches += scan.matches
        elif layer.growing:
            self.matches += [layer.origin(low, high) for low, high in scan.matches]
        told = found if layer.below is None else (yield from _all_told(layer, found))
        if layer.spans is None:
            plain: dict[str, list[Finding]] = {}
            for one in told:
                plain.setdefault(one.detector, []).append(one)
            for detector, own in plain.items():
                self._plain.setdefault(detector, []).append(own)
            return told
        kept = []
        for index, one in enumerate(told):
            if index % _TOLD == _TOLD - 1:
                yield
            if not self._crosses(one):
                kept.append(one)
        return kept

    def _crosses(self, one: Finding) -> bool:
        """Whether a decoded finding only says in part what the text says as it stands (`p%40ss@host` is one password).

        One that holds the other whole is the better.
        """
        for plain in self._plain.get(one.detector, ()):
            index = bisect_left(plain, one.end, key=_start)
            while index and (other := plain[index - 1]).end > one.start:
                index -= 1
                holds = one.start <= other.start and other.end <= one.end
                if one.confidence <= other.confidence and not holds:
                    return True
        return False


def held(plan: Plan, text: Layer) -> int:
    """Where the end of a growing text begins that may still become a finding, in any view; its length if none may."""
    return min(layer.origin(end, end)[0] for layer, end in _ends(plan, text, _DEPTH))


def _ends(plan: Plan, layer: Layer, depth: int) -> Iterator[tuple[Layer, int]]:
    """Every view that grows with the text, and where its end begins."""
    # What an escape will become is not known before it is whole: anything may follow what stands before it.
    cut = escapes.unfinished(layer.seen)
    base = max(cut - plan.reach, 0)
    yield layer, min(base + plan.tail.start(layer.seen[base:cut]), encoded.begun(layer.seen))
    whole = layer.until(cut) if cut < len(layer.seen) else layer
    thin = finished(whole.thinned())
    if thin is not None:
        yield from _ends(plan, thin, depth)
    elif depth:
        plain = finished(escapes.unescaped(whole, len(whole.seen), Budget(len(whole.seen))))
        if plain is not None and plain.growing:
            yield from _ends(plan, plain, depth - 1)


def _start(finding: Finding) -> int:
    return finding.start


def _all_told(layer: Layer, findings: list[Finding]) -> Steps[list[Finding]]:
    told = []
    for index, one in enumerate(findings):
        if index % _TOLD == _TOLD - 1:
            yield
        known = _told(layer, one)
        if known is not None:
            told.append(known)
    return told


def _told(layer: Layer, finding: Finding) -> Finding | None:
    """A finding in a layer as one of the text; None where it is not of what the layer changed."""
    traced = layer.traced(finding.start, finding.end)
    if traced is None:
        return None
    start, end, notes = traced
    return replace(finding, start=start, end=end, why="; ".join((finding.why, *notes)))


def merged(views: Iterable[list[Finding]]) -> Steps[list[Finding]]:
    """Findings of all views, but for those within another of the same detector that is as sure."""
    by_detector: dict[str, list[Finding]] = {}
    for view in views:
        for one in view:
            by_detector.setdefault(one.detector, []).append(one)
    kept: list[Finding] = []
    for own in by_detector.values():
        if len(own) > 1:
            own = yield from in_order(own, _widest)
        last: list[Finding] = []
        for index, one in enumerate(own):
            if index % _TOLD == _TOLD - 1:
                yield
            if not any(before.end >= one.end and before.confidence >= one.confidence for before in last):
                last = [*last[-_NEIGHBOURS:], one]
                kept.append(one)
    return (yield from in_order(kept, place))


def _widest(finding: Finding) -> tuple[int, int, float]:
    return finding.start, -finding.end, -finding.confidence
