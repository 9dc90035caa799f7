"""Several workers under a supervisor: restarts, deaths and hangs that calls don't notice, or only their own do."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_page

from observability.ledger import read
from tests.e2e.conftest import ECLUSE, Serving, Vendors, serve
from tests.e2e.several import (
    Clients,
    call,
    configured,
    ecluse,
    known_everywhere,
    left_behind,
    metric,
    processes,
    until,
    workers,
)
from tests.parts.redis_server import needs_redis, redis_server
from tests.parts.running import run

pytestmark = pytest.mark.e2e


@pytest.fixture
def several(tmp_path: Path, vendors: Vendors) -> Iterator[Serving]:
    """A gateway of two workers."""
    serving = serve(configured(tmp_path / "several", vendors.url, server="workers: 2, hung_seconds: 10"))
    try:
        known_everywhere(serving)
        yield serving
    finally:
        serving.started.stop()


@pytest.mark.alone
def test_no_call_fails_in_ten_rolling_restarts_under_load(several: Serving) -> None:
    before, counted = processes(several.folder), metric(several, "ecluse_requests_total")
    clients = Clients(several.url, several.key)

    def restarts() -> None:
        for _ in range(10):
            done = ecluse(several.folder, "restart")
            assert done.returncode == 0, done.stderr

    asyncio.run(clients.during(restarts, 8))
    print(f"\n{clients.ends}")
    assert set(clients.ends) == {"ok"} and clients.ends["ok"] > 100
    after = processes(several.folder)
    assert set(after) == {"w0", "w1"} and not set(after.values()) & set(before.values())
    calls = metric(several, "ecluse_requests_total") - counted
    assert calls == clients.ends["ok"], "workers that ended took no counts with them"


def test_a_killed_worker_takes_its_own_calls_alone(several: Serving, vendors: Vendors) -> None:
    """Its calls break without a clean end; nobody else's do, and another is there at once."""
    before = processes(several.folder)

    async def streams() -> Counter[str]:
        headers = {"authorization": f"Bearer {several.key}"}
        async with httpx.AsyncClient(
            base_url=several.url, headers=headers, timeout=60, limits=httpx.Limits(max_connections=100)
        ) as client:
            asked = [
                asyncio.create_task(call(client, f"[[sim:words=100,drip=0.05]] {n}", stream=True)) for n in range(24)
            ]
            await asyncio.to_thread(until, lambda: metric(several, "ecluse_in_flight") == 24, "24 calls in flight")
            os.kill(before["w1"], signal.SIGKILL)
            later = [await call(client, f"later {n}") for n in range(12)]
            assert set(later) == {"ok"}, "connections that come meanwhile are taken by the other worker"
            return Counter(await asyncio.gather(*asked))

    counted = metric(several, "ecluse_requests_total")
    ends = asyncio.run(streams())
    print(f"\n{ends}")
    assert set(ends) == {"ok", "RemoteProtocolError"}, "those of the other worker end well, its own are broken off"
    after = until(lambda: (p := processes(several.folder)) and len(p) == 2 and p, "two workers again")
    assert after["w0"] == before["w0"] and after["w1"] != before["w1"]
    assert metric(several, "ecluse_requests_total") >= counted, "counters don't go back"
    assert metric(several, "ecluse_worker_restarts_total") == 1
    assert "\nworkers replaced: w1 ended 1\n" in ecluse(several.folder, "status").stdout
    assert several.started.stop() == 0
    records = list(read(several.folder / "state" / "ledger"))
    written = {(r["call"], r["destination"]) for r in records if r["record"] in ("INTENT", "ATTEMPT-START")}
    received = {(one["call_id"], one["attempt"].partition("#")[0]) for one in vendors.received() if one["call_id"]}
    ours = {r["call"] for r in records if r["record"] == "INTENT"}
    assert len({one for one in received if one[0] in ours}) >= 24
    assert {one for one in received if one[0] in ours} <= written
    starts = [r["detail"] for r in records if r.get("event") == "start"]
    assert [s.get("succeeds") for s in starts[-1:]] == [f"ended by signal 9 ({before['w1']})"]


