"""Callers who leave: the vendor's socket closes at once and no slot is lost, whatever the call was doing."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from inspect import signature
from pathlib import Path

import orjson
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.errors import ConnectFailed, UpstreamError
from adapters.transport import Endpoint, Transport
from adapters.vendors.simulator import SimulatorServer

RawServer = Callable[..., AbstractAsyncContextManager[str]]
Authority = tuple[ssl.SSLContext, str]
JSON = [("content-type", "application/json")]


def chat(words: str) -> bytes:
    return orjson.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": words}]})


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def cancelled(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_call_cancelled_before_the_first_byte_closes_its_socket_at_once(raw_server: RawServer) -> None:
    gone, asked = asyncio.Event(), asyncio.Event()

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked.set()
        try:
            return not await reader.read()
        finally:
            gone.set()

    async with raw_server(handle) as url, Transport() as transport:
        task = asyncio.create_task(transport.send(Endpoint(url), "POST", "/v1/x", JSON, b"{}"))
        await asked.wait()
        await cancelled(task)
        await asyncio.wait_for(gone.wait(), 0.1)
        assert transport.busy(Endpoint(url)) == 0


async def test_a_call_cancelled_in_mid_upload_does_not_wait_for_a_vendor_that_reads_nothing() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        endpoint = Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}")
        async with Transport() as transport:
            task = asyncio.create_task(transport.send(endpoint, "POST", "/v1/x", JSON, b"x" * 30_000_000))
            vendor, _ = await loop.sock_accept(listener)
            with vendor:
                await loop.sock_recv(vendor, 10)
                await asyncio.sleep(0.05)  # the buffers between the two are full now
                await cancelled(task)
                assert transport.busy(endpoint) == 0
                received = 0
                async with asyncio.timeout(2):
                    while data := await loop.sock_recv(vendor, 2**20):
                        received += len(data)
                assert received < 20_000_000, "only what the kernel already had"


async def test_leaving_in_mid_stream_closes_the_socket_at_once() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"))
        body = chat("[[sim:words=5000,drip=0.005]]")
        for leave_by_cancelling in (False, True):
            answer = await transport.send(endpoint, "POST", "/v1/chat/completions", JSON, body)
            assert await anext(answer.chunks())
            if leave_by_cancelling:
                reading = asyncio.create_task(answer.read(10_000_000))
                await asyncio.sleep(0.01)
                await cancelled(reading)
            else:
                answer.close()
            left = asyncio.get_running_loop().time()
            received = list(simulator.recorder)[-1]
            assert await asyncio.wait_for(received.over.wait(), 1)
            assert received.outcome == "gone"
            assert asyncio.get_running_loop().time() - left < 0.1
            assert transport.busy(endpoint) == 0


async def test_an_answer_that_was_read_gives_its_connection_back_when_closed() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"))
        answer = await transport.send(endpoint, "POST", "/v1/chat/completions", JSON, chat("hi"))
        await answer.read(100_000)
        answer.close()
        answer.close()
        assert transport.busy(endpoint) == 0


async def test_waiting_for_a_slot_ends_with_the_connect_limit_and_loses_nothing() -> None:
    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"), connections=1, connect_seconds=0.05)
        path = "/v1/chat/completions"
        held = await transport.send(endpoint, "POST", path, JSON, chat("[[sim:words=5,stall=1]]"))
        with pytest.raises(UpstreamError) as caught:
            await transport.send(endpoint, "POST", path, JSON, chat("hi"))
        assert (caught.value.kind, caught.value.code) == ("timeout", "connect")
        held.close()
        assert b"[DONE]" in await (await transport.send(endpoint, "POST", path, JSON, chat("hi"))).read(100_000)


async def test_a_thousand_aborts_lose_no_slot() -> None:
    chance = random.Random(7)
    words = "[[sim:delay=0.004,words=40,drip=0.001]]"

    async with SimulatorServer(["alpha"]) as simulator, Transport() as transport:
        endpoint = Endpoint(simulator.url("alpha"), connections=8)

        async def call() -> bytes:
            answer = await transport.send(endpoint, "POST", "/v1/chat/completions", JSON, chat(words))
            try:
                return await answer.read(1_000_000)
            finally:
                answer.close()

        async def abort(seconds: float) -> None:
            try:
                async with asyncio.timeout(seconds):
                    await call()
            except TimeoutError:
                pass

        for _ in range(25):
            await asyncio.gather(*(abort(chance.uniform(0.0, 0.03)) for _ in range(40)))
            assert transport.busy(endpoint) == 0
        whole = await asyncio.wait_for(asyncio.gather(*(call() for _ in range(16))), 20)
        assert all(b"[DONE]" in answer for answer in whole)
        assert len(asyncio.all_tasks()) < 60


async def test_calls_cancelled_while_connecting_leave_no_socket_behind() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        before = open_files()
        endpoint = Endpoint(f"http://127.0.0.1:{full.getsockname()[1]}", connections=4)
        async with Transport() as transport:
            for _ in range(50):
                calls = [asyncio.create_task(transport.send(endpoint, "GET", "/", [], b"")) for _ in range(6)]
                await asyncio.sleep(0)
                await asyncio.sleep(0.001)
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
                assert transport.busy(endpoint) == 0
        assert open_files() <= before + 3
        for one in waiting:
            one.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A server's TLS context and the PEM file of the authority that signed it, made for this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    bundle = tmp_path / "authority.pem"
    bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    both = tmp_path / "server.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    both.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain) + bundle.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, str(bundle)


async def test_tls_is_verified_against_the_bundle_given(authority: Authority, raw_server: RawServer) -> None:
    context, bundle = authority

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        return True

    async with raw_server(handle, context) as url, Transport() as transport:
        named = url.replace("http://127.0.0.1", "https://localhost")
        answer = await transport.send(Endpoint(named, ca_bundle=bundle), "POST", "/v1/x", JSON, b"{}")
        assert await answer.read(10) == b"{}"
        for wrong in (Endpoint(named), Endpoint(named.replace("localhost", "127.0.0.1"), ca_bundle=bundle)):
            with pytest.raises(ConnectFailed):
                await transport.send(wrong, "POST", "/v1/x", JSON, b"{}")


async def test_tls_goes_through_the_configured_proxy_unopened(authority: Authority, raw_server: RawServer) -> None:
    context, bundle = authority
    asked: list[bytes] = []

    async def vendor(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        return True

    async def proxy(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked.append(request)
        port = int(request.split()[1].rpartition(b":")[2])
        inward, outward = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

        async def pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65_536):
                sink.write(data)
            sink.close()

        await asyncio.gather(pour(reader, outward), pour(inward, writer), return_exceptions=True)
        return False

    async with raw_server(vendor, context) as url, raw_server(proxy) as through, Transport() as transport:
        named = url.replace("http://127.0.0.1", "https://localhost")
        endpoint = Endpoint(named, ca_bundle=bundle, egress_proxy=through)
        for _ in range(2):
            answer = await transport.send(endpoint, "POST", "/v1/x", [("x-api-key", "secret")], b"prompt")
            assert await answer.read(10) == b"{}"
    assert [request.split()[0] for request in asked] == [b"CONNECT"]
    assert b"secret" not in asked[0]


async def test_a_call_cancelled_over_tls_closes_its_socket_at_once(authority: Authority, raw_server: RawServer) -> None:
    context, bundle = authority
    gone, asked = asyncio.Event(), asyncio.Event()

    async def handle(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked.set()
        try:
            return not await reader.read()
        finally:
            gone.set()

    async with raw_server(handle, context) as url, Transport() as transport:
        named = url.replace("http://127.0.0.1", "https://localhost")
        endpoint = Endpoint(named, ca_bundle=bundle)
        task = asyncio.create_task(transport.send(endpoint, "POST", "/v1/x", JSON, b"{}"))
        await asked.wait()
        await cancelled(task)
        await asyncio.wait_for(gone.wait(), 0.1)


@pytest.mark.parametrize(
    "check",
    [
        test_a_call_cancelled_before_the_first_byte_closes_its_socket_at_once,
        test_a_call_cancelled_in_mid_upload_does_not_wait_for_a_vendor_that_reads_nothing,
        test_leaving_in_mid_stream_closes_the_socket_at_once,
        test_a_thousand_aborts_lose_no_slot,
        test_calls_cancelled_while_connecting_leave_no_socket_behind,
        test_tls_is_verified_against_the_bundle_given,
        test_tls_goes_through_the_configured_proxy_unopened,
        test_a_call_cancelled_over_tls_closes_its_socket_at_once,
    ],
)
def test_the_same_on_uvloop(check: Callable[..., Coroutine[None, None, None]], request: pytest.FixtureRequest) -> None:
    given = {name: request.getfixturevalue(name) for name in signature(check).parameters}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(check(**given))
