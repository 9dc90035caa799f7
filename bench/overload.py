"""Four times what there is room for: the top class keeps its objective, the rest is shed early, memory stays flat.

    .venv/bin/python bench/overload.py                # all of it, about a minute and a half
    .venv/bin/python bench/overload.py vendor         # the vendor is short: 16 slots, answers of half a second
    .venv/bin/python bench/overload.py gateway        # the gateway is short of CPU: prompts of 24 kB that are new
    .venv/bin/python bench/overload.py door           # what a call costs that is turned away at the door

A gateway of its own with a vendor beside it, on loopback; calls come at their own pace: a tenth of high
priority, four of normal, five of low. The rate that there is room for is known (slots by seconds) or measured first.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from installation import install
from openloop import Load, Seen

from gateway.identity.keyring import Keyring
from gateway.identity.keys import KeyGrant, KeyStore

PORT, VENDOR, METRICS = 19082, 19083, 19467
MIX = {"high": 0.1, "normal": 0.4, "low": 0.5}
USE_CASES = {"high": "customer-support", "normal": "software-engineering", "low": "hr-letters"}
SLOTS, ANSWER_SECONDS = 16, 0.5
WORDS = [f"{a}{b}{c}" for a in ("ba", "co", "du", "fe", "gi", "lo") for b in ("r", "nt", "l", "ss") for c in "aeiou"]


def main() -> None:
    """Runs the kinds that are asked for."""
    kinds = sys.argv[1:] or ["vendor", "gateway", "door"]
    simulator = ["-m", "adapters.vendors.simulator", "--port", str(VENDOR), "--names", "measured"]
    if "vendor" in kinds:
        print(f"== the vendor is short: {SLOTS} slots, answers of {ANSWER_SECONDS} s ==", flush=True)
        with installed(simulator, most_in_flight=SLOTS) as (pid, keys):
            load = Load(PORT, keys, lambda: f"[[sim:delay={ANSWER_SECONDS}]] [[sim:words=20]] {random.random()}")
            asyncio.run(rounds(pid, load, SLOTS / ANSWER_SECONDS, 10))
    if "gateway" in kinds:
        print("== the gateway is short of CPU: prompts of 24 kB that are new, answers at once ==", flush=True)
        texts = [" ".join(random.choices(WORDS, k=4_000)) for _ in range(16)]
        with installed([str(Path(__file__).with_name("quick_vendor.py")), str(VENDOR)]) as (pid, keys):
            load = Load(PORT, keys, lambda: f"{random.choice(texts)} {random.random()}")
            asyncio.run(measured(pid, load))
    if "door" in kinds:
        with installed(simulator, limits="connections: 10") as (pid, keys):
            asyncio.run(door(pid, Load(PORT, keys, lambda: "[[sim:delay=15]] " + "mot " * 500)))


@contextmanager
def installed(
    vendor: list[str], most_in_flight: int | None = None, limits: str = ""
) -> Iterator[tuple[int, dict[str, str]]]:
    """A gateway and a simulated vendor as processes; the gateway's id, and a key for each class."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = install(
            folder, vendor=f"http://127.0.0.1:{VENDOR}/measured/v1", port=PORT, metrics=METRICS, durability="write"
        )
        config = folder / "config.yaml"
        text = config.read_text().replace("connections: 4096", "connections: 512")
        if most_in_flight is not None:
            text = text.replace("contract: measured}", f"contract: measured, most_in_flight: {most_in_flight}}}")
        config.write_text(f"{text}limits: {{{limits}}}\n" if limits else text)
        settings.state_dir.mkdir()
        store = KeyStore.open(settings.keys_file, Keyring.load(settings.keyring.dir), settings.organisation)
        grants = {p: KeyGrant(user=p, team="bench", use_cases=(use_case,)) for p, use_case in USE_CASES.items()}
        keys = {priority: store.issue(grant, datetime.now(UTC))[1] for priority, grant in grants.items()}
        serve = ["-m", "gateway.cli.main", "serve", "--config", str(config)]
        processes = [
            subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL) for command in (vendor, serve)
        ]
        try:
            until_ready()
            yield processes[1].pid, keys
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)


