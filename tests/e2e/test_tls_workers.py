"""TLS with several workers: a renewal under streams, one that is no good while a worker is lost, and an end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509

from tests.e2e.conftest import ECLUSE, Started, Vendors, start
from tests.e2e.several import configured, ecluse, processes, status, until
from tests.gateway.tls.papers import Authority

pytestmark = pytest.mark.e2e

AUTHORITY = Authority()
TRUST = ssl.create_default_context(cadata=AUTHORITY.own.alone.decode())
STREAMS = 12


@pytest.fixture
def folder(tmp_path: Path, vendors: Vendors) -> Path:
    """The configuration of a gateway of two workers that speaks TLS."""
    tls = "workers: 2, tls: {certificate: tls/tls.pem, key: tls/tls.key}"
    made = configured(tmp_path / "tls", vendors.url, server=tls)
    AUTHORITY.issue(ends=2).into(made / "tls")
    return made


@pytest.fixture
def started(folder: Path) -> Iterator[Started]:
    command: list[str | Path] = [ECLUSE, "serve", "--config", folder / "config.yaml", "--development"]
    one = start(command, "ECLUSE_KEY=", folder / "gateway.log")
    try:
        yield one
    finally:
        assert one.stop() == 0


def where(started: Started) -> tuple[str, int]:
    return "127.0.0.1", int(started.found("serves at https://127.0.0.1:([0-9]+)"))


def serials(started: Started, many: int = 16) -> set[int]:
    """Of the certificates that new connections see, whichever worker takes them."""
    found = set()
    for _ in range(many):
        with (
            socket.create_connection(where(started), 10) as plain,
            TRUST.wrap_socket(plain, server_hostname="localhost") as s,
        ):
            found.add(x509.load_der_x509_certificate(s.getpeercert(True) or b"").serial_number)
    return found


def client(started: Started) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {started.found('(ecl_[0-9A-Za-z]+)')}"}
    url = "https://{}:{}".format(*where(started))
    return httpx.AsyncClient(base_url=url, headers=headers, verify=TRUST, timeout=30)


async def stream(http: httpx.AsyncClient, begun: asyncio.Event) -> str:
    ask: dict[str, Any] = {"model": "gpt-4o-mini", "stream": True}
    ask["messages"] = [{"role": "user", "content": "[[sim:words=40,drip=0.1]]"}]
    last = ""
    async with http.stream("POST", "/v1/chat/completions", json=ask) as answer:
        async for line in answer.aiter_lines():
            begun.set()
            last = line or last
    return last


async def through(started: Started, change: Any) -> list[str]:
    """The last lines of streams during which something is done."""
    async with client(started) as http:
        begun = [asyncio.Event() for _ in range(STREAMS)]
        streams = [asyncio.create_task(stream(http, one)) for one in begun]
        async with asyncio.timeout(30):
            await asyncio.gather(*(one.wait() for one in begun))
        await asyncio.to_thread(change)
        return await asyncio.gather(*streams)


def test_renewals_good_and_bad_a_lost_worker_and_an_end(folder: Path, started: Started) -> None:
    """One gateway for all four, since its start is what takes long."""
    new = AUTHORITY.issue(ends=80)

    def renew() -> None:
        new.into(folder / "tls")
        until(lambda: serials(started) == {new.serial}, "every worker has the new certificate", 15.0)

    assert asyncio.run(through(started, renew)) == ["data: [DONE]"] * STREAMS
    assert status(folder)["tls"]["refused"] is None
    _comes_back_with_the_one_in_force(folder, started, new.serial)
    with socket.create_connection(where(started), 10):  # a handshake that never comes
        assert serials(started, 4)
        started.process.terminate()
        assert started.process.wait(20) == 0


def _comes_back_with_the_one_in_force(folder: Path, started: Started, good: int) -> None:
    """A worker that is lost while the files are no good."""
    (folder / "tls" / "tls.pem").write_bytes(AUTHORITY.issue().chain)  # its key is still that of the one before
    until(lambda: "isn't the key" in str(status(folder)["tls"]), "the workers say that it is no good", 15.0)
    before = processes(folder)
    os.kill(before["w1"], signal.SIGKILL)
    until(lambda: len(now := processes(folder)) == 2 and now["w1"] != before["w1"], "another worker serves", 30.0)
    assert serials(started) == {good}
    assert ecluse(folder, "check").returncode == 1
