"""A simulated vendor as an ASGI app: every dialect, streamed or whole, healthy or failing as it is told."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.vendors.simulator.dialects import MODELS, SPEECHES, failure, models
from adapters.vendors.simulator.directives import Directives, settings
from adapters.vendors.simulator.filing import Filing
from adapters.vendors.simulator.recorder import Faults, Recorder
from adapters.vendors.simulator.shelf import Shelf, ShelfDesk
from adapters.vendors.simulator.speaker import Speaker

_RESPONSES = "/v1/responses"
_KEPT = (
    ("GET", "", "retrieve"), ("DELETE", "", "delete"), ("POST", "/cancel", "cancel"), ("GET", "/input_items", "items")
)  # fmt: skip
_EXPECTED = 'expected {"fault": "status=503", "seconds": 30}; {"fault": "none"} ends one'


def simulator_app(name: str, recorder: Recorder | None = None) -> Starlette:
    """The app of the simulated vendor `name`. What it receives is kept in `recorder`, also shown at /sim/received."""
    kept = recorder if recorder is not None else Recorder()
    faults = Faults(kept.clock)
    desk = _Desk(name, kept, faults)
    shelf = Shelf(name, kept.clock)
    routes = [
        Route(path, Speaker(name, kept, faults, speech, shelf if path == _RESPONSES else None), methods=["POST"])
        for path, speech in SPEECHES.items()
    ]
    routes += [
        Route(f"{_RESPONSES}/{{response}}{tail}", ShelfDesk(name, kept, shelf, what), methods=[method])
        for method, tail, what in _KEPT
    ]
    routes += [
        Route(path, endpoint, methods=[method]) for method, path, endpoint in Filing(name, kept, faults).routes()
    ]
    routes += [
        Route("/v1/responses", desk.upgrade, methods=["GET"]),
        Route("/v1/models", desk.models, methods=["GET"]),
        Route("/v1beta/models", desk.models, methods=["GET"]),
        Route("/sim/fault", desk.fault, methods=["POST"]),
        Route("/sim/received", desk.received, methods=["GET", "DELETE"]),
        Route("/", desk.root, methods=["GET"]),
    ]
    return Starlette(routes=routes)


class _Desk:
    """What isn't asked of a model: lists, and the simulator's own controls."""

    def __init__(self, name: str, recorder: Recorder, faults: Faults) -> None:
        self._name, self._recorder, self._faults = name, recorder, faults

    async def root(self, request: Request) -> Response:
        """A health check (Claude Code asks HEAD / first)."""
        return _json({"simulator": self._name})

    async def upgrade(self, request: Request) -> Response:
        """Websockets are not spoken here."""
        return _json(failure("openai", 426, "Use POST."), 426)

    async def models(self, request: Request) -> Response:
        """The list of models, in the dialect of the caller."""
        if "x-goog-api-key" in request.headers or "/v1beta/" in request.url.path:
            return _json({"models": [{"name": f"models/{name}"} for name in MODELS]})
        return _json(models("anthropic-version" in request.headers))

    async def fault(self, request: Request) -> Response:
        """`{"fault": "status=503", "seconds": 30}`; `"none"` ends it."""
        try:
            value = orjson.loads(await request.body())
            words = value.get("fault") if isinstance(value, dict) else None
            if not isinstance(words, str) or not words.strip():
                raise ValueError(_EXPECTED)
            fault = Directives() if words == "none" else Directives(**settings(words))
            self._faults.set(fault, float(value.get("seconds", 30)))
        except orjson.JSONDecodeError:
            return _json(failure("openai", 400, f"not a fault: {_EXPECTED}"), 400)
        except (ValueError, TypeError) as problem:
            return _json(failure("openai", 400, f"not a fault: {problem}"), 400)
        return _json({"simulator": self._name, "fault": words})

    async def received(self, request: Request) -> Response:
        """What came in, oldest first (`?call_id=`); DELETE forgets it."""
        if request.method == "DELETE":
            self._recorder.clear()
        found = self._recorder.of(self._name, request.query_params.get("call_id"))
        return _json({"simulator": self._name, "received": [item.view() for item in found]})


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers, "application/json")
