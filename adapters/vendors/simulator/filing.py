"""The files and batches that a simulated vendor keeps: a batch is done once somebody looks, unless told to wait."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from secrets import randbelow
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adapters.vendors.simulator.bodies import form_of
from adapters.vendors.simulator.dialects import SPEECHES, failure
from adapters.vendors.simulator.directives import read as directives_in
from adapters.vendors.simulator.prompt import mapping
from adapters.vendors.simulator.recorder import Faults, Recorder
from adapters.vendors.simulator.script import CREATED, write
from adapters.vendors.simulator.speaker import headers, keep

MOST = 200
_DAY = 86_400


class Filing:
    """ASGI endpoints for all that is done with files and batches; the oldest fall off."""

    def __init__(self, name: str, recorder: Recorder, faults: Faults) -> None:
        self._name, self._recorder, self._faults = name, recorder, faults
        self._files: OrderedDict[str, tuple[dict[str, Any], bytes]] = OrderedDict()
        self._batches: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._count = randbelow(10**9)  # names of another process are never given again

    def routes(self) -> list[tuple[str, str, Callable[[Request], Any]]]:
        """Method, path and endpoint of each."""
        return [
            ("POST", "/v1/files", self._upload),
            ("GET", "/v1/files/{file}", self._file),
            ("DELETE", "/v1/files/{file}", self._delete),
            ("GET", "/v1/files/{file}/content", self._content),
            ("POST", "/v1/batches", self._create),
            ("GET", "/v1/batches/{batch}", self._batch),
            ("POST", "/v1/batches/{batch}/cancel", self._cancel),
        ]

    async def _upload(self, request: Request) -> Response:
        body = await self._noted(request)
        if isinstance(body, Response):
            return body
        try:
            form = form_of(request.scope["headers"], body)
        except ValueError as problem:
            return _no(400, str(problem))
        if form is None or ("file",) not in form.files or form.value.get("purpose") != "batch":
            return _no(400, "a form with file and purpose was expected")
        return _json(self._stored(form.content(("file",)), str(form.value["file"]["filename"]), "batch"))

    async def _file(self, request: Request) -> Response:
        body = await self._noted(request)
        kept = self._files.get(request.path_params["file"])
        return body if isinstance(body, Response) else _json(kept[0]) if kept else _no(404, "No such File object")

    async def _delete(self, request: Request) -> Response:
        body, name = await self._noted(request), request.path_params["file"]
        if isinstance(body, Response):
            return body
        if self._files.pop(name, None) is None:
            return _no(404, "No such File object")
        return _json({"id": name, "object": "file", "deleted": True})

    async def _content(self, request: Request) -> Response:
        body = await self._noted(request)
        kept = self._files.get(request.path_params["file"])
        if isinstance(body, Response) or kept is None:
            return body if isinstance(body, Response) else _no(404, "No such File object")
        return Response(kept[1], 200, dict(headers("openai")), "application/octet-stream")

    async def _create(self, request: Request) -> Response:
        body = await self._noted(request)
        if isinstance(body, Response):
            return body
        asked = mapping(orjson.loads(body))
        if asked.get("input_file_id") not in self._files:
            return _no(400, "Invalid input_file_id")
        batch = {
            "id": self._named("batch"), "object": "batch", "endpoint": asked.get("endpoint"), "errors": None,
            "input_file_id": asked["input_file_id"], "completion_window": "24h", "status": "validating",
            "output_file_id": None, "error_file_id": None, "created_at": CREATED, "expires_at": CREATED + _DAY,
            "metadata": asked.get("metadata"), "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }  # fmt: skip
        self._batches[str(batch["id"])] = batch
        _bounded(self._batches)
        return _json(batch)

    async def _batch(self, request: Request) -> Response:
        body = await self._noted(request)
        batch = self._batches.get(request.path_params["batch"])
        if isinstance(body, Response) or batch is None:
            return body if isinstance(body, Response) else _no(404, "No batch found")
        if batch["status"] == "validating" and mapping(batch["metadata"]).get("sim") != "wait":
            self._do(batch)
        return _json(batch)

    async def _cancel(self, request: Request) -> Response:
        body = await self._noted(request)
        batch = self._batches.get(request.path_params["batch"])
        if isinstance(body, Response) or batch is None:
            return body if isinstance(body, Response) else _no(404, "No batch found")
        if batch["status"] == "validating":
            batch["status"] = "cancelled"
        return _json(batch)

    def _do(self, batch: dict[str, Any]) -> None:
        """Answers every line of the batch's file."""
        kept = self._files.get(batch["input_file_id"])
        lines = [orjson.loads(line) for line in (kept[1] if kept else b"").split(b"\n") if line.strip()]
        said = b"".join(orjson.dumps(self._answer(line)) + b"\n" for line in lines)
        file = self._stored(said, "output.jsonl", "batch_output")
        counts = {"total": len(lines), "completed": len(lines), "failed": 0}
        batch |= {"status": "completed", "output_file_id": file["id"], "request_counts": counts}

    def _answer(self, line: Mapping[str, Any]) -> Mapping[str, Any]:
        speech, body = SPEECHES[line["url"]], line["body"]
        prompt = speech.read(body)
        script = write(self._name, prompt, directives_in(prompt.text, self._name), orjson.dumps(line))
        response = {"status_code": 200, "request_id": "req_simulated", "body": speech.answer(script, prompt)}
        return {"id": f"batch_req_{script.id}", "custom_id": line["custom_id"], "response": response, "error": None}

    def _stored(self, raw: bytes, filename: str, purpose: str) -> dict[str, Any]:
        name = self._named("file")
        told = {"id": name, "object": "file", "bytes": len(raw), "created_at": CREATED, "filename": filename,
                "purpose": purpose, "status": "processed"}  # fmt: skip
        self._files[name] = told, raw
        _bounded(self._files)
        return told

    def _named(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{'-' if kind == 'file' else '_'}{self._name}{self._count:012}"

    async def _noted(self, request: Request) -> bytes | Response:
        """The body, kept like every other; an error where a fault is in force."""
        body = await request.body()
        received = keep(self._recorder, self._name, request.scope, body)
        status = self._faults.now().status or 0
        self._recorder.end(received, "failed" if status >= 400 else "answered")
        return _no(status, "The simulator was told to fail.") if status >= 400 else body


def _bounded(kept: OrderedDict[str, Any]) -> None:
    while len(kept) > MOST:
        kept.popitem(last=False)


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), 200, dict(headers("openai")), "application/json")


def _no(status: int, message: str) -> Response:
    return Response(orjson.dumps(failure("openai", status, message)), status, None, "application/json")
