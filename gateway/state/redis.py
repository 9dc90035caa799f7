"""The link to a Redis or Valkey: a few connections, and a bound on the time of everything.

Nothing is tried again behind the caller's back: a command that failed may have happened, and only the caller knows
whether it may be repeated. A connection on which something failed is closed, never handed on: its answer may still
come. What a server calls its run is asked at every new connection: another run is another memory. And whether it drops
what it holds to make room: then a limit would begin anew without a word, so such a server counts as one that fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from redis.asyncio import Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import AbstractConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoScriptError, OutOfMemoryError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeout
from redis.maint_notifications import MaintNotificationsConfig

from gateway.state.store import Script, StoreUnavailable

MOST_CONNECTIONS = 8

Word = bytes | str | int | float


class Answered(NamedTuple):
    """What a server answered. run: the server's name for its present run, another one after each of its restarts."""

    value: Any
    run: str


class RedisLink:
    """Commands to one server. All of them raise StoreUnavailable, also where their time is over."""

    def __init__(self, url: str, *, seconds: float, most: int = MOST_CONNECTIONS) -> None:
        """seconds: for one command, with connecting and the wait for a connection. ValueError: no such URL."""
        asked: dict[str, Any] = dict(parse_url(url))
        self._kind: type[_Linked] = _KINDS[asked.pop("connection_class", Connection)]
        self._asked = asked | _PLAIN | {"socket_connect_timeout": seconds}
        self._seconds = seconds
        self._idle: list[_Linked] = []
        self._room = asyncio.Semaphore(most)

    async def command(self, *words: Word) -> Answered:
        """The answer to one command."""
        async with self._connected() as connection:
            return Answered(await connection.told(words), connection.run)

    async def script(self, script: Script, keys: Sequence[str], words: Sequence[Word]) -> Answered:
        """The answer of a script; the server is sent its text only where it doesn't know it yet."""
        async with self._connected() as connection:
            rest = (len(keys), *keys, *words)
            try:
                value = await connection.told(("EVALSHA", script.sha, *rest))
            except NoScriptError:
                value = await connection.told(("EVAL", script.text, *rest))
            return Answered(value, connection.run)

    async def close(self) -> None:
        """Ends the connections that nobody uses now."""
        while self._idle:
            await self._idle.pop().disconnect(nowait=True)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[_Linked]:
        try:
            async with asyncio.timeout(self._seconds), self._room:
                connection = self._idle.pop() if self._idle else self._kind(**self._asked)
                try:
                    await connection.renew()
                    yield connection
                except BaseException:
                    await connection.disconnect(nowait=True)
                    raise
                self._idle.append(connection)
        except (TimeoutError, RedisTimeout):
            raise StoreUnavailable("timeout") from None
        except OutOfMemoryError:
            raise StoreUnavailable("full") from None
        except (ResponseError, AuthenticationError):
            raise StoreUnavailable("refused") from None
        except (RedisError, OSError):
            raise StoreUnavailable("connection") from None


class _Linked(AbstractConnection):
    """A connection that knows the run of the server at its other end."""

    run = ""

    async def renew(self) -> None:
        """Connects where there is no connection, or where the server has let go of this one."""
        if self.is_connected and await self.can_read():
            await self.disconnect(nowait=True)
        if not self.is_connected:
            await self.connect()  # type: ignore[no-untyped-call]
            about = [*await self._about("server"), *await self._about("memory")]
            if b"maxmemory:0" not in about and b"maxmemory_policy:noeviction" not in about:
                raise StoreUnavailable("evicts")
            self.run = next(line[7:].decode() for line in about if line.startswith(b"run_id:"))

    async def _about(self, section: str) -> list[bytes]:
        return bytes(await self.told(("INFO", section))).splitlines()

    async def told(self, words: Sequence[Word]) -> Any:
        """Sends one command and waits for its answer."""
        await self.send_command(*words)
        return await self.read_response()


class _Tcp(_Linked, Connection):
    pass


class _Tls(_Linked, SSLConnection):
    pass


class _Unix(_Linked, UnixDomainSocketConnection):
    pass


_KINDS: dict[type[AbstractConnection], type[_Linked]] = {
    Connection: _Tcp,
    SSLConnection: _Tls,
    UnixDomainSocketConnection: _Unix,
}
_PLAIN: dict[str, Any] = {
    "protocol": 2,
    "retry": Retry(NoBackoff(), 0),
    "driver_info": None,
    "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    "socket_timeout": None,
}
"""No retries, no words beside what was asked; the time of a command is bounded as a whole."""
