"""Webhooks on the control surface: POST /webhooks/test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.documents import nearest

if TYPE_CHECKING:
    from gateway.runtime import Runtime


def webhook_routes(runtime: Runtime) -> list[Route]:
    """What `ecluse webhooks` asks for."""

    async def test(request: Request) -> JSONResponse:
        try:
            name = str((await request.json()).get("name") or "")
        except (ValueError, AttributeError, RecursionError):
            return JSONResponse({"refused": 'the body must be {"name": which webhook, or null}'}, 422)
        webhooks = runtime.epoch.pair.settings.webhooks
        if name and name not in webhooks:
            near = nearest(name, webhooks)
            hint = f" (did you mean {near}?)" if near else ""
            return JSONResponse({"refused": f"there is no webhook {name}{hint}"}, 422)
        results = await runtime.herald.try_out(name)
        mute = [one for one, said in webhooks.items() if name in ("", one) and not said.sends]
        return JSONResponse({"results": results | dict.fromkeys(mute, "mute")})

    return [Route("/webhooks/test", test, methods=["POST"])]
