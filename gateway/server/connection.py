"""One client connection on uvicorn's parser, with the limits and the disconnect signal that a gateway needs."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from functools import partial
from typing import Any
from weakref import ref

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from adapters.transport import peer_user

Headers = Sequence[tuple[bytes, bytes]]

MOST_HEADER_BYTES = 64 * 1024
# uvicorn would write a line per bad request: a stranger could fill the disk with it.
logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
logging.getLogger("uvicorn.access").disabled = True


class Connection(HttpToolsProtocol):
    """One client connection.

    Adds to uvicorn: a time limit and a size limit on headers, errors in the client's dialect for requests that aren't
    HTTP, `scope["ecluse.gone"]`, a callable set by the application that is called at once when the client goes, and
    `scope["ecluse.whole"]`, which answers (status, headers, body) in one write.
    """

    header_seconds = 10.0
    last = False
    """Whether the answer under way is the last one on this connection."""
    own_user_only = False
    """Whether it is closed at once where the other end is another user's process (Unix sockets)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._header_bytes = 0
        self._in_headers = True
        self._header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.own_user_only and peer_user(transport) not in (os.geteuid(), 0):
            transport.abort()
            return
        self._header_timer = self.loop.call_later(self.header_seconds, self._headers_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_header_timer()
        cycle = self.cycle
        super().connection_lost(exc)
        if cycle is not None and not cycle.response_complete:
            gone: Any = cycle.scope.get("ecluse.gone")
            if gone is not None:
                gone()

    def data_received(self, data: bytes) -> None:
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_timer is None:
                self._header_timer = self.loop.call_later(self.header_seconds, self._headers_late)
        super().data_received(data)
        if self._in_headers and self._header_bytes > MOST_HEADER_BYTES and not self.transport.is_closing():
            self._refuse(431, "headers_too_large", "The request headers are too large.")

    def on_message_begin(self) -> None:
        self._in_headers = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._header_bytes = 0
        self._stop_header_timer()
        super().on_headers_complete()
        if self.last:
            self.cycle.keep_alive = False
        scope: Any = self.scope
        # By weak reference: a cycle of references would keep each call's body until the next garbage collection.
        scope["ecluse.whole"] = partial(self._whole, ref(self.cycle))

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_headers = True

    def end_with_answer(self) -> None:
        """Closes after the next answer, which says so: a client never finds a kept connection closed under its call."""
        self.last = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.more_body and not self.transport.is_closing():
            # Answered before its body was in (a refusal): the rest is read and dropped so that the client gets to see
            # the answer, but not for ever.
            self._header_timer = self._header_timer or self.loop.call_later(self.header_seconds, self.transport.close)

    def _whole(self, of: ref[RequestResponseCycle], status: int, headers: Headers, body: bytes) -> None:
        """Answers a request in one write. uvicorn's own two messages cost 40 us more, a twentieth of a call."""
        cycle = of()
        if cycle is None or cycle.disconnected or self.transport.is_closing():
            return
        parts = [STATUS_LINE[status]]
        for name, value in headers:
            parts += (name, b": ", value, b"\r\n")
        if not cycle.keep_alive:
            parts.append(b"connection: close\r\n")
        parts += (b"content-length: ", str(len(body)).encode(), b"\r\n\r\n", body)
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        self.transport.write(b"".join(parts))
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "bad_http", "The request isn't valid HTTP/1.1.")

    def _headers_late(self) -> None:
        if not self.transport.is_closing():
            self._refuse(408, "headers_late", "The request headers took too long.")

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _refuse(self, status: int, code: str, message: str) -> None:
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.close()  # an answer is under way: another one can't be put into it
            return
        path = getattr(self, "url", b"")
        error = {"message": message, "type": "invalid_request_error"}
        body = (
            {"type": "error", "error": error}
            if path.startswith(b"/v1/messages")
            else {"error": {**error, "param": None, "code": code}}
        )
        content = orjson.dumps(body)
        head = f"HTTP/1.1 {status} Refused\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + content)
        self.transport.close()
