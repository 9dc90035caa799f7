"""What quotas and routing cost a call: CPU time of planning, reserving and settling, by the store that is shared.

    bench/quota.py                   # about a minute
    bench/quota.py --rate 1000       # calls a second (default 2000)
    bench/quota.py --users 2000      # callers (default 200)

A whole gateway in this process, with a latency-ordered route of three destinations and six limits on each call: of the
user requests a minute and calls at once, tokens a day of the team and of the use case, and of the attempt tokens a
month of its contract and cost a day of its destination. No call is sent: of each, only the stages that plan its way,
reserve and settle are run, by many users in turn, at the rate stated, each holding for 50 ms. Counted is the CPU time
of the process less that of the same loop without those stages, so that what is done beside the calls is in it (words to
the store, their answers, timers); the median of three rounds. closely: one call after the other without a pause, which
other processes on the machine disturb less. For each call: waited, those that waited for the store; words, to it; asks,
quotas that it was asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import uvloop

from gateway import admission
from gateway.bundle.bundle import STARTER
from gateway.pricing.rates import Used
from gateway.serve import gateway, settle

QUOTAS = """\
quotas:
  - {scope: user, unit: requests, window: minute, limit: 60000}
  - {scope: user, unit: concurrent, limit: 64}
  - {scope: team, unit: tokens, window: day, limit: 50000000000}
  - {scope: use_case, unit: tokens, window: day, limit: 5000000000}
  - {scope: contract, unit: tokens, window: month, limit: 900000000000}
  - {scope: destination, unit: cost, window: day, limit: 900000}
"""
CONFIG = """\
server: {data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock}
ledger: {durability: write}
simulator: {enabled: true, port: 0, names: [alpha, beta, internal]}
vendors: {alpha: {kind: simulator}, beta: {kind: simulator}, internal: {kind: simulator}}
destinations:
  alpha/m: {vendor: alpha, model: gpt-4o-mini, contract: alpha-us}
  beta/m: {vendor: beta, model: gpt-4o-mini, contract: beta-eu}
  internal/m: {vendor: internal, model: gpt-4o-mini, contract: internal}
models:
  m: {destinations: [alpha/m, beta/m, internal/m], route: fast}
routes:
  fast: {order: latency, objectives: {first_token_seconds: 500ms, window_seconds: 60}}
"""
HEADS = ("plan", "quotas", "together", "closely", "waited", "words", "asks")
ROUNDS = 3
CLOSE = 4000
HELD_SECONDS = 0.05


def main() -> int:
    """Runs it and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=2.0)
    arguments = parser.parse_args()
    print(f"us of CPU a call, {arguments.rate:,} calls a second of {arguments.users:,} users\n")
    print(f"{'store':12}" + "".join(f"{head:>12}" for head in HEADS))
    with tempfile.TemporaryDirectory(prefix="bench-quota-") as name:
        for store in ("memory", "sqlite", "redis"):
            with redis(Path(name)) if store == "redis" else nothing() as url:
                os.environ["BENCH_STORE"] = url
                copytree(STARTER, Path(name) / store / "bundle")
                folder = Path(name) / store
                uvloop.run(row(folder, store, arguments.rate, arguments.users, arguments.seconds))
    return 0


async def row(folder: Path, store: str, rate: int, users: int, seconds: float) -> None:
    """One store's line."""
    url = ", url: '${BENCH_STORE}'" if store == "redis" else ""
    (folder / "config.yaml").write_text(f"{CONFIG}shared: {{store: {store}{url}}}\n{QUOTAS}")
    async with gateway(folder / "config.yaml", development=True) as serving:
        runtime = serving.runtime
        given = await one_call(serving)
        settle()
        await asyncio.sleep(2 if store != "redis" else 11)  # a new Redis grants nothing for the time of a lease
        calls = [Call(runtime, given, f"u{n}") for n in range(users)]
        rounds = [await measured(runtime, calls, rate, seconds) for _ in range(ROUNDS)]
    print(
        f"{store:12}"
        + "".join(
            f"{statistics.median(column):12.{1 + 2 * (n > 3)}f}" for n, column in enumerate(zip(*rounds, strict=True))
        )
    )


