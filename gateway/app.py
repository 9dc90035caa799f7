"""The data listener's application: who asks, for which path; everything else is the pipeline's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from adapters.dialects.failures import error as error_body
from adapters.dialects.models import ModelCard, model_card, models_list
from adapters.registry import DIALECTS
from gateway import refusals
from gateway.arrays import InArray, wants_array
from gateway.errors import NotFound, Refusal, Unavailable, Unidentified, Unsupported
from gateway.exchange import Exchange
from gateway.http import JSON, Request, Responder
from gateway.pages.charter import Charters
from gateway.pages.listing import KINDS as LISTED
from gateway.pages.listing import listed
from gateway.pages.me import PATH as ME
from gateway.pages.me import me
from gateway.pages.reporting import take_report
from gateway.pages.unserved import anthropics, refuse
from gateway.pipeline import answer
from gateway.retiring import offered
from gateway.routes import family_of, match, models_at
from gateway.state.strangers import within
from gateway.stopping.enforcing import admit
from observability.ledger import uuid7

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.http import Receive, Scope, Send
    from gateway.identity.callers import Caller
    from gateway.routes import Route
    from gateway.runtime import Runtime


class DataApp:
    """Plain ASGI. Before a caller is identified nothing is written per request and no body is read."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._charters = Charters()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        request = Request(scope, receive)
        responder = InArray(scope, send) if wants_array(scope) else Responder(scope, send)
        try:
            await self._serve(request, responder)
        except Refusal as refusal:
            self._refuse(request, responder, refusal)

    async def _serve(self, request: Request, responder: Responder) -> None:
        if request.path == "/" and request.method in ("HEAD", "GET"):
            responder.whole(200, [JSON], b"" if request.method == "HEAD" else b'{"service":"ecluse"}')
            return
        found = None if anthropics(request) else match(request.method, request.path)
        if self._runtime.follower.stale:
            known = self._runtime.keys.find(_presented(request))  # as last heard: good enough to count by
            caller = known.caller if known is not None else None
            raise self._shed("state_stale", refusals.state_stale(), request, found and found[0], caller)
        caller = self._identify(request)
        if found is None:  # a call is refused where it is on record
            admit(self._runtime, caller)
        if request.method == "POST" and request.path.startswith(_REPORT):
            call = request.path.removeprefix(_REPORT)
            responder.whole(201, [JSON], await take_report(self._runtime, caller, call, request))
            return
        if found is None:
            await self._other(request, responder, caller)
            return
        if self._runtime.closed:
            raise self._shed("draining", refusals.cut("drain"), request, found[0], caller)
        route, parameters = found
        runtime = self._runtime
        rank = runtime.capacity.enter(caller, route, request, runtime.epoch.pair.bundle, len(runtime.live))
        exchange = self._exchange(route, parameters, caller, rank)
        exchange.parent = runtime.tracing.parent(request, runtime.epoch.pair.settings.server.trusted_proxies)
        await answer(runtime, exchange, request, responder)

    def _shed(
        self, reason: str, refusal: Refusal, request: Request, route: Route | None, caller: Caller | None
    ) -> Refusal:
        """The refusal of what the gateway's own state turns away. route: None where it is no call."""
        self._runtime.measure.shed(reason)
        if route is not None and caller is not None:
            self._runtime.measure.failed_at_door(refusal, caller, route, request)
        return refusal

    def _identify(self, request: Request) -> Caller:
        presented = _presented(request)
        record = self._runtime.keys.find(presented)
        if record is not None:
            return record.caller
        if not self._runtime.strangers.seen(self._peer(request)):
            self._runtime.measure.stranger("throttled")
            raise _throttled()
        self._runtime.measure.stranger("wrong_key" if presented else "no_key")
        raise Unidentified("invalid_api_key", _NO_KEY)

    def _peer(self, request: Request) -> str:
        """Who asks: the address, or what a trusted proxy says of it."""
        trusted = self._runtime.epoch.pair.settings.server.trusted_proxies
        forwarded = request.header(b"x-forwarded-for")
        return forwarded.rpartition(",")[2].strip() if forwarded and within(request.peer, trusted) else request.peer

    def _exchange(self, route: Route, parameters: Mapping[str, str], caller: Caller, rank: int) -> Exchange:
        runtime = self._runtime
        task = asyncio.current_task()
        assert task is not None and route.dialect is not None
        drill = runtime.drills.of(caller.user) if runtime.drills else None
        apart = runtime if drill is None else runtime.drills.apart(drill)
        return Exchange(
            call=uuid7(),
            at=runtime.now(),
            arrived=runtime.monotonic(),
            route=route,
            parameters=parameters,
            dialect=DIALECTS[route.dialect],
            caller=caller,
            epoch=runtime.epoch,
            pair=runtime.epoch.pair,
            task=task,
            health=apart.health,
            retries=apart.retries,
            drill=drill,
            rank=rank,
        )

    async def _other(self, request: Request, responder: Responder, caller: Caller) -> None:
        if request.method == "GET" and request.path in LISTED and not anthropics(request):
            responder.whole(200, [JSON], await listed(self._runtime, caller, request))
            return
        model = models_at(request.path) if request.method == "GET" else None
        if model is None:
            refuse(self._runtime, caller, request)
        if request.header(b"upgrade").lower() == "websocket":
            raise Unsupported(426, "websocket", _NO_WEBSOCKET)
        if model is not None:
            self._models(request, responder, caller, model)
            return
        if request.method == "GET" and request.path == ME:
            responder.whole(200, [JSON], me(self._runtime, caller))
            return
        if request.method == "GET" and request.path == "/charter":
            await self._charters.serve(self._runtime, request, responder)
            return
        raise NotFound("path_not_served", _NO_PATH)

    def _models(self, request: Request, responder: Responder, caller: Caller, wanted: str) -> None:
        family = family_of(request.path, request.headers, request.query)
        pair = self._runtime.epoch.pair
        if not wanted:
            cards = [ModelCard(name, 0, "ecluse") for name in caller.allowed(offered(pair, self._runtime.now().date()))]
            responder.whole(200, [JSON], models_list(family, cards))
            return
        model = pair.model(wanted)
        if model is None or not caller.may_use(model.name):
            raise NotFound("model_not_found", _NO_MODEL)
        responder.whole(200, [JSON], model_card(family, ModelCard(model.name, 0, "ecluse")))

    def _refuse(self, request: Request, responder: Responder, refusal: Refusal) -> None:
        call = uuid7()
        family = family_of(request.path, request.headers, request.query)
        words = refusal.message(self._runtime.epoch.pair.settings.server.language)
        body = error_body(
            family, refusal.status, refusal.kind, words, param=refusal.param, code=refusal.code, call_id=call,
            wait=refusal.wait,
        )  # fmt: skip
        responder.whole(refusal.status, refusals.headers(call, refusal), body)


