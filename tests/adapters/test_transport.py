"""The client against real sockets: what a vendor, a proxy or a network can do to a call."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.errors import ConnectFailed, CutShort, ProtocolBroken, TimedOut, UpstreamError
from adapters.transport import Answer, Endpoint, Transport
from adapters.vendors.simulator import SimulatorServer

RawServer = Callable[..., AbstractAsyncContextManager[str]]
Handler = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]]
JSON = [("content-type", "application/json"), ("accept-encoding", "identity")]


def answering(*parts: bytes) -> Handler:
    """Sends these bytes and closes."""

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        for part in parts:
            writer.write(part)
        return False

    return handle


async def failure_of(url: str, **limits: float) -> UpstreamError:
    """The failure of one exchange, sent and read to its end."""
    async with Transport() as transport:
        endpoint = replace(Endpoint(url), **limits)
        with pytest.raises(UpstreamError) as caught:
            await (await transport.send(endpoint, "POST", "/v1/x", JSON, b"{}")).read(1_000_000)
        assert transport.busy(endpoint) == 0
    return caught.value


def chat(words: str, *, stream: bool = False) -> bytes:
    return orjson.dumps({"model": "m", "stream": stream, "messages": [{"role": "user", "content": words}]})


async def post(transport: Transport, endpoint: Endpoint, words: str, *, stream: bool = False) -> Answer:
    return await transport.send(endpoint, "POST", "/v1/chat/completions", JSON, chat(words, stream=stream))


async def test_an_answer_comes_back_with_its_headers_and_body() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"))
        answer = await post(transport, endpoint, "[[sim:say=hello]]")
        assert answer.status == 200
        assert (b"content-type", b"application/json") in [(name.lower(), value) for name, value in answer.headers]
        assert orjson.loads(await answer.read(100_000))["choices"][0]["message"]["content"] == "hello"
        assert transport.busy(endpoint) == 0


async def test_a_failed_status_is_an_answer_too() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        answer = await post(transport, Endpoint(simulator.url("alpha")), "[[sim:status=429,retry_after=2]]")
        assert answer.status == 429
        assert (b"retry-after", b"2") in answer.headers
        assert b"rate_limit_exceeded" in await answer.read(10_000)


async def test_stream_pieces_are_not_held_back() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        answer = await post(transport, Endpoint(simulator.url("alpha")), "[[sim:words=9,stall=2]]", stream=True)
        seen = b""
        async for chunk in answer.chunks():
            seen += chunk
            if seen.count(b"\n\n") == 3:  # the role and two deltas; the vendor says nothing more
                break
        answer.close()
        assert seen.endswith(b"\n\n")


async def test_connections_are_kept_and_used_again(raw_server: RawServer) -> None:
    ports: set[int] = set()

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        ports.add(writer.get_extra_info("peername")[1])
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        return True

    async with raw_server(handle) as url, Transport() as transport:
        for _ in range(20):
            assert await (await transport.send(Endpoint(url), "POST", "/v1/x", JSON, b"{}")).read(10) == b"{}"
    assert len(ports) == 1


@pytest.mark.parametrize("late", [False, True], ids=["with the answer", "while nobody asks"])
async def test_an_answer_nobody_asked_for_is_no_answer_to_the_next_call(late: bool, raw_server: RawServer) -> None:
    """A vendor, or what stands before it, that answers twice must not give one caller's answer to another."""
    calls: list[bytes] = []
    spoken = asyncio.Event()

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        calls.append(request)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n%02d" % len(calls))
        await asyncio.sleep(0.02 if late else 0)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nXX")
        await writer.drain()
        spoken.set()
        return True

    async with raw_server(handle) as url, Transport() as transport:
        for number in range(1, 6):
            answer = await transport.send(Endpoint(url), "POST", "/v1/x", JSON, b"{}")
            assert await answer.read(10) == b"%02d" % number
            await spoken.wait()
            spoken.clear()


async def test_a_vendor_that_spoke_unasked_gets_a_connection_for_each_call(raw_server: RawServer) -> None:
    """The next such word may come when the next call is already under way, where nothing tells it from its answer."""
    spoken, ports = asyncio.Event(), []

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        ports.append(writer.get_extra_info("peername")[1])
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        if len(ports) == 1:
            await asyncio.sleep(0.02)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nXX")
        await writer.drain()
        spoken.set()
        return True

    async with raw_server(handle) as url, Transport() as transport:
        for _ in range(5):
            assert await (await transport.send(Endpoint(url), "POST", "/v1/x", JSON, b"{}")).read(10) == b"{}"
            await spoken.wait()
            await asyncio.sleep(0.01)
            spoken.clear()
    assert len(set(ports)) == 5


