"""The one pooled HTTP client: every byte to a vendor and back goes through here.

One pool for each endpoint. Its slots are counted here and not by the client library, so that a call cancelled while it
waits can't take a slot or a wake-up with it. Nothing comes from the environment, and nothing is followed, decoded or
kept between calls: no proxies of the environment, no redirects, no cookies, no compression.

Four time limits: connect (waiting for a slot included), first byte (from connected to the headers), idle (between two
chunks), total (the whole attempt). Every end that is not clean drops the connection at once.
"""

from __future__ import annotations

import asyncio
import io
import os
import select
import socket
import ssl
import warnings
from collections.abc import AsyncIterator, Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from struct import Struct
from types import TracebackType

import aiohttp
from aiohttp import hdrs
from yarl import URL

from adapters.errors import ConnectFailed, CutShort, ProtocolBroken, TimedOut, UpstreamError

KEPT_ALIVE = "kept_alive"
"""Code of a connection that broke before an answer and had served another call before: its vendor may just have
closed it, so that it says nothing of how the vendor is."""

_OWN_HEADERS = (hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.CONTENT_TYPE)
_PLAIN = {hdrs.ACCEPT_ENCODING: "identity"}
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_LARGE = 2**20  # beyond this the client library warns about plain bytes
_URLS = 1_024  # URLs remembered by a pool; then it begins anew, since those of things that vendors keep come once
_DNS_SECONDS = 60
_KEEP_SECONDS = 30.0
_WARY_SECONDS = 60.0
_END_SECONDS = 0.5
_EARLY = 0.001  # seconds by which a timer of the loop may come early
_CREDENTIALS = Struct("iII")  # process, user, group: the kernel's struct ucred
_LOOK = 0.25  # seconds between two looks at an answer that is waited for


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one vendor listens and how it is reached. Times in seconds; connections: most at once.

    base_url: it may be a secret (of a webhook), and is in no repr.
    ca_bundle: PEM file of the authorities trusted instead of the system's. egress_proxy: URL of an HTTP proxy.
    socket: path of a Unix socket that is asked instead of the host, where a process of our own user must listen.
    """

    base_url: str = field(repr=False)
    ca_bundle: str | None = None
    egress_proxy: str | None = field(default=None, repr=False)
    connect_seconds: float = 5.0
    first_byte_seconds: float = 300.0
    idle_seconds: float = 120.0
    total_seconds: float = 600.0
    connections: int = 256
    socket: str | None = None


def joined(base: str, path: str) -> str:
    """Base URL and path; a version that both name (`.../v1` and `/v1/...`) stands once."""
    version = "/" + base.rpartition("/")[2]
    return base + (path.removeprefix(version) if path.startswith(f"{version}/") else path)


class _Stage:
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


_sending: ContextVar[_Stage] = ContextVar("_sending")


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
        _sending.get().connected(connection.transport)
        return connection

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - theirs
    ) -> aiohttp.client_proto.ResponseHandler:
        _sending.get().fresh = True
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


class _Pool:
    """The connections to one endpoint. busy: slots taken."""

    def __init__(self, endpoint: Endpoint, trust: ssl.SSLContext | bool) -> None:
        self.endpoint = endpoint
        self.slots = asyncio.Semaphore(endpoint.connections)
        self.busy = 0
        self.retired = False
        self._base = str(URL(endpoint.base_url)).rstrip("/")
        self._urls: dict[str, URL] = {}
        self.session = aiohttp.ClientSession(
            connector=_connector(endpoint, trust),
            timeout=_NO_TIMEOUT, auto_decompress=False, raise_for_status=False, trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=_OWN_HEADERS, headers=_PLAIN,
            max_line_size=16_384, max_field_size=16_384,
        )  # fmt: skip

    def url(self, path: str) -> URL:
        """See `joined`."""
        known = self._urls.get(path)
        if known is None:
            known = URL(joined(self._base, path), encoded=True)
            if len(self._urls) >= _URLS:
                self._urls.clear()
            self._urls[path] = known
        return known

    async def take(self) -> None:
        """Wait for a slot."""
        await self.slots.acquire()
        self.busy += 1

    def give_back(self) -> None:
        """Return a slot; the last one of a retired pool closes it."""
        self.busy -= 1
        self.slots.release()
        if self.retired and not self.busy:
            _closing(self.session)


def _connector(endpoint: Endpoint, trust: ssl.SSLContext | bool) -> aiohttp.BaseConnector:
    if endpoint.socket is not None:
        return _UnixConnector(endpoint.socket, limit=0, keepalive_timeout=_KEEP_SECONDS)
    return _Connector(limit=0, ttl_dns_cache=_DNS_SECONDS, keepalive_timeout=_KEEP_SECONDS, ssl=trust)


class Answer:
    """What a vendor answers: status and headers at once, the body as it comes.

    Close it always: an answer not read to its end is aborted at the vendor. headers: names as the vendor wrote them.
    """

    __slots__ = ("_body", "_closing", "_failure", "_loop", "_over", "_pool", "_response", "_since", "_stage", "_timer",
                 "headers", "status")  # fmt: skip

    def __init__(self, pool: _Pool, response: aiohttp.ClientResponse, stage: _Stage) -> None:
        self.status = response.status
        self.headers: Sequence[tuple[bytes, bytes]] = response.raw_headers
        self._pool, self._response, self._stage = pool, response, stage
        self._body = response.content
        self._loop = asyncio.get_running_loop()
        self._since: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._failure: UpstreamError | None = None
        self._over = False

    def chunks(self) -> AsyncIterator[bytes]:
        """The body in the pieces in which it arrives, none held back.

        Raises UpstreamError: timeout where the vendor falls silent, cut where the connection breaks.
        """
        return self

    def __aiter__(self) -> Answer:
        return self

    async def __anext__(self) -> bytes:
        if self._over:
            raise StopAsyncIteration
        self._since = self._loop.time()
        if self._timer is None and not self._body.is_eof():
            self._timer = self._loop.call_at(min(self._due(self._since), self._since + _LOOK), self._tick)
        data: bytes | None = None
        try:
            data = await self._body.readany()
        except (aiohttp.ClientError, OSError, UpstreamError):
            # Raised below: the client library's exception holds the request, and must not hang on to ours.
            # Where we dropped the connection it may have got there before our own reason.
            failure = self._failure or CutShort(status=self.status)
        finally:
            self._since = None
            if not data:
                self.close()
        if data is None:
            raise failure
        if not data:
            raise StopAsyncIteration
        return data

    async def read(self, limit: int) -> bytes:
        """The whole body; a body of more than `limit` bytes is a protocol error."""
        parts: list[bytes] = []
        async for chunk in self:
            parts.append(chunk)
            limit -= len(chunk)
            if limit < 0:
                self.close()
                raise ProtocolBroken(status=self.status)
        return b"".join(parts)

    def close(self) -> None:
        """Abort the vendor's answer where it isn't complete; the slot is free either way. Idempotent."""
        if self._over:
            return
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._body.is_eof() or self._body.exception() is not None:
            self._response.close()
            self._stage.abort()
        else:
            self._response.release()
        self._pool.give_back()

    def finish(self) -> None:
        """Close it for a reader that has all it wants: the vendor has a moment to end, beside the call, so that the
        connection can be used again. What it still says, and how it ends, is nobody's matter."""
        if self._over or self._body.is_eof():
            self.close()
            return
        task = self._loop.create_task(self._ending())
        _closers.add(task)
        task.add_done_callback(_closers.discard)

    async def _ending(self) -> None:
        try:
            async with asyncio.timeout(_END_SECONDS):
                async for _ in self:
                    pass
        except (UpstreamError, TimeoutError):
            pass
        finally:
            self.close()

    def __del__(self) -> None:
        if not self._over:
            warnings.warn("an answer of a vendor was not closed", ResourceWarning, source=self, stacklevel=1)
            self.close()

    def _due(self, since: float) -> float:
        return min(since + self._pool.endpoint.idle_seconds, self._stage.deadline)

    def _tick(self) -> None:
        """One timer for all chunks: looks how long the wait has lasted, and comes back while it may go on."""
        self._timer = None
        if self._since is None:
            return  # nobody waits: the reader is busy, and its next wait sets the timer again
        now, due = self._loop.time(), self._due(self._since)
        closing = self._stage.transport is None or self._stage.transport.is_closing()
        if now >= due - _EARLY:
            which = "total" if due == self._stage.deadline else "idle"
            self._fail(TimedOut(status=self.status, code=which))
            self._stage.abort()
        elif closing and self._closing:
            # The client library closes a connection with broken framing and tells no reader; the second look makes
            # sure that it isn't just about to.
            self._fail(CutShort(status=self.status))
        else:
            self._closing = closing
            self._timer = self._loop.call_at(min(due, now + _LOOK), self._tick)

    def _fail(self, failure: UpstreamError) -> None:
        self._failure = failure
        self._body.set_exception(failure)


