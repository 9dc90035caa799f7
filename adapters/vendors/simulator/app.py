"""A simulated vendor as an ASGI app: every dialect, streamed or whole, healthy or failing as it is told."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from adapters.vendors.simulator.dialects import SPEECHES, Speech, failure, models
from adapters.vendors.simulator.directives import DirectiveError, Directives, merge, read, settings
from adapters.vendors.simulator.frames import Frame
from adapters.vendors.simulator.line import ClientLeftError, Line
from adapters.vendors.simulator.openai_parts import embeddings
from adapters.vendors.simulator.prompt import Prompt, text_of, tokens
from adapters.vendors.simulator.recorder import Faults, Received, Recorder
from adapters.vendors.simulator.script import Script, write

_FOREVER = 24 * 3600.0
_CODES = {
    "insufficient_quota": 429, "rate_limit_exceeded": 429, "rate_limit_error": 429, "slow_down": 429,
    "context_length_exceeded": 400, "content_filter": 400, "content_policy_violation": 400,
    "enforced_spend_limit_reached": 400, "billing_error": 402, "model_not_found": 404, "not_found_error": 404,
    "invalid_api_key": 401, "authentication_error": 401, "permission_error": 403, "overloaded_error": 529,
}  # fmt: skip


def simulator_app(name: str, recorder: Recorder | None = None) -> Starlette:
    """The app of the simulated vendor `name`. What it receives is kept in `recorder`, also shown at /sim/received."""
    kept = recorder if recorder is not None else Recorder()
    faults = Faults(kept.clock)
    desk = _Desk(name, kept, faults)
    routes = [Route(path, _Speaker(name, kept, faults, speech), methods=["POST"]) for path, speech in SPEECHES.items()]
    routes += [
        Route("/v1/responses", desk.upgrade, methods=["GET"]),
        Route("/v1/embeddings", desk.embeddings, methods=["POST"]),
        Route("/v1/messages/count_tokens", desk.count_tokens, methods=["POST"]),
        Route("/v1/models", desk.models, methods=["GET"]),
        Route("/sim/fault", desk.fault, methods=["POST"]),
        Route("/sim/received", desk.received, methods=["GET", "DELETE"]),
        Route("/", desk.root, methods=["GET"]),
    ]
    return Starlette(routes=routes)


class _Speaker:
    """One conversational endpoint. An ASGI app of its own, because its answers may break off."""

    def __init__(self, name: str, recorder: Recorder, faults: Faults, speech: Speech) -> None:
        self._name, self._recorder, self._faults, self._speech = name, recorder, faults, speech

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        received = _keep(self._recorder, self._name, scope, body)
        line, outcome = Line(receive, send), "gone"
        try:
            outcome = await self._speak(body, line)
        except ClientLeftError:
            pass
        finally:
            self._recorder.end(received, outcome)
            await line.close()

    async def _speak(self, body: bytes, line: Line) -> str:
        """Answer; the outcome for the record."""
        try:
            prompt, asked = self._understand(body)
        except (DirectiveError, ValueError) as problem:
            return await self._refuse(line, 400, str(problem), Directives())
        await line.pause(asked.delay)
        if asked.redirect or asked.plain or asked.html or asked.compressed:
            return await _oddity(line, asked)
        status = asked.status or (_CODES.get(asked.error, 400) if asked.error and not _in_band(prompt, asked) else 200)
        if asked.fail_before and not prompt.stream:
            status = max(status, 500)
        if status >= 400:
            return await self._refuse(line, status, "The simulator was told to fail.", asked)
        script = write(self._name, prompt, asked, body)
        if prompt.stream:
            return await self._stream(line, prompt, script, asked)
        return await self._whole(line, prompt, script, asked)

    def _understand(self, body: bytes) -> tuple[Prompt, Directives]:
        value = orjson.loads(body)
        if not isinstance(value, dict):
            raise ValueError("the body is not a JSON object")
        if missing := [key for key in self._speech.needs if key not in value]:
            raise ValueError(f"missing required parameter: {missing[0]}")
        prompt = replace(self._speech.read(value), input_tokens=tokens(body))
        return prompt, merge(self._faults.now(), read(prompt.text))

    async def _refuse(self, line: Line, status: int, message: str, asked: Directives) -> str:
        headers = [*_headers(self._speech.family), ("content-type", "application/json")]
        if asked.retry_after is not None:
            headers.append(("retry-after", f"{asked.retry_after:g}"))
        await line.start(status, headers)
        await line.end(orjson.dumps(failure(self._speech.family, status, message, asked.error)))
        return "failed"

    async def _whole(self, line: Line, prompt: Prompt, script: Script, asked: Directives) -> str:
        data = orjson.dumps(self._speech.answer(script, prompt))
        if asked.fail_after is not None:
            return await self._refuse(line, 500, "The simulator was told to fail.", asked)
        if asked.malformed is not None:
            data = data[:-1]
        headers = [*_headers(self._speech.family), ("content-type", "application/json")]
        whole = asked.cut is None and asked.stall is None
        await line.start(200, [*headers, ("content-length", str(len(data)))])
        await line.pause(asked.hold)
        if whole:
            await line.end(data)
            return "answered"
        await line.write(data[: len(data) // 2])
        await line.pause(0 if asked.stall is None else _FOREVER)
        return "cut"

    async def _stream(self, line: Line, prompt: Prompt, script: Script, asked: Directives) -> str:
        headers = [*_headers(self._speech.family), ("content-type", "text/event-stream; charset=utf-8")]
        await line.start(200, [*headers, ("cache-control", "no-cache")])
        sent = first = 0
        for frame in self._speech.stream(script, prompt):
            if frame.content and not first:
                first = 1
                await line.pause(asked.hold)
            if frame.content or frame.terminal:
                if (asked.fail_before and frame.content) or sent == asked.fail_after:
                    await line.end(self._speech.broken(script, asked.error).encode())
                    return "failed"
                if sent in (asked.cut, asked.stall):
                    await line.pause(_FOREVER if sent == asked.stall else 0)
                    return "cut"
                sent += 1
            if frame.terminal and asked.no_done:
                break
            await line.write(_spoiled(frame) if frame.content and sent == asked.malformed else frame.encode())
            await line.pause(asked.drip)
        await line.end()
        return "answered"


def _in_band(prompt: Prompt, asked: Directives) -> bool:
    return prompt.stream and (asked.fail_before or asked.fail_after is not None)


def _spoiled(frame: Frame) -> bytes:
    return frame._replace(data=frame.data[: len(frame.data) // 2]).encode()


async def _oddity(line: Line, asked: Directives) -> str:
    """Answers that no vendor's dialect has: plain text, a proxy's page, a redirect, an encoding nobody asked for."""
    if asked.redirect:
        await line.start(307, [("location", "http://127.0.0.1:9/elsewhere"), ("content-length", "0")])
        await line.end()
    elif asked.compressed:
        await line.start(200, [("content-type", "application/json"), ("content-encoding", "gzip")])
        await line.end(gzip.compress(b'{"compressed":true}', mtime=0))
    elif asked.html:
        await line.start(asked.html, [("content-type", "text/html")])
        await line.end(b"<html><body><h1>Bad gateway</h1></body></html>")
    else:
        await line.start(asked.plain or 500, [("content-type", "text/plain; charset=utf-8")])
        await line.end(b"Internal Server Error")
    return "failed"


def _headers(family: str) -> Iterator[tuple[str, str]]:
    """What vendors send beside the answer; a client of the gateway must see none of the cookies and limits."""
    yield "set-cookie", "__cf_bm=simulated; path=/; HttpOnly; Secure"
    if family == "anthropic":
        yield "request-id", "req_simulated"
        yield "anthropic-ratelimit-requests-remaining", "999"
        yield "anthropic-organization-id", "org-simulated"
    else:
        yield "x-request-id", "req_simulated"
        yield "x-ratelimit-remaining-requests", "999"
        yield "openai-organization", "org-simulated"
        yield "openai-processing-ms", "1"


def _keep(recorder: Recorder, name: str, scope: Scope, body: bytes) -> Received:
    query = scope["query_string"].decode("latin-1")
    path = scope["path"].removeprefix(scope.get("root_path", "")) + (f"?{query}" if query else "")
    return recorder.begin(name, scope["method"], path, tuple(scope["headers"]), body)


class _Desk:
    """The endpoints that only ever answer whole: lists, counts, vectors, and the simulator's own controls."""

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
        return _json(models("anthropic-version" in request.headers))

    async def embeddings(self, request: Request) -> Response:
        """Vectors of numbers or base64."""
        return await self._quick(request, "openai", ("model", "input"), embeddings)

    async def count_tokens(self, request: Request) -> Response:
        """The size of a messages request in tokens."""
        return await self._quick(
            request, "anthropic", ("model", "messages"), lambda value: {"input_tokens": tokens(orjson.dumps(value))}
        )

    async def _quick(self, request: Request, family: str, needs: Iterable[str], answer: Any) -> Response:
        body = await request.body()
        received = _keep(self._recorder, self._name, request.scope, body)
        try:
            value = orjson.loads(body)
            missing = [key for key in needs if key not in value]
            asked = merge(self._faults.now(), read(text_of(value.get("input"))))
        except (ValueError, AttributeError, TypeError):
            missing, value, asked = ["a JSON object"], {}, Directives()
        status = 400 if missing else asked.status or (500 if asked.fail_before else 200)
        self._recorder.end(received, "answered" if status == 200 else "failed")
        if status != 200:
            said = f"missing required parameter: {missing[0]}" if missing else "The simulator was told to fail."
            retry = {} if asked.retry_after is None else {"retry-after": f"{asked.retry_after:g}"}
            return _json(failure(family, status, said, asked.error), status, retry)
        return _json(answer(value), 200, dict(_headers(family)))

    async def fault(self, request: Request) -> Response:
        """`{"fault": "status=503", "seconds": 30}`; `"none"` ends it."""
        try:
            value = orjson.loads(await request.body())
            words = str(value["fault"])
            fault = Directives() if words == "none" else Directives(**settings(words))
            self._faults.set(fault, float(value.get("seconds", 30)))
        except (ValueError, KeyError, TypeError) as problem:
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
