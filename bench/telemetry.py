"""What telemetry costs: CPU of a call, the page of metrics, and a scrape that meets 200 streams.

    bench/telemetry.py               # about a minute
    bench/telemetry.py --streams 0   # without the streams

A whole gateway in this process with 12 destinations, 40 models, 50 teams and a collector for traces in another.

- A call: of one real streamed call each moment that metrics, log and traces were told of is kept, and told again some
  thousand times, one after the other. Counted is the CPU time of the process, for kept traces with that of their thread
  (made, encoded, sent). Medians of five rounds.
- The page: first the same moments are told of every team, each with all models and destinations. Its time is that of
  the event loop; longest: what anybody else waits, told by a task that does nothing but look at the clock. The least
  of five, since both contain what other processes on the machine take.
- Streams: an event each 100 ms, from a vendor to clients in processes of their own; gaps between events at the clients,
  half of the time with a scrape a second. The first round doesn't count.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise, product
from pathlib import Path
from shutil import copytree
from typing import Any, BinaryIO

import httpx
import orjson
import uvloop
from installation import CONTRACT

from gateway.bundle.bundle import STARTER
from gateway.exchange import Attempt, Exchange
from gateway.identity.keys import KeyGrant
from gateway.looking import Page
from gateway.serve import gateway, settle
from observability.exposition import Format

HERE = Path(__file__).parent
TEAMS, MODELS, DESTINATIONS = 50, 40, 12
ROUNDS, CALLS, KEPT = 5, 4000, 500
RATIO = 0.01
Moment = Callable[[Exchange | None], None]


def main() -> int:
    """Runs it and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=200)
    arguments = parser.parse_args()
    folder = tempfile.TemporaryDirectory(prefix="bench-telemetry-")
    with folder as name, other("collector") as collector, other("vendor") as vendor:
        uvloop.run(measured(Path(name), collector, vendor, arguments.streams))
    return 0


