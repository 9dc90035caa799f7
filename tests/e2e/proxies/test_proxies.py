"""What we ship for proxies in front, by real ones with TLS: streams, clients that leave, large bodies, a drain."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import CONFIG, Serving, Vendors, serve
from tests.e2e.proxies.fronts import FILES, Front, front, installed
from tests.e2e.several import ecluse, until

pytestmark = pytest.mark.e2e

CHAT = "/v1/chat/completions"
MIB = 1 << 20


def port(said: str) -> int:
    return int(said.rpartition(":")[2])


def metrics(serving: Serving) -> int:
    return port(serving.started.found(r"metrics (http://[0-9.:]+)"))


@pytest.fixture(scope="module", params=FILES)
def before(
    request: pytest.FixtureRequest, serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front") / "proxy"
    with front(request.param, folder, port(serving.url), metrics(serving)) as started:
        yield started


def ask(text: str, *, stream: bool = True) -> dict[str, Any]:
    return {"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": text}]}


def outcomes(vendors: Vendors, mark: str) -> list[str]:
    """How vendors saw the calls end whose prompt has a mark."""
    return [one["outcome"] for one in vendors.received() if mark in str(one["body"])]


async def said(lines: AsyncIterator[str], many: int) -> int:
    """Waits for so many words of a stream; how many came."""
    found = 0
    while found < many:
        found += '"content":"' in await anext(lines)
    return found


async def test_events_come_one_by_one_and_a_client_that_leaves_is_seen_at_the_vendor(
    before: Front, serving: Serving, vendors: Vendors
) -> None:
    """The vendor says three words and then nothing: a proxy that waited for more would show none of them."""
    stalls = ask("[[sim:stall=3]] leaves during")
    async with (
        asyncio.timeout(20),
        before.client(serving.key) as client,
        client.stream("POST", CHAT, json=stalls) as answer,
    ):
        assert answer.status_code == 200
        assert await said(answer.aiter_lines(), 3) == 3
        assert outcomes(vendors, "leaves during")[-1:] == ["open"]
    until(lambda: outcomes(vendors, "leaves during")[-1:] == ["gone"], "the vendor sees that the client left", 10.0)


async def test_a_client_that_leaves_before_the_first_word_is_seen_at_the_vendor(
    before: Front, serving: Serving, vendors: Vendors
) -> None:
    async with before.client(serving.key) as client:
        waiting = asyncio.create_task(client.post(CHAT, json=ask("[[sim:delay=60]] leaves before")))
        async with asyncio.timeout(20):
            while outcomes(vendors, "leaves before")[-1:] != ["open"]:
                await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.wait((waiting,))
    until(lambda: outcomes(vendors, "leaves before")[-1:] == ["gone"], "the vendor sees that the client left", 10.0)


async def test_large_bodies_pass_and_too_large_ones_are_refused_by_the_gateway(before: Front, serving: Serving) -> None:
    async with before.client(serving.key) as client:
        passed = await client.post(CHAT, json=ask("a " * (3 * MIB // 4), stream=False))
        assert passed.status_code == 200, passed.text
        if before.kind == "envoy":
            return  # it closes while the client still sends, which most clients tell instead of what they were answered
        refused = await client.post(CHAT, json=ask("a " * (9 * MIB), stream=False))
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "body_too_large")


class _Replica(BaseHTTPRequestHandler):
    """Takes all calls, and says at /readyz what it is told to."""

    ready = True

    def do_GET(self) -> None:
        self.send_response(503 if self.path == "/readyz" and not self.ready else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.mark.parametrize("kind", ["haproxy", "envoy"])
def test_a_replica_that_is_not_ready_gets_no_calls_even_where_none_is(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nginx doesn't ask."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Replica) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            with front(kind, tmp_path / kind, server.server_port, server.server_port) as before:
                monkeypatch.setattr(_Replica, "ready", False)

                def refused() -> bool:
                    answer = httpx.get(f"{before.url}/", verify=before.trust)
                    return answer.status_code == 503 and answer.json()["error"]["code"] == "no_gateway"

                until(refused, "none is asked")
        finally:
            server.shutdown()
            serving.join()


def test_a_drain_breaks_no_stream_and_callers_are_told_when_to_come_back(tmp_path: Path, vendors: Vendors) -> None:
    """Through all that are installed at once: the start of a gateway is what takes long."""
    kinds = [kind for kind in FILES if installed(kind)]
    if not kinds:
        pytest.skip("no proxy is installed")
    (tmp_path / "gateway").mkdir()
    config = CONFIG.format(vendors=vendors.url).replace("drain_seconds: 2", "drain_seconds: 20")
    (tmp_path / "gateway" / "config.yaml").write_text(config)
    served = serve(tmp_path / "gateway")
    try:
        with ExitStack() as stack:
            ports = port(served.url), metrics(served)
            fronts = [stack.enter_context(front(kind, tmp_path / kind, *ports)) for kind in kinds]
            asyncio.run(_drained(served, fronts))
    finally:
        assert served.started.stop() == 0


async def _drained(served: Serving, fronts: list[Front]) -> None:
    begun = [asyncio.Event() for _ in fronts]
    streams = [asyncio.create_task(_last(served, *one)) for one in zip(fronts, begun, strict=True)]
    async with asyncio.timeout(60):
        await asyncio.gather(*(one.wait() for one in begun))
        assert (await asyncio.to_thread(ecluse, served.folder, "drain")).returncode == 0
        assert await asyncio.gather(*streams) == ["data: [DONE]"] * len(fronts)
        for before in fronts:
            async with before.client(served.key) as client:
                while (refused := await client.post(CHAT, json=ask("Bonjour"))).status_code == 200:
                    await asyncio.sleep(0.05)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "2"), before.kind
            assert refused.json()["error"]["code"] == "no_gateway"


async def _last(served: Serving, before: Front, begun: asyncio.Event) -> str:
    """The last line of a stream."""
    async with (
        before.client(served.key) as client,
        client.stream("POST", CHAT, json=ask("[[sim:words=30,drip=0.1]]")) as answer,
    ):
        lines = answer.aiter_lines()
        assert await said(lines, 1) == 1
        begun.set()
        return [line async for line in lines if line][-1]
