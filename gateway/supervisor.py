"""The supervisor of several workers: starts them, replaces those that die or hang, has all of them do what one is told.

It judges no call and sees none. It holds the sockets that staff tools connect to, so that no connection is lost while
workers come and go: what one doesn't take any more, another does.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from random import random
from typing import Any

from gateway.config.settings import Settings
from gateway.config.starting import starting_settings
from gateway.server import Listener, bound, shut
from gateway.workers.backoff import Backoff
from gateway.workers.child import Child, ending
from gateway.workers.errors import RestartRefused, StartRefused
from gateway.workers.fanning import reload
from gateway.workers.figures import Figures
from gateway.workers.line import Message
from gateway.workers.sharing import shared
from gateway.workers.simulators import Simulators
from gateway.workers.station import Station
from gateway.workers.surface import control_surface, health_surface
from observability.logs import Log

REFUSED = 2
FIXED = ("server", "state_dir", "organisation", "keyring", "shared", "simulator")
"""Settings in which workers that serve at the same time can't differ."""
START_SECONDS = 120.0
LOOK_SECONDS = 1.0
LINGER_SECONDS = 2.0
"""How long kept connections of a worker that is replaced may be used once more."""
_GRACE_SECONDS = 10.0
"""What workers get beyond `limits.drain_seconds` to end: to tell the rest, and to close their ledgers."""


def run(config: Path, settings: Settings, *, development: bool = False) -> int:
    """Supervises until SIGTERM or SIGINT; the exit code as that of a single process."""
    try:
        return asyncio.run(_run(config, settings, development))
    except StartRefused as refused:
        return refused.code if refused.code > 0 else REFUSED
    except OSError as failed:
        print(f"can't listen or write: {failed}", file=sys.stderr)  # noqa: T201
        return REFUSED


async def _run(config: Path, settings: Settings, development: bool) -> int:
    async with AsyncExitStack() as stack:
        simulator, urls = settings.simulator, {}
        if simulator.enabled and simulator.names:
            simulators = await Simulators.start(simulator.names, simulator.port)
            stack.push_async_callback(simulators.stop)
            urls = dict(simulators.urls)
        supervisor = Supervisor(config, settings, urls)
        stack.push_async_callback(supervisor.end)
        health, control = Listener(health_surface(supervisor)), Listener(control_surface(supervisor))
        await health.listen(settings.server.metrics.host, settings.server.metrics.port)
        stack.push_async_callback(_closed, health)
        await supervisor.start(development=development)
        await control.listen_unix(settings.control_socket)
        stack.push_async_callback(_closed, control)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, supervisor.stopping.set)
        loop.add_signal_handler(signal.SIGUSR2, supervisor.restart_soon)
        server = settings.server
        _say(f"ecluse serves at http://{server.data.host}:{supervisor.port} with {server.workers} workers  "
             f"(metrics http://{server.metrics.host}:{health.port}/metrics)")  # fmt: skip
        if development:
            supervisor.serving[0].announce()
        await supervisor.stopping.wait()
        _say(f"draining: {supervisor.calls} calls in flight, up to {supervisor.drain_seconds:g} s")
        await supervisor.stop()
    _say("stopped")
    return 0


