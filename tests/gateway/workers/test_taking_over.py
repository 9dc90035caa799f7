"""Listeners that take from the same sockets: what one lets go of waits for the next, and nobody's call is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.http import Receive, Request, Responder, Scope, Send
from gateway.server import Listener, bound, shut


def listener(name: str) -> Listener:
    """One that says its name."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body(1000, 5)
        Responder(scope, send).whole(200, [], name.encode())

    return Listener(app)


@asynccontextmanager
async def ending(*listeners: Listener) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for one in listeners:
            one.stop_accepting()
            await one.finish(1.0, lambda: None)


async def asked(port: int) -> str:
    async with httpx.AsyncClient(timeout=10) as client:
        return (await client.get(f"http://127.0.0.1:{port}/")).text


async def test_a_connection_that_waits_is_taken_by_whoever_comes_next() -> None:
    old, new = listener("old"), listener("new")
    with bound("127.0.0.1", 0, shared=True) as shared:
        async with ending(old, new):
            await old.accept_from([shared])
            port = old.port
            assert await asked(port) == "old"
            await old.accept_from(())
            waiting = asyncio.create_task(asked(port))
            await asyncio.sleep(0.05)
            assert not waiting.done(), "nobody takes it, and nobody refuses it"
            await new.accept_from([shared])
            assert await waiting == "new"


async def test_each_takes_from_the_sockets_that_it_is_told() -> None:
    with bound("127.0.0.1", 0, shared=True) as first:
        port = first.getsockname()[1]
        with bound("127.0.0.1", port, shared=True) as second:
            one, two = listener("one"), listener("two")
            async with ending(one, two):
                await one.accept_from([first, second])
                assert {await asked(port) for _ in range(20)} == {"one"}
                await two.accept_from([second])
                await one.accept_from([first])
                assert {await asked(port) for _ in range(40)} == {"one", "two"}


async def test_after_the_last_answers_kept_connections_are_closed_by_them() -> None:
    one = listener("one")
    async with ending(one):
        await one.listen("127.0.0.1", 0)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.port}", timeout=10) as client:
            assert "connection" not in (await client.get("/")).headers
            one.end_with_answers()
            one.let_go()
            answer = await client.get("/")
            assert (answer.text, answer.headers["connection"]) == ("one", "close")
            with pytest.raises(httpx.ConnectError):
                await client.get("/")


async def test_a_socket_that_is_shut_takes_no_more_whoever_holds_it() -> None:
    one = listener("one")
    with bound("127.0.0.1", 0, shared=True) as shared:
        async with ending(one):
            await one.accept_from([shared])
            await one.accept_from(())
            shut(shared)
            with pytest.raises(httpx.ConnectError):
                await asked(one.port)
            shut(shared)  # a second time does nothing


def test_a_port_that_somebody_else_has_is_refused_even_where_it_is_shared() -> None:
    with bound("127.0.0.1", 0, shared=True) as theirs:
        theirs.listen()
        with pytest.raises(OSError, match="in use"), bound("127.0.0.1", theirs.getsockname()[1]):
            pass
