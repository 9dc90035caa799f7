"""What litellm costs, and whom: the serving process that never loads it, and the bridge that does.

    bench/bridge.py                  # a minute at most; needs requirements/litellm.txt

Loading: CPU seconds and resident memory of a fresh interpreter that loads what a serving process loads, and of one that
loads litellm as well; the median of three. Calls: CPU milliseconds of a call in the bridge's process, by its own clock
in /proc, after a hundred to warm up; one after the other, the vendor is a simulator in this process.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx

from adapters.vendors.litellm import Asked
from adapters.vendors.simulator import SimulatorServer
from gateway.bridge.environment import ENVIRONMENT
from gateway.bridge.keeper import Keeper
from observability.logs import Log
from observability.metrics import Metrics

CALLS, WARM = 300, 100
_LOADS = """\
import resource, sys
sys.path.insert(0, sys.argv[1])
import gateway.serve
if sys.argv[2] == "with":
    import litellm
used = resource.getrusage(resource.RUSAGE_SELF)
rss = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
print(used.ru_utime + used.ru_stime, rss)
"""
_ROOT = Path(__file__).parents[1]


def loading(how: str) -> tuple[float, float]:
    """CPU seconds and MiB of an interpreter that loads it."""
    rounds = []
    for _ in range(3):
        command = [sys.executable, "-I", "-c", _LOADS, str(_ROOT), how]
        said = subprocess.run(command, env=dict(ENVIRONMENT), capture_output=True, text=True, check=True).stdout
        rounds.append([float(word) for word in said.split()])
    return statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds) / 2**20


def used(pid: int) -> float:
    """CPU seconds of a process until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """MiB of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def calls(client: httpx.AsyncClient, pid: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> float:
    """CPU milliseconds of one."""
    for _ in range(WARM):
        (await client.post("/v1/chat/completions", json=body, headers=headers)).raise_for_status()
    before = used(pid)
    for _ in range(CALLS):
        await client.post("/v1/chat/completions", json=body, headers=headers)
    return 1000 * (used(pid) - before) / CALLS


async def bridge() -> None:
    """Starts one and asks it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.sock"
        log = Log(BytesIO(), clock=lambda: datetime.now(UTC))
        keeper = Keeper(path, lambda: True, log, Metrics(), hung_seconds=60, drain_seconds=1)
        keeping = asyncio.create_task(keeper.run())
        await keeper.begun()
        shown = keeper.shown() or {}
        client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(path)), base_url="http://bridge.invalid", timeout=30
        )
        async with SimulatorServer(["alpha"]) as vendor, client:
            for provider, tail in (("openai", "/v1"), ("anthropic", "")):
                headers = dict([Asked(provider, vendor.url("alpha") + tail).header(), ("authorization", "Bearer sk-a")])
                words = "[[sim:say=one two three]] " + "a word " * 280
                body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": words}]}
                for stream in (False, True):
                    cost = await calls(client, shown["pid"], headers, {**body, "stream": stream})
                    print(f"bridge, {provider}, {'streamed' if stream else 'whole'}: {cost:.1f} ms of CPU a call")
        print(f"bridge, after these calls: {resident(shown['pid']):.0f} MiB resident")
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def main() -> None:
    """Prints all of it."""
    for how in ("without", "with"):
        seconds, memory = loading(how)
        print(f"a process with what serves, {how} litellm: {seconds:.1f} s of CPU to load, {memory:.0f} MiB resident")
    asyncio.run(bridge())


if __name__ == "__main__":
    main()