class Transport:
    """The gateway's way to its vendors; an async context manager, used from one event loop."""

    def __init__(self) -> None:
        self._pools: dict[Endpoint, _Pool] = {}
        self._trust: dict[str | None, ssl.SSLContext] = {}

    async def __aenter__(self) -> Transport:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self._pools.values():
            await pool.session.close()
        self._pools.clear()

    def busy(self, endpoint: Endpoint) -> int:
        """Calls under way to an endpoint."""
        pool = self._pools.get(endpoint)
        return pool.busy if pool is not None else 0

    def use(self, endpoints: Collection[Endpoint]) -> None:
        """Make the pools of these endpoints, and close all others, each when its last call is over (start, reload).

        Raises OSError for a CA bundle that can't be read.
        """
        for endpoint in endpoints:
            self._pool(endpoint)
        for endpoint in [known for known in self._pools if known not in endpoints]:
            pool = self._pools.pop(endpoint)
            pool.retired = True
            if not pool.busy:
                _closing(pool.session)

    async def send(
        self, endpoint: Endpoint, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Answer:
        """Send one request and wait for the headers of its answer, whatever its status below 300 or from 400.

        Raises UpstreamError: connect, timeout, cut (the connection broke before an answer), protocol (not HTTP, a
        redirect, a compressed body). Cancelling it drops the connection.
        """
        try:
            pool = self._pools.get(endpoint) or self._pool(endpoint)
        except OSError:
            raise ConnectFailed(fault="ours") from None  # a CA bundle that can't be read
        now = asyncio.get_running_loop().time()
        deadline = now + endpoint.total_seconds
        limit = asyncio.timeout_at(min(now + endpoint.connect_seconds, deadline))
        stage = _Stage(limit, endpoint.first_byte_seconds, deadline)
        try:
            async with limit:
                await pool.take()
                return await _exchange(pool, stage, method, path, headers, body)
        except TimeoutError:
            which = "connect" if stage.transport is None else "first_byte"
        raise TimedOut(code="total" if limit.when() == deadline else which)

    def _pool(self, endpoint: Endpoint) -> _Pool:
        if endpoint not in self._pools:
            secure = endpoint.base_url.startswith("https:") or (endpoint.egress_proxy or "").startswith("https:")
            self._pools[endpoint] = _Pool(endpoint, self._trusting(endpoint.ca_bundle) if secure else True)
        return self._pools[endpoint]

    def _trusting(self, ca_bundle: str | None) -> ssl.SSLContext:
        """One TLS context for each CA bundle: reading the authorities takes tens of milliseconds."""
        if ca_bundle not in self._trust:
            context = ssl.create_default_context(cafile=ca_bundle)
            context.set_alpn_protocols(["http/1.1"])
            self._trust[ca_bundle] = context
        return self._trust[ca_bundle]


async def _exchange(
    pool: _Pool, stage: _Stage, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes
) -> Answer:
    """The request on a slot that is already taken; gives it back unless there is an answer to read."""
    token = _sending.set(stage)
    answer: Answer | None = None
    try:
        response = await pool.session.request(
            method, pool.url(path), headers=headers, allow_redirects=False,
            data=io.BytesIO(body) if len(body) > _LARGE else body or None, proxy=pool.endpoint.egress_proxy,
        )  # fmt: skip
        answer = Answer(pool, response, stage)
    except (aiohttp.ClientError, OSError, ValueError) as problem:
        if isinstance(problem, TimeoutError):
            raise
        failure = _failure(problem, stage)
    finally:
        _sending.reset(token)
        if answer is None:
            stage.abort()
            pool.give_back()
    if answer is None:
        raise failure
    if 300 <= answer.status < 400 or answer.status < 200 or _encoded(answer.headers):
        answer.close()
        raise ProtocolBroken(status=answer.status)
    return answer


def _failure(problem: Exception, stage: _Stage) -> UpstreamError:
    """What went wrong, without the client library's exception, which holds the request and its credential."""
    if stage.transport is None:
        return ConnectFailed()
    if isinstance(problem, aiohttp.ClientResponseError | ValueError):
        return ProtocolBroken()
    return CutShort(code=None if stage.fresh else KEPT_ALIVE)


def _encoded(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"content-encoding" and value.strip().lower() not in (b"", b"identity")
        for name, value in headers
    )


_closers: set[asyncio.Task[None]] = set()


def _closing(session: aiohttp.ClientSession) -> None:
    """Close a retired pool's connections beside the call that was its last."""
    task = asyncio.get_running_loop().create_task(session.close())
    _closers.add(task)
    task.add_done_callback(_closers.discard)
