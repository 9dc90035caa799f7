"""What a slow destination costs callers, by the order of the route, and what the order itself costs.

    bench/routing.py                 # under a minute
    bench/routing.py --crowd 4       # callers at once, and as many of the twin (default 8)
    bench/routing.py --slower 50     # times (default 20)
    bench/routing.py --plan          # only the CPU time of a plan

Real sockets: `ecluse serve` as a process of its own with simulated vendors, each answering after 100 ms. A model has
three of them, of which one then answers 20 times later; its twin has three that stay well and is asked at the same
time, so that a busy machine slows down both. Latencies are what a caller waits for the first byte of a streamed answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx

from gateway.bundle.bundle import STARTER
from gateway.config.load import load_settings
from gateway.identity.keyring import Keyring
from gateway.identity.keys import KeyGrant, KeyStore
from gateway.serve import gateway

DELAY = 0.1
VENDORS = ("one", "two", "three")
TWINS = ("four", "five", "six")
CONTRACT = """\
kind: Contract
id: {name}
vendor: {name}
trust: external
region: eu
processor: The vendor {name}
retention_days: 30
training: false
allowed_hosts: [127.0.0.1]
"""
PROMISE = "objectives: {first_token_seconds: 500ms, window_seconds: 60}"
ROUTES = {
    "latency": "{order: latency}",
    "least_busy": "{order: least_busy}",
    "weight+objectives": f"{{order: weight, {PROMISE}}}",
    "affinity+objectives": f"{{order: affinity, by: caller, {PROMISE}}}",
}
MORE = {
    "weight": "{order: weight}",
    "written": "{order: written}",
    "cost": "{order: cost}",
    "everything": (
        f"{{order: latency, {PROMISE}, splits: [{{name: s, to: ['*/two'], percent: 5}}],"
        " cases: [{name: long, when: {min_tokens: 100000, use_cases: [sandbox]}, to: ['*/three']}]}"
    ),
}


def main() -> int:
    """Runs it and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crowd", type=int, default=8)
    parser.add_argument("--slower", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--plan", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-routing-") as name:
        if not arguments.plan:
            asyncio.run(slow(Path(name) / "slow", arguments.crowd, arguments.slower, arguments.seconds))
        asyncio.run(plans(Path(name) / "plan"))
    return 0


def installed(folder: Path, routes: dict[str, str], port: int, simulator: int) -> Path:
    """Configuration, bundle and keyring: a model for each route, with destinations of its own."""
    folder.mkdir()
    copytree(STARTER, folder / "bundle")
    vendors = (*VENDORS, *TWINS)
    (folder / "bundle" / "vendors.yaml").write_text("---\n".join(CONTRACT.format(name=name) for name in vendors))
    models = {name: (route, of) for route in routes for name, of in ((route, VENDORS), (f"{route}-twin", TWINS))}
    lines = [
        f'server: {{data: "127.0.0.1:{port}", metrics: "127.0.0.1:0", control: c.sock}}',
        "ledger: {durability: write}",
        f"simulator: {{enabled: true, port: {simulator}, names: [{', '.join(vendors)}]}}",
        "vendors:", *(f"  {vendor}: {{kind: simulator}}" for vendor in vendors),
        "destinations:",
        *(
            f"  {model}/{vendor}: {{vendor: {vendor}, model: gpt-4o-mini, contract: {vendor}}}"
            for model, (_, of) in models.items() for vendor in of
        ),
        "models:", "  alone: {destinations: [latency/one], route: latency}",
        *(
            f"  {model}: {{destinations: [{', '.join(f'{model}/{v}' for v in of)}], route: {route}}}"
            for model, (route, of) in models.items()
        ),
        "routes:", *(f"  {route}: {said}" for route, said in routes.items()),
    ]  # fmt: skip
    (folder / "config.yaml").write_text("\n".join(lines) + "\n")
    return folder / "config.yaml"


