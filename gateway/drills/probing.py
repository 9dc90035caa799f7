"""The calls that a drill makes itself: through the gateway's own front door, like any tool's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from adapters.errors import UpstreamError
from adapters.transport import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.transport import Transport

_MOST_WAITING = 500
_MOST_BYTES = 1 << 20
_CHAT, _MESSAGES = "/v1/chat/completions", "/v1/messages"
_WORDS = "This is a drill of the gateway's continuity. Please answer with one short sentence."


def body(model: str) -> bytes:
    """What each of them asks: the same harmless words, so that each must be ruled on alike."""
    messages = [{"role": "user", "content": _WORDS}]
    return orjson.dumps({"model": model, "max_tokens": 64, "stream": True, "messages": messages})


@dataclass(slots=True)
class Probes:
    """A steady stream of calls. sent, answered: how many so far. last: destination that answered last, "" for none.

    dialects: those that the destination speaks. socket: a Unix socket that is called instead of the URL's host.
    """

    transport: Transport
    url: str
    key: str
    model: str
    dialects: frozenset[str]
    seconds: float = 60.0
    socket: str | None = None
    sent: int = 0
    answered: int = 0
    last: str = ""
    _waiting: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, rate: float, until: Callable[[], bool]) -> None:
        """So many calls a second until `until` says so; a slow answer holds up no later call."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not until():
            if len(self._waiting) < _MOST_WAITING:
                self._start()
            due += 1.0 / rate
            await asyncio.sleep(max(due - loop.time(), 0.0))

    async def finish(self, seconds: float) -> None:
        """Waits so long for the answers that are still to come."""
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=seconds)
        for task in tuple(self._waiting):
            task.cancel()

    def _start(self) -> None:
        self.sent += 1
        task = asyncio.get_running_loop().create_task(self._ask())
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _ask(self) -> None:
        endpoint = Endpoint(
            self.url, connect_seconds=5.0, first_byte_seconds=self.seconds, connections=_MOST_WAITING,
            socket=self.socket,
        )  # fmt: skip
        path = _CHAT if "openai_chat" in self.dialects else _MESSAGES
        headers = [("authorization", f"Bearer {self.key}"), ("content-type", "application/json")]
        headers.append(("connection", "close"))  # kept ones would all be one worker's
        if path == _MESSAGES:
            headers.append(("anthropic-version", "2023-06-01"))
        try:
            answer = await self.transport.send(endpoint, "POST", path, headers, body(self.model))
            try:
                await answer.read(_MOST_BYTES)
            finally:
                answer.close()
        except UpstreamError:
            return  # whatever became of it is on the gateway's own record
        if answer.status == 200:
            self.answered += 1
            named = dict(answer.headers).get(b"x-ecluse-destination", b"")
            self.last = named.decode("ascii", "replace")
