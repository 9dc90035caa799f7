"""The connections to one endpoint, with slots that are counted here.

The client library doesn't count them, so that a call cancelled while it waits can't take a slot or a wake-up with it.
"""

from __future__ import annotations

import asyncio
import ssl

import aiohttp
from aiohttp import hdrs
from yarl import URL

from adapters.transport.connecting import connector
from adapters.transport.endpoint import Endpoint, joined

_OWN_HEADERS = (hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.CONTENT_TYPE)
_PLAIN = {hdrs.ACCEPT_ENCODING: "identity"}
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_URLS = 1_024  # URLs remembered by a pool; then it begins anew, since those of things that vendors keep come once


class Pool:
    """The connections to one endpoint. busy: slots taken."""

    def __init__(self, endpoint: Endpoint, trust: ssl.SSLContext | bool) -> None:
        self.endpoint = endpoint
        self.slots = asyncio.Semaphore(endpoint.connections)
        self.busy = 0
        self.retired = False
        self._base = str(URL(endpoint.base_url)).rstrip("/")
        self._urls: dict[str, URL] = {}
        self.session = aiohttp.ClientSession(
            connector=connector(endpoint, trust),
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
            closing(self.session)


closers: set[asyncio.Task[None]] = set()
"""What ends beside the calls: the event loop itself keeps tasks by weak references only."""


def closing(session: aiohttp.ClientSession) -> None:
    """Close a retired pool's connections beside the call that was its last."""
    task = asyncio.get_running_loop().create_task(session.close())
    closers.add(task)
    task.add_done_callback(closers.discard)
