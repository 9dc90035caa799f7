"""One HTTP request of a client, and the way to answer it: plain ASGI, no framework on the path of a call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson

from gateway.errors import BadRequest, TooLarge, Unsupported

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")
CONVERSATION_HEADER = b"x-ecluse-conversation"


class Weight(Protocol):
    """Counts the bytes of a body: `expect` those announced, `add` those that came. Raises Refusal for want of room."""

    def expect(self, size: int) -> None: ...
    def add(self, size: int) -> None: ...


class ClientGone(Exception):
    """The client closed its connection before the body was complete."""


class Request:
    """What came in. `headers` by lower-case name; a header that came twice keeps its last value."""

    __slots__ = ("_receive", "headers", "method", "path", "peer", "query", "raw_headers", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.raw_headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.headers = dict(self.raw_headers)
        self.peer: str = scope["client"][0] if scope.get("client") else ""
        self._receive = receive

    @property
    def parameters(self) -> dict[str, str]:
        """The query's parameters; of one that came twice, the last."""
        return dict(parse_qsl(self.query.decode("latin-1"))) if self.query else {}

    def header(self, name: bytes) -> str:
        """The value of a header, "" where it is absent."""
        value: bytes = self.headers.get(name, b"")
        return value.decode("latin-1").strip()

    async def body(self, most: int, seconds: float, weight: Weight | None = None) -> bytes:
        """The whole body: at most `most` bytes, within `seconds`, counted by `weight`. Raises Refusal or ClientGone."""
        if self.headers.get(b"content-encoding", b"identity").lower() not in (b"identity", b""):
            raise Unsupported(415, "content_encoding", _ENCODED)
        length = self.headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            raise TooLarge("body_too_large", _too_large(most))
        if weight is not None and length.isdigit():
            weight.expect(int(length))
        try:
            # Around the first bytes too: a client may send its headers and then nothing.
            async with asyncio.timeout(seconds):
                return await self._pieces(most, weight)
        except TimeoutError:
            raise BadRequest("body_late", _LATE, status=408) from None

    async def _pieces(self, most: int, weight: Weight | None) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise ClientGone
            parts.append(message["body"])
            size += len(parts[-1])
            if weight is not None:
                weight.add(len(parts[-1]))
            if size > most:
                raise TooLarge("body_too_large", _too_large(most))
            if not message.get("more_body"):
                return b"".join(parts) if len(parts) > 1 else parts[0]


def asked(request: Request, raw: bytes) -> bytes:
    """The query of a call without a body, as JSON: an object of strings, and of lists of what came several times or is
    named as a list. raw: the body, which may say nothing."""
    if raw.strip() not in (b"", b"{}"):
        raise BadRequest("body_not_taken", _NO_BODY)
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query.decode("latin-1"), keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return orjson.dumps({n: v if len(v) > 1 or n.endswith("[]") else v[0] for n, v in found.items()})


class Responder:
    """The answer on its way out. `started`: its status and headers have gone, so only a body can follow. `complete`:
    all of it was given away, so that nothing can follow but its end."""

    __slots__ = ("_ended", "_send", "_whole", "complete", "sent", "started", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._whole: Callable[[int, Headers, bytes], None] = scope["ecluse.whole"]
        self.started = self.complete = self._ended = False
        self.status = 0
        self.sent = 0

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """Status, headers and body at once."""
        self.started = self.complete = self._ended = True
        self.status, self.sent = status, len(body)
        self._whole(status, headers, body)

    async def start(self, status: int, headers: Headers) -> None:
        """Begins a streamed answer."""
        self.started, self.status = True, status
        await self._send({"type": "http.response.start", "status": status, "headers": list(headers)})

    async def part(self, data: bytes) -> None:
        """One stretch of a streamed answer; waits while the client reads slowly."""
        self.sent += len(data)
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        """The clean end of an answer, said once; waits while the client reads slowly."""
        self.complete = True
        if not self._ended:
            await self._send({"type": "http.response.body", "body": b""})
            self._ended = True


_ENCODED = {
    "en": "Compressed request bodies aren't accepted: send the body as it is, without content-encoding.",
    "fr": "Les corps compressés ne sont pas acceptés : envoyez le corps tel quel, sans content-encoding.",
}
_NO_BODY = {
    "en": "This path takes no body.",
    "fr": "Ce chemin ne prend pas de corps de requête.",
}
_LATE = {
    "en": "The request body took too long to arrive.",
    "fr": "Le corps de la requête a mis trop de temps à arriver.",
}


def _too_large(most: int) -> dict[str, str]:
    return {
        "en": f"The request body is larger than {most:,} bytes.",
        "fr": f"Le corps de la requête dépasse {most:,} octets.".replace(",", " "),
    }