async def slow(folder: Path, crowd: int, slower: float, seconds: float) -> None:
    """The table of waits."""
    port, simulator = free_port(), free_port()
    config = installed(folder, ROUTES, port, simulator)
    settings = load_settings(config)
    Keyring.create(settings.keyring.dir, development=True)
    settings.state_dir.mkdir()
    store = KeyStore.open(settings.keys_file, Keyring.load(settings.keyring.dir), settings.organisation)
    keys = [store.issue(KeyGrant(user=f"u{n}", team="bench"), datetime.now(UTC))[1] for n in range(crowd)]
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "serve", "--config", str(config)],
        stdout=subprocess.DEVNULL,
    )
    try:
        await ready(port)
        print(f"{crowd} callers, three destinations of {DELAY * 1000:.0f} ms, then one {slower:g} times slower (ms)\n")
        heads = ("well p50", "p95", "noticing p95", "then p50", "p95", "twin's p95", "times")
        print(f"{'order':22}" + "".join(f"{head:>13}" for head in heads) + "  slow one got")
        for route in ROUTES:
            for vendor in (*VENDORS, *TWINS):
                fault(simulator, vendor, f"delay={DELAY}")
            await both(port, keys, route, 0.5)
            well, _, _ = await both(port, keys, route, seconds)
            fault(simulator, "two", f"delay={DELAY * slower}")
            noticing, _, _ = await both(port, keys, route, seconds)
            then, went, twin = await both(port, keys, route, 3 * seconds)
            figures = (q(well, 50), q(well, 95), q(noticing, 95), q(then, 50), q(then, 95), q(twin, 95))
            row = "".join(f"{figure:13.0f}" for figure in figures) + f"{q(then, 95) / q(twin, 95):13.2f}"
            print(f"{route:22}{row}  {went[f'{route}/two'] / went.total():.1%} of {went.total()}", flush=True)
    finally:
        process.terminate()
        process.wait()


async def both(port: int, keys: list[str], model: str, seconds: float) -> tuple[list[float], Counter[str], list[float]]:
    """The model and its twin at the same time: waits of the one, where its calls went, waits of the other."""
    ours, twins = await asyncio.gather(load(port, keys, model, seconds), load(port, keys, f"{model}-twin", seconds))
    return *ours, twins[0]


async def load(port: int, keys: list[str], model: str, seconds: float) -> tuple[list[float], Counter[str]]:
    """Each caller asks one call after the other for so long; waits in milliseconds, and where the calls went."""
    waits: list[float] = []
    went: Counter[str] = Counter()
    until = time.perf_counter() + seconds

    async def one(key: str) -> None:
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            while (begun := time.perf_counter()) < until:
                text = f"Say something short about {begun}"
                ask = {"model": model, "stream": True, "messages": [{"role": "user", "content": text}]}
                async with client.stream("POST", "/v1/chat/completions", json=ask) as answer:
                    if answer.status_code != 200:
                        raise SystemExit(f"{answer.status_code}: {(await answer.aread()).decode()}")
                    first = 0.0
                    async for _ in answer.aiter_raw():
                        first = first or time.perf_counter()
                    waits.append((first - begun) * 1000)
                    went[answer.headers["x-ecluse-destination"]] += 1

    await asyncio.gather(*(one(key) for key in keys))
    return waits, went


async def plans(folder: Path) -> None:
    """The CPU time of what routing does on the path of a call, measured on the values of a real one."""
    config = installed(folder, {**ROUTES, **MORE}, 0, 0)
    async with gateway(config, development=True) as serving:
        runtime = serving.runtime
        key = runtime.keys.issue(KeyGrant(user="u", team="bench"), runtime.now())[1]
        seen: dict[str, tuple[Any, ...]] = {}
        plan = runtime.router.plan

        def watched(*given: Any) -> Any:
            seen[given[1].model] = given
            return plan(*given)

        runtime.router.plan = watched  # type: ignore[method-assign]
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{serving.data.port}", headers=headers) as client:
            for model in ("alone", *ROUTES, *MORE):
                ask = {"model": model, "messages": [{"role": "user", "content": "Bonjour " * 250}]}
                for _ in range(3):
                    (await client.post("/v1/chat/completions", json=ask)).raise_for_status()
        print(f"\n{'CPU of the plan, three destinations':40}{'us a call':>10}")
        for model, given in seen.items():
            print(
                f"  {model if model != 'alone' else 'one destination':38}{cpu(lambda given=given: plan(*given)):10.1f}"
            )
        router, exchange = runtime.router, seen["everything"][1]
        attempt = exchange.attempts[0]

        def around() -> None:
            router.begun(exchange, attempt)
            router.answered(exchange, attempt)
            router.ended(runtime, exchange, attempt, None)

        print(f"  {'telling it how an attempt went':38}{cpu(around):10.1f}")


def cpu(call: Callable[[], object], rounds: int = 5, times: int = 4000) -> float:
    """Microseconds of CPU, the median of some rounds."""
    took = []
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(times):
            call()
        took.append((time.process_time() - begun) / times * 1e6)
    return statistics.median(took)


def q(values: list[float], percent: int) -> float:
    """A percentile."""
    return sorted(values)[min(int(len(values) * percent / 100), len(values) - 1)]


def fault(simulator: int, vendor: str, said: str) -> None:
    """Tells a simulated vendor how to behave."""
    body = json.dumps({"fault": said, "seconds": 600}).encode()
    url = f"http://127.0.0.1:{simulator}/{vendor}/sim/fault"
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def ready(port: int) -> None:
    """Returns when the gateway answers."""
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            try:
                await client.head(f"http://127.0.0.1:{port}/")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise SystemExit("the gateway didn't start")


if __name__ == "__main__":
    sys.exit(main())
