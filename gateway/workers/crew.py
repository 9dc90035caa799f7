"""The workers that a supervisor holds together: starts them, replaces those that end or hang, tells who takes calls."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from random import random
from typing import TYPE_CHECKING, Any

from gateway.bridge.keeper import Keeper
from gateway.bridge.reach import needs_bridge
from gateway.ports import asked_by
from gateway.server import bound, shut
from gateway.tls.certificates import Certificates
from gateway.tls.handing import handed
from gateway.workers.backoff import Backoff
from gateway.workers.child import Child, ending
from gateway.workers.errors import StartRefused
from gateway.workers.fanning import reload
from gateway.workers.figures import Figures
from gateway.workers.sockets import sockets_by_worker
from gateway.workers.station import Station
from observability.logs import Log, Writer

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from gateway.workers.line import Message
    from observability.logs.fields import Field

START_SECONDS = 120.0
LOOK_SECONDS = 1.0
LINGER_SECONDS = 2.0
"""How long kept connections of a worker that is replaced may be used once more."""
_HANDED_ON = frozenset({"bridge.lost", "fault"})
_GRACE_SECONDS = 10.0
"""What workers get beyond `limits.drain_seconds` to end: to tell the rest, and to close their ledgers."""


class Crew:
    """All of them. port: where staff tools connect. stopping: set it to end all. draining: they are about to end."""

    def __init__(self, config: Path, settings: Settings, simulators: dict[str, str]) -> None:
        """Raises OSError, TlsRefused."""
        self.config, self.settings = config, settings
        self.stopping = asyncio.Event()
        self.draining = False
        self.figures = Figures()
        self.children: list[Child] = []
        """All that live, those that finish their calls as well."""
        self._simulators = simulators
        self.certificates = Certificates.of(settings.server.tls, lambda _: None, _utc_now)
        """What workers are started with: one that takes another's place must not depend on a renewal half done."""
        self._sockets = _sockets(settings)
        self.figures.own.set("ecluse_workers_wanted", (), float(self.slots))
        self._log = Log(Writer(sys.stderr.buffer), clock=_utc_now)
        self._log.use(settings.logging.level, settings.logging.calls)
        self._log.heard = self._hand_on
        self.bridge = Keeper.of(settings, self._bridged, self._log, self.figures.own)
        """Of litellm's process, which all workers share."""
        self._serving: dict[int, Child] = {}
        self._backoffs = [Backoff(random) for _ in self._sockets]
        self._made = 0
        self._shared: dict[int, bool] = {}
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

    def _bridged(self) -> bool:
        """Whether a worker serves a vendor that needs litellm; before there is one, what the files say."""
        ready = [child.bridged for child in self.children if child.ready]
        return any(ready) if ready else needs_bridge(self.settings)

    @property
    def slots(self) -> int:
        """How many workers there are to be."""
        return len(self._sockets)

    @property
    def missing(self) -> list[str]:
        """The slots without a worker now."""
        return [f"w{slot}" for slot in range(self.slots) if slot not in self._serving]

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
        for left in self.settings.worker_socket(0, 0).parent.glob("w*.sock"):
            left.unlink(missing_ok=True)  # of workers whose supervisor was killed
        first = await self.spawn(0, development=development)
        await self._begun(first)
        others = [await self.spawn(slot, in_force=first.revision) for slot in range(1, self.slots)]
        await asyncio.gather(*(self._begun(other) for other in others))
        self.beside(self._watch())
        if self.certificates is not None:
            self.beside(self.certificates.keep(self._log.fault))

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
        self._log.close()

    async def take_over(self, child: Child) -> None:
        """A new worker gets its place; who had it finishes."""
        old = self._serving.get(child.slot)
        self._serving[child.slot] = child
        await self._share()
        if old is not None and not old.leaving:
            old.drain(LINGER_SECONDS)

    async def _begun(self, child: Child) -> None:
        if not await child.began(START_SECONDS):
            raise StartRefused(child.ended.result())
        await self.take_over(child)

    async def spawn(
        self, slot: int, *, in_force: str = "", strict: bool = False, development: bool = False, succeeds: str = ""
    ) -> Child:
        """A new worker of a slot, which takes no calls yet. Raises OSError."""
        self._made += 1
        control = self.settings.worker_socket(slot, self._made)
        control.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with handed(self.certificates.material if self.certificates is not None else None) as tls:
            station = Station(
                slot=slot,
                of=self.slots,
                line=theirs.fileno(),
                listening=[one.fileno() for one in self._sockets],
                control=str(control),
                simulators=self._simulators,
                in_force=in_force,
                strict=strict,
                development=development,
                succeeds=succeeds,
                tls=tls,
            )
            child = await Child.start(self.config, station, (ours, theirs), self._told)
        self.children.append(child)
        child.ended.add_done_callback(lambda _: self._ended(child))
        return child

    def _told(self, child: Child, said: Message) -> None:
        if "reload" in said:
            self.beside(self._reload(said["reload"]))
        elif "beat" in said:
            if not child.leaving:
                self._log.use(*said["logging"])
            if self._taking() != self._shared:
                self.beside(self._share())

    def _hand_on(self, event: str, facts: Mapping[str, Field]) -> None:
        """What only the supervisor sees is told to webhooks by a worker, the same one while it takes calls."""
        teller = min(self.serving, key=lambda one: not one.takes, default=None)
        if event in _HANDED_ON and teller is not None:
            teller.hand_on(event, facts)

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
        self._log.event("worker.lost", worker=child.station.name, reason=how, seconds=round(lived, 1))
        self.figures.lost(child.station.name, "hung" if how == "hung" else "ended")
        self.beside(self._replace(child, how, lived))

    async def _replace(self, gone: Child, how: str, lived: float) -> None:
        """Starts another in its place, until one serves."""
        await self._share()
        while True:
            await asyncio.sleep(self._backoffs[gone.slot].died(lived))
            if gone.slot in self._serving:
                return  # a rolling restart was faster
            try:
                revision = next((one.revision for one in self.serving), gone.revision)
                child = await self.spawn(gone.slot, in_force=revision, succeeds=f"{how} ({gone.process.pid})")
            except OSError as failed:
                self._log.event("worker.not_started", worker=gone.station.name, error=type(failed).__name__)
                continue
            if await child.began(START_SECONDS):
                await self.take_over(child)
                self._log.event("worker.replaced", worker=gone.station.name, reason=how)
                return
            lived = 0.0

    async def _share(self) -> None:
        """Every socket gets its one taker."""
        async with self._sharing:
            self._shared = self._taking()
            plan = sockets_by_worker(self.slots, self._shared)
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
                self.beside(self._share())

    async def _reload(self, by: str) -> None:
        done = await reload(self.serving, by)
        if done.status != HTTPStatus.OK:
            self._log.event("reload.refused", reason=by)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something while all else goes on."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(bug := task.exception(), Exception):
            self._log.fault(bug)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _sockets(settings: Settings) -> list[socket.socket]:
    """One for each worker, bound to the same port. Raises OSError, also where another gateway has it."""
    host, port = settings.server.data
    if port:
        with asked_by("server.data", f"{host}:{port}"):
            bound(host, port).close()
    first = bound(host, port, shared=True)
    port = first.getsockname()[1]
    return [first, *(bound(host, port, shared=True) for _ in range(1, settings.server.workers))]
