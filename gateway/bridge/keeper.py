"""What keeps the bridge running: starts it when a vendor needs it, again when it ends or hangs, and ends it.

One bridge for an installation: the supervisor keeps it, or the serving process where there is one alone. Calls reach it
by the path of its socket, so whoever is started meanwhile finds the one that is there.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import random
from typing import TYPE_CHECKING, Any

import gateway
from gateway.bridge.environment import ENVIRONMENT
from gateway.workers.backoff import Backoff
from gateway.workers.line import Line

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from observability.logs import Log
    from observability.metrics import Metrics

LOOK_SECONDS = 0.5
START_SECONDS = 60.0
BEGIN_SECONDS = 20.0
END_SECONDS = 3.0
_ROOT = Path(gateway.__file__).parents[1]
MAIN = "import sys; sys.path.insert(0, sys.argv[1]); from gateway.bridge.process import main; main(*sys.argv[2:])"
NOT_NEEDED, STARTS, SERVES, RESTS = "not needed", "starts", "serves", "will be started again"


class Keeper:
    """Of one bridge. path: of its socket. wanted: whether a vendor needs it, asked again and again. hung_seconds: how
    long it may give no sign of life. drain_seconds: what calls get where it isn't needed any more.

    state: what it does, in words for the operator. replaced: how often it was, by reason: ended | hung | not_started.
    """

    def __init__(
        self,
        path: Path,
        wanted: Callable[[], bool],
        log: Log,
        metrics: Metrics,
        *,
        hung_seconds: float,
        drain_seconds: float,
        program: str = MAIN,
    ) -> None:
        self._path, self._wanted, self._log, self._metrics = path, wanted, log, metrics
        self._hung, self._drain, self._program = hung_seconds, drain_seconds, program
        self._backoff = Backoff(random)
        self._settled = asyncio.Event()
        self._bridge: _Bridge | None = None
        self.state = NOT_NEEDED
        self.replaced: Counter[str] = Counter()

    @classmethod
    def of(cls, settings: Settings, wanted: Callable[[], bool], log: Log, metrics: Metrics) -> Keeper:
        """As a configuration has it."""
        return cls(
            settings.bridge_socket, wanted, log, metrics,
            hung_seconds=settings.server.hung_seconds, drain_seconds=settings.limits.drain_seconds,
        )  # fmt: skip

    async def run(self) -> None:
        """Until cancelled; then the bridge ends with it."""
        while True:
            if not self._wanted():
                self._now(NOT_NEEDED)
                await asyncio.sleep(LOOK_SECONDS)
                continue
            started = time.monotonic()
            lost = await self._lived()
            if lost:
                self._lost(lost)
                await asyncio.sleep(self._backoff.died(time.monotonic() - started))

    async def begun(self) -> None:
        """Waits until it serves, can't be started or isn't needed; for a while, as other vendors need no bridge."""
        with suppress(TimeoutError):
            async with asyncio.timeout(BEGIN_SECONDS):
                await self._settled.wait()

    @property
    def pid(self) -> int | None:
        """Of the process that runs litellm; None where there is none now."""
        return self._bridge.process.pid if self._bridge is not None else None

    def shown(self) -> dict[str, Any] | None:
        """For `ecluse status`; None where no vendor needs it."""
        if self.state == NOT_NEEDED:
            return None
        bridge = self._bridge
        about = {} if bridge is None else {"pid": bridge.process.pid, "calls": bridge.calls}
        return {"state": self.state, **about, "replaced": dict(self.replaced) or None}

    async def _lived(self) -> str:
        """The life of one process; what became of it, "" where it was told to end."""
        self._now(STARTS)
        try:
            bridge = self._bridge = await _Bridge.start(self._path, self._program)
        except OSError:
            return "not_started"
        try:
            while not bridge.ended.done():
                await asyncio.wait((bridge.ended,), timeout=LOOK_SECONDS)
                if bridge.serves:
                    self._now(SERVES)
                if (hung := self._hangs(bridge)) and not bridge.ended.done():
                    bridge.kill()
                    await bridge.ended
                    return hung
                if not self._wanted():
                    await bridge.drain(self._drain)
                    return ""
                if bridge.serves and not self._path.exists():  # somebody tidied: no call reaches it any more
                    await bridge.drain(self._drain)
            return "ended" if bridge.serves else "not_started"
        finally:
            self._bridge = None
            await bridge.end()

    def _hangs(self, bridge: _Bridge) -> str:
        silent = time.monotonic() - bridge.beaten
        if bridge.serves:
            return "hung" if silent > self._hung else ""
        return "not_started" if silent > START_SECONDS else ""

    def _lost(self, reason: str) -> None:
        self._now(RESTS)
        self.replaced[reason] += 1
        self._metrics.inc("ecluse_bridge_restarts_total", (reason,))
        self._log.event("bridge.lost", reason=reason)

    def _now(self, state: str) -> None:
        self.state = state
        self._metrics.forget("ecluse_bridge_up")
        if state != NOT_NEEDED:
            self._metrics.set("ecluse_bridge_up", ("litellm",), float(state == SERVES))
        if state != STARTS:
            self._settled.set()


class _Bridge:
    """One process. serves: it has said so. beaten: when it last gave a sign of life. calls: under way in it."""

    def __init__(self, process: asyncio.subprocess.Process, line: Line) -> None:
        self.process, self._line = process, line
        self.serves, self.calls, self.beaten = False, 0, time.monotonic()
        self.ended = asyncio.create_task(self._life())

    @classmethod
    async def start(cls, path: Path, program: str) -> _Bridge:
        """A fresh interpreter with an environment of its own: nothing of ours reaches litellm. Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-c", program, str(_ROOT), str(theirs.fileno()), str(path),
                stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),), start_new_session=True, cwd="/",
                env=dict(ENVIRONMENT),
            )  # fmt: skip
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(process, await Line.open(ours))

    async def drain(self, seconds: float) -> None:
        """Has it finish its calls, and waits until it has."""
        self._line.say(drain=seconds)
        await asyncio.wait((self.ended,), timeout=seconds + END_SECONDS)

    async def end(self) -> None:
        """Ends it, the calls in it as well."""
        if not self.ended.done():
            self._line.say(drain=0.0)
            await asyncio.wait((self.ended,), timeout=END_SECONDS)
            self.kill()
        await self.ended

    def kill(self) -> None:
        """Ends it as it is."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def _life(self) -> int:
        async for said in self._line.heard():
            self.serves, self.calls, self.beaten = True, said["beat"], time.monotonic()
        code = await self.process.wait()
        await self._line.close()
        return code
