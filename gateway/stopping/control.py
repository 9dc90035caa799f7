"""Stops on the control surface: POST /stops, GET /stops, DELETE /stops/{kind}/{name}."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import normalize

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.identity.callers import SANDBOX
from gateway.identity.keyfile import KeyStoreRefused
from gateway.state.kept import KeptRefused
from gateway.state.stops import KINDS, LONGEST_REASON, Stop, key_of
from observability.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.runtime import Runtime

TOLD_SECONDS = 2.0
"""How long an operator waits for the store to take what was said; it is said again until it does."""


class StopRefused(Exception):
    """What was asked isn't a stop, or of nothing that there is. Its words are for the operator."""


class Order(NamedTuple):
    """What is to be stopped. cut: end what is under way too."""

    kind: str
    name: str
    reason: str
    cut: bool

    @classmethod
    def of(cls, said: Any) -> Order:
        """From the body of a request; StopRefused says what is wrong with it."""
        if not isinstance(said, dict) or not isinstance(said.get("name"), str) or not said["name"]:
            raise StopRefused('the body must be {"kind": what, "name": which, "reason": why, "now": true or false}')
        if said.get("kind") not in KINDS:
            raise StopRefused(f"the kind must be one of {', '.join(KINDS)}")
        reason = "".join(letter for letter in str(said.get("reason", "")) if letter.isprintable())
        if len(reason) > LONGEST_REASON or len(said["name"]) > LONGEST_REASON or not said["name"].isprintable():
            raise StopRefused(f"name and reason are one line of at most {LONGEST_REASON} characters")
        return cls(said["kind"], said["name"], reason, said.get("now") is True)


def stop_routes(runtime: Runtime) -> list[Route]:
    """What `ecluse stop` and `ecluse start` ask for."""

    async def stop(request: Request) -> JSONResponse:
        try:
            order = Order.of(await request.json())
            note = unknown(runtime, order.kind, order.name)
        except StopRefused as refused:
            return JSONResponse({"refused": str(refused)}, 422)
        except (ValueError, RecursionError):
            return JSONResponse({"refused": "the body isn't JSON"}, 422)
        at = runtime.now().isoformat(timespec="seconds")
        stop = Stop(order.kind, order.name, at, order.reason, order.cut)
        runtime.standing.stop(stop)
        _record(runtime, "stop.ordered", stop, reason=stop.reason, now=stop.cut)
        return JSONResponse({**shown(stop), "note": note, **await settled(runtime, key_of(stop.kind, stop.name))}, 201)

    async def start(request: Request) -> JSONResponse:
        kind, name = request.path_params["kind"], request.path_params["name"]
        ended = runtime.standing.start(kind, name, runtime.now()) if kind in KINDS else None
        if ended is None:
            return JSONResponse({"refused": f"no {kind} of this name is stopped"}, 404)
        _record(runtime, "stop.ended", ended)
        return JSONResponse({**shown(ended), **await settled(runtime, key_of(kind, name))})

    async def listed(request: Request) -> JSONResponse:
        return JSONResponse({"stops": [shown(stop) for stop in runtime.stops.all()]})

    return [
        Route("/stops", stop, methods=["POST"]),
        Route("/stops", listed),
        Route("/stops/{kind}/{name:path}", start, methods=["DELETE"]),
    ]


async def settled(runtime: Runtime, key: str) -> dict[str, bool]:
    """Whether what was said is on this machine's disk, and whether the others can hear it."""
    kept = True
    try:
        await runtime.standing.save()
    except (OSError, KeptRefused, KeyStoreRefused):
        runtime.measure.log.event("stops.not_kept")
        kept = False
    return {"kept": kept, "told": await runtime.follower.told(key, TOLD_SECONDS)}


def unknown(runtime: Runtime, kind: str, name: str) -> str:
    """A note where nobody is known by a user's name; StopRefused for what else there is no such thing of."""
    return known_or_near(kind, name, _known(runtime, kind))


def known_or_near(kind: str, name: str, names: Iterable[str]) -> str:
    """The same for names of whatever kind."""
    known = sorted(names)
    if name in known:
        return ""
    folded = {_folded(one): one for one in known}
    near = get_close_matches(_folded(name), folded, 1)
    hint = f": did you mean {folded[near[0]]}?" if near else ""
    if kind != "user":
        raise StopRefused(f"there is no {kind.replace('_', ' ')} {name}{hint}")
    return f"no key is of the user {name}{hint}"


def _folded(name: str) -> str:
    """Without what two names may differ in that look alike to who is in a hurry."""
    return normalize("NFKC", name).casefold()


def shown(stop: Stop) -> dict[str, Any]:
    """A stop, for an operator."""
    return {"kind": stop.kind, "name": stop.name, "since": stop.at, "reason": stop.reason, "now": stop.cut}


def _known(runtime: Runtime, kind: str) -> Iterable[str]:
    pair = runtime.epoch.pair
    if kind == "rule":
        return {rule.id for rule in pair.policies.rules} | {
            lift.exception for rule in pair.policies.rules for lift in rule.lifts
        }
    if kind == "use_case":
        return {*pair.bundle.use_cases, SANDBOX}
    if kind == "destination":
        return pair.destinations
    return {record.id if kind == "key" else record.caller.user for record in runtime.keys.records()}


def _record(runtime: Runtime, event: str, stop: Stop, **more: str | bool) -> None:
    name = stop.name
    if stop.kind == "user":  # people have no other name in records
        name = runtime.keyring.pseudonym_of(runtime.epoch.pair.settings.organisation, name)
    detail = {"kind": stop.kind, "name": name, **more}
    runtime.ledger.post(Event(at=runtime.now(), event=event, detail=detail))
    runtime.measure.stopped(event, stop.kind, name)