def test_a_worker_that_hangs_is_replaced(several: Serving) -> None:
    before = processes(several.folder)
    os.kill(before["w0"], signal.SIGSTOP)
    headers = {"authorization": f"Bearer {several.key}"}
    with httpx.Client(base_url=several.url, headers=headers, timeout=20) as client:
        for _ in range(12):  # those that come to its socket wait a little, until the other one takes from it
            assert client.get("/v1/models", headers={"connection": "close"}).status_code == 200
    assert metric(several, "ecluse_worker_restarts_total") == 0, "before it was replaced"
    after = until(
        lambda: (p := processes(several.folder)) and len(p) == 2 and p["w0"] != before["w0"] and p, "a new w0"
    )
    assert after["w1"] == before["w1"]
    with httpx.Client(base_url=several.url, headers=headers, timeout=20) as client:
        body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}
        assert client.post("/v1/chat/completions", json=body).status_code == 200
    until(lambda: metric(several, "ecluse_requests_total"), "the call on the page")
    health = several.started.found(r"metrics (http://[0-9.:]+)")
    assert httpx.get(health + "/readyz").text == "ready\n"
    assert 'reason="hung",worker="w0"' in httpx.get(health + "/metrics").text
    accept = {"accept": "application/openmetrics-text"}
    page = {f.name: f.samples for f in read_page(httpx.get(health + "/metrics", headers=accept).text)}
    took = {s.labels["process"] for s in page["process_resident_memory_bytes"] if s.value > 1 << 20}
    assert took >= {"supervisor", "w0", "w1", "w0 scribe", "w1 scribe"}
    assert [s for s in page["ecluse_request_seconds"] if s.exemplar is not None], "whichever worker it went to"


def test_workers_end_when_their_supervisor_is_killed_and_the_next_start_serves(
    several: Serving, tmp_path: Path
) -> None:
    config = several.folder / "config.yaml"
    config.write_text(config.read_text().replace("127.0.0.1:0", several.url.removeprefix("http://"), 1))
    several.started.kill(group=False)
    until(lambda: not left_behind(several.folder), "the workers' end")
    again = serve(several.folder, key=several.key)
    try:
        assert again.url == several.url
        known_everywhere(again)
    finally:
        assert again.started.stop() == 0
    assert not left_behind(several.folder)