async def test_a_connection_that_the_vendor_closed_meanwhile_is_not_used(raw_server: RawServer) -> None:
    """Its end is seen even where the event loop hadn't the time to look."""
    writers: list[asyncio.StreamWriter] = []

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writers.append(writer)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        return True

    async with raw_server(handle) as url, Transport() as transport:
        for _ in range(3):
            assert await (await transport.send(Endpoint(url), "POST", "/v1/x", JSON, b"{}")).read(10) == b"{}"
            writers[-1].get_extra_info("socket").shutdown(socket.SHUT_WR)
    assert len({id(writer) for writer in writers}) == 3


async def test_only_the_given_headers_are_sent(raw_server: RawServer) -> None:
    heads: list[bytes] = []

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        heads.append(request.partition(b"\r\n\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 2\r\n\r\n{}")
        return True

    async with raw_server(handle) as url, Transport() as transport:
        for headers in (JSON, [("x-api-key", "secret")]):
            await (await transport.send(Endpoint(url), "POST", "/v1/x", headers, b"{}")).read(10)
    names = [sorted(line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:]) for head in heads]
    assert names[0] == [b"accept-encoding", b"content-length", b"content-type", b"host"]
    assert names[1] == [b"accept-encoding", b"content-length", b"host", b"x-api-key"]
    assert all(head.lower().count(b"accept-encoding: identity") == 1 for head in heads)


@pytest.mark.parametrize(
    ("base", "path", "line"),
    [
        ("", "/v1/chat/completions", b"POST /v1/chat/completions "),
        ("/", "/v1/chat/completions", b"POST /v1/chat/completions "),
        ("/v1", "/v1/chat/completions", b"POST /v1/chat/completions "),
        ("/v1/", "/chat/completions", b"POST /v1/chat/completions "),
        ("/alpha", "/v1/messages?beta=true", b"POST /alpha/v1/messages?beta=true "),
        ("", "/openai/deployments/a%2Fb/chat", b"POST /openai/deployments/a%2Fb/chat "),
    ],
)
async def test_base_url_and_path_meet_once(base: str, path: str, line: bytes, raw_server: RawServer) -> None:
    got: list[bytes] = []

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        got.append(request)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        return True

    async with raw_server(handle) as url, Transport() as transport:
        await (await transport.send(Endpoint(url + base), "POST", path, JSON, b"{}")).read(10)
    assert got[0].startswith(line)


async def test_large_bodies_arrive_whole() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        words = "x" * 5_000_000
        answer = await post(transport, Endpoint(simulator.url("alpha")), f"[[sim:echo]] {words}")
        assert words.encode() in await answer.read(6_000_000)


async def test_an_answer_over_the_limit_is_refused() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"))
        answer = await post(transport, endpoint, "[[sim:words=90000]]")
        with pytest.raises(ProtocolBroken):
            await answer.read(100_000)
        assert transport.busy(endpoint) == 0


async def test_a_refused_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        failure = await failure_of(f"http://127.0.0.1:{port}")
    assert isinstance(failure, ConnectFailed)
    assert failure.__context__ is None, "the client library's error holds the request and its credential"


async def test_a_name_that_does_not_exist() -> None:
    assert isinstance(await failure_of("http://nowhere.invalid"), ConnectFailed)