async def measured(runtime: Any, calls: list[Call], rate: int, seconds: float) -> list[float]:
    """One round: microseconds a call, then what is counted."""
    many = rate * seconds
    idle = await spent(seconds, rate, calls, plans=False, holds=False)
    plan = await spent(seconds, rate, calls, plans=True, holds=False) - idle
    await spent(1, rate, calls, plans=True, holds=True)  # everybody has been seen
    before = counters(runtime)
    both = await spent(seconds, rate, calls, plans=True, holds=True) - idle
    counted = [(now - then) / many for now, then in zip(counters(runtime), before, strict=True)]
    close = await closely(calls, plans=True, holds=True) - await closely(calls, plans=False, holds=False)
    return [*(cpu / many * 1e6 for cpu in (plan, both - plan, both)), close, *counted]


async def closely(calls: list[Call], *, plans: bool, holds: bool) -> float:
    """Microseconds of CPU a call, one after the other."""
    begun = time.process_time()
    for number in range(CLOSE):
        await calls[number % len(calls)].run(plans=plans, holds=holds, pauses=False)
        if number % 50 == 0:
            await asyncio.sleep(0)
    return (time.process_time() - begun) / CLOSE * 1e6


def counters(runtime: Any) -> list[float]:
    """Waits, words and asks so far."""
    page = runtime.measure.metrics.page().decode().splitlines()
    names = ("ecluse_quota_wait_seconds_count", "ecluse_quota_words_total", "ecluse_quota_asks_total")
    return [sum(float(line.rsplit(" ", 1)[1]) for line in page if line.startswith(name)) for name in names]


class Call:
    """What a call of one user has of the stages. given: what a real one was planned with."""

    def __init__(self, runtime: Any, given: tuple[Any, ...], user: str) -> None:
        _, exchange, self.ask, self.permitted, self.request = given
        self.runtime, self.given = runtime, exchange
        self.caller = replace(exchange.caller, user=user, key_id=user)

    async def run(self, *, plans: bool, holds: bool, pauses: bool = True) -> None:
        """Those stages, as the pipeline has them."""
        runtime, attempt = self.runtime, replace(self.given.attempts[0], grant=None)
        exchange = replace(self.given, caller=self.caller, grants=[], used_before=[], bound=None, attempts=[attempt])
        if plans:
            plan = runtime.router.plan(runtime, exchange, self.ask, self.permitted, self.request)
        if holds:
            await admission.reserve(runtime, exchange, self.ask, plan.candidates)
            assert await admission.room_at(runtime, exchange, self.ask, plan.candidates[0]), exchange.no_room.message(
                "en"
            )
            admission.begin(exchange, attempt)
        if plans:
            runtime.router.begun(exchange, attempt)
            runtime.router.answered(exchange, attempt)
            runtime.router.ended(runtime, exchange, attempt, None)
        if pauses:
            await asyncio.sleep(HELD_SECONDS)
        if holds:
            attempt.used = Used(400, 200)
            admission.settle_attempt(runtime, attempt)
            admission.settle(runtime, exchange)


async def spent(seconds: float, rate: int, calls: list[Call], *, plans: bool, holds: bool) -> float:
    """CPU seconds of so many calls a second, evenly in time."""
    begun, start, number = time.process_time(), time.monotonic(), 0
    tasks: set[asyncio.Task[None]] = set()
    while (passed := time.monotonic() - start) < seconds:
        while number < int(passed * rate):
            tasks.add(task := asyncio.create_task(calls[number % len(calls)].run(plans=plans, holds=holds)))
            task.add_done_callback(tasks.discard)
            number += 1
        await asyncio.sleep(0.005)
    await asyncio.gather(*tasks)
    return time.process_time() - begun


async def one_call(serving: Any) -> tuple[Any, ...]:
    """A real call; what its route was planned with."""
    runtime = serving.runtime
    key = runtime.keys.issue(admission_grant(), runtime.now())[1]
    seen: list[tuple[Any, ...]] = []
    plan = runtime.router.plan

    def watched(*given: Any) -> Any:
        seen.append(given)
        return plan(*given)

    runtime.router.plan = watched
    ask = {"model": "m", "messages": [{"role": "user", "content": "Bonjour " * 250}]}
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{serving.data.port}", headers=headers) as client:
        for _ in range(100):
            answer = await client.post("/v1/chat/completions", json=ask)
            if answer.status_code == 200:
                break
            await asyncio.sleep(0.5)
        answer.raise_for_status()
    del runtime.router.plan
    return seen[-1]


def admission_grant() -> Any:
    """Whom the key stands for."""
    from gateway.identity.keys import KeyGrant

    return KeyGrant(user="u", team="bench")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis of its own; its URL."""
    server = shutil.which("redis-server")
    assert server is not None, "apt-get install redis-server"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


@contextmanager
def nothing() -> Iterator[str]:
    """No server."""
    yield ""


if __name__ == "__main__":
    raise SystemExit(main())
