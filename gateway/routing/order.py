"""In which order the permitted candidates of a call are asked: plain values in, an order and its reason out.

What comes out is always among what went in: a route may put a candidate first, last or (a case with `only`) aside, and
can't add one. First stands what the split that takes the caller says, then what the case that holds says, then tier
after tier; within a tier whatever isn't itself (its vendor lets us do little more, or it breaks the route's promises)
comes after the rest, and the rest is in the order that the route says. Those that are ill or only just back are left
where they are: whoever makes the attempts passes over them (`gateway/course.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf, log
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection

    from gateway.config.routes import ObjectivesSettings
    from gateway.routing.routes import CallFacts, Case, Route, Split

ALIKE = 1.3
"""A destination up to so many times as slow as the fastest counts as fast: which of them is asked, load decides, and
workers that all see the same don't all run to the same."""
ALIKE_SECONDS = 0.01
EXPLORED = 0.02
"""Share of the calls that ask a slow destination again that wasn't heard of lately."""

_SPLIT, _CASE, _FIRST_TIER = -1, 0, 1
_ITSELF, _SPARED, _DEMOTED = 0, 1, 2


class Named(Protocol):
    """A destination."""

    @property
    def name(self) -> str: ...


class Option(Protocol):
    """A permitted candidate."""

    @property
    def destination(self) -> Named: ...
    @property
    def rerouted_from(self) -> str | None: ...


class View(Protocol):
    """How destinations are just now, by name."""

    def first_word(self, destination: str) -> float | None:
        """Seconds that it takes to begin an answer, None where nobody knows or where it isn't asked just now."""

    def unheard(self, destination: str) -> bool:
        """Whether nothing was heard of it for so long that it may have changed."""

    def load(self, destination: str) -> float:
        """Calls that it would have with this one, by calls that it can have."""

    def share(self, destination: str) -> float:
        """How much of its part it may get, 0 to 1: less than 1 where its vendor lets us do little more."""

    def price(self, destination: str) -> float | None:
        """What this call costs there, None where nobody knows."""

    def trial(self, route: Route, destination: str) -> float | None:
        """For a destination that breaks the promises of the route, the share of calls by which that is tried anew."""


C = TypeVar("C", bound=Option)
Draw = Callable[[], float]


class Plan(NamedTuple, Generic[C]):
    """Where a call goes, most preferred first. why: for people; names of the configuration and words of ours.
    objectives: what the route promises. spill: whether the next one is taken where one has no slot now."""

    candidates: list[C]
    route: str
    split: str = ""
    why: str = ""
    deadline_seconds: float | None = None
    objectives: ObjectivesSettings | None = None
    spill: bool = True


def plan(candidates: list[C], route: Route, call: CallFacts, view: View, draw: Draw) -> Plan[C]:
    """The order of `candidates` for a call. draw: numbers from 0 up to 1.

    No candidates come out where a case lets none of them be asked.
    """
    if route.plain or (len(candidates) == 1 and not route.cases and not route.splits):
        return Plan(candidates, route.name, "", "", route.deadline_seconds, route.objectives, route.spill)
    case = next((case for case in route.cases if case.when.holds(call)), None)
    why = []
    if case is not None:
        why.append(f"case {case.name}")
        route = case.route or route
        if case.only:
            candidates = [c for c in candidates if _among(c, case.to)]
    split = next((s for s in route.splits if _takes(s, candidates, call)), None)
    if len(candidates) > 1:
        candidates = _Arrangement(candidates, route, call, view, draw).by(case, split, why)
    taken = split.name if split else ""
    said = ", ".join(why)
    return Plan(candidates, route.name, taken, said, route.deadline_seconds, route.objectives, route.spill)


def routed(plan: Plan[Any] | None) -> bytes | None:
    """The same for a header: route, split and reasons; None where there was nothing to choose."""
    if plan is None or not (plan.split or plan.why):
        return None
    split = f", split {plan.split}" if plan.split else ""
    return f"{plan.route}{split}{', ' if plan.why else ''}{plan.why}".encode()


def _takes(split: Split, candidates: Sequence[Option], call: CallFacts) -> bool:
    """Whether a split takes the call. One whose destinations aren't permitted takes none: its figures would mislead."""
    if not split.below or not any(_among(c, split.to) for c in candidates):
        return False
    return call.number(split.by, f"split {split.name}") < split.below


def _among(candidate: Option, names: Collection[str]) -> bool:
    return candidate.destination.name in names or candidate.rerouted_from in names


def _sent(candidate: Option, case: Case | None, split: Split | None, tier: int) -> int:
    """The tier of a candidate for this call: before all others where the split or the case sends it there."""
    if split is not None and _among(candidate, split.to):
        return _SPLIT
    return _CASE if case is not None and _among(candidate, case.to) else tier


