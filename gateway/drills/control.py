"""Drills on the control surface: POST /drills, GET /drills, DELETE /drills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.drills.planning import DrillRefused, Order
from gateway.drills.schedule import stale
from gateway.drills.shelf import filed, last_drilled

if TYPE_CHECKING:
    from gateway.drills.conducting import Conductor
    from gateway.runtime import Runtime


def drill_routes(runtime: Runtime, conductor: Conductor) -> list[Route]:
    """What `ecluse drill` asks for."""

    async def start(request: Request) -> JSONResponse:
        try:
            drill = conductor.start(Order.of(await request.json()))
        except DrillRefused as refused:
            return JSONResponse({"refused": str(refused)}, 422)
        except ValueError:
            return JSONResponse({"refused": "the body isn't JSON"}, 422)
        return JSONResponse(drill.plain(), 201)

    async def show(request: Request) -> JSONResponse:
        return JSONResponse(state(runtime, conductor))

    async def stop(request: Request) -> JSONResponse:
        if not conductor.stop():
            return JSONResponse({"refused": "no drill runs"}, 404)
        return JSONResponse({"stopped": True})

    return [
        Route("/drills", start, methods=["POST"]),
        Route("/drills", show),
        Route("/drills", stop, methods=["DELETE"]),
    ]


def state(runtime: Runtime, conductor: Conductor) -> dict[str, Any]:
    """The drill that runs and how far it is, those on file, and the destinations without a recent one."""
    pair = runtime.epoch.pair
    settings, drill, probes = pair.settings, conductor.drill, conductor.probes
    now = runtime.now().timestamp()
    running = None
    if drill is not None:
        part = "before" if now < drill.fails else "during" if now < drill.mended else "after"
        running = {**drill.plain(), "part": part, "now": now}
        running |= {"sent": probes.sent, "answered": probes.answered, "last": probes.last} if probes else {}
    late = stale(pair.destinations, last_drilled(settings.drills_dir), settings.drills.stale_days, runtime.now())
    return {
        "enabled": settings.drills.enabled,
        "running": running,
        "reporting": conductor.reporting,
        "filed": filed(settings.drills_dir),
        "stale": late,
    }
