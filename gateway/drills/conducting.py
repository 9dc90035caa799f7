"""One drill from its order to its report: before, during, after; then what the ledger says of it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from gateway.config.drills import PROBE
from gateway.drills.planning import DrillRefused, Order, planned
from gateway.drills.probing import Probes
from gateway.drills.running import Drill
from gateway.drills.schedule import due
from gateway.drills.shelf import filed, last_drilled
from gateway.identity.keyfile import KeyGrant, KeyStoreRefused
from observability.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gateway.runtime import Runtime

_LAST_RECORDS_SECONDS = 1.0  # by then other workers have written how their calls ended
_BOARD = "drill/"
_LABEL = "drill d-"
_SWEPT_SECONDS = 300.0  # beyond its fault and what is watched before it, no drill takes longer
_STOPPED_SECONDS = 2.0  # for answers that are still to come when somebody ended the drill
_LAST_REPORT_SECONDS = 5.0


class Conductor:
    """Runs drills, one at a time. url: where the gateway itself serves. socket: a Unix
    socket of this process that its own calls take instead. last: how the last ones ended, by id."""

    def __init__(self, runtime: Runtime, url: Callable[[], str], socket: Path | None = None) -> None:
        self._runtime, self._url = runtime, url
        self._socket = str(socket) if socket is not None else None
        self._task: asyncio.Task[None] | None = None
        self.drill: Drill | None = None
        self.probes: Probes | None = None
        self.last: dict[str, dict[str, Any]] = {}
        self._begun: dict[str, dict[str, Any]] = {}

    def start(self, order: Order) -> Drill:
        """Begins a drill that may be run; raises DrillRefused."""
        if (self._task is not None and not self._task.done()) or self._runtime.drills.now():
            raise DrillRefused("a drill runs already")  # here, or at another worker: calls belong to one
        drill, model = planned(self._runtime, order)
        self.drill = drill
        self._task = asyncio.get_running_loop().create_task(self._run(drill, model, order))
        return drill

    def start_due(self) -> None:
        """Begins the scheduled drill whose time has come, where none runs."""
        runtime = self._runtime
        settings = runtime.epoch.pair.settings
        if not settings.drills.enabled or not settings.drills.schedule or self.drill is not None:
            return
        if runtime.drills.now():
            return  # another worker conducts one
        # What can't be filed isn't begun anew each minute.
        known = (*filed(settings.drills_dir), *self._begun.values())
        one = due(settings.drills.schedule, known, runtime.now())
        if one is None:
            return
        try:
            drill = self.start(Order(one.destination, one.fault, one.seconds, scheduled=one.name))
            self._begun[one.name] = {"drill": {"scheduled": one.name, "began": drill.began}}
        except DrillRefused:
            runtime.measure.log.event("drill.refused", schedule=one.name)

    @property
    def reporting(self) -> bool:
        """Whether a drill is over and its report isn't written yet."""
        return self.drill is None and self._task is not None and not self._task.done()

    def tell(self) -> None:
        """Lets the metrics say when each destination was drilled last; 0 for never."""
        settings = self._runtime.epoch.pair.settings
        if settings.drills.enabled:
            last = last_drilled(settings.drills_dir)
            for name in self._runtime.epoch.pair.destinations:
                self._runtime.measure.drilled(name, last.get(name, 0.0))

    def sweep(self) -> None:
        """Revokes the keys of drills whose process was ended before it could."""
        runtime = self._runtime
        longest = 2 * runtime.epoch.pair.settings.drills.most_seconds + _SWEPT_SECONDS
        before = runtime.now() - timedelta(seconds=longest)
        for key in runtime.keys.records():
            if (
                key.caller.user == PROBE
                and key.label.startswith(_LABEL)
                and datetime.fromisoformat(key.created) < before
            ):
                runtime.keys.revoke(key.id)

    def failed(self) -> None:
        """The continuity file, or the file of keys, can't be read or written."""
        self._runtime.measure.log.event("drill.failed")

    def stop(self) -> bool:
        """Ends the drill that runs, whichever worker conducts it: no more faults from this moment; it is reported as
        far as it came."""
        running = self._runtime.drills.now()
        for drill in running:
            self._runtime.follower.drop(f"{_BOARD}{drill.id}")
        return self._end() or bool(running)

    def _end(self) -> bool:
        """The same for what is conducted here."""
        if self.drill is None or self._task is None or self._task.done():
            return False
        self._runtime.follower.drop(f"{_BOARD}{self.drill.id}")
        self.drill = None
        return True

    async def close(self) -> None:
        """The gateway stops: what there was is still reported."""
        self._end()
        if self._task is not None and not self._task.done():
            await asyncio.wait([self._task], timeout=_LAST_REPORT_SECONDS)
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, drill: Drill, model: str, order: Order) -> None:
        runtime = self._runtime
        key_id = key = ""
        try:
            if order.probes:
                key_id, key = self._key(drill)
            self._say(drill)
            self._event("drill.started", drill, key=key_id)
            if order.probes:
                await self._probe(drill, model, key)
            else:
                await self._until(lambda: self._over(drill))
        except (OSError, KeyStoreRefused):
            self.failed()
        finally:
            ended = runtime.now().timestamp()
            runtime.follower.drop(f"{_BOARD}{drill.id}")
            if key_id:
                runtime.keys.revoke(key_id)
            self._event("drill.ended", drill, key=key_id)
            self.drill = self.probes = None
        await asyncio.sleep(_LAST_RECORDS_SECONDS)
        await runtime.ledger.flush()
        try:
            self.last[drill.id] = await asyncio.to_thread(_filed, runtime, drill, ended)
        except OSError:
            self.failed()
        runtime.measure.drilled(drill.destination, ended)

    async def _probe(self, drill: Drill, model: str, key: str) -> None:
        runtime = self._runtime
        spoken = runtime.epoch.upstream(runtime.epoch.pair.destinations[drill.destination]).dialects
        self.probes = probes = Probes(
            runtime.transport, self._url(), key, model, frozenset(spoken), socket=self._socket
        )
        await self._until(lambda: runtime.now().timestamp() >= drill.began or self._over(drill))
        await probes.run(runtime.epoch.pair.settings.drills.rate, lambda: self._over(drill))
        await probes.finish(probes.seconds if self.drill is drill else _STOPPED_SECONDS)

    def _over(self, drill: Drill) -> bool:
        """Stopped by somebody, or out of time, or the fault is over and the destination answers again."""
        now = self._runtime.now().timestamp()
        again = self.probes is not None and self.probes.last == drill.destination and now >= drill.mended + 1.0
        return again or drill not in self._runtime.drills.now() or self.drill is not drill

    async def _until(self, over: Callable[[], bool]) -> None:
        while not over():  # noqa: ASYNC110 - what ends it is time, or the drill's own calls
            await asyncio.sleep(0.1)

    def _say(self, drill: Drill) -> None:
        """To every worker, this one too. It ends by itself at the drill's end, whatever becomes of this process."""
        seconds = max(drill.ends - self._runtime.now().timestamp(), 1.0)
        self._runtime.follower.say(f"{_BOARD}{drill.id}", orjson.dumps(drill.plain()), seconds)

    def _key(self, drill: Drill) -> tuple[str, str]:
        settings = self._runtime.epoch.pair.settings.drills
        use_cases = (settings.use_case,) if settings.use_case else ()
        grant = KeyGrant(user=PROBE, team=settings.team, use_cases=use_cases, label=f"drill {drill.id}")
        record, key = self._runtime.keys.issue(grant, self._runtime.now())
        return record.id, key

    def _event(self, name: str, drill: Drill, *, key: str) -> None:
        detail: dict[str, str | float] = {
            "drill": drill.id, "destination": drill.destination, "fault": str(drill.fault), "by": drill.by,
            "reason": drill.reason, "key": key, "seconds": round(drill.mended - drill.fails, 3),
        }  # fmt: skip
        self._runtime.ledger.post(Event(at=self._runtime.now(), event=name, detail=detail))
        seconds = round(drill.mended - drill.fails, 3)
        self._runtime.measure.log.event(name, destination=drill.destination, seconds=seconds)


async def conducting(conductor: Conductor) -> None:
    """Runs until cancelled: once a minute looks whether a scheduled drill is due, how old the last ones are, and what
    one left behind."""
    while True:
        conductor.tell()
        try:
            conductor.sweep()
            conductor.start_due()
        except OSError:
            conductor.failed()
        await asyncio.sleep(60.0)


def own_url(host: str, port: int) -> str:
    """Where a process of this machine reaches a listener of its own."""
    if host in ("0.0.0.0", ""):
        host = "127.0.0.1"
    return f"http://[{'::1' if host == '::' else host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _filed(runtime: Runtime, drill: Drill, ended: float) -> dict[str, Any]:
    # What draws the pictures is loaded by the first drill, not by every gateway.
    from gateway.drills.filing import file_report

    return file_report(runtime, drill, ended)