_REPORT = "/ecluse/report/"


def _presented(request: Request) -> str:
    return request.header(b"x-api-key") or _bearer(request.header(b"authorization")) or _googles(request)


def _bearer(value: str) -> str:
    return value[7:].strip() if value[:7].lower() == "bearer " else ""


def _googles(request: Request) -> str:
    """The key where Google's clients have theirs: in a header of its own, or in the query."""
    if family_of(request.path, request.headers, request.query) != "gemini":
        return ""
    return request.header(b"x-goog-api-key") or request.parameters.get("key", "")


def _throttled() -> Refusal:
    refusal = Unavailable("too_many_strangers", _NO_KEY, retry_after=60)
    refusal.status, refusal.kind = 429, "rate_limit_error"
    return refusal


_NO_KEY = {
    "en": "No valid Écluse key. Send yours as `Authorization: Bearer ecl_...`, `x-api-key: ecl_...` or, for "
    "Gemini's API, `x-goog-api-key: ecl_...`.",
    "fr": "Pas de clé Écluse valide. Envoyez la vôtre : `Authorization: Bearer ecl_...`, `x-api-key: ecl_...` ou, pour "
    "l'API de Gemini, `x-goog-api-key: ecl_...`.",
}
_NO_WEBSOCKET = {
    "en": "Websockets aren't served here: use HTTP.",
    "fr": "Les websockets ne sont pas servis ici : utilisez HTTP.",
}
_NO_PATH = {"en": "There is nothing at this path.", "fr": "Il n'y a rien à ce chemin."}
_NO_MODEL = {
    "en": "This model isn't published here, or your key may not use it.",
    "fr": "Ce modèle n'est pas publié ici, ou votre clé ne peut pas l'utiliser.",
}
