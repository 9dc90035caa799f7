"""Who keeps the bridge: what becomes of one that ends, hangs, can't be started or isn't needed any more.

The program here only says what a bridge says on its line; the real one is in the tests of the whole path.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import orjson
import pytest

from gateway.bridge import keeper as module
from gateway.bridge.environment import ENVIRONMENT
from gateway.bridge.keeper import NOT_NEEDED, SERVES, Keeper
from observability.logs import Log
from observability.metrics import Metrics

BEATS = """\
import os, select, socket, sys, time
line = socket.socket(fileno=int(sys.argv[2]))
open(sys.argv[3], "a").write(f"{os.getpid()} {sorted(os.environ)}\\n")
"""
SERVING = (
    BEATS
    + """\
while True:
    line.sendall(b'{"beat":2}\\n')
    if select.select([line], [], [], 0.02)[0]:
        open(sys.argv[3], "a").write(f"told {line.recv(100)}\\n")
        break
"""
)
ENDING = BEATS + "line.sendall(b'{\"beat\":0}\\n'); time.sleep(0.1)"
HANGING = BEATS + "line.sendall(b'{\"beat\":0}\\n'); time.sleep(60)"
FAILING = BEATS + "sys.exit(3)"


class Kept:
    """A keeper at work. needed: what it is told. said: the lines that its programs wrote."""

    def __init__(self, folder: Path, program: str) -> None:
        self.needed, self.file, self.log = True, folder / "said", BytesIO()
        self.metrics = Metrics()
        log = Log(self.log, clock=lambda: datetime.now(UTC))
        self.keeper = Keeper(
            self.file, lambda: self.needed, log, self.metrics, hung_seconds=0.4, drain_seconds=1.0, program=program
        )

    @property
    def said(self) -> list[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []

    async def until(self, fulfilled: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not fulfilled():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def keeping(folder: Path, program: str) -> AsyncIterator[Kept]:
    kept = Kept(folder, program)
    task = asyncio.create_task(kept.keeper.run())
    try:
        yield kept
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks more often than it needs to elsewhere."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.03)
    monkeypatch.setattr(module, "END_SECONDS", 0.3)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ended(*pids: int) -> None:
    """A killed process is gone when the kernel comes to it."""
    async with asyncio.timeout(20):
        while any(map(alive, pids)):
            await asyncio.sleep(0.01)


async def test_it_is_told_apart_by_its_state_and_ends_with_its_keeper(tmp_path: Path) -> None:
    async with keeping(tmp_path, SERVING) as kept:
        await kept.keeper.begun()
        shown = kept.keeper.shown()
        assert shown is not None and shown["state"] == SERVES and shown["calls"] == 2
        pid = int(kept.said[0].split()[0])
        assert shown["pid"] == pid and alive(pid)
        assert kept.metrics.snapshot()["ecluse_bridge_up"] == [[["litellm"], 1.0]]
    await ended(pid)
    assert kept.said[-1].startswith("told"), "it was asked first"


async def test_its_environment_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "OPENAI_API_KEY", "LITELLM_PROXY_API_BASE", "PYTHONPATH", "HOME"):
        monkeypatch.setenv(name, "canary")
    async with keeping(tmp_path, SERVING) as kept:
        await kept.keeper.begun()
    assert set(eval(kept.said[0].partition(" ")[2])) - {"LC_CTYPE"} == ENVIRONMENT.keys()


@pytest.mark.parametrize(("program", "reason"), [(ENDING, "ended"), (HANGING, "hung"), (FAILING, "not_started")])
async def test_it_is_started_again(program: str, reason: str, tmp_path: Path) -> None:
    async with keeping(tmp_path, program) as kept:
        await kept.until(lambda: kept.keeper.replaced[reason] >= 2 and len(kept.said) >= 3)
        lines = [orjson.loads(line) for line in kept.log.getvalue().splitlines()]
        assert {(line["event"], line["reason"]) for line in lines} == {("bridge.lost", reason)}
        counted = {tuple(labels): n for labels, n in kept.metrics.snapshot()["ecluse_bridge_restarts_total"]}
        assert counted[(reason,)] == kept.keeper.replaced[reason]
    await ended(*(int(line.split()[0]) for line in kept.said if line[0].isdigit()))


async def test_one_whose_socket_was_tidied_away_is_replaced(tmp_path: Path) -> None:
    async with keeping(tmp_path, SERVING) as kept:
        await kept.keeper.begun()
        first = kept.keeper.shown()
        kept.file.unlink()
        await kept.until(lambda: kept.keeper.replaced["ended"] == 1 and kept.keeper.state == SERVES)
        second = kept.keeper.shown()
        assert first is not None and second is not None and first["pid"] != second["pid"]
        assert kept.said[0] == "told b'{\"drain\":1.0}\\n'", "its calls have time to end"


async def test_one_that_can_not_be_started_holds_nobody_up(tmp_path: Path) -> None:
    async with keeping(tmp_path, FAILING) as kept:
        async with asyncio.timeout(10):
            await kept.keeper.begun()
        assert kept.keeper.state != SERVES


async def test_it_comes_and_goes_with_the_need(tmp_path: Path) -> None:
    async with keeping(tmp_path, SERVING) as kept:
        kept.needed = False
        await kept.keeper.begun()
        assert kept.keeper.shown() is None and not kept.said
        assert not kept.metrics.snapshot()["ecluse_bridge_up"]
        kept.needed = True
        await kept.until(lambda: kept.keeper.state == SERVES)
        kept.needed = False
        await kept.until(lambda: kept.keeper.state == NOT_NEEDED)
        assert kept.said[-1] == "told b'{\"drain\":1.0}\\n'", "its calls have time to end"
        assert not kept.keeper.replaced and not kept.log.getvalue()
