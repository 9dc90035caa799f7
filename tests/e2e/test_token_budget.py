"""A token budget under load while everything fails: no more is admitted than the limit, and hardly less.

With Redis: three replicas, one killed, the Redis frozen for five seconds and then restarted empty. With SQLite: four
workers under their supervisor, one killed, the file locked for five seconds.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from adapters.vendors.simulator import Recorder, SimulatorServer
from gateway.config import load_settings
from gateway.identity.keyring import Keyring
from gateway.identity.keys import KeyGrant, KeyStore
from tests.e2e.conftest import ECLUSE, Started, start
from tests.e2e.several import configured, processes
from tests.parts.redis_server import needs_redis, redis_server

pytestmark = pytest.mark.e2e

CLIENTS = 200
CALLS = 4000
OUTPUT = 24
TEXT = f"[[sim:words={OUTPUT}]] Bonjour"
BODY = json.dumps({"model": "gpt-4o-mini", "max_tokens": OUTPUT, "messages": [{"role": "user", "content": TEXT}]})
HELD = len(BODY) + OUTPUT
"""What a call reserves: a token for each byte, and its whole output."""

USED = 56
"""What the vendor counts of it."""

LIMIT = CALLS * USED
QUOTAS = f"quotas:\n  - {{scope: team, unit: tokens, window: month, limit: {LIMIT}}}\n"
LEASE_SECONDS = 5.0


@dataclass
class Load:
    """Clients that call until told to stop, wherever somebody answers. broken: calls whose end nobody knows."""

    urls: list[str]
    key: str
    ends: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def client(self, number: int) -> None:
        """One client, patient for longer each time that it is refused."""
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        where, pause = itertools.cycle(self.urls[number % len(self.urls) :] + self.urls), 0.0
        url = next(where)
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(30)) as session:
            while not self.stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stop.wait(), pause)
                try:
                    async with session.post(f"{url}/v1/chat/completions", data=BODY) as answer:
                        said = await answer.json()
                except aiohttp.ClientConnectorError:
                    url, pause = next(where), 0.2
                    continue
                except (aiohttp.ClientError, OSError, TimeoutError):
                    self.broken += 1
                    url, pause = next(where), 0.2
                    continue
                if answer.status == 200:
                    self.ends["served"], pause = self.ends["served"] + 1, 0.0
                    assert said["usage"]["total_tokens"] == USED
                else:
                    self.ends[said["error"]["code"] or str(answer.status)] += 1
                    pause = min(pause * 2 + 0.1, 1.0)

    async def until_used(self, vendor: Recorder, share: float) -> None:
        """Returns when the vendor has served so much of the limit."""
        began = time.monotonic()
        while len(vendor) * USED < share * LIMIT:
            assert time.monotonic() - began < 60, f"no progress: {self.ends}"
            await asyncio.sleep(0.05)


Misfortunes = Callable[[], Awaitable[None]]


async def spent(load: Load, vendor: Recorder, misfortunes: Misfortunes) -> str:
    """Uses the budget up while misfortunes happen; what came of it, in one line."""
    began = time.monotonic()
    clients = [asyncio.create_task(load.client(number)) for number in range(CLIENTS)]
    try:
        await misfortunes()
        served, quiet = -1, time.monotonic()
        while time.monotonic() - quiet < LEASE_SECONDS + 3:  # until nothing was served for longer than a lease
            if served != load.ends["served"]:
                served, quiet = load.ends["served"], time.monotonic()
            await asyncio.sleep(0.1)
    finally:
        load.stop.set()
        await asyncio.gather(*clients)
    used = len(vendor) * USED
    held = load.broken * (HELD - USED)
    left = LIMIT - used - held
    said = (
        f"limit {LIMIT:,} tokens, {CLIENTS} clients, {len(vendor):,} calls at the vendor used {used:,}; "
        f"{load.broken} calls of the killed process hold {held:,} more; unused {left:,} ({left / LIMIT:.2%}); "
        f"{time.monotonic() - began:.0f} s; {dict(load.ends)}"
    )
    assert used <= LIMIT, said
    assert left < 0.02 * LIMIT, said
    return said


def housed(folder: Path, vendors: str, more: str, *, server: str = "workers: 1") -> Path:
    """A folder with a configuration of its own."""
    one = configured(folder, vendors, server=server)
    with (one / "config.yaml").open("a") as file:
        file.write(more)
    return one


def keyed(folders: list[Path]) -> str:
    """One keyring for all of them, and a key that all know."""
    Keyring.create(folders[0] / "keyring", development=True)
    settings = load_settings(folders[0] / "config.yaml", environ=os.environ)
    settings.state_dir.mkdir()
    store = KeyStore.open(settings.keys_file, Keyring.load(settings.keyring.dir), settings.organisation)
    _, key = store.issue(KeyGrant(user="load", team="development"), datetime.now(UTC))
    for other in folders[1:]:
        shutil.copytree(folders[0] / "keyring", other / "keyring")
        shutil.copytree(settings.state_dir, other / "state")
    return key


async def served(folder: Path, stack: ExitStack) -> Started:
    """A gateway that serves, ended with the stack."""
    command: list[str | Path] = [ECLUSE, "serve", "--config", folder / "config.yaml", "--development"]
    started = await asyncio.to_thread(start, command, "serves at", folder / "gateway.log")
    stack.callback(started.stop)
    return started


@needs_redis
async def test_three_replicas_one_killed_and_a_redis_frozen_and_restarted_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor = Recorder(most=10 * CALLS, most_bytes=2**30)
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(tmp_path / "redis"))
        monkeypatch.setenv("SHARED_STORE", redis.url)
        async with SimulatorServer(("alpha", "beta"), recorder=vendor) as vendors:
            shared = f"shared: {{store: redis, url: '${{SHARED_STORE}}', lease_seconds: {LEASE_SECONDS}}}\n"
            url = vendors.url("alpha").rsplit("/", 1)[0]
            folders = [housed(tmp_path / f"replica{n}", url, shared + QUOTAS) for n in range(3)]
            key = keyed(folders)
            gateways = await asyncio.gather(*(served(folder, stack) for folder in folders))
            load = Load([one.found("serves at (http://[0-9.:]+)") for one in gateways], key)

            async def misfortunes() -> None:
                await load.until_used(vendor, 0.25)
                gateways[2].kill(group=False)
                await load.until_used(vendor, 0.4)
                redis.freeze()
                await asyncio.sleep(5)
                redis.thaw()
                await load.until_used(vendor, 0.55)
                redis.kill()
                redis.start()

            said = await spent(load, vendor, misfortunes)
    with capsys.disabled():
        print(f"\nthree replicas with Redis: {said}")
    assert load.ends["quota_exceeded"]


async def test_four_workers_one_killed_and_the_file_locked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vendor = Recorder(most=10 * CALLS, most_bytes=2**30)
    with ExitStack() as stack:
        async with SimulatorServer(("alpha", "beta"), recorder=vendor) as vendors:
            shared = f"shared: {{lease_seconds: {LEASE_SECONDS}}}\n"
            url = vendors.url("alpha").rsplit("/", 1)[0]
            folder = housed(tmp_path / "gateway", url, shared + QUOTAS, server="workers: 4")
            key = keyed([folder])
            gateway = await served(folder, stack)
            load = Load([gateway.found("serves at (http://[0-9.:]+)")], key)

            def locked(seconds: float) -> None:
                with sqlite3.connect(folder / "state" / "shared.db", isolation_level=None) as file:
                    file.execute("BEGIN EXCLUSIVE")
                    time.sleep(seconds)
                    file.execute("ROLLBACK")

            async def misfortunes() -> None:
                await load.until_used(vendor, 0.25)
                os.kill((await asyncio.to_thread(processes, folder))["w3"], signal.SIGKILL)
                await load.until_used(vendor, 0.4)
                await asyncio.to_thread(locked, 5)

            said = await spent(load, vendor, misfortunes)
    with capsys.disabled():
        print(f"\nfour workers with SQLite: {said}")
    assert load.ends["quota_exceeded"]
