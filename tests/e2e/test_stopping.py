"""Stops of an operator with three workers: everywhere within 5 s, whatever hangs, and never served after."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Serving, Vendors, serve
from tests.e2e.several import configured, ecluse, known_everywhere, metric, processes, status, until
from tests.parts.redis_server import RedisServer, needs_redis, redis_server

pytestmark = pytest.mark.e2e

PROMISED_SECONDS = 5.0


@pytest.fixture
def three(tmp_path: Path, vendors: Vendors) -> Iterator[Serving]:
    """A gateway of three workers that share a SQLite file."""
    serving = serve(configured(tmp_path / "three", vendors.url, server="workers: 3, hung_seconds: 60"))
    try:
        known_everywhere(serving)
        yield serving
    finally:
        serving.started.stop()


def codes(serving: Serving, many: int = 24) -> set[str]:
    """What calls over connections of their own are told: whichever worker takes them."""
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}
    headers = {"authorization": f"Bearer {serving.key}"}
    answers = (httpx.post(f"{serving.url}/v1/chat/completions", json=body, headers=headers) for _ in range(many))
    return {"ok" if answer.is_success else str(answer.json()["error"]["code"]) for answer in answers}


def hears_of_the_stop_before_it_serves(serving: Serving) -> None:
    """Waits until all that calls are told is the stop, and sees that none was served until then."""
    seen: set[str] = set()

    def followed() -> bool:
        now = codes(serving)
        seen.update(now)
        return now == {"caller_stopped"}

    until(followed, "everybody knows of the stop")
    assert "ok" not in seen


def user(serving: Serving) -> str:
    listed = ecluse(serving.folder, "keys", "list")
    return listed.stdout.split("user ")[1].split(",")[0]


def test_a_stop_ends_every_stream_of_every_worker(three: Serving) -> None:
    body = {"model": "gpt-4o-mini", "stream": True}
    body["messages"] = [{"role": "user", "content": "[[sim:words=3000]] [[sim:drip=0.02]]"}]
    who = user(three)

    async def streams() -> tuple[list[str], float]:
        headers = {"authorization": f"Bearer {three.key}"}
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(base_url=three.url, headers=headers, timeout=60, limits=limits) as client:
            asked = [asyncio.create_task(client.post("/v1/chat/completions", json=body)) for _ in range(24)]
            await asyncio.to_thread(until, lambda: metric(three, "ecluse_in_flight") == 24, "24 streams")
            begun = time.monotonic()
            done = await asyncio.to_thread(ecluse, three.folder, "stop", "user", who, "--now", "--reason", "test")
            assert done.returncode == 0 and "note" not in done.stderr, done.stderr
            answers = await asyncio.gather(*asked)
            return [answer.text for answer in answers], time.monotonic() - begun

    texts, seconds = asyncio.run(streams())
    print(f"\n24 streams of three workers ended {seconds:.2f} s after the command began")
    assert seconds < PROMISED_SECONDS
    assert all('"stopped"' in text and "[DONE]" not in text for text in texts)
    assert codes(three) == {"caller_stopped"}
    until(lambda: metric(three, "ecluse_stops") == 1, "the page, a second old at most, tells of the stop")
    assert [stop["kind"] for stop in status(three.folder)["stops"]] == ["user"]
    assert ecluse(three.folder, "start", "user", who).returncode == 0
    until(lambda: codes(three) == {"ok"}, "all workers go on", PROMISED_SECONDS)
    assert ecluse(three.folder, "start", "user", who).returncode == 1


def test_a_key_that_was_revoked_is_refused_everywhere_and_after_a_kill(three: Serving) -> None:
    listed = ecluse(three.folder, "keys", "list").stdout.split()[0]
    done = ecluse(three.folder, "keys", "revoke", listed, "--now")
    assert done.returncode == 0, done.stderr
    until(lambda: codes(three) == {"invalid_api_key"}, "no worker takes the key", PROMISED_SECONDS)
    before = processes(three.folder)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(set(processes(three.folder).values()) - set(before.values())) == 3, "three others")
    assert codes(three) == {"invalid_api_key"}


def test_while_the_store_is_locked_callers_are_turned_away_and_nothing_stopped_is_served(three: Serving) -> None:
    lock = sqlite3.connect(three.folder / "state" / "shared.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    done = ecluse(three.folder, "stop", "user", user(three))
    assert done.returncode == 0 and "the shared store doesn't answer" in done.stderr
    until(lambda: codes(three) <= {"state_stale"}, "every worker hears nothing", 3 * PROMISED_SECONDS)
    lock.execute("ROLLBACK")
    lock.close()
    hears_of_the_stop_before_it_serves(three)


def test_a_worker_that_stood_still_serves_nothing_that_was_stopped_meanwhile(three: Serving) -> None:
    still = processes(three.folder)["w2"]
    os.kill(still, signal.SIGSTOP)
    try:
        who = user(three)
        assert ecluse(three.folder, "stop", "user", who).returncode == 0
        time.sleep(PROMISED_SECONDS)
    finally:
        os.kill(still, signal.SIGCONT)
    assert codes(three) <= {"state_stale", "caller_stopped"}
    until(lambda: codes(three) == {"caller_stopped"}, "every worker knows of the stop", PROMISED_SECONDS)


@pytest.fixture
def replicas(tmp_path: Path, vendors: Vendors) -> Iterator[tuple[Serving, Serving, RedisServer]]:
    """Two replicas of two workers each, one keyring and a Redis; the second learns the key from there."""
    with redis_server(tmp_path / "redis") as redis, ExitStack() as stack:
        (tmp_path / "redis.url").write_text(redis.url)
        started: list[Serving] = []
        for name in ("one", "two"):
            folder = configured(tmp_path / name, vendors.url, server="workers: 2")
            with (folder / "config.yaml").open("a") as config:
                config.write('keyring: {dir: ../ring}\nshared: {store: redis, url: "file:../redis.url"}\n')
            serving = serve(folder, key=started[0].key if started else "")
            stack.callback(serving.started.stop)
            started.append(serving)
            known_everywhere(serving)
        yield started[0], started[1], redis


@needs_redis
def test_a_stop_reaches_every_replica_and_none_serves_it_after_a_freeze(
    replicas: tuple[Serving, Serving, RedisServer],
) -> None:
    one, two, redis = replicas
    who = user(one)
    begun = time.monotonic()
    assert ecluse(one.folder, "stop", "user", who, "--now").returncode == 0
    until(lambda: codes(two) == {"caller_stopped"}, "the other replica knows", PROMISED_SECONDS)
    print(f"\nthe other replica refused {time.monotonic() - begun:.2f} s after the command began")
    assert ecluse(two.folder, "start", "user", who).returncode == 0
    until(lambda: codes(one) | codes(two) == {"ok"}, "all go on", PROMISED_SECONDS)
    redis.freeze()
    done = ecluse(one.folder, "stop", "user", who)
    assert done.returncode == 0 and "the shared store doesn't answer" in done.stderr
    until(lambda: codes(two) == {"state_stale"}, "the other replica turns all away", 2 * PROMISED_SECONDS)
    redis.thaw()
    hears_of_the_stop_before_it_serves(two)
