"""The surfaces of a supervisor: metrics and health of all workers, and control of all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import orjson

from gateway.http import JSON, Request, Responder
from gateway.workers.asking import Silent, ask
from gateway.workers.errors import RestartRefused
from gateway.workers.fanning import reload, status, top
from observability.exposition import CONTENT_TYPES, format_for

if TYPE_CHECKING:
    from gateway.http import Receive, Scope, Send
    from gateway.workers.child import Child
    from gateway.workers.crew import Crew
    from gateway.workers.rolling import Rolling

App = Callable[["Scope", "Receive", "Send"], Awaitable[None]]
_TEXT = (b"content-type", b"text/plain; charset=utf-8")
MOST_BODY, BODY_SECONDS, FORWARD_SECONDS = 16 << 20, 10.0, 120.0


def health_surface(crew: Crew) -> App:
    """/metrics, /healthz, /readyz of all workers together."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request, responder = Request(scope, receive), Responder(scope, send)
        if request.method not in ("GET", "HEAD"):
            responder.whole(405, [_TEXT], b"method not allowed\n")
        elif request.path == "/metrics":
            taking, format_ = sum(child.takes for child in crew.serving), format_for(request.header(b"accept"))
            page = await crew.figures.page(tuple(crew.children), taking, crew.bridge.pid, format_)
            responder.whole(200, [(b"content-type", CONTENT_TYPES[format_].encode())], page)
        elif request.path in ("/healthz", "/readyz"):
            reasons, missing = _why_not(crew, request.path), [f"{one} is missing" for one in crew.missing]
            words = [*reasons, *missing] if reasons else ["ok" if request.path == "/healthz" else "ready", *missing]
            responder.whole(503 if reasons else 200, [_TEXT], ("\n".join(words) + "\n").encode())
        else:
            responder.whole(404, [_TEXT], b"not found\n")

    return app


def _why_not(crew: Crew, path: str) -> list[str]:
    """Why it isn't well, or should be sent no call. One worker that serves is enough: it takes for the others too."""
    if not crew.serving:
        return ["draining" if crew.draining else "no worker serves"]
    if path == "/healthz":
        return []
    if crew.draining:
        return ["draining"]
    if any(child.takes for child in crew.serving):
        return []
    return sorted({reason for child in crew.serving for reason in child.reasons}) or ["no worker takes calls"]


def control_surface(crew: Crew, rolling: Rolling) -> App:
    """Status, reload, drain and restart are for all workers; the rest any of them does, and tells the others."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request, responder = Request(scope, receive), Responder(scope, send)
        raw = await request.body(MOST_BODY, BODY_SECONDS)
        asked, own = (request.method, request.path), _OWN.get((request.method, request.path))
        if own is not None or asked == ("POST", "/restart"):
            code, value = await (own(crew) if own is not None else _restart(rolling))
            responder.whole(code, [JSON], orjson.dumps(value))
            return
        responder.whole(*await _forwarded(crew, request, raw))

    return app


async def _status(crew: Crew) -> tuple[int, Any]:
    found = await status(crew.serving)
    finishing = [child for child in crew.children if child.leaving]
    found["calls_in_flight"] = found.get("calls_in_flight", 0) + sum(child.calls for child in finishing)
    found["draining"] = crew.draining
    found["workers_replaced"] = crew.figures.replaced or None
    found["bridge"] = crew.bridge.shown()
    found["processes"] = [_process(child) for child in crew.children]
    found["missing"] = crew.missing or None
    return 200, found


async def _top(crew: Crew) -> tuple[int, Any]:
    return 200, await top(crew.serving)


def _process(child: Child) -> dict[str, Any]:
    return {"worker": child.station.name, "pid": child.process.pid, "state": child.state, "calls": child.calls}


async def _reload(crew: Crew) -> tuple[int, Any]:
    if not crew.serving:
        return 503, {"refused": "no worker serves"}
    return await reload(crew.serving, "control")


async def _drain(crew: Crew) -> tuple[int, Any]:
    crew.stopping.set()
    return 200, {"draining": True, "calls_in_flight": crew.calls}


async def _restart(rolling: Rolling) -> tuple[int, Any]:
    try:
        return 200, {"replaced": await rolling.restart()}
    except RestartRefused as refused:
        return 422, {"refused": str(refused)}


async def _forwarded(crew: Crew, request: Request, raw: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """What one worker answers."""
    child = min(crew.serving, key=lambda one: not one.takes, default=None)
    if child is None:
        return 503, [JSON], orjson.dumps({"refused": "no worker serves"})
    target = request.scope["raw_path"].decode("latin-1") + (
        f"?{request.query.decode('latin-1')}" if request.query else ""
    )
    assert child.station.control_socket is not None
    try:
        answer = await ask(child.station.control_socket, request.method, target, raw, seconds=FORWARD_SECONDS)
    except Silent as silent:
        return 503, [JSON], orjson.dumps({"refused": f"{child.station.name} didn't answer: {silent}"})
    return answer.status, [JSON], answer.body


_OWN: dict[tuple[str, str], Callable[[Crew], Awaitable[tuple[int, Any]]]] = {
    ("GET", "/status"): _status,
    ("GET", "/top"): _top,
    ("POST", "/reload"): _reload,
    ("POST", "/drain"): _drain,
}