def test_a_start_that_workers_refuse_is_refused_with_their_words(tmp_path: Path, vendors: Vendors) -> None:
    folder = configured(tmp_path / "bad", vendors.url)
    (folder / "bundle").mkdir()
    (folder / "bundle" / "bad.yaml").write_text("kind: UseCase\n")
    done = subprocess.run(  # what it leaves behind stays to be seen
        [ECLUSE, "serve", "--config", folder / "config.yaml", "--development"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("bad.yaml:1:1: id is required") == 1, "once, not by each worker"
    assert not left_behind(folder)


def test_a_port_that_somebody_has_refuses_the_start(several: Serving, tmp_path: Path, vendors: Vendors) -> None:
    folder = configured(tmp_path / "second", vendors.url)
    config = folder / "config.yaml"
    config.write_text(config.read_text().replace("127.0.0.1:0", several.url.removeprefix("http://"), 1))
    done = run([ECLUSE, "serve", "--config", config, "--development"], seconds=60)
    assert done.returncode == 1 and "server.data 127.0.0.1:" in done.stderr and "is taken: set another" in done.stderr


def test_the_commands_are_those_of_one_process(several: Serving) -> None:
    """Keys of any worker, a reload at all or none, and a drain of all."""
    before = processes(several.folder)
    os.kill(before["w1"], signal.SIGTERM)  # as a service manager sends it to all processes
    made = ecluse(several.folder, "keys", "new", "--user", "anne", "--team", "hr")
    key = re.search("ecl_[0-9A-Za-z]+", made.stdout)
    assert key is not None, made.stderr
    known_everywhere(several, key.group())
    assert ecluse(several.folder, "keys", "revoke", made.stdout.split()[1]).returncode == 0
    known_everywhere(several, key.group(), known=False)
    extra = several.folder / "bundle" / "extra.yaml"
    extra.write_text("kind: UseCase\nid: extra\ntitle: Extra\nowner: a@example.org\nstatus: pilot\n")
    done = ecluse(several.folder, "reload", "--untested")
    assert done.returncode == 0, done.stderr
    revision = done.stdout.split()[1]
    assert processes(several.folder) == before
    served = {(row["worker"].partition("/")[0], row["config"]) for row in workers(several)}
    assert served == {("w0", revision), ("w1", revision)}
    extra.write_text("kind: UseCase\nid: [bad]\n")
    assert ecluse(several.folder, "reload", "--untested").returncode == 1
    assert {row["config"] for row in workers(several)} == {revision}
    assert ecluse(several.folder, "restart").returncode == 1, "bad files begin no restart"
    extra.unlink()
    assert ecluse(several.folder, "drain").returncode == 0
    assert several.started.process.wait(30) == 0
    assert not left_behind(several.folder)


@needs_redis
def test_what_needs_no_stop_reloads_and_restarts_with_redis(tmp_path: Path, vendors: Vendors) -> None:
    folder = configured(tmp_path / "several", vendors.url)
    with redis_server(tmp_path / "redis") as redis:
        (folder / "redis-url").write_text(redis.url)
        with (folder / "config.yaml").open("a") as config:
            config.write('shared: {store: redis, url: "file:redis-url"}\n')
        serving = serve(folder)
        try:
            known_everywhere(serving)
            before = processes(folder)
            done = ecluse(folder, "reload", "--untested")
            assert done.returncode == 0 and "restart" not in done.stdout, done.stdout + done.stderr
            text = (folder / "config.yaml").read_text()
            (folder / "config.yaml").write_text(text.replace("server: {", "server: {language: fr, ", 1))
            done = ecluse(folder, "reload", "--untested")
            assert done.returncode == 0 and "restart" not in done.stdout, "the language is taken at once"
            done = ecluse(folder, "restart")
            assert done.returncode == 0, done.stderr
            assert not set(processes(folder).values()) & set(before.values())
            (folder / "config.yaml").write_text(text.replace("workers: 2", "workers: 3"))
            assert "server.workers changed" in ecluse(folder, "restart").stderr
        finally:
            serving.started.stop()


def test_a_quota_is_one_for_all_workers_also_when_one_is_killed(tmp_path: Path, vendors: Vendors) -> None:
    folder = configured(tmp_path / "quota", vendors.url)
    with (folder / "config.yaml").open("a") as config:
        config.write("quotas: [{scope: user, unit: requests, window: day, limit: 60}]\n")
    serving = serve(folder)
    try:
        until(lambda: len(processes(folder)) == 2, "both workers")  # the first begins alone
        asyncio.run(_ask(serving, 30))
        os.kill(processes(folder)["w1"], signal.SIGKILL)
        ends = asyncio.run(_ask(serving, 60)) + asyncio.run(_ask(serving, 30))
        until(lambda: len(processes(folder)) == 2, "two workers again")
        ends += asyncio.run(_ask(serving, 30))
    finally:
        assert serving.started.stop() == 0
    print(f"\n{ends}")
    settled = [r for r in read(folder / "state" / "ledger") if r["record"] == "INTENT"]
    assert len(settled) <= 60, "never more than the limit, whoever asks whom"
    assert len(settled) >= 50, "a worker that was killed takes no more than its small share with it"
    assert set(ends) <= {"ok", "429"}


async def _ask(serving: Serving, many: int) -> Counter[str]:
    """So many calls, a few at once, each over a connection of its own."""
    headers = {"authorization": f"Bearer {serving.key}", "connection": "close"}
    async with httpx.AsyncClient(
        base_url=serving.url, headers=headers, timeout=30, limits=httpx.Limits(max_connections=6)
    ) as client:
        ends = await asyncio.gather(*(call(client, f"[[sim:words=3]] {number}") for number in range(many)))
    return Counter(end if end.startswith("503") else end.split()[0] for end in ends)


@pytest.mark.parametrize(("number", "ended"), [(signal.SIGTERM, True), (signal.SIGUSR2, False)])
def test_a_signal_while_it_starts_leaves_no_worker_behind(
    tmp_path: Path, vendors: Vendors, number: signal.Signals, ended: bool
) -> None:
    folder = configured(tmp_path / "several", vendors.url)
    command = [ECLUSE, "serve", "--config", folder / "config.yaml", "--development"]
    with (folder / "gateway.log").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            until(lambda: any("_force" in one for one in left_behind(folder)), "a worker starts")
            process.send_signal(number)
            if not ended:
                until(lambda: "serves at" in (folder / "gateway.log").read_text(), "it serves all the same")
                process.terminate()
            assert process.wait(40) == 0
            assert not left_behind(folder)
        finally:
            process.kill()