@contextmanager
def other(part: str, *words: str) -> Iterator[int]:
    """A process of `bench/beside.py`; its port."""
    process = subprocess.Popen([sys.executable, HERE / "beside.py", part, *words], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def configured(folder: Path, collector: int, vendor: int) -> Path:
    """The configuration and its bundle."""
    names = [f"d{n}" for n in range(DESTINATIONS)]
    lines = [
        'server: {data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock}',
        "organisation: bench",
        "ledger: {durability: write}",
        f"tracing: {{endpoint: 'http://127.0.0.1:{collector}', ratio: {RATIO},",
        "  most_a_second: 1000000, waiting: 100000}",
        "simulator: {enabled: true, port: 0, names: [alpha, beta, internal]}",
        "vendors:",
        "  alpha: {kind: simulator}\n  beta: {kind: simulator}\n  internal: {kind: simulator}",
        f'  measured: {{kind: openai_compatible, base_url: "http://127.0.0.1:{vendor}/v1", connections: 4096}}',
        "destinations:",
        *(f"  {name}: {{vendor: measured, model: gpt-4o-mini, contract: measured}}" for name in names),
        "models:",
        *(f"  m{n}: {{destinations: [{names[n % 12]}, {names[(n + 1) % 12]}], route: fast}}" for n in range(MODELS)),
        "routes: {fast: {order: latency, objectives: {first_token_seconds: 500ms, window_seconds: 60}}}",
        "quotas:",
        "  - {scope: user, unit: requests, window: minute, limit: 100000000}",
        "  - {scope: team, unit: tokens, window: day, limit: 1000000000000}",
    ]
    (folder / "config.yaml").write_text("\n".join(lines) + "\n")
    copytree(STARTER, folder / "bundle")
    (folder / "bundle" / "measured.yaml").write_text(CONTRACT)
    return folder / "config.yaml"


async def measured(folder: Path, collector: int, vendor: int, streams: int) -> None:
    """All of it."""
    config = configured(folder, collector, vendor)
    with open(os.devnull, "wb") as log:  # noqa: ASYNC230 - before anything is served
        await within(config, log, streams)


async def within(config: Path, log: BinaryIO, streams: int) -> None:
    """All of it, in a gateway whose log goes nowhere."""
    async with gateway(config, development=True) as serving:
        runtime = serving.runtime
        runtime.measure.log._stream = log
        key = runtime.keys.issue(KeyGrant(user="u", team="bench"), runtime.now())[1]
        exchange, moments = await told(runtime, f"http://127.0.0.1:{serving.data.port}", key)
        settle()
        await cost_of_a_call(runtime, exchange, moments)
        filled(runtime, exchange, moments["metrics"])
        await cost_of_a_page(runtime)
        if streams:
            await asyncio.to_thread(scraped, serving.data.port, serving.metrics.port, key, streams)


async def told(runtime: Any, url: str, key: str) -> tuple[Exchange, dict[str, list[Moment]]]:
    """One real call, and what was told of it to metrics, log and traces."""
    moments: dict[str, list[Moment]] = {"metrics": [], "log": [], "traces": []}
    exchanges: list[Exchange] = []
    with (
        listened(runtime.measure, lambda name: moments["log" if name == "said" else "metrics"], exchanges),
        listened(runtime.measure.log, lambda _: moments["log"], exchanges),
        listened(runtime.tracing, lambda _: moments["traces"], exchanges),
    ):
        ask = {"model": "m0", "stream": True, "messages": [{"role": "user", "content": "Appelle le 06 12 34 56 78."}]}
        async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {key}"}) as client:
            answer = await client.post("/v1/chat/completions", json=ask, timeout=20)
            answer.raise_for_status()
        await asyncio.sleep(0.2)  # until it is closed
    return exchanges[-1], moments


_inside = False


@contextmanager
def listened(teller: Any, kept: Callable[[str], list[Moment]], exchanges: list[Exchange]) -> Iterator[None]:
    """Keeps what a part is told from outside, by each of its methods. kept: where, by the method's name."""
    names = [n for n, v in vars(type(teller)).items() if not n.startswith("_") and callable(v)]

    def heard(method: Callable[..., Any], moments: list[Moment], *given: Any, **named: Any) -> Any:
        global _inside
        if _inside:
            return method(*given, **named)
        exchanges.extend(one for one in given if isinstance(one, Exchange))
        moments.append(lambda other: method(*(_instead(one, other) for one in given), **named))
        _inside = True
        try:
            return method(*given, **named)
        finally:
            _inside = False

    for name in names:
        setattr(teller, name, partial(heard, getattr(teller, name), kept(name)))
    try:
        yield
    finally:
        for name in names:
            delattr(teller, name)


def _instead(one: Any, other: Exchange | None) -> Any:
    """What is told of another call."""
    if other is None:
        return one
    return other if isinstance(one, Exchange) else other.attempts[0] if isinstance(one, Attempt) else one


async def cost_of_a_call(runtime: Any, exchange: Exchange, moments: dict[str, list[Moment]]) -> None:
    """Prints microseconds."""
    spent: dict[str, list[float]] = {"metrics": [], "log": [], "not kept": [], "kept": []}
    settings = runtime.tracing._settings
    for _ in range(ROUNDS):
        spent["metrics"].append(again(moments["metrics"], exchange, CALLS))
        spent["log"].append(again(moments["log"], exchange, CALLS))
        runtime.tracing.use(replace(settings, ratio=0.0))
        spent["not kept"].append(again(moments["traces"], exchange, CALLS))
        runtime.tracing.use(replace(settings, ratio=1.0))
        spent["kept"].append(await sent(runtime, partial(again, moments["traces"], exchange, KEPT)))
    runtime.tracing.use(settings)
    metrics, log, drop, keep = (statistics.median(column) for column in spent.values())
    whole = metrics + log + drop * (1 - RATIO) + keep * RATIO
    print(
        f"us of CPU a call: metrics {metrics:.1f} ({len(moments['metrics'])} moments), log {log:.1f}, trace not kept "
        f"{drop:.1f}, kept and sent {keep:.0f}; together at 1 % kept {whole:.1f} (bar: 40)"
    )


def again(moments: list[Moment], exchange: Exchange | None, calls: int) -> float:
    """Tells it so often; CPU microseconds of one call, the loop taken off."""
    begun = time.process_time()
    for _ in range(calls):
        for moment in moments:
            moment(exchange)
    told = time.process_time() - begun
    begun = time.process_time()
    for _ in range(calls):
        for _moment in moments:
            (lambda other: other)(exchange)
    return max(told - (time.process_time() - begun), 0.0) / calls * 1e6


async def sent(runtime: Any, work: Callable[[], float]) -> float:
    """CPU microseconds of each of the calls whose traces are kept, until they have all left."""
    before, begun = runtime.tracing.count("sent"), time.process_time()
    await asyncio.to_thread(work)
    for _ in range(600):
        if runtime.tracing.count("sent") >= before + 2 * KEPT:
            break
        await asyncio.sleep(0.05)
    else:
        raise TimeoutError("the collector didn't get all traces")
    return (time.process_time() - begun) / KEPT * 1e6


def filled(runtime: Any, exchange: Exchange, moments: list[Moment]) -> None:
    """Has told the same of calls of all teams, models and destinations, some of which failed or were left."""
    destinations = list(runtime.epoch.pair.destinations.values())
    for team, model, n in product(range(TEAMS), range(MODELS), (0, 1)):
        caller = replace(exchange.caller, team=f"team-{team}")
        candidate = exchange.attempts[0].candidate._replace(destination=destinations[(model + n) % DESTINATIONS])
        attempts = [replace(exchange.attempts[0], candidate=candidate)]
        outcome = ("served", "failed", "left")[(team + n * model) % 3]
        other = replace(exchange, caller=caller, counted=f"m{model}", attempts=attempts, outcome=outcome)
        for moment in moments:
            moment(other)


async def cost_of_a_page(runtime: Any) -> None:
    """Prints milliseconds, in both formats and as a worker gives it to its supervisor."""
    metrics = runtime.measure.metrics
    formats: tuple[Format, ...] = ("text", "openmetrics")
    for format_ in formats:
        took, longest = [], []
        for _ in range(ROUNDS + 1):
            metrics._pages.clear()
            with watched() as gaps:
                page = await Page(runtime).page(format_)
                await asyncio.sleep(0.005)
            took.append(metrics._values["ecluse_telemetry_page_seconds"][()] * 1e3)
            longest.append(max(gaps) * 1e3)
        lines, whole, most = page.count(b"\n"), min(took[1:]), min(longest[1:])
        print(
            f"page, {format_}: {metrics.series:,} series, {lines:,} lines, {len(page) / 1e6:.2f} MB: {whole:.1f} ms of "
            f"the loop (bar: 20), longest wait of others {most:.1f} ms; the first {took[0]:.1f}, {longest[0]:.1f}"
        )
    begun = [time.perf_counter()]
    for _ in range(ROUNDS):
        orjson.dumps(await Page(runtime).snapshot())
        begun.append(time.perf_counter())
    print(f"a worker's share of a page: {min(b - a for a, b in pairwise(begun)) * 1e3:.1f} ms")


@contextmanager
def watched() -> Iterator[list[float]]:
    """Seconds between the turns of a task beside."""
    gaps = [0.0]

    async def look() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            gaps.append(time.perf_counter() - last)
            last = time.perf_counter()

    task = asyncio.get_running_loop().create_task(look())
    try:
        yield gaps
    finally:
        task.cancel()


def scraped(port: int, metrics: int, key: str, streams: int) -> None:
    """Prints the gaps that clients of so many streams see, without and with a scrape a second."""
    words = [sys.executable, str(HERE / "beside.py"), "clients", str(port), str(metrics), key, str(streams)]
    said = subprocess.run(words, capture_output=True, timeout=300, check=True).stdout.decode()
    print(f"{streams} streams, an event each 100 ms (load {os.getloadavg()[0]:.1f} at the end):\n{said}", end="")


if __name__ == "__main__":
    raise SystemExit(main())
