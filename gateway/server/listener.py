"""Listeners: where connections are taken, how many at once, and how they are let go."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from uvicorn.config import Config
from uvicorn.server import ServerState

from gateway.server.connection import Connection

if TYPE_CHECKING:
    from gateway.tls.contexts import Current

KEEP_ALIVE_SECONDS = 75
ACCEPTS = 8
FULL_SECONDS = 0.5
BACKLOG = 4096
MOST_LOOKERS = 1000
"""Connections to the metrics listener: whoever may reach it must not take all the descriptors that calls need."""
GOODBYE_SECONDS = 60.0
"""What a client gets to take the rest of its answer when a TLS connection is closed, and to close it too."""


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
