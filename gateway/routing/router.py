"""The stage that orders the permitted candidates: it joins a call, its route and how destinations are just now."""

from __future__ import annotations

from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING

from gateway.errors import Unavailable
from gateway.routing.order import plan
from gateway.routing.subject import Subject
from gateway.transforming import CONVERSATION_HEADER

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Candidate, Exchange
    from gateway.http import Request
    from gateway.routing.order import Plan


class Router:
    """What routing remembers from one call to the next, in one serving process."""

    def __init__(self, secret: bytes) -> None:
        """secret: a key that all replicas have, so that they send the same conversation to the same destination."""
        self._key = blake2b(b"ecluse routing", key=secret, digest_size=32).digest()
        self._draw = Random().random  # noqa: S311 - it spreads load and guards nothing

    def plan(self, exchange: Exchange, ask: Ask, permitted: list[Candidate], request: Request) -> Plan[Candidate]:
        """Where the call goes, most preferred first; raises Unavailable where its route lets it go nowhere."""
        route = exchange.epoch.routes[exchange.model]
        found = plan(
            permitted,
            route,
            Subject(exchange, ask, self._key, request.header(CONVERSATION_HEADER)),
            _View(),
            self._draw,
        )
        if not found.candidates:
            raise Unavailable("route_closed", _CLOSED, retry_after=30)
        return found


class _View:
    def first_word(self, destination: str) -> float | None:
        return None

    def unheard(self, destination: str) -> bool:
        return False

    def load(self, destination: str) -> float:
        return 1.0

    def share(self, destination: str) -> float:
        return 1.0

    def price(self, destination: str) -> float | None:
        return None

    def trial(self, route: str, destination: str) -> float | None:
        return None


_CLOSED = {
    "en": "The route of this model sends such calls to destinations of which none is permitted for this one.",
    "fr": "La route de ce modèle envoie ces appels vers des destinations dont aucune n'est permise pour celui-ci.",
}
