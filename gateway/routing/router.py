"""The stage that orders the permitted candidates: it joins a call, its route and how destinations are just now.

What it remembers from one call to the next is of this process alone; others see the same by their own calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from adapters.ask import MANAGING
from adapters.transport import KEPT_ALIVE
from gateway.capacity.slots import UNCOUNTED
from gateway.config.routes import DEFAULT
from gateway.errors import Unavailable
from gateway.http import CONVERSATION_HEADER
from gateway.routing.objectives import Kept, Result, Standing
from gateway.routing.order import Plan, plan
from gateway.routing.pace import Pace
from gateway.routing.sight import Sight
from gateway.routing.subject import Subject
from observability.ledger import Event

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.errors import UpstreamError
    from gateway.config.routes import ObjectivesSettings
    from gateway.config.settings import Settings
    from gateway.exchange import Attempt, Candidate, Exchange
    from gateway.http import Request
    from gateway.routing.around import Around, Teller


class Shown(NamedTuple):
    """How a destination keeps the promises of a route. demoted: the one that it broke, "" where it is in its place."""

    route: str
    destination: str
    demoted: str
    kept: tuple[Kept, ...]


class Router:
    """Routing in one serving process. `plan` before the first attempt; of each attempt `begun`, `answered` at its first
    word, and `ended`."""

    def __init__(self, secret: bytes) -> None:
        """secret: a key that all replicas have, so that they send the same conversation to the same destination."""
        self._key = blake2b(b"ecluse routing", key=secret, digest_size=32).digest()
        self._draw = Random().random  # noqa: S311 - it spreads load and guards nothing
        self.paces: dict[tuple[str, bool], Pace] = {}
        self._standings: dict[tuple[str, str], Standing] = {}

    def use(self, settings: Settings) -> None:
        """A load brought other settings: what they don't name is forgotten."""
        routes = {DEFAULT, *settings.routes}
        self.paces = {key: pace for key, pace in self.paces.items() if key[0] in settings.destinations}
        self._standings = {
            (route, destination): standing
            for (route, destination), standing in self._standings.items()
            if route in routes and destination in settings.destinations
        }

    def plan(
        self, runtime: Around, exchange: Exchange, ask: Ask, permitted: list[Candidate], request: Request
    ) -> Plan[Candidate]:
        """Where the call goes, most preferred first; raises Unavailable where its route lets it go nowhere."""
        route = exchange.epoch.routes[exchange.entry]
        if exchange.pinned is not None:
            return Plan(permitted, route.name, deadline_seconds=route.deadline_seconds, spill=False)
        subject = Subject(exchange, ask, self._key, request.header(CONVERSATION_HEADER))
        found = plan(permitted, route, subject, Sight(runtime, exchange, ask), self._draw)
        if not found.candidates:
            raise Unavailable("route_closed", _CLOSED, retry_after=30)
        return found

    def begun(self, exchange: Exchange, attempt: Attempt) -> None:
        """An attempt is about to be sent."""
        if (pace := self._pace(exchange, attempt)) is not None:
            pace.begun(id(attempt), attempt.started)

    def answered(self, exchange: Exchange, attempt: Attempt) -> None:
        """Its answer has begun."""
        if attempt.first_content and (pace := self._pace(exchange, attempt)) is not None:
            pace.answered(id(attempt), attempt.first_content)

    def ended(self, runtime: Teller, exchange: Exchange, attempt: Attempt, error: UpstreamError | None) -> None:
        """It is over. What the client did wrong says nothing of the destination."""
        name, now = attempt.candidate.destination.name, runtime.monotonic()
        pace, made = self._pace(exchange, attempt), exchange.plan
        if pace is None or made is None:
            return
        self.answered(exchange, attempt)
        pace.ended(id(attempt))
        if made.objectives is None:
            return
        found = result(exchange, attempt, error, now)
        standing = self.standing(made.route, name, made.objectives)
        if found is not None and standing.ended(now, found):
            self._changed(runtime, made.route, name, standing)

    def standing(self, route: str, destination: str, objectives: ObjectivesSettings) -> Standing:
        """How a destination stands on a route; anew where what is promised was changed."""
        standing = self._standings.get((route, destination))
        if standing is None or (standing.objectives is not objectives and standing.objectives != objectives):
            standing = self._standings[route, destination] = Standing(objectives)
        return standing

    def judge(self, runtime: Teller, route: str, destination: str, objectives: ObjectivesSettings) -> Standing:
        """The same, with what calls that still wait say of it."""
        standing = self.standing(route, destination, objectives)
        seconds, pace = objectives.first_token_seconds, self.paces.get((destination, True))
        if not standing.demoted and pace is not None and seconds is not None:
            now = runtime.monotonic()
            late = pace.overdue(now, seconds, objectives.least)
            if late and standing.judged(now, late):
                self._changed(runtime, route, destination, standing)
        return standing

    def shown(self, now: float) -> Iterator[Shown]:
        """How every destination stands that was asked on a route with promises."""
        for (route, destination), standing in self._standings.items():
            yield Shown(route, destination, standing.demoted, tuple(standing.kept(now)))

    def _pace(self, exchange: Exchange, attempt: Attempt) -> Pace | None:
        """Of streams and of whole answers apart: a whole one begins when all of it is there. Counts of tokens, which
        vendors answer at once, say nothing of either; nor do calls of a drill."""
        ask = exchange.ask
        if ask is None or ask.operation == UNCOUNTED or ask.operation in MANAGING or exchange.drill is not None:
            return None
        key = attempt.candidate.destination.name, ask.stream
        pace = self.paces.get(key)
        if pace is None:
            pace = self.paces[key] = Pace()
        return pace

    @staticmethod
    def _changed(runtime: Teller, route: str, destination: str, standing: Standing) -> None:
        runtime.measure.demoted(route, destination, standing.demoted)
        event = "route.demoted" if standing.demoted else "route.restored"
        detail = {"route": route, "destination": destination, "objective": standing.demoted or None}
        runtime.ledger.post(Event(at=runtime.now(), event=event, detail=detail))


def result(exchange: Exchange, attempt: Attempt, error: UpstreamError | None, now: float) -> Result | None:
    """What the end of an attempt says of its destination; None: nothing, it was the client's mistake, or a connection
    had been kept for too long."""
    failed: bool | None = True
    if error is None:
        failed = False if exchange.outcome == "served" else None
    elif error.fault == "client" and error.kind == "timeout":
        failed = None  # in haste: it left
    elif error.fault == "client" or error.code == KEPT_ALIVE:
        return None
    first = attempt.first_content - attempt.started if attempt.first_content else None
    return Result(failed, first, now - attempt.started, exchange.ask is not None and exchange.ask.stream)


_CLOSED = {
    "en": "The route of this model sends such calls to destinations of which none is permitted for this one.",
    "fr": "La route de ce modèle envoie ces appels vers des destinations dont aucune n'est permise pour celui-ci.",
}
