"""A whole gateway in the test's own process: real sockets, simulated vendors, the starter bundle."""

from __future__ import annotations

import gc
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from adapters.vendors.simulator import Recorder
from gateway.bundle.bundle import STARTER
from gateway.identity.keys import KeyGrant
from gateway.serve import Gateway, gateway
from observability.ledger import show
from observability.ledger.records import Record
from observability.scribe.frames import frame
from tests.e2e.tools.table import lines

# What lands is decided by the same examples each time; at one's own desk they are new ones.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay to the end. Looking for garbage among them stops a gateway under test for half
    a second and more, now and then."""
    gc.collect()
    gc.freeze()


CONFIG = """\
server: {data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock}
organisation: acme
limits: {drain_seconds: 5}
simulator: {enabled: true, names: [alpha, beta, internal]}
vendors:
  alpha: {kind: simulator}
  beta: {kind: simulator}
  internal: {kind: simulator}
destinations:
  alpha/gpt-4o-mini: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us}
  beta/gpt-4o-mini: {vendor: beta, model: gpt-4o-mini-eu, contract: beta-eu}
  alpha/claude: {vendor: alpha, model: claude-sonnet-5, contract: alpha-us}
  internal/maison: {vendor: internal, model: maison-7b, contract: internal}
models:
  gpt-4o-mini: {destinations: [alpha/gpt-4o-mini, beta/gpt-4o-mini]}
  text-embedding-3-small: {destinations: [alpha/gpt-4o-mini]}
  claude-sonnet-5: {destinations: [alpha/claude], aliases: [claude-haiku-4-5]}
  maison: {destinations: [internal/maison]}
"""

PATIENT = "shared: {timeout_seconds: 10, stale_seconds: 60}\n"
"""For a test process that stands still for seconds: its file isn't a store that is gone."""


@dataclass
class House:
    """A gateway that serves, and a client that holds one of its keys."""

    gateway: Gateway
    folder: Path
    key: str
    client: httpx.AsyncClient

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.gateway.data.port}"

    @property
    def received(self) -> Recorder:
        """What the simulated vendors got."""
        assert self.gateway.simulator is not None
        return self.gateway.simulator.recorder

    def simulator(self, name: str) -> str:
        """The base URL of a simulated vendor, for its operator."""
        assert self.gateway.simulator is not None
        return self.gateway.simulator.url(name)

    async def fault(self, vendor: str, fault: str) -> None:
        """Makes a simulated vendor misbehave until told otherwise."""
        async with httpx.AsyncClient() as operator:
            told = await operator.post(f"{self.simulator(vendor)}/sim/fault", json={"fault": fault, "seconds": 600})
            assert told.status_code == 200, told.text

    def issue(self, **grant: Any) -> str:
        """Another key."""
        runtime = self.gateway.runtime
        return runtime.keys.issue(KeyGrant(**{"user": "anne", "team": "hr", **grant}), runtime.now())[1]

    async def chat(self, text: str, *, model: str = "gpt-4o-mini", **fields: Any) -> httpx.Response:
        """One chat completion with one user message."""
        ask = {"model": model, "messages": [{"role": "user", "content": text}], **fields}
        return await self.client.post("/v1/chat/completions", json=ask)

    async def records(self, call: str) -> list[dict[str, Any]]:
        """What the ledger has of a call."""
        await self.gateway.runtime.ledger.flush()
        return show(self.gateway.runtime.epoch.pair.settings.ledger_dir, call)

    async def metrics(self) -> str:
        """The page that Prometheus reads."""
        async with httpx.AsyncClient() as client:
            return (await client.get(f"http://127.0.0.1:{self.gateway.metrics.port}/metrics")).text


def configured(folder: Path, config: str = CONFIG) -> Path:
    """A configuration and the starter bundle in `folder`. Where it says nothing of the shared store, that has time."""
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(config if re.search("^shared:", config, re.MULTILINE) else PATIENT + config)
    if not (folder / "bundle").exists():
        copytree(STARTER, folder / "bundle")
    return folder / "config.yaml"


def leave_accounts_to_rules_of_ones_own(bundle: Path) -> None:
    """The starter bundle without what redacts account numbers, for a test's own rules to do otherwise."""
    for name in ("data_classes.yaml", "agents.yaml"):
        (bundle / name).write_text((bundle / name).read_text().replace("fin.iban, ", ""))


OpenHouse = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def open_house(tmp_path: Path) -> OpenHouse:
    """Opens houses with a configuration of the test's own."""

    @asynccontextmanager
    async def opened(config: str = CONFIG, **grant: Any) -> AsyncIterator[House]:
        path = configured(tmp_path / "house", config)
        async with gateway(path, development=True) as serving:
            house = House(serving, path.parent, "", httpx.AsyncClient())
            house.key = house.issue(**grant)
            headers = {"authorization": f"Bearer {house.key}"}
            async with httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20) as house.client:
                yield house

    return opened


@pytest.fixture
async def house(open_house: OpenHouse) -> AsyncIterator[House]:
    """The usual house: alpha (United States), beta (Europe) and an internal model."""
    async with open_house() as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The tables of what was tried. It is here: with pytest-xdist no deeper conftest is read where reports end."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.getreports(kind)]
    properties = [item for report in reports if report.when == "call" for item in report.user_properties]
    tables = [str(said) for name, said in properties if name == "table"]
    for line in [*lines(properties), *tables]:
        terminalreporter.write_line(line)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes records as one segment, and gives its folder, as the ledger does it."""

    def written(*given: Record, name: str = "") -> Path:
        number = len(list(tmp_path.iterdir()))
        path = tmp_path / f"{name or f'{number:03}'}.ecl"
        path.write_bytes(b"".join(frame(n, one.to_bytes()) for n, one in enumerate(given)))
        return tmp_path

    return written