def _place(candidate: Option) -> str:
    """The destination of the model in whose place it stands."""
    return candidate.rerouted_from or candidate.destination.name


class _Arrangement(Generic[C]):
    """The arrangement of several candidates by one route."""

    __slots__ = ("_call", "_candidates", "_draw", "_names", "_route", "_slow", "_view")

    def __init__(self, candidates: Sequence[C], route: Route, call: CallFacts, view: View, draw: Draw) -> None:
        self._candidates, self._route, self._call, self._view, self._draw = candidates, route, call, view, draw
        self._names = [c.destination.name for c in candidates]
        self._slow: Mapping[int, float] = {}

    def by(self, case: Case | None, split: Split | None, why: list[str]) -> list[C]:
        """The candidates in their order; the reasons go to `why`."""
        route, scores = self._route, self._scores()
        shares = [self._view.trial(route, name) for name in self._names] if route.objectives else ()
        demoted = [share is not None for share in shares] or [False] * len(scores)
        tiers = sent = [_FIRST_TIER] * len(scores)
        if route.tiers:
            tiers = sent = [route.tiers.get(_place(c), _FIRST_TIER) for c in self._candidates]
        if case is not None or split is not None:
            sent = [_sent(c, case, split, tier) for c, tier in zip(self._candidates, tiers, strict=True)]
        tried = self._tried(shares, sent, min(tiers)) if shares or self._slow else None
        rows = []
        for n, score in enumerate(scores):
            tier = tiers[n] if demoted[n] and n != tried else sent[n]
            rows.append((tier, 0 if n == tried else 1, self._standing(n, demoted[n]), score, n))
        rows.sort()
        why.append(route.order)
        if tried is not None:
            why.append(f"tries {self._names[tried]}")
        why += [f"demoted {name}" for n, name in enumerate(self._names) if demoted[n] and n != tried]
        return [self._candidates[row[-1]] for row in rows]

    def _standing(self, n: int, demoted: bool) -> int:
        if demoted:
            return _DEMOTED
        if self._route.order in _SHARED_OUT:
            return _ITSELF  # its weight was lowered
        share = self._view.share(self._names[n])
        return _ITSELF if share >= 1.0 or self._draw() < share else _SPARED

    def _tried(self, shares: Sequence[float | None], tiers: Sequence[int], first: int) -> int | None:
        """The candidate that this call is to try although others are better, if any. first: the tier that is asked."""
        trials = {n: share for n, share in enumerate(shares) if share is not None and tiers[n] <= first}
        for n in self._slow:
            if tiers[n] <= first and self._view.unheard(self._names[n]):
                trials.setdefault(n, EXPLORED)
        # Nobody left to be better: then the order alone decides.
        if not trials or len(trials) == len(self._names):
            return None
        drawn, edge = self._draw(), 0.0
        for n, share in trials.items():
            edge += share
            if drawn < edge:
                return n
        return None

    def _scores(self) -> Sequence[Any]:
        """The lower, the earlier."""
        order = self._route.order
        if order == "written":
            return range(len(self._names))
        if order in _SHARED_OUT:
            return self._shared_out()
        if order == "cost":
            prices = [self._view.price(name) for name in self._names]
            return [inf if price is None else price for price in prices]
        waits = [self._view.first_word(name) for name in self._names]
        best = min((wait for wait in waits if wait is not None), default=inf)
        bound = best * ALIKE + ALIKE_SECONDS
        slow = self._slow = {n: wait for n, wait in enumerate(waits) if wait is not None and wait > bound}
        loads = [self._view.load(name) for name in self._names]
        if self._route.weights:
            loads = [load / (self._weight(n) or 1e-9) for n, load in enumerate(loads)]
        if order == "least_busy":
            fast = max(best, ALIKE_SECONDS)
            return [(load * slow.get(n, fast) / fast, self._draw()) for n, load in enumerate(loads)]
        return [(slow.get(n, 0.0), load, self._draw()) for n, load in enumerate(loads)]

    def _shared_out(self) -> Sequence[float]:
        """Each by its weight: by chance, or always the same for what stays together.

        The same draw for all calls that belong together keeps them where they are as long as that destination is there;
        a destination that is added takes its part from each of the others and moves nothing between those.
        """
        by = self._route.by
        scores = []
        for n, name in enumerate(self._names):
            weight = self._weight(n) * self._view.share(name)
            drawn = (self._call.number(by, name) + 0.5) / 2**64 if by else 1.0 - self._draw()
            scores.append(-log(drawn) / weight if weight > 0 else inf)
        return scores

    def _weight(self, n: int) -> int:
        return self._route.weights.get(_place(self._candidates[n]), 1)


_SHARED_OUT = ("weight", "affinity")
