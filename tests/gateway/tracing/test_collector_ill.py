"""A collector that is gone, slow or refuses: calls don't notice, what waits is bounded, and what is lost is counted."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import grpc
import httpx
import pytest

from gateway.documents import DocumentsRefused
from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.tls.papers import Authority
from tests.gateway.tracing.test_traces_arrive import RECEIVERS, came, spans_of, traced
from tests.parts.otlp_receiver import Receiver, http_receiver

CALLS = 40


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as opened:
        yield opened


async def slowest(house: House, calls: int = CALLS) -> float:
    """Seconds of the slowest of so many calls, four at once; all are answered."""
    times: list[float] = []

    async def client() -> None:
        for _ in range(calls // 4):
            began = time.perf_counter()
            answer = await house.chat("bonjour", stream=True)
            times.append(time.perf_counter() - began)
            assert answer.status_code == 200
            assert answer.text.endswith("[DONE]\n\n")

    await asyncio.gather(*(client() for _ in range(4)))
    return max(times)


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_a_collector_that_is_gone(open_house: OpenHouse, protocol: str) -> None:
    with socket.socket() as taken:  # a port where nobody listens
        taken.bind(("127.0.0.1", 0))
        nowhere = Receiver(f"http://127.0.0.1:{taken.getsockname()[1]}")
        async with open_house(traced(nowhere, "ratio: 1, waiting: 10, most_a_second: 10000", protocol)) as house:
            tracing = house.gateway.runtime.tracing
            calls, until = 0, time.monotonic() + 20
            while not tracing.count("dropped"):  # first the thread takes what it can hold
                assert await slowest(house) < 5
                assert time.monotonic() < until
                calls += CALLS
            assert tracing.waiting <= 10
            began = time.perf_counter()
        assert time.perf_counter() - began < 10
    assert sum(tracing.count(result) for result in ("dropped", "given_up", "unsent")) == 2 * calls
    assert not tracing.count("sent")


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_a_collector_that_never_answers(open_house: OpenHouse, protocol: str) -> None:
    with RECEIVERS[protocol]() as receiver:
        receiver.open.clear()
        async with open_house(traced(receiver, "ratio: 1, waiting: 10, most_a_second: 10000", protocol)) as house:
            assert await slowest(house) < 5
            await came(receiver, lambda: receiver.requests)
            assert house.gateway.runtime.tracing.waiting <= 10
            receiver.open.set()
            await came(receiver, lambda: receiver.spans)
        tracing = house.gateway.runtime.tracing
    assert tracing.count("dropped") + tracing.count("sent") == 2 * CALLS


async def test_a_collector_that_holds_up_the_end(open_house: OpenHouse, receiver: Receiver) -> None:
    receiver.open.clear()
    async with open_house(traced(receiver, "ratio: 1")) as house:
        assert (await house.chat("bonjour")).status_code == 200
        await came(receiver, lambda: receiver.requests)
        assert (await house.chat("bonjour")).status_code == 200
        began = time.perf_counter()
    assert time.perf_counter() - began < 10
    assert house.gateway.runtime.tracing.count("unsent") == 4


async def test_a_collector_that_comes_back_gets_what_waited(open_house: OpenHouse, receiver: Receiver) -> None:
    receiver.status, receiver.retry_after = 503, "0"
    async with open_house(traced(receiver, "ratio: 1")) as house:
        answer = await house.chat("bonjour")
        await came(receiver, lambda: receiver.requests)
        receiver.status = 200
        assert len(await spans_of(receiver, answer)) == 2
    assert house.gateway.runtime.tracing.count("sent") == 2


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_a_collector_that_refuses(open_house: OpenHouse, protocol: str) -> None:
    with RECEIVERS[protocol]() as receiver:
        receiver.status, receiver.code = 401, grpc.StatusCode.UNAUTHENTICATED
        async with open_house(traced(receiver, "ratio: 1", protocol)) as house:
            assert (await house.chat("bonjour")).status_code == 200
            await came(receiver, lambda: receiver.requests)
        tracing = house.gateway.runtime.tracing
    assert (tracing.count("refused"), tracing.count("sent"), receiver.requests) == (2, 0, 1)


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_a_collector_that_takes_a_part(open_house: OpenHouse, protocol: str) -> None:
    with RECEIVERS[protocol]() as receiver:
        receiver.rejects = 1
        async with open_house(traced(receiver, "ratio: 1", protocol)) as house:
            await spans_of(receiver, await house.chat("bonjour"))
        tracing = house.gateway.runtime.tracing
    assert (tracing.count("rejected"), tracing.count("sent")) == (1, 1)


async def test_a_collector_that_redirects_is_not_followed(open_house: OpenHouse, receiver: Receiver) -> None:
    receiver.status = 307
    async with open_house(traced(receiver, "ratio: 1")) as house:
        await house.chat("bonjour")
        await came(receiver, lambda: receiver.requests)
    assert house.gateway.runtime.tracing.count("refused") == 2


async def test_a_collector_that_answers_with_anything(open_house: OpenHouse) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(b"\x00\xff nonsense\r\n\r\n" * 100)
        writer.close()

    async with await asyncio.start_server(nonsense, "127.0.0.1", 0) as server:
        odd = Receiver(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with open_house(traced(odd, "ratio: 1")) as house:
            assert await slowest(house, 8) < 5
        assert house.gateway.runtime.tracing.count("sent") == 0


async def test_a_ca_bundle_that_cannot_be_read_refuses_a_reload(open_house: OpenHouse) -> None:
    async with open_house() as house:
        wrong = "tracing: {endpoint: 'https://127.0.0.1:1', ca_bundle: none.pem}\n"
        (house.folder / "config.yaml").write_text(CONFIG + wrong)
        with pytest.raises(DocumentsRefused, match=r"ca_bundle .*none\.pem can't be read"):
            await house.gateway.reload("test")
        assert not house.gateway.runtime.tracing.on
        assert (await house.chat("bonjour")).status_code == 200


async def reloaded(house: House, step: str = "", revision: str = "") -> httpx.Response:
    """What the control socket answers."""
    way = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=way, base_url="http://control", timeout=30) as client:
        return await client.post("/reload", json={"step": step, "revision": revision})


HOOK = "webhooks:\n  ops: {url: 'https://127.0.0.1:1', secret: 'file:hook'%s}\n"
TRACES = "tracing: {endpoint: 'https://127.0.0.1:1'%s}\n"
GONE = ", ca_bundle: gone.pem"


@pytest.mark.parametrize(("wrong", "place"), [(TRACES, "tracing"), (HOOK, "webhooks.ops")])
async def test_a_bundle_taken_away_in_a_reload_leaves_who_is_told_as_it_was(
    open_house: OpenHouse, wrong: str, place: str
) -> None:
    async with open_house() as house:
        runtime, config = house.gateway.runtime, house.folder / "config.yaml"
        (house.folder / "hook").write_text("s" * 40)
        config.write_text(CONFIG + TRACES % "" + HOOK % "")
        await house.gateway.reload("test")
        receivers = dict(runtime.herald._webhooks._receivers)
        (house.folder / "gone.pem").write_bytes(Authority().own.alone)
        config.write_text(CONFIG + wrong % GONE)
        prepared = await reloaded(house, "prepare")
        (house.folder / "gone.pem").unlink()
        answer = await reloaded(house, "take", prepared.json()["revision"])
        said = f"{place}.ca_bundle: {house.folder / 'gone.pem'} can't be read: No such file or directory"
        assert (answer.status_code, answer.json()["refused"]) == (422, said)
        assert receivers and runtime.herald._webhooks._receivers == receivers
        assert runtime.tracing.on and runtime.tracing._settings == runtime.epoch.pair.settings.tracing