async def test_a_name_that_takes_too_long_to_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait ends with the limit, and another vendor's name is looked up meanwhile."""
    over, known = threading.Event(), socket.getaddrinfo

    def slow(host: object, *args: Any, **kwargs: Any) -> Any:
        if host == "slow.invalid":
            over.wait(20)
            raise socket.gaierror
        return known(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        try:
            hangs = [post(transport, Endpoint("http://slow.invalid", connect_seconds=0.3), "hello") for _ in range(40)]
            named = Endpoint(simulator.url("alpha").replace("127.0.0.1", "localhost"))
            answers = asyncio.gather(*hangs, return_exceptions=True)
            await asyncio.sleep(0.1)
            assert (await (await post(transport, named, "hello")).read(10_000)).startswith(b"{")
            assert {(type(late), getattr(late, "code", "")) for late in await answers} == {(TimedOut, "connect")}
        finally:
            over.set()


async def test_a_connection_that_is_never_accepted() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = []
        for _ in range(4):  # fill the queue, so that the next handshake is not answered
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(full.getsockname())
            waiting.append(one)
        failure = await failure_of(f"http://127.0.0.1:{full.getsockname()[1]}", connect_seconds=0.1)
        for one in waiting:
            one.close()
    assert isinstance(failure, TimedOut)
    assert failure.code == "connect"


async def test_a_slow_first_byte() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"), first_byte_seconds=0.1)
        with pytest.raises(TimedOut) as caught:
            await post(transport, endpoint, "[[sim:delay=60]]")
        assert caught.value.code == "first_byte"
        assert transport.busy(endpoint) == 0


async def test_headers_that_drip_are_bounded_too(raw_server: RawServer) -> None:
    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x-more: yes\r\n")
            await asyncio.sleep(0.02)

    async with raw_server(handle) as url:
        assert isinstance(await failure_of(url, first_byte_seconds=0.15), TimedOut)


async def test_a_vendor_that_falls_silent() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"), idle_seconds=0.1)
        answer = await post(transport, endpoint, "[[sim:words=9,stall=2]]", stream=True)
        with pytest.raises(TimedOut) as caught:
            await answer.read(100_000)
        assert caught.value.code == "idle"
        assert transport.busy(endpoint) == 0


async def test_a_slow_reader_is_not_taken_for_a_silent_vendor() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"), idle_seconds=0.1)
        answer = await post(transport, endpoint, "[[sim:words=200,drip=0.001]]", stream=True)
        read = 0
        async for chunk in answer.chunks():
            if not read:
                await asyncio.sleep(0.25)  # our own client is slow, the vendor isn't
            read += len(chunk)
        assert read > 1_000


async def test_a_steady_drip_ends_at_the_total_limit() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"), idle_seconds=5, total_seconds=0.2)
        answer = await post(transport, endpoint, "[[sim:words=4000,drip=0.01]]", stream=True)
        with pytest.raises(TimedOut) as caught:
            await answer.read(10_000_000)
        assert caught.value.code == "total"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_cut_answer(stream: bool) -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"))
        answer = await post(transport, endpoint, "[[sim:words=50,cut=2]]", stream=stream)
        with pytest.raises(CutShort) as caught:
            await answer.read(100_000)
        assert caught.value.__context__ is None
        assert transport.busy(endpoint) == 0


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([], CutShort),
        ([b"HTTP/1.1 20"], CutShort),
        ([b"SSH-2.0-OpenSSH_9.2\r\n"], ProtocolBroken),
        ([b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"], ProtocolBroken),
        ([b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\n\r\n"], ProtocolBroken),
        ([b"HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"], ProtocolBroken),
        ([b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nxx"], ProtocolBroken),
        ([b"HTTP/1.1 200 OK\r\ncontent-encoding: br, gzip\r\ncontent-length: 2\r\n\r\nxx"], ProtocolBroken),
        ([b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"], ProtocolBroken),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{}"], CutShort),
        ([b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"], CutShort),
        ([b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n"], ProtocolBroken),
    ],
)
async def test_what_is_not_a_whole_answer(parts: list[bytes], kind: type[UpstreamError], raw_server: RawServer) -> None:
    async with raw_server(answering(*parts)) as url:
        failure = await failure_of(url, idle_seconds=2.0)
    assert type(failure) is kind


async def test_a_chunk_that_is_none_in_mid_answer(raw_server: RawServer) -> None:
    headers_read = asyncio.Event()

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n")
        await headers_read.wait()
        writer.write(b"zz\r\n{}\r\n")
        return not await reader.read()

    async with raw_server(handle) as url, Transport() as transport:
        answer = await transport.send(Endpoint(url, idle_seconds=5), "GET", "/", [], b"")
        assert await anext(answer.chunks()) == b"{}"
        headers_read.set()
        with pytest.raises(CutShort):
            await answer.read(100)
        assert transport.busy(Endpoint(url, idle_seconds=5)) == 0


@pytest.mark.parametrize("late", [True, False], ids=["ends soon", "does not end"])
async def test_a_vendor_has_a_moment_to_end_an_answer_that_nobody_waits_for(late: bool, raw_server: RawServer) -> None:
    """Then the connection is used again; else it is closed, and the slot is free either way."""
    ports, ended = [], asyncio.Event()

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        ports.append(writer.get_extra_info("peername")[1])
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n")
        if late:
            await ended.wait()
            writer.write(b"0\r\n\r\n")
            return True
        return bool(await reader.read())

    async with raw_server(handle) as url, Transport() as transport:
        for _ in range(2):
            answer = await transport.send(Endpoint(url), "POST", "/v1/x", JSON, b"{}")
            assert await anext(answer.chunks()) == b"{}"
            answer.finish()
            ended.set()
            async with asyncio.timeout(5):
                while transport.busy(Endpoint(url)):
                    await asyncio.sleep(0.01)
    assert len(set(ports)) == (1 if late else 2)


async def test_an_answer_that_ends_with_its_connection_is_whole(raw_server: RawServer) -> None:
    async with (
        raw_server(answering(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n")) as url,
        Transport() as transport,
    ):
        assert await (await transport.send(Endpoint(url), "GET", "/", [], b"")).read(100) == b"data: 1\n\n"


async def test_redirects_of_a_vendor_are_not_followed() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        with pytest.raises(ProtocolBroken) as caught:
            await post(transport, Endpoint(simulator.url("alpha")), "[[sim:redirect]]")
        assert caught.value.status == 307


async def test_compressed_answers_are_refused() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        with pytest.raises(ProtocolBroken):
            await post(transport, Endpoint(simulator.url("alpha")), "[[sim:compressed]]")


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        assert (await (await post(transport, Endpoint(simulator.url("alpha")), "hi")).read(10_000)).startswith(b"{")


async def test_the_configured_proxy_is_used(raw_server: RawServer) -> None:
    heads: list[bytes] = []

    async def proxy(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        heads.append(request)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        return True

    async with raw_server(proxy) as url, Transport() as transport:
        endpoint = Endpoint("http://vendor.invalid/v1", egress_proxy=url)
        assert await (await transport.send(endpoint, "POST", "/chat", JSON, b"{}")).read(10) == b"{}"
    assert heads[0].startswith(b"POST http://vendor.invalid/v1/chat HTTP/1.1\r\n")


async def test_retired_pools_close_after_their_last_call() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        old = Endpoint(simulator.url("alpha"))
        transport.use([old])
        answer = await post(transport, old, "[[sim:words=60,drip=0.001]]", stream=True)
        transport.use([replace(old, connections=7)])
        assert b"[DONE]" in await answer.read(1_000_000)
        assert await (await post(transport, replace(old, connections=7), "hi")).read(10_000)


async def test_an_unreadable_ca_bundle_is_told_at_start_and_fails_calls() -> None:
    endpoint = Endpoint("https://127.0.0.1:9", ca_bundle="/nowhere/ca.pem")
    async with Transport() as transport:
        with pytest.raises(OSError, match="No such file"):
            transport.use([endpoint])
        with pytest.raises(ConnectFailed) as caught:
            await transport.send(endpoint, "GET", "/", [], b"")
        assert caught.value.fault == "ours"


class Listening:
    """A server of bytes on a Unix socket."""

    def __init__(self, path: str, answer: bytes) -> None:
        self._path, self._answer, self.asked = path, answer, list[bytes]()

    async def __aenter__(self) -> Listening:
        self._server = await asyncio.start_unix_server(self._handle, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while True:
                self.asked.append(await reader.readuntil(b"{}"))
                writer.write(self._answer)
        writer.close()


async def test_a_unix_socket_is_asked_instead_of_the_host(tmp_path: Path) -> None:
    path = str(tmp_path / "bridge.sock")
    answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
    endpoint = Endpoint("http://bridge.invalid", socket=path, connect_seconds=5)
    async with Listening(path, answer) as listening, Transport() as transport:
        for _ in range(2):
            told = await transport.send(endpoint, "POST", "/v1/x", JSON, b"{}")
            assert await told.read(10) == b"{}"
        assert all(one.startswith(b"POST /v1/x HTTP/1.1\r\nHost: bridge.invalid\r\n") for one in listening.asked)
        assert len(listening.asked) == 2


async def test_nothing_is_sent_to_another_users_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, stranger = str(tmp_path / "bridge.sock"), os.geteuid() + 1
    async with Listening(path, b"") as listening, Transport() as transport:
        monkeypatch.setattr(os, "geteuid", lambda: stranger)
        with pytest.raises(ConnectFailed):
            await transport.send(Endpoint("http://bridge.invalid", socket=path), "POST", "/v1/x", JSON, b"{}")
        await asyncio.sleep(0)
        assert listening.asked == []


async def test_a_socket_that_is_not_there_is_a_failure_to_connect(tmp_path: Path) -> None:
    endpoint = Endpoint("http://bridge.invalid", socket=str(tmp_path / "none.sock"))
    async with Transport() as transport:
        with pytest.raises(ConnectFailed):
            await transport.send(endpoint, "POST", "/v1/x", JSON, b"{}")
