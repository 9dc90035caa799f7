"""The responses that a simulated vendor keeps: retrieved, followed as a stream, cancelled, deleted, gone on from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from adapters.vendors.simulator import responses
from adapters.vendors.simulator.dialects import failure
from adapters.vendors.simulator.line import ClientLeftError, Line
from adapters.vendors.simulator.prompt import Prompt, mappings
from adapters.vendors.simulator.recorder import Recorder
from adapters.vendors.simulator.script import Script
from adapters.vendors.simulator.speaker import headers, keep

MOST = 200


class NotKeptError(ValueError):
    """A request goes on from a response that isn't kept here."""


@dataclass(slots=True)
class Kept:
    """One response. done: when a background response is complete, by the recorder's clock."""

    script: Script
    prompt: Prompt
    done: float
    cancelled: bool = False


class Shelf:
    """What one simulated vendor keeps, the oldest falls off. clock: seconds."""

    def __init__(self, name: str, clock: Callable[[], float], most: int = MOST) -> None:
        self._name, self._clock, self._most = name, clock, most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._count = 0

    def admit(self, body: bytes) -> bytes:
        """What the names in the answer to a request are made of: those of kept ones are never given twice. Raises
        NotKeptError."""
        asked = orjson.loads(body)
        before = asked.get("previous_response_id")
        if before is not None and before not in self._kept:
            raise NotKeptError("Previous response not found.")
        if asked.get("store") is False:
            return body
        self._count += 1
        return body + f"\0{self._name} {self._count}".encode()

    def keep(self, script: Script, prompt: Prompt, seconds: float) -> None:
        """Keeps a response, unless it was asked not to. seconds: until it is complete, where it is made beside."""
        if prompt.asked.get("store") is False:
            return
        done = self._clock() + (seconds if prompt.asked.get("background") else 0.0)
        self._kept[f"resp_{script.id}"] = Kept(script, prompt, done)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def find(self, name: str) -> Kept | None:
        """A response by its name."""
        return self._kept.get(name)

    def drop(self, name: str) -> None:
        """Forgets one."""
        self._kept.pop(name, None)

    def left(self, kept: Kept) -> float:
        """Seconds until it is complete."""
        return max(kept.done - self._clock(), 0.0)


class ShelfDesk:
    """An ASGI app for one thing to do with a kept response."""

    def __init__(self, name: str, recorder: Recorder, shelf: Shelf, what: str) -> None:
        """what: retrieve | delete | cancel | items."""
        self._name, self._recorder, self._shelf, self._what = name, recorder, shelf, what

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        received = keep(self._recorder, self._name, scope, await request.body())
        line, outcome = Line(scope, receive, send), "gone"
        try:
            outcome = await self._serve(request, line)
        except ClientLeftError:
            pass
        finally:
            self._recorder.end(received, outcome)
            await line.close()

    async def _serve(self, request: Request, line: Line) -> str:
        name = request.path_params["response"]
        kept = self._shelf.find(name)
        if kept is None:
            return await _say(line, 404, failure("openai", 404, f"Response with id '{name}' not found."))
        if self._what == "delete":
            self._shelf.drop(name)
            return await _say(line, 200, {"id": name, "object": "response", "deleted": True})
        if self._what == "items":
            return await _say(line, 200, _page(name, kept.prompt, request.query_params))
        if self._what == "cancel":
            if not kept.prompt.asked.get("background"):
                return await _say(line, 400, failure("openai", 400, "Only background responses can be cancelled."))
            kept.cancelled = kept.cancelled or self._shelf.left(kept) > 0
        elif request.query_params.get("stream") == "true":
            return await self._follow(line, kept, request.query_params.get("starting_after"))
        return await _say(line, 200, self._now(kept))

    def _now(self, kept: Kept) -> Mapping[str, Any]:
        if kept.cancelled:
            return responses.unfinished(kept.script, kept.prompt, "cancelled")
        if self._shelf.left(kept):
            return responses.unfinished(kept.script, kept.prompt, "in_progress")
        return responses.answer(kept.script, replace(kept.prompt, asked={**kept.prompt.asked, "background": False}))

    async def _follow(self, line: Line, kept: Kept, after: str | None) -> str:
        """The events of its making, from the one after `after`."""
        had = int(after) if after is not None and after.isdigit() else -1
        await line.start(200, [*headers("openai"), ("content-type", "text/event-stream; charset=utf-8")])
        for number, frame in enumerate(responses.stream(kept.script, kept.prompt)):
            if frame.content or frame.terminal:
                await line.pause(self._shelf.left(kept))
            if number > had:
                await line.write(frame.encode())
        await line.end()
        return "answered"


def _page(name: str, prompt: Prompt, query: Mapping[str, str]) -> Mapping[str, Any]:
    """The input of a response, newest first unless asked otherwise."""
    given = prompt.asked.get("input")
    listed = [{"role": "user", "content": given}] if isinstance(given, str) else mappings(given)
    items = [_item(name, index, item) for index, item in enumerate(listed)]
    if query.get("order") != "asc":
        items.reverse()
    names = [item["id"] for item in items]
    start = names.index(query["after"]) + 1 if query.get("after") in names else 0
    limit = min(int(query.get("limit", "20")), 100)
    page = items[start : start + limit]
    return {
        "object": "list", "data": page, "has_more": len(items) > start + limit,
        "first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None,
    }  # fmt: skip


def _item(name: str, index: int, item: Mapping[str, Any]) -> dict[str, Any]:
    content = item.get("content")
    if isinstance(content, str):
        content = [{"type": "input_text", "text": content}]
    found = {"id": f"msg_{name[-12:]}{index:04}", "type": "message", "status": "completed"} | dict(item)
    return found | ({"content": content} if content is not None else {})


async def _say(line: Line, status: int, value: Mapping[str, Any]) -> str:
    await line.start(status, [*headers("openai"), ("content-type", "application/json")])
    await line.end(orjson.dumps(value))
    return "answered" if status < 400 else "failed"