def until_ready() -> None:
    """Waits until the gateway takes calls."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{METRICS}/readyz"):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the gateway didn't start")


async def measured(pid: int, load: Load) -> None:
    """Finds out how many calls the gateway can do, with a few at a time, then runs the rounds."""
    begun, seen = time.monotonic(), Seen()

    async def caller() -> None:
        while time.monotonic() - begun < 4:
            await load.call(load.keys["high"], load.body(), seen)

    await asyncio.gather(*(caller() for _ in range(8)))
    assert not seen.shed and not seen.other, seen
    await rounds(pid, load, len(seen.total) / (time.monotonic() - begun), 8)


async def door(pid: int, load: Load) -> None:
    """Calls that hold most of what the process may hold; then calls of low priority, on one connection."""
    seen, number = Seen(), 3_000
    held = [asyncio.create_task(load.call(load.keys["high"], load.body(), seen)) for _ in range(8)]
    await asyncio.sleep(2)
    body = load.body()
    cpu, begun = cpu_seconds(pid), time.monotonic()
    for _ in range(number):
        await load.call(load.keys["low"], body, seen)
    spent, took = cpu_seconds(pid) - cpu, time.monotonic() - begun
    assert len(seen.shed) == number and seen.reasons == {"busy": number}, seen.reasons
    print(
        f"turned away at the door: {spent / number * 1e6:.0f} us of CPU a call, body of {len(body)} bytes; answered "
        f"within p50 {ms(seen.shed, 50)}, p95 {ms(seen.shed, 95)}; {number / took:.0f} calls/s on one connection"
    )
    await asyncio.gather(*held)


async def rounds(pid: int, load: Load, capacity: float, seconds: float) -> None:
    """Once what there is room for, then four times, then memory at rest."""
    print(f"room for {capacity:.0f} calls/s")
    for times in (1, 4):
        load.late.clear()
        before, cpu = memory(pid), cpu_seconds(pid)
        watch = asyncio.create_task(highest(pid))
        seen = await load.run(capacity * times, seconds, MIX)
        watch.cancel()
        print(f"-- {times} x: {capacity * times:.0f} calls/s for {seconds:g} s; sent late by p95 {ms(load.late, 95)}")
        for name, of in seen.items():
            print(f"   {line(name, of)}")
        print(f"   memory {before:.0f} -> highest {max(HIGHEST):.0f} -> {memory(pid):.0f} MB; "
              f"CPU {cpu_seconds(pid) - cpu:.1f} s")  # fmt: skip


def line(name: str, of: Seen) -> str:
    """One class: what was served and how soon, what was shed and how soon."""
    other = f", other {of.other}" if of.other else ""
    bare = f", {of.without_retry_after} without retry-after" if of.without_retry_after else ""
    why = " ".join(f"{reason} {number}" for reason, number in of.reasons.items())
    shed = f"shed {len(of.shed):5} ({why}) within p50 {ms(of.shed, 50)}, p95 {ms(of.shed, 95)}"
    return (
        f"{name:6} offered {of.offered:5}, served {len(of.first):5}: first word p50 {ms(of.first, 50)}, "
        f"p95 {ms(of.first, 95)}; {shed}{bare}{other}"
    )


def ms(values: list[float], percent: int) -> str:
    """A percentile in milliseconds."""
    if not values:
        return "-"
    return f"{sorted(values)[min(len(values) * percent // 100, len(values) - 1)] * 1000:,.0f} ms"


HIGHEST: list[float] = []


async def highest(pid: int) -> None:
    """Keeps the highest memory seen."""
    HIGHEST.clear()
    while True:
        HIGHEST.append(memory(pid))
        await asyncio.sleep(0.1)


def memory(pid: int) -> float:
    """Resident memory in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    """CPU time used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
