"""The client library's connectors, with what we ask of connections before a call goes over one.

Nothing is sent over a kept connection that has something to say, nor to another user's process.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import ssl
from contextvars import ContextVar
from struct import Struct

import aiohttp

from adapters.transport.endpoint import Endpoint

_DNS_SECONDS = 60
_KEEP_SECONDS = 30.0
_WARY_SECONDS = 60.0
_CREDENTIALS = Struct("iII")  # process, user, group: the kernel's struct ucred


class Stage:
    """How far one send has come: `transport` is set once it is connected, and the first-byte limit runs from there;
    `fresh` where the connection was made for it."""

    __slots__ = ("deadline", "first_byte", "fresh", "limit", "transport")

    def __init__(self, limit: asyncio.Timeout, first_byte: float, deadline: float) -> None:
        self.limit = limit
        self.first_byte = first_byte
        self.deadline = deadline
        self.transport: asyncio.Transport | None = None
        self.fresh = False

    def connected(self, transport: asyncio.Transport | None) -> None:
        self.transport = transport
        now = asyncio.get_running_loop().time()
        self.limit.reschedule(min(now + self.first_byte, self.deadline))

    def abort(self) -> None:
        """Drop the connection without waiting for what is still to be written."""
        if self.transport is not None:
            self.transport.abort()


sending: ContextVar[Stage] = ContextVar("_sending")


class _Telling(aiohttp.BaseConnector):
    """Tells the call that is being sent when it is connected, and over what (tracing would cost more).

    A kept connection over which something came that nobody asked for is closed and never used again: the client
    library would give the next call what came, which may be another caller's answer. Where that happened, no connection
    is used twice for a while, since the next such word may come after the look.
    """

    _wary_until = 0.0

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - theirs
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        sending.get().connected(connection.transport)
        return connection

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - theirs
    ) -> aiohttp.client_proto.ResponseHandler:
        sending.get().fresh = True
        return await super()._create_connection(req, traces, timeout)

    async def _get(
        self, key: aiohttp.client_reqrep.ConnectionKey, traces: list[aiohttp.tracing.Trace]
    ) -> aiohttp.connector.Connection | None:
        while (connection := await super()._get(key, traces)) is not None:
            protocol, now = connection.protocol, self._loop.time()
            if protocol is None or protocol.should_close:
                self._wary_until = now + _WARY_SECONDS
            elif now >= self._wary_until and not _speaks(connection.transport):
                return connection
            connection.close()
        return None


class _Connector(_Telling, aiohttp.TCPConnector):
    """Over TCP."""


class _UnixConnector(_Telling, aiohttp.UnixConnector):
    """Over a Unix socket. Nothing is sent to a process of another user, whoever let it listen there."""

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - theirs
    ) -> aiohttp.client_proto.ResponseHandler:
        protocol = await super()._create_connection(req, traces, timeout)
        transport = protocol.transport
        if transport is None or peer_user(transport) != os.geteuid():
            protocol.close()
            raise ConnectionRefusedError("another user's process listens there")
        return protocol


def peer_user(transport: asyncio.BaseTransport) -> int | None:
    """The user whose process is at the other end of a Unix socket, as the kernel says; None where it doesn't."""
    raw = transport.get_extra_info("socket")
    if raw is None or raw.family != socket.AF_UNIX or not hasattr(socket, "SO_PEERCRED"):
        return None
    try:
        told = raw.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    except OSError:
        return None
    return int(_CREDENTIALS.unpack(told)[1])


def _speaks(transport: asyncio.Transport | None) -> bool:
    """Whether a kept connection has bytes for us, or its end, that the event loop hasn't read yet."""
    raw = transport.get_extra_info("socket") if transport is not None else None
    if raw is None:
        return True
    waiting = select.poll()
    waiting.register(raw.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def connector(endpoint: Endpoint, trust: ssl.SSLContext | bool) -> aiohttp.BaseConnector:
    """What makes and keeps the connections to an endpoint."""
    if endpoint.socket is not None:
        return _UnixConnector(endpoint.socket, limit=0, keepalive_timeout=_KEEP_SECONDS)
    return _Connector(limit=0, ttl_dns_cache=_DNS_SECONDS, keepalive_timeout=_KEEP_SECONDS, ssl=trust)
