"""Calls to destinations in virtual time, ordered by a route: what callers would wait, without waiting."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from random import Random

from gateway.routing.objectives import Result, Standing
from gateway.routing.order import plan
from gateway.routing.pace import Pace
from gateway.routing.routes import Route
from tests.gateway.routing.route_cases import Call, options


@dataclass
class World:
    """Destinations that answer in `seconds`, give or take a third; `crowd` callers ask one call after the other."""

    route: Route
    seconds: dict[str, float]
    crowd: int = 20
    pause: float = 0.0
    now: float = 1000.0
    draw: Random = field(default_factory=lambda: Random(11))
    waits: list[float] = field(default_factory=list)
    went: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.paces = {name: Pace() for name in self.seconds}
        self.busy: Counter[str] = Counter()
        said = self.route.objectives
        self.standings = {name: Standing(said) for name in self.seconds} if said is not None else {}
        self._next = [(self.now + self.draw.random(), n, n) for n in range(self.crowd)]
        self._numbers = count(self.crowd)
        self._ends: list[tuple[float, int, int, str, float]] = []

    def run(self, calls: int) -> World:
        """So many calls more; figures are of these alone."""
        self.waits.clear()
        self.went.clear()
        for _ in range(calls):
            while self._ends and (not self._next or self._ends[0][0] <= self._next[0][0]):
                self._end()
            self.now, number, who = heapq.heappop(self._next)
            found = plan(options(" ".join(self.seconds)), self.route, Call(who=f"u{who}"), self, self.draw.random)
            name = found.candidates[0].destination.name
            took = self.seconds[name] * (2 / 3 + self.draw.random() * 2 / 3)
            self.paces[name].begun(number, self.now)
            self.busy[name] += 1
            self.went[name] += 1
            self.waits.append(took)
            heapq.heappush(self._ends, (self.now + took, number, who, name, took))
        return self

    def p95(self) -> float:
        """Of the waits of the last run."""
        return sorted(self.waits)[int(len(self.waits) * 0.95)]

    def _end(self) -> None:
        self.now, number, who, name, took = heapq.heappop(self._ends)
        self.paces[name].answered(number, self.now)
        self.paces[name].ended(number)
        self.busy[name] -= 1
        if self.standings:
            self.standings[name].ended(self.now, Result(False, took, took))
        heapq.heappush(self._next, (self.now + self.pause * self.draw.random(), next(self._numbers), who))

    # As a route sees it

    def first_word(self, destination: str) -> float | None:
        return self.paces[destination].first_word(self.now)

    def unheard(self, destination: str) -> bool:
        return self.paces[destination].unheard(self.now)

    def load(self, destination: str) -> float:
        return (self.busy[destination] + 1) / 100

    def share(self, destination: str) -> float:
        return 1.0

    def price(self, destination: str) -> float | None:
        return None

    def trial(self, route: Route, destination: str) -> float | None:
        standing = self.standings[destination]
        assert route.objectives is not None
        seconds = route.objectives.first_token_seconds or 1e9
        standing.judged(self.now, self.paces[destination].overdue(self.now, seconds, route.objectives.least))
        return standing.share if standing.demoted else None
