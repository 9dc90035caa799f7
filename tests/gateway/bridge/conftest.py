"""One bridge for all tests: loading litellm takes seconds. It is asked over its socket, as the gateway asks."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.vendors.litellm import Asked
from adapters.vendors.simulator import SimulatorServer
from adapters.vendors.simulator.recorder import Received
from gateway.bridge.environment import ENVIRONMENT
from gateway.bridge.keeper import MAIN

ROOT = Path(__file__).parents[3]
KEY = "sk-bridge-canary-0123456789"
CHAT, EMBEDDINGS = "/v1/chat/completions", "/v1/embeddings"


@dataclass
class Bridge:
    """A bridge's process. path: of its socket. said: the file that its output goes to."""

    process: subprocess.Popen[bytes]
    path: Path
    said: Path


@pytest.fixture(scope="session")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """Started once a session, ended with it."""
    if find_spec("litellm") is None:
        pytest.skip("litellm isn't installed: pip install -r requirements/litellm.txt")
    folder = tmp_path_factory.mktemp("bridge")
    ours, theirs = socket.socketpair()
    with (folder / "said").open("wb") as said, ours:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", MAIN, str(ROOT), str(theirs.fileno()), str(folder / "b.sock")],
            env=dict(ENVIRONMENT), cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            pass_fds=(theirs.fileno(),),
        )  # fmt: skip
        theirs.close()
        ours.settimeout(60)
        assert ours.recv(100).startswith(b'{"beat":0}'), (folder / "said").read_text()
        yield Bridge(process, folder / "b.sock", folder / "said")
    assert process.wait(20) == 0, "it ends with its line"


@dataclass
class Vendor:
    """A simulated vendor, asked through the bridge as litellm's providers."""

    client: httpx.AsyncClient
    simulator: SimulatorServer

    @property
    def url(self) -> str:
        return self.simulator.url("alpha")

    @property
    def received(self) -> list[Received]:
        """What came in at the vendor."""
        return list(self.simulator.recorder)

    def asked(self, provider: str = "openai", base_url: str = "") -> dict[str, str]:
        """The headers of a call."""
        base = base_url or (self.url if provider == "anthropic" else f"{self.url}/v1")
        return dict([Asked(provider, base).header(), ("authorization", f"Bearer {KEY}")])

    async def post(
        self, body: Any, path: str = CHAT, *, provider: str = "openai", base_url: str = ""
    ) -> httpx.Response:
        """One call."""
        return await self.client.post(path, json=body, headers=self.asked(provider, base_url))

    async def chat(self, words: str, *, provider: str = "openai", **fields: Any) -> httpx.Response:
        """One chat completion with one user message."""
        return await self.post({**asking(words), **fields}, provider=provider)


def asking(words: str) -> dict[str, Any]:
    """The body of a chat completion."""
    return {"model": "m-1", "messages": [{"role": "user", "content": words}]}


@pytest.fixture
async def vendor(bridge: Bridge) -> AsyncIterator[Vendor]:
    """A simulated vendor of the test's own behind the bridge."""
    transport = httpx.AsyncHTTPTransport(uds=str(bridge.path))
    async with (
        SimulatorServer(["alpha"]) as simulator,
        httpx.AsyncClient(transport=transport, base_url="http://bridge.invalid", timeout=30) as client,
    ):
        yield Vendor(client, simulator)


@dataclass
class Listening:
    """A place where nobody should ever connect."""

    socket: socket.socket

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def reached(self) -> bool:
        """Whether somebody did."""
        try:
            self.socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def elsewhere() -> Iterator[Listening]:
    """It listens and answers nothing."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(64)
        made.setblocking(False)
        yield Listening(made)
