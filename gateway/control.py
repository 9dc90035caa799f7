"""The control surface, on a Unix socket that only its owner may open: what `ecluse` asks of a running gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.bundle.due import due
from gateway.documents import DocumentsRefused
from gateway.drills.control import drill_routes
from gateway.identity.keys import KeyGrant, KeyRecord, KeyStoreRefused
from gateway.looking import Page
from gateway.provenance import signed_files
from gateway.quota.control import quota_routes, shown_override
from gateway.quota.shown import store_line, used_line
from gateway.reload import NotPrepared
from gateway.reviewing import ReviewRefused, review
from gateway.routing.breakers import CLOSED
from gateway.routing.shown import rows
from gateway.state.workers import differing, present
from gateway.stopping.control import settled, shown, stop_routes
from gateway.webhooks.control import webhook_routes
from observability.ledger import Event

if TYPE_CHECKING:
    from gateway.drills.conducting import Conductor
    from gateway.reload import Reloader
    from gateway.runtime import Runtime


def control_app(runtime: Runtime, reloader: Reloader, conductor: Conductor, stopping: asyncio.Event) -> Starlette:
    """How it is, and what it is to do; drills, stops and quotas have their own modules."""
    surface = _Control(runtime, reloader, stopping)
    return Starlette(
        routes=[
            Route("/status", surface.status),
            Route("/metrics", surface.metrics),
            Route("/top", surface.top),
            Route("/reload", surface.reload, methods=["POST"]),
            Route("/drain", surface.drain, methods=["POST"]),
            Route("/restart", surface.restart, methods=["POST"]),
            Route("/keys", surface.keys),
            Route("/keys", surface.issue, methods=["POST"]),
            Route("/keys/{id}", surface.revoke, methods=["DELETE"]),
            Route("/samples/{rule}", surface.samples, methods=["POST"]),
            *drill_routes(runtime, conductor),
            *stop_routes(runtime),
            *quota_routes(runtime),
            *webhook_routes(runtime),
        ]
    )


class _Control:
    def __init__(self, runtime: Runtime, reloader: Reloader, stopping: asyncio.Event) -> None:
        self._runtime, self._reloader, self._stopping = runtime, reloader, stopping

    async def status(self, request: Request) -> JSONResponse:
        runtime = self._runtime
        workers = present(runtime.epoch.pair.settings.state_dir)
        unloaded = await asyncio.to_thread(self._reloader.changed)
        return JSONResponse(
            {
                "revision": runtime.epoch.pair.revision,
                "bundle": runtime.epoch.pair.bundle.revision,
                "files": signed_files(runtime.epoch.pair),
                "uptime_seconds": round(runtime.monotonic() - runtime.started),
                "draining": runtime.draining,
                "calls_in_flight": len(runtime.live),
                "keys": len(runtime.keys),
                "ledger": runtime.ledger.summary(),
                "breakers": [
                    {**state._asdict(), "seconds": round(state.seconds, 1)}
                    for state in runtime.health.states()
                    if state.state != CLOSED
                ],
                "capacity": [
                    {"destination": name, "taken": taken, "limit": limit, "waiting": waiting}
                    for name, limit, taken, waiting in runtime.capacity.slots.states()
                ],
                "turned_away": dict(runtime.measure.turned_away) or None,
                "routes": rows(runtime.router.shown(runtime.monotonic())),
                "quotas": [used_line(use, runtime.epoch.pair.tariffs.currency) for use in runtime.quotas.used()],
                "quota_store": store_line(runtime.leases.keeper, runtime.epoch.pair.settings.quotas),
                "stops": [shown(stop) for stop in runtime.stops.all()],
                "overrides": [
                    {**shown_override(one), "currency": runtime.epoch.pair.tariffs.currency}
                    for one in runtime.standing.overrides
                ],
                "shared_store": _store(runtime),
                "bridge": runtime.bridge.shown() if runtime.bridge is not None else None,
                "tls": runtime.certificates.shown() if runtime.certificates is not None else None,
                "workers": workers,
                "notes": [*runtime.epoch.pair.notes, *_of_now(runtime, workers, unloaded)],
            }
        )

    async def metrics(self, request: Request) -> Response:
        found = orjson.dumps(await Page(self._runtime).snapshot())
        return Response(found, media_type="application/json")

    async def top(self, request: Request) -> JSONResponse:
        runtime = self._runtime
        seen = runtime.measure.top.look(runtime.live, runtime.monotonic())
        return JSONResponse({"workers": {runtime.station.name: seen}, "currency": runtime.epoch.pair.tariffs.currency})

    async def reload(self, request: Request) -> JSONResponse:
        step, by, revision = _asked(await request.body())
        try:
            if step == "prepare":
                return JSONResponse({"revision": await self._reloader.prepare(by)})
            if step == "drop":
                self._reloader.drop()
                return JSONResponse({})
            done = await (self._reloader.take(revision, by) if step == "take" else self._reloader.reload(by))
        except (DocumentsRefused, NotPrepared, OSError) as refused:
            return JSONResponse({"refused": str(refused), "revision": self._runtime.epoch.pair.revision}, 422)
        return JSONResponse(
            {
                "was": done.was,
                "revision": done.revision,
                "bundle": done.bundle,
                "files": done.files,
                "needs_restart": list(done.later),
            }
        )

    async def drain(self, request: Request) -> JSONResponse:
        self._stopping.set()
        return JSONResponse({"draining": True, "calls_in_flight": len(self._runtime.live)})

    async def restart(self, request: Request) -> JSONResponse:
        return JSONResponse({"refused": "there is one worker alone: set server.workers to 2 or more"}, 422)

    async def keys(self, request: Request) -> JSONResponse:
        return JSONResponse({"keys": [_shown(record) for record in self._runtime.keys.records()]})

    async def issue(self, request: Request) -> JSONResponse:
        try:
            grant = KeyGrant.parse(await request.json())
            unknown = self._runtime.epoch.pair.unknown_in(grant)
            if unknown is not None:
                return JSONResponse({"refused": unknown}, 422)
            record, key = self._runtime.keys.issue(grant, self._runtime.now())
        except (KeyStoreRefused, ValueError) as refused:
            words = str(refused) if isinstance(refused, KeyStoreRefused) else "the body isn't JSON"
            return JSONResponse({"refused": words}, 422)
        except OSError as failed:
            return JSONResponse({"refused": f"no key was made, state_dir can't be written: {failed.strerror}"}, 503)
        self._event("key.issued", record)
        return JSONResponse({**_shown(record), "key": key}, 201)

    async def revoke(self, request: Request) -> JSONResponse:
        id_, now = request.path_params["id"], request.query_params.get("now") == "true"
        record = self._runtime.keys.revoke(id_, cut=now)
        if record is None:
            return JSONResponse({"refused": "there is no key of this id"}, 404)
        self._event("key.revoked", record)
        return JSONResponse({**_shown(record), **await settled(self._runtime, f"key/{id_}")})

    async def samples(self, request: Request) -> JSONResponse:
        try:
            said = await request.json()
            who, reason = str(said["as"]), str(said.get("reason", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"refused": 'the body must be {"as": who reads, "reason": why}'}, 422)
        try:
            found = await review(self._runtime, request.path_params["rule"], who, reason)
        except ReviewRefused as refused:
            return JSONResponse({"refused": str(refused)}, 422)
        return JSONResponse({"rule": request.path_params["rule"], "samples": found})

    def _event(self, name: str, record: KeyRecord) -> None:
        caller = record.caller
        detail = {"key": record.id, "team": caller.team, "person": caller.pseudonym}
        self._runtime.ledger.post(Event(at=self._runtime.now(), event=name, detail=detail))
        self._runtime.measure.log.event(name, key=record.id, team=caller.team)


def _asked(raw: bytes) -> tuple[str, str, str]:
    """Step ("" for all at once), who asked, revision: of a reload in the two steps that several workers take."""
    try:
        said = orjson.loads(raw or b"{}")
        return str(said.get("step", "")), str(said.get("by", "control")), str(said.get("revision", ""))
    except (ValueError, AttributeError):
        return "", "control", ""


def _store(runtime: Runtime) -> dict[str, Any] | None:
    follower = runtime.follower
    if not follower.shared:
        return None
    heard = None if follower.age == inf else round(follower.age, 1)
    return {"store": runtime.epoch.pair.settings.shared.store, "seconds_since_heard": heard, "stale": follower.stale}


def _of_now(runtime: Runtime, workers: list[dict[str, Any]], unloaded: bool) -> Iterator[str]:
    """What is noted of this moment, beside what a load notes."""
    if (said := differing(workers)) is not None:
        yield said
    for drill in runtime.drills.now():
        yield f"drill {drill.id} runs: {drill.destination} {drill.fault}, for calls of {', '.join(drill.users)}"
    if unloaded:
        yield "the configuration or the bundle was changed since it was loaded"
    yield from due(runtime.epoch.pair.bundle, runtime.now())


def _shown(record: KeyRecord) -> dict[str, Any]:
    caller = record.caller
    return {
        "id": record.id,
        "label": record.label,
        "created": record.created,
        "user": caller.user,
        "team": caller.team,
        "groups": sorted(caller.groups),
        "use_cases": list(caller.use_cases),
        "models": list(caller.models),
    }
