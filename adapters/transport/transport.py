"""Sends one request to a vendor and waits for the headers of its answer."""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import Collection, Sequence
from types import TracebackType

import aiohttp

from adapters.errors import ConnectFailed, CutShort, ProtocolBroken, TimedOut, UpstreamError
from adapters.transport.answer import Answer
from adapters.transport.connecting import Stage, sending
from adapters.transport.endpoint import Endpoint
from adapters.transport.pool import Pool, closing

KEPT_ALIVE = "kept_alive"
"""Code of a connection that broke before an answer and had served another call before: its vendor may just have
closed it, so that it says nothing of how the vendor is."""
_LARGE = 2**20  # beyond this the client library warns about plain bytes


class Transport:
    """The gateway's way to its vendors; an async context manager, used from one event loop."""

    def __init__(self) -> None:
        self._pools: dict[Endpoint, Pool] = {}
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
                closing(pool.session)

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
        stage = Stage(limit, endpoint.first_byte_seconds, deadline)
        try:
            async with limit:
                await pool.take()
                return await _exchange(pool, stage, method, path, headers, body)
        except TimeoutError:
            which = "connect" if stage.transport is None else "first_byte"
        raise TimedOut(code="total" if limit.when() == deadline else which)

    def _pool(self, endpoint: Endpoint) -> Pool:
        if endpoint not in self._pools:
            secure = endpoint.base_url.startswith("https:") or (endpoint.egress_proxy or "").startswith("https:")
            self._pools[endpoint] = Pool(endpoint, self._trusting(endpoint.ca_bundle) if secure else True)
        return self._pools[endpoint]

    def _trusting(self, ca_bundle: str | None) -> ssl.SSLContext:
        """One TLS context for each CA bundle: reading the authorities takes tens of milliseconds."""
        if ca_bundle not in self._trust:
            context = ssl.create_default_context(cafile=ca_bundle)
            context.set_alpn_protocols(["http/1.1"])
            self._trust[ca_bundle] = context
        return self._trust[ca_bundle]


async def _exchange(
    pool: Pool, stage: Stage, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes
) -> Answer:
    """The request on a slot that is already taken; gives it back unless there is an answer to read."""
    token = sending.set(stage)
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
        sending.reset(token)
        if answer is None:
            stage.abort()
            pool.give_back()
    if answer is None:
        raise failure
    if 300 <= answer.status < 400 or answer.status < 200 or _encoded(answer.headers):
        answer.close()
        raise ProtocolBroken(status=answer.status)
    return answer


def _failure(problem: Exception, stage: Stage) -> UpstreamError:
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
