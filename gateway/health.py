"""The read-only listener: /metrics, /healthz (the process answers), /readyz (it may be sent calls)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.looking import Page
from observability.exposition import CONTENT_TYPES, format_for

if TYPE_CHECKING:
    from gateway.runtime import Runtime


def health_app(runtime: Runtime) -> Starlette:
    """The application of the metrics listener."""

    async def metrics(request: Request) -> Response:
        format_ = format_for(request.headers.get("accept", ""))
        return Response(await Page(runtime).page(format_), headers={"content-type": CONTENT_TYPES[format_]})

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        reasons = not_ready(runtime)
        return PlainTextResponse("\n".join(reasons or ["ready"]) + "\n", 503 if reasons else 200)

    app = Starlette(routes=[Route("/metrics", metrics), Route("/healthz", healthz), Route("/readyz", readyz)])
    app.router.redirect_slashes = False  # it would send the client to whatever host it named
    return app


def not_ready(runtime: Runtime) -> list[str]:
    """Why no call should be sent here now; empty where all is well."""
    reasons = []
    if runtime.draining:
        reasons.append("draining")
    if runtime.follower.stale:
        reasons.append("nothing was heard from the shared store for too long")
    if runtime.leases.barred:
        reasons.append("the shared store, new or emptied, grants nothing of the quotas yet")
    if not runtime.ledger.ready and runtime.epoch.pair.settings.ledger.on_failure == "closed":
        reasons.append("the ledger can't take calls, or soon won't")
    return reasons