class Supervisor:
    """The workers of one installation. port: where staff tools connect. stopping: set it to end all."""

    def __init__(self, config: Path, settings: Settings, simulators: dict[str, str]) -> None:
        self.config, self.settings = config, settings
        self.stopping = asyncio.Event()
        self.draining = False
        self.started = time.monotonic()
        self.figures = Figures()
        self.children: list[Child] = []
        """All that live, those that finish their calls as well."""
        self._simulators = simulators
        self._sockets = _sockets(settings)
        self._log = Log(sys.stderr.buffer, clock=lambda: datetime.now(UTC))
        self._serving: dict[int, Child] = {}
        self._backoffs = [Backoff(random) for _ in self._sockets]
        self._made = 0
        self._shared: dict[int, bool] = {}
        self._rolling = asyncio.Lock()
        self._sharing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Of the data listeners."""
        return int(self._sockets[0].getsockname()[1])

    @property
    def serving(self) -> list[Child]:
        """The workers, by slot: those that serve and are to go on."""
        return [self._serving[slot] for slot in sorted(self._serving)]

    @property
    def missing(self) -> list[str]:
        """The slots without a worker now."""
        return [f"w{slot}" for slot in range(len(self._sockets)) if slot not in self._serving]

    @property
    def calls(self) -> int:
        """In flight, as last told."""
        return sum(child.calls for child in self.children)

    @property
    def drain_seconds(self) -> float:
        """What calls in flight get at most, as the workers have it now."""
        return max((child.drain_seconds for child in self.children), default=0.0)

    async def start(self, *, development: bool) -> None:
        """The first worker, which makes what isn't there yet and takes all connections; then the others at once.

        Raises StartRefused.
        """
        first = await self._spawn(0, development=development)
        await self._begun(first)
        others = [await self._spawn(slot, in_force=first.revision) for slot in range(1, len(self._sockets))]
        await asyncio.gather(*(self._begun(other) for other in others))
        self._beside(self._watch())

    async def stop(self) -> None:
        """Says that it will; then takes no more connections, and waits for the calls in flight."""
        self.draining = True
        for child in self.children:
            if child.ready:
                child.unready()
            else:
                child.kill()
        await asyncio.sleep(self.settings.server.unready_seconds)
        await asyncio.gather(*(child.accept(()) for child in self.children))
        for listening in self._sockets:
            shut(listening)
        for child in self.children:
            child.drain(0.0)
        ends = [child.ended for child in self.children]
        if ends:
            await asyncio.wait(ends, timeout=self.drain_seconds + _GRACE_SECONDS)

    async def end(self) -> None:
        """Leaves nothing behind, whatever happened."""
        self.draining = True
        for task in self._tasks:
            task.cancel()
        for child in tuple(self.children):
            child.kill()
        await asyncio.gather(*(child.ended for child in tuple(self.children)))
        for listening in self._sockets:
            listening.close()

    def restart_soon(self) -> None:
        """A rolling restart, beside; why it didn't come about is logged."""

        async def rolled() -> None:
            try:
                await self.restart()
            except RestartRefused as refused:
                _say(f"not restarted: {refused}")

        self._beside(rolled())

    async def restart(self) -> int:
        """Replaces one worker after the other: the new one serves before the old one takes no more; how many.

        The old ones finish their calls beside. Raises RestartRefused: what is there goes on.
        """
        if self._rolling.locked():
            raise RestartRefused("a restart is under way")
        async with self._rolling:
            await self._refuse_fixed()
            revision = ""
            for slot in range(len(self._sockets)):
                if self.draining:
                    raise RestartRefused("the gateway stops")
                child = await self._spawn(slot, in_force=revision, strict=not revision, succeeds="restarted")
                if not await child.began(START_SECONDS):
                    raise RestartRefused(
                        f"the new w{slot} doesn't start (its words are in the log); {slot} were replaced"
                    )
                revision = child.revision
                await self._take_over(child)
            return len(self._sockets)

    async def _refuse_fixed(self) -> None:
        """What only a stop and a start bring into force."""
        new = await asyncio.to_thread(starting_settings, self.config)
        if new is None:
            raise RestartRefused("the configuration can't be read")
        old = self.settings
        changed = [name for name in FIXED if getattr(new, name) != getattr(old, name)]
        if changed:
            raise RestartRefused(f"{', '.join(changed)} changed, which takes a stop and a start")

    async def _take_over(self, child: Child) -> None:
        """A new worker gets its place; who had it finishes."""
        old = self._serving.get(child.slot)
        self._serving[child.slot] = child
        await self._share()
        if old is not None and not old.leaving:
            old.drain(LINGER_SECONDS)

    async def _begun(self, child: Child) -> None:
        if not await child.began(START_SECONDS):
            raise StartRefused(child.ended.result())
        await self._take_over(child)

    async def _spawn(
        self, slot: int, *, in_force: str = "", strict: bool = False, development: bool = False, succeeds: str = ""
    ) -> Child:
        self._made += 1
        control = self.settings.worker_socket(slot, self._made)
        control.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        station = Station(
            slot=slot,
            of=len(self._sockets),
            line=theirs.fileno(),
            listening=[one.fileno() for one in self._sockets],
            control=str(control),
            simulators=self._simulators,
            in_force=in_force,
            strict=strict,
            development=development,
            succeeds=succeeds,
        )
        child = await Child.start(self.config, station, (ours, theirs), self._told)
        self.children.append(child)
        child.ended.add_done_callback(lambda _: self._ended(child))
        return child

    def _told(self, child: Child, said: Message) -> None:
        if "reload" in said:
            self._beside(self._reload(said["reload"]))
        elif "leaving" in said and not self.draining and self._serving.get(child.slot) is child:
            self._lost(child, "ended by a signal")
        elif "beat" in said and self._taking() != self._shared:
            self._beside(self._share())

    def _ended(self, child: Child) -> None:
        self.children.remove(child)
        self.figures.departed(child)
        if child.station.control_socket is not None:
            child.station.control_socket.unlink(missing_ok=True)
        if not self.draining and child.ready and self._serving.get(child.slot) is child:
            hung = time.monotonic() - child.beaten > self.settings.server.hung_seconds - LOOK_SECONDS
            self._lost(child, "hung" if hung else ending(child.ended.result()))

    def _lost(self, child: Child, how: str) -> None:
        """A worker that was to go on doesn't."""
        lived = time.monotonic() - child.started
        del self._serving[child.slot]
        self._log.event("worker.lost", level="error", worker=child.station.name, reason=how, seconds=round(lived, 1))
        self.figures.lost(child.station.name, "hung" if how == "hung" else "ended")
        self._beside(self._replace(child, how, lived))

    async def _replace(self, gone: Child, how: str, lived: float) -> None:
        """Starts another in its place, until one serves."""
        await self._share()
        while True:
            await asyncio.sleep(self._backoffs[gone.slot].died(lived))
            if gone.slot in self._serving:
                return  # a rolling restart was faster
            try:
                revision = next((one.revision for one in self.serving), gone.revision)
                child = await self._spawn(gone.slot, in_force=revision, succeeds=f"{how} ({gone.process.pid})")
            except OSError as failed:
                self._log.event(
                    "worker.not_started", level="error", worker=gone.station.name, error=type(failed).__name__
                )
                continue
            if await child.began(START_SECONDS):
                await self._take_over(child)
                self._log.event("worker.replaced", level="warning", worker=gone.station.name, reason=how)
                return
            lived = 0.0

    async def _share(self) -> None:
        """Every socket gets its one taker."""
        async with self._sharing:
            self._shared = self._taking()
            plan = shared(len(self._sockets), self._shared)
            # Who takes more first: for a moment a socket may have two takers, but never none.
            for slot in sorted(plan, key=lambda one: -len(plan[one])):
                child = self._serving.get(slot)
                if child is not None and not self.draining:
                    await child.accept(plan[slot])

    def _taking(self) -> dict[int, bool]:
        return {slot: child.takes for slot, child in self._serving.items()}

    async def _watch(self) -> None:
        """Ends those that hang. Where this process itself was stopped for a while, it first hears what was said."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            now = time.monotonic()
            late = now - before > 3 * LOOK_SECONDS
            for child in self.children:
                if child.ready and not late and now - child.beaten > self.settings.server.hung_seconds:
                    child.kill()
            if not late and self._taking() != self._shared:
                self._beside(self._share())

    async def _reload(self, by: str) -> None:
        done = await reload(self.serving, by)
        if done.status != HTTPStatus.OK:
            self._log.event("reload.refused", level="warning", reason=by)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _sockets(settings: Settings) -> list[socket.socket]:
    """One for each worker, bound to the same port. Raises OSError, also where another gateway has it."""
    host, port = settings.server.data
    if port:
        bound(host, port).close()
    first = bound(host, port, shared=True)
    port = first.getsockname()[1]
    return [first, *(bound(host, port, shared=True) for _ in range(1, settings.server.workers))]


async def _closed(listener: Listener) -> None:
    listener.stop_accepting()
    await listener.finish(1.0, lambda: None)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
