"""Gateways of several workers: how tests load them, look at their processes and tell what became of calls."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests.e2e.conftest import CONFIG, ECLUSE, Serving
from tests.parts.running import run

WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.05  # between a client's calls, so that new workers get their share of this machine


def configured(folder: Path, vendors: str, *, server: str = "workers: 2", drain_seconds: float = 20) -> Path:
    """The configuration of the other tests, for several workers. server: more of that section."""
    folder.mkdir(exist_ok=True)
    text = CONFIG.format(vendors=vendors).replace("drain_seconds: 2", f"drain_seconds: {drain_seconds}")
    text = text.replace("control: c.sock", f"control: c.sock, {server}") + "directory: {teams: [hr]}\n"
    (folder / "config.yaml").write_text(text)
    return folder


def ecluse(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command to the gateway of a folder."""
    return run([ECLUSE, words[0], *words[1:], "--config", folder / "config.yaml"], seconds=120)


def status(folder: Path) -> dict[str, Any]:
    """What `ecluse status` tells."""
    answer = ecluse(folder, "status", "--json")
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = orjson.loads(answer.stdout)
    return found


def processes(folder: Path) -> dict[str, int]:
    """The workers that serve, with their processes."""
    return {one["worker"]: one["pid"] for one in status(folder)["processes"] if one["state"] == "serves"}


def workers(serving: Serving) -> list[dict[str, Any]]:
    """What each worker serves."""
    found: list[dict[str, Any]] = status(serving.folder)["workers"]
    return found


def known_everywhere(serving: Serving, key: str = "", *, known: bool = True) -> None:
    """Waits until every worker knows a key (or none does): what one learns, the others hear within a second or so."""
    answered(serving.url, key or serving.key, 200 if known else 401)


def answered(url: str, key: str, status: int) -> None:
    """Waits until all workers at an address answer so to a key."""
    headers = {"authorization": f"Bearer {key}"}

    def all_of_them() -> bool:
        return all(httpx.get(url + "/v1/models", headers=headers).status_code == status for _ in range(16))

    until(all_of_them, f"all workers answer {status} to a key", 10.0)


def left_behind(folder: Path) -> list[str]:
    """Processes that have to do with a gateway of this folder."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = Path("/proc", name, "cmdline").read_bytes()
        except OSError:  # it has just ended
            continue
        if str(folder).encode() in command:
            found.append(command.replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def until(true: Callable[[], Any], what: str, seconds: float = WAIT_SECONDS) -> Any:
    """Waits for something outside of this process. Fails where it doesn't come."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def metric(serving: Serving, name: str) -> float:
    """The sum of a family's samples on the page of metrics."""
    page = httpx.get(serving.started.found(r"metrics (http://[0-9.:]+)") + "/metrics").text
    return sum(
        float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith((f"{name} ", f"{name}{{"))
    )


@dataclass
class Clients:
    """Clients that call without end, each once more when it has its answer. ends: what became of calls."""

    url: str
    key: str
    ends: Counter[str] = field(default_factory=Counter)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def go_on(self, number: int, *, keep: bool) -> None:
        """One client's calls. keep: over one connection, as long as it lasts."""
        limits = httpx.Limits(max_keepalive_connections=1 if keep else 0)
        headers = {"authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30, limits=limits) as client:
            while not self.stop.is_set():
                self.ends[await call(client, f"[[sim:words=5]] question {number}", stream=number % 2 == 0)] += 1
                await asyncio.sleep(PAUSE_SECONDS)

    async def during(self, work: Callable[[], Any], many: int) -> Any:
        """The clients' calls while something is done in a thread; what that returned."""
        going = [asyncio.create_task(self.go_on(number, keep=number % 3 != 0)) for number in range(many)]
        try:
            return await asyncio.to_thread(work)
        finally:
            self.stop.set()
            await asyncio.gather(*going)


async def call(client: httpx.AsyncClient, text: str, *, stream: bool = False) -> str:
    """One call; "ok", or what became of it."""
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], "stream": stream}
    try:
        answer = await client.post("/v1/chat/completions", json=body)
    except httpx.TransportError as error:
        return type(error).__name__
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.text[:200]}"
    if stream and "[DONE]" not in answer.text:
        return "error event" if '"error"' in answer.text else "cut"
    return "ok"
