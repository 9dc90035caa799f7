"""The bridge's one way to vendors: litellm's HTTP clients send through it, and through nothing else.

Each call is sent once, to the host of its own vendor: no second POST (litellm's and its SDKs' retries), no redirect, no
proxy but the configured one, no cookies, nothing of the environment. What a vendor answers to a call that failed is
kept, so that the failure can be told by what the vendor said rather than by what litellm makes of it.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Collection
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NoReturn

import httpx

from adapters.vendors.litellm import Asked
from gateway.bridge.egress import Egress

MOST_ERROR_BYTES = 1 << 20
_PORTS = {"http": 80, "https": 443}
_POOL = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=30.0)


class WayBarred(httpx.TransportError):
    """What isn't sent. Its words are ours."""


@dataclass(slots=True)
class Sending:
    """One call on its way. What went wrong first is kept, of these: failed, the vendor's answer where it wasn't a
    success; broken, how the way to it failed; barred, what litellm tried beside the call itself. open: the answer that
    is being read."""

    asked: Asked
    sent: bool = False
    barred: str = ""
    broken: str = ""
    failed: tuple[int, list[tuple[bytes, bytes]], bytes] | None = None
    open: list[httpx.Response] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether nothing went wrong until now."""
        return not (self.barred or self.broken or self.failed)

    async def close(self) -> None:
        """Ends what is still being answered, at the vendor too."""
        while self.open:
            await self.open.pop().aclose()


SENDING: ContextVar[Sending] = ContextVar("sending")


class WayOut(httpx.AsyncBaseTransport):
    """Shared by all clients; the call that is being sent is that of the context."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._ways: dict[tuple[str, str], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request that belongs to the call. Raises WayBarred, and what httpx raises."""
        sending = SENDING.get(None)
        if sending is None:
            raise WayBarred("nothing is sent but calls")
        _admit(sending, request)
        way = self._way(sending.asked)
        request.headers["accept-encoding"] = "identity"
        seconds = {"connect": sending.asked.connect_seconds, "pool": None, "read": None, "write": None}
        request.extensions = {**request.extensions, "timeout": seconds}
        try:
            response = await way.handle_async_request(request)
        except httpx.ConnectTimeout:
            sending.broken = "no connection in time"
            raise
        except (httpx.TransportError, OSError) as broken:
            sending.broken = "no connection" if isinstance(broken, httpx.ConnectError) else "cut"
            raise
        sending.open.append(response)
        if response.is_success:
            return response
        return await _failed(sending, response)

    async def aclose(self) -> None:
        """Clients come and go; this stays."""

    def _way(self, asked: Asked) -> httpx.AsyncHTTPTransport:
        for url in (asked.base_url, asked.proxy):
            if url:
                self._egress.permit(*_place(httpx.URL(url))[1:])
        way = self._ways.get((asked.ca_bundle, asked.proxy))
        if way is None:
            trust = ssl.create_default_context(cafile=asked.ca_bundle or None)
            way = httpx.AsyncHTTPTransport(verify=trust, proxy=asked.proxy or None, trust_env=False, limits=_POOL)
            self._ways[asked.ca_bundle, asked.proxy] = way
        return way


class NoWay(httpx.BaseTransport):
    """For clients that block: none is needed for a call, so what they are asked for isn't one."""

    def handle_request(self, request: httpx.Request) -> NoReturn:
        """Raises WayBarred."""
        raise WayBarred("nothing is sent but calls")


def _admit(sending: Sending, request: httpx.Request) -> None:
    tried = ""
    if _place(request.url) != _place(httpx.URL(sending.asked.base_url)):
        tried = "another host"
    elif request.method != "GET":  # some vendors are asked again and again whether an answer is there
        tried = "a second request" if sending.sent else ""
        sending.sent = True
    if tried:
        _bar(sending, tried)


def _bar(sending: Sending, tried: str) -> NoReturn:
    if sending.well:
        sending.barred = tried
    raise WayBarred(f"litellm tried {tried}")


def _place(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme, 0)


async def _failed(sending: Sending, response: httpx.Response) -> httpx.Response:
    raw = await _some(response.aiter_raw())
    await sending.close()
    headers = [(name, value) for name, value in response.headers.raw if name.lower() not in _SHAPE]
    if response.status_code < 400:
        _bar(sending, "a redirect")
    sending.failed = (response.status_code, headers, raw)
    return httpx.Response(response.status_code, headers=headers, content=raw)


async def _some(chunks: AsyncIterator[bytes]) -> bytes:
    """What was said of a failure, up to a bound."""
    raw = b""
    async for chunk in chunks:
        raw += chunk
        if len(raw) > MOST_ERROR_BYTES:
            break
    return raw[:MOST_ERROR_BYTES]


_SHAPE: Collection[bytes] = (b"content-length", b"content-encoding", b"transfer-encoding", b"set-cookie", b"location")
