"""A rolling restart of two replicas behind a balancer under 200 live streams: none is broken, no new call fails."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import randrange

import httpx
import pytest

from gateway.config import load_settings
from gateway.identity.keyring import Keyring
from gateway.identity.keys import KeyGrant, KeyStore
from tests.e2e.conftest import ECLUSE, ROOT, Started, Vendors, start
from tests.e2e.several import answered, call, configured, ecluse, until
from tests.parts.redis_server import needs_redis, redis_server

pytestmark = pytest.mark.e2e

STREAMS = 200
PORTS = {"8081": 0, "9465": 1, "8082": 2, "9466": 3, "8080": 4}
"""As the how-to has them: data and metrics of each replica, and the balancer's."""
COMMANDS = {"haproxy": ["haproxy", "-db", "-f"], "nginx": ["nginx", "-e", "stderr", "-c"]}
SHARED = """\
shared: {store: redis, url: "${ECLUSE_REDIS}", replicas: 3}
quotas: [{scope: user, unit: requests, window: day, limit: 100000}]
"""
# Around what the how-to shows of nginx, so that it runs here without root and without a service of its own.
NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 2048; }}
http {{
access_log off;
client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
scgi_temp_path {folder}/s;
{shown}
}}
"""


def free_ports(many: int) -> list[int]:
    """Ports that nobody has now; below those that the system hands out, which another test could be given meanwhile."""
    found: set[int] = set()
    while len(found) < many:
        port = randrange(15_000, 32_000)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            found.add(port)
    return list(found)


def replicas(folder: Path, vendors: Vendors, ports: list[int]) -> tuple[list[Path], str]:
    """Two replicas with one keyring and one Redis, of two workers and of one; and a key that the first knows."""
    folders = []
    for number, workers in enumerate((2, 1)):
        more = f"workers: {workers}, unready_seconds: 2"
        one = configured(folder / f"replica{number}", vendors.url, server=more, drain_seconds=30)
        data, metrics = ports[2 * number : 2 * number + 2]
        text = (one / "config.yaml").read_text().replace("127.0.0.1:0", f"127.0.0.1:{data}", 1)
        (one / "config.yaml").write_text(text.replace("127.0.0.1:0", f"127.0.0.1:{metrics}", 1) + SHARED)
        folders.append(one)
    Keyring.create(folders[0] / "keyring", development=True)
    settings = load_settings(folders[0] / "config.yaml")
    settings.state_dir.mkdir()
    store = KeyStore.open(settings.keys_file, Keyring.load(settings.keyring.dir), settings.organisation)
    _, key = store.issue(KeyGrant(user="load", team="development"), datetime.now(UTC))
    shutil.copytree(folders[0] / "keyring", folders[1] / "keyring")
    return folders, key


def serving(folder: Path) -> Started:
    """A replica that serves."""
    command: list[str | Path] = [ECLUSE, "serve", "--config", folder / "config.yaml", "--development"]
    return start(command, "serves at", folder / "gateway.log")


@contextmanager
def balancer(kind: str, folder: Path, ports: list[int]) -> Iterator[str]:
    """A balancer as the how-to has it, on other ports; its URL."""
    if shutil.which(kind) is None:
        pytest.skip(f"{kind} is not installed")
    page = (ROOT / "docs/howto/continuity/workers.md").read_text()
    text = page.partition(f"```{kind}\n")[2].partition("```")[0]
    for shown, index in PORTS.items():
        text = text.replace(f":{shown}", f":{ports[index]}").replace(f"port {shown}", f"port {ports[index]}")
    config = folder / f"{kind}.cfg"
    config.write_text(NGINX.format(folder=folder, shown=text) if kind == "nginx" else text)
    with (folder / "balancer.log").open("wb") as log:
        process = subprocess.Popen([*COMMANDS[kind], config], stderr=log, stdout=log)
    try:
        yield f"http://127.0.0.1:{ports[-1]}"
    finally:
        process.terminate()
        process.wait(10)


async def streaming(url: str, key: str, stop: asyncio.Event, ends: Counter[str], live: set[int]) -> None:
    """200 clients, each with a stream of some seconds, and another one after it."""

    async def client(number: int, http: httpx.AsyncClient) -> None:
        while not stop.is_set():
            live.add(number)
            ends[await call(http, f"[[sim:words=24,drip=0.25]] {number}", stream=True)] += 1
            live.discard(number)

    limits = httpx.Limits(max_connections=STREAMS, max_keepalive_connections=STREAMS)
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, limits=limits) as http:
        await asyncio.gather(*(client(number, http) for number in range(STREAMS)))


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis, named in the environment of what is started."""
    with redis_server(tmp_path / "redis") as server:
        monkeypatch.setenv("ECLUSE_REDIS", server.url)
        yield


@pytest.mark.parametrize("kind", ["haproxy", "nginx"])
def test_where_no_replica_is_ready_callers_are_told_when_to_come_back(kind: str, tmp_path: Path) -> None:
    with balancer(kind, tmp_path, free_ports(5)) as url:
        until(lambda: _answer(url) is not None, "the balancer answers")
        until(lambda: (_answer(url) or httpx.Response(0)).status_code == 503, "it has seen that nobody is ready")
        answer = httpx.post(f"{url}/v1/chat/completions", json={})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["error"]["code"] == "no_gateway"


def _answer(url: str) -> httpx.Response | None:
    try:
        return httpx.get(url)
    except httpx.TransportError:
        return None


@pytest.mark.alone
@needs_redis
@pytest.mark.usefixtures("redis")
@pytest.mark.parametrize("kind", ["haproxy", "nginx"])
def test_a_rolling_restart_of_two_replicas_under_200_streams(kind: str, tmp_path: Path, vendors: Vendors) -> None:
    ports = free_ports(5)
    folders, key = replicas(tmp_path, vendors, ports)
    running = [serving(folder) for folder in folders]
    for data, metrics in (ports[0:2], ports[2:4]):
        answered(f"http://127.0.0.1:{data}", key, 200)
        until(
            lambda ready=f"http://127.0.0.1:{metrics}/readyz": httpx.get(ready).status_code == 200, "a new store grants"
        )
    ends: Counter[str] = Counter()
    live: set[int] = set()
    seen: list[int] = []

    def roll() -> None:
        until(lambda: len(live) == STREAMS, "200 live streams")
        for number, folder in enumerate(folders):
            seen.append(len(live))
            ready = f"http://127.0.0.1:{ports[2 * number + 1]}/readyz"
            assert ecluse(folder, "drain").returncode == 0
            until(lambda ready=ready: httpx.get(ready).status_code == 503, "it says that it isn't ready", 2.0)
            httpx.get(f"http://127.0.0.1:{ports[2 * number]}/").raise_for_status()  # while it still takes calls
            running[number].process.wait(60)
            assert running[number].stop() == 0
            running[number] = serving(folder)
            until(lambda ready=ready: httpx.get(ready).status_code == 200, "it is ready again")

    async def test(url: str) -> None:
        stop = asyncio.Event()
        load = asyncio.create_task(streaming(url, key, stop, ends, live))
        try:
            await asyncio.to_thread(roll)
        finally:
            stop.set()
            await load

    try:
        with balancer(kind, tmp_path, ports) as url:
            asyncio.run(test(url))
    finally:
        for one in running:
            one.stop()
    print(f"\n{dict(ends)}, live when a replica began to drain: {seen}")
    assert set(ends) == {"ok"}
    assert min(seen) > 0.9 * STREAMS
