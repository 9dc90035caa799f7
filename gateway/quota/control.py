"""Quotas on the control surface: GET /quotas, POST /overrides, DELETE /overrides/{scope}/{unit}/{window}/{name}."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.bundle.limited import names_by_scope
from gateway.config.kinds import WrongValue
from gateway.config.money import decimal
from gateway.pricing.rates import MICROS
from gateway.quota.overrides import LONGEST_REASON, LONGEST_SECONDS, Override, Target, dropped
from gateway.quota.standing import moment, plain, shown
from gateway.stopping.control import StopRefused, known_or_near, settled
from observability.ledger import Event

if TYPE_CHECKING:
    from gateway.runtime import Runtime


class OverrideRefused(Exception):
    """What was asked isn't an override, or of a limit that there isn't. Its words are for the operator."""


def quota_routes(runtime: Runtime) -> list[Route]:
    """What `ecluse quota` asks for."""

    async def listed(request: Request) -> JSONResponse:
        scope, name = request.query_params.get("scope"), request.query_params.get("name")
        uses = runtime.quotas.of(((scope, name),)) if scope and name else runtime.quotas.used()
        rows = [shown(use, runtime.standing.overrides.end_of(use.account)) for use in uses]
        overrides = [shown_override(one) for one in runtime.standing.overrides]
        currency = runtime.epoch.pair.tariffs.currency
        return JSONResponse({"currency": currency, "quotas": rows, "overrides": overrides})

    async def override(request: Request) -> JSONResponse:
        try:
            one = _read(runtime, await request.json())
            note = _unknown(runtime, one.target)
        except (OverrideRefused, StopRefused) as refused:
            return JSONResponse({"refused": str(refused)}, 422)
        except (ValueError, RecursionError):
            return JSONResponse({"refused": "the body isn't JSON"}, 422)
        runtime.standing.override(one)
        _record(runtime, "quota.override", one, reason=one.reason, until=moment(one.until))
        return JSONResponse({**await _answer(runtime, one), "note": note}, 201)

    async def drop(request: Request) -> JSONResponse:
        one = next((o for o in runtime.standing.overrides if _is(o.target, request.path_params)), None)
        if one is None:
            return JSONResponse({"refused": "there is no override of this limit"}, 404)
        runtime.follower.say(one.target.key, dropped(runtime.now().timestamp()))
        _record(runtime, "quota.override.dropped", one)
        return JSONResponse(await _answer(runtime, one))

    return [
        Route("/quotas", listed),
        Route("/overrides", override, methods=["POST"]),
        Route("/overrides/{scope}/{unit}/{window}/{name:path}", drop, methods=["DELETE"]),
    ]


async def _answer(runtime: Runtime, one: Override) -> dict[str, Any]:
    currency = runtime.epoch.pair.tariffs.currency
    return {**shown_override(one), "currency": currency, **await settled(runtime, one.target.key)}


def shown_override(one: Override) -> dict[str, Any]:
    """An override, for an operator."""
    target = one.target
    window = {} if target.unit == "concurrent" else {"window": target.window}
    return {
        "scope": target.scope, "name": target.name, "unit": target.unit, **window,
        "limit": plain(one.limit, target.unit), "until": moment(one.until), "since": moment(one.at),
        "reason": one.reason,
    }  # fmt: skip


def _read(runtime: Runtime, said: Any) -> Override:
    words = ("scope", "name", "unit", "window", "reason")
    if not isinstance(said, dict) or not all(isinstance(said.get(word), str) and said[word] for word in words):
        raise OverrideRefused("the body must name scope, name, unit, window, limit, until (Unix seconds) and reason")
    now, until = runtime.now().timestamp(), said.get("until")
    if not isinstance(until, int | float) or isinstance(until, bool) or not now < until <= now + LONGEST_SECONDS:
        raise OverrideRefused("until must lie ahead, by a year at most")
    if len(said["name"]) > LONGEST_REASON or not said["name"].isprintable():
        raise OverrideRefused(f"a name is one line of at most {LONGEST_REASON} characters")
    reason = "".join(letter for letter in said["reason"] if letter.isprintable())
    if not reason or len(reason) > LONGEST_REASON:
        raise OverrideRefused(f"a reason has from 1 to {LONGEST_REASON} characters")
    target = Target(said["scope"], said["name"], said["unit"], _window(runtime, said))
    return Override(target, _limit(said.get("limit"), target.unit), float(until), now, reason)


def _unknown(runtime: Runtime, target: Target) -> str:
    """A note where no key is of this user; StopRefused for a name of which there is nothing else."""
    pair, records = runtime.epoch.pair, runtime.keys.records()
    held = {
        "user": {record.caller.user for record in records},
        "key": {record.id for record in records},
        "team": {record.caller.team for record in records},  # also one that the configuration has no more
    }.get(target.scope, set())
    return known_or_near(
        target.scope, target.name, {*held, *names_by_scope(pair.bundle, pair.settings).get(target.scope, ())}
    )


def _is(target: Target, said: Mapping[str, str]) -> bool:
    """Whether it is what was named; calls at once have no window that anybody would name."""
    same = all(getattr(target, word) == said[word] for word in ("scope", "name", "unit"))
    return same and (target.unit == "concurrent" or target.window == said["window"])


def _limit(value: Any, unit: str) -> int:
    try:
        amount = decimal(value, 6 if unit == "cost" else 0)
    except WrongValue as wrong:
        raise OverrideRefused(f"limit {wrong}") from None
    return int(amount * MICROS) if unit == "cost" else int(amount)


def _window(runtime: Runtime, said: Any) -> str:
    """The window of the limit that is meant; OverrideRefused where the configuration has no such limit."""
    scope, name, unit = said["scope"], said["name"], said["unit"]
    lines = [q for q in runtime.epoch.pair.settings.quotas if q.scope == scope and q.unit == unit]
    fitting = {q.window for q in lines if fnmatchcase(name, q.match)}
    if unit == "concurrent" and fitting:
        return min(fitting)
    if said["window"] in fitting:
        return str(said["window"])
    others = f" (there is one a {', '.join(sorted(fitting))})" if fitting else ""
    what = "concurrent calls" if unit == "concurrent" else unit
    what += f" a {said['window']}" if said["window"] != "none" else ""
    raise OverrideRefused(f"the configuration has no limit on {what} for {scope} {name}{others}")


def _record(runtime: Runtime, event: str, one: Override, **more: str) -> None:
    target, name = one.target, one.target.name
    if target.scope == "user":  # people have no other name in records
        name = runtime.keyring.pseudonym_of(runtime.epoch.pair.settings.organisation, name)
    detail = {**shown_override(one), "name": name, **more}
    runtime.ledger.post(Event(at=runtime.now(), event=event, detail=detail))
