"""Listeners: HTTP/1.1 on uvicorn's parser, with the limits and the disconnect signal that a gateway needs."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet, ref

import orjson
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from adapters.transport import peer_user

if TYPE_CHECKING:
    from gateway.tls.contexts import Current

Headers = Sequence[tuple[bytes, bytes]]

MOST_HEADER_BYTES = 64 * 1024
KEEP_ALIVE_SECONDS = 75
ACCEPTS = 8
FULL_SECONDS = 0.5
BACKLOG = 4096
MOST_LOOKERS = 1000
"""Connections to the metrics listener: whoever may reach it must not take all the descriptors that calls need."""
GOODBYE_SECONDS = 60.0
"""What a client gets to take the rest of its answer when a TLS connection is closed, and to close it too."""
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


class Listener:
    """Accepts connections for one ASGI application, on a TCP address or a Unix socket (mode 0600).

    tls: what it speaks TLS with on TCP; a handshake gets `header_seconds`, and counts as a connection meanwhile.
    """

    def __init__(
        self,
        app: Any,
        *,
        header_seconds: float = 10.0,
        most_connections: int | None = None,
        tls: Current | None = None,
    ) -> None:
        self._config = Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            http=Connection,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self._config.load()
        self._state = ServerState()
        self._header_seconds = header_seconds
        self._most = most_connections
        self._tls = tls
        self._shaking: WeakSet[_Door] = WeakSet()
        if tls is not None and most_connections is not None:
            tls.full = lambda: len(self._shaking) > most_connections
        self._servers: dict[int, Sequence[asyncio.AbstractServer]] = {}
        self._ending = self._own_user_only = False
        self.port = 0

    @property
    def connections(self) -> int:
        """Connections open now."""
        return len(self._state.connections)

    async def listen(self, host: str, port: int) -> None:
        """Starts on TCP; port 0 takes a free one, told by `port`."""
        listening = bound(host, port)
        self.port = listening.getsockname()[1]
        await self._take(listening)

    async def accept_from(self, wanted: Collection[socket.socket]) -> None:
        """Takes connections from these sockets, which others hold as well, and from no others.

        What waits in one that is let go stays there, for whoever takes from it next.
        """
        numbers = {one.fileno() for one in wanted}
        for number in self._servers.keys() - numbers:
            _close(self._servers.pop(number))
        for one in wanted:
            if one.fileno() not in self._servers:
                self.port = one.getsockname()[1]
                await self._take(one.dup(), one.fileno())

    async def listen_unix(self, path: Path, *, own_user_only: bool = False) -> None:
        """Starts on a Unix socket that only its owner may open. own_user_only: the kernel is asked who it is, too."""
        self._own_user_only = own_user_only
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - at start only
        before = os.umask(0o177)
        try:
            made = await asyncio.get_running_loop().create_unix_server(self._connection, path=str(path))
            self._servers[0] = (made,)
        finally:
            os.umask(before)

    def end_with_answers(self) -> None:
        """Every connection closes after its next answer, also those that are still to come."""
        self._ending = True
        for connection in list(self._state.connections):
            connection.end_with_answer()  # type: ignore[union-attr]

    def let_go(self) -> None:
        """Takes no new connections."""
        while self._servers:
            _close(self._servers.popitem()[1])

    def stop_accepting(self) -> None:
        """Takes no new connections; those that are idle close, the others after their answer."""
        self.let_go()
        for connection in list(self._state.connections):
            connection.shutdown()

    async def finish(self, seconds: float, cut: Callable[[], object]) -> bool:
        """Waits for answers under way; past `seconds` calls `cut` and gives them a moment. True: all had ended."""
        tasks = set(self._state.tasks)
        if tasks:
            _, tasks = await asyncio.wait(tasks, timeout=seconds)
        clean = not tasks
        if tasks:
            cut()
            await asyncio.wait(tasks, timeout=2.0)
        for connection in list(self._state.connections):
            connection.transport.close()
        return clean

    async def _take(self, listening: socket.socket, number: int = 0) -> None:
        loop = asyncio.get_running_loop()
        # uvloop takes one connection a turn of the loop from a socket: while calls need all of the CPU, new ones of
        # every class would wait for theirs unseen. Each copy of the socket is good for one more.
        copies = (listening, *(listening.dup() for _ in range(ACCEPTS - 1)))
        made: Callable[[], asyncio.Protocol] = self._connection
        how: dict[str, Any] = {}
        if self._tls is not None:
            made, how = self._door, {"ssl": self._tls, "ssl_shutdown_timeout": GOODBYE_SECONDS}
            how["ssl_handshake_timeout"] = self._header_seconds
        self._servers[number] = [await loop.create_server(made, sock=copy, backlog=BACKLOG, **how) for copy in copies]

    def _door(self) -> asyncio.Protocol:
        door = _Door(self._opened)
        self._shaking.add(door)
        return door

    def _opened(self, door: _Door) -> asyncio.Protocol:
        self._shaking.discard(door)
        return self._connection()

    def _connection(self) -> asyncio.Protocol:
        connection = Connection(config=self._config, server_state=self._state, app_state={})
        connection.header_seconds = self._header_seconds
        connection.last = self._ending
        connection.own_user_only = self._own_user_only
        if self._most is not None and len(self._state.connections) + len(self._shaking) >= self._most:
            return _Full()
        return connection


class _Door(asyncio.Protocol):
    """Stands for a connection during its handshake. One whose handshake fails hears nothing of it and is dropped."""

    def __init__(self, opened: Callable[[_Door], asyncio.Protocol]) -> None:
        self._opened = opened

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        behind = self._opened(self)
        transport.set_protocol(behind)
        behind.connection_made(transport)


def _close(servers: Sequence[asyncio.AbstractServer]) -> None:
    for server in servers:
        server.close()


def bound(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A TCP socket bound to an address. shared: others of this user may bind the same (SO_REUSEPORT)."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made


def shut(listening: socket.socket) -> None:
    """Nothing more comes in by it, whoever else holds it."""
    with suppress(OSError):  # it didn't listen, or another one was first
        listening.shutdown(socket.SHUT_RDWR)


class _Full(asyncio.Protocol):
    """A connection over the limit: told so and closed. What it sends meanwhile is dropped, for a moment: closed with
    bytes unread it would be reset, and the client would see that instead of the answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        transport.write(b"HTTP/1.1 503 Full\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        if transport.can_write_eof():  # TLS can't
            transport.write_eof()
        asyncio.get_running_loop().call_later(FULL_SECONDS, transport.close)
