"""One drill from its order to its report: before, during, after; then what the ledger says of it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import orjson

from adapters.translate.registry import translates
from gateway.config.drills import PROBE
from gateway.documents import nearest
from gateway.drills.faults import KINDS, Fault, parse
from gateway.drills.probing import Probes
from gateway.drills.running import Drill
from gateway.drills.schedule import due
from gateway.drills.shelf import filed, last_drilled
from gateway.identity.keyfile import KeyGrant, KeyStoreRefused
from observability.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gateway.bundle.destinations import Destination
    from gateway.bundle.pair import Pair
    from gateway.runtime import Runtime

USUAL_SECONDS = 10.0
"""How long calls are watched before the fault begins."""
AFTER_SECONDS = 60.0
"""How long at most they are watched after it, until the destination answers again."""
_SPREAD = 3  # polls after which every worker knows a new key
_LAST_RECORDS_SECONDS = 1.0  # by then other workers have written how their calls ended
_BOARD = "drill/"
_LABEL = "drill d-"
_SWEPT_SECONDS = 300.0  # beyond its fault and what is watched before it, no drill takes longer
_STOPPED_SECONDS = 2.0  # for answers that are still to come when somebody ended the drill
_LAST_REPORT_SECONDS = 5.0
_SPOKEN = ("openai_chat", "anthropic_messages")


class DrillRefused(Exception):
    """A drill that can't be run; its words are for the operator."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. model: through which public model; "" for one that prefers the destination. seconds: of the
    fault. users: patterns of users beside the drill's own. probes: whether the drill makes calls itself."""

    destination: str
    fault: Fault
    seconds: float = 60.0
    users: tuple[str, ...] = ()
    model: str = ""
    probes: bool = True
    usual: float = USUAL_SECONDS
    by: str = ""
    reason: str = ""
    scheduled: str = ""

    @classmethod
    def of(cls, value: Any) -> Order:
        """From plain values; raises DrillRefused."""
        if not isinstance(value, Mapping) or not isinstance(value.get("destination"), str):
            raise DrillRefused("a drill needs a destination")
        try:
            fault = parse(str(value.get("fault", "")))
            seconds, usual = float(value.get("seconds", 60.0)), float(value.get("usual", USUAL_SECONDS))
        except (ValueError, TypeError) as wrong:
            raise DrillRefused(f"fault: {wrong}") from None
        users = value.get("users", [])
        if not isinstance(users, list) or not all(isinstance(user, str) for user in users):
            raise DrillRefused("users must be a list of patterns")
        texts = {name: _line(value.get(name, "")) for name in ("model", "by", "reason")}
        return cls(
            value["destination"], fault, seconds, tuple(users), probes=bool(value.get("probes", True)), usual=usual,
            **texts,
        )  # fmt: skip


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
        drill, model = self._planned(order)
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

    def _planned(self, order: Order) -> tuple[Drill, str]:
        runtime, pair = self._runtime, self._runtime.epoch.pair
        _permitted(pair, order)
        destination = pair.destinations[order.destination]
        model = order.model or _model(pair, destination)
        spoken = runtime.epoch.upstream(destination).dialects
        if order.probes and not any(one in spoken or any(translates(one, s) for s in spoken) for one in _SPOKEN):
            raise DrillRefused(f"{destination.name} speaks neither chat completions nor messages")
        now = runtime.now().timestamp()
        settle = _SPREAD * pair.settings.shared.poll_seconds
        fails = now + settle + order.usual
        mended = fails + order.seconds
        users = (*order.users, *((PROBE,) if order.probes else ()))
        stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M")
        return (
            Drill(
                f"d-{stamp}-{secrets.token_hex(2)}", order.destination, model, order.fault, users, now + settle, fails,
                mended, mended + AFTER_SECONDS, order.by, order.reason, order.scheduled,
            ),
            model,
        )  # fmt: skip

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


def _line(value: Any) -> str:
    """What an operator wrote, as one line that can stand in a record and a report."""
    return "".join(c if c.isprintable() and c not in "<>|`" else " " for c in str(value)[:200]).strip()


def _filed(runtime: Runtime, drill: Drill, ended: float) -> dict[str, Any]:
    # What draws the pictures is loaded by the first drill, not by every gateway.
    from gateway.drills.filing import file_report

    return file_report(runtime, drill, ended)


def _permitted(pair: Pair, order: Order) -> None:
    settings = pair.settings.drills
    if not settings.enabled:
        raise DrillRefused("drills are off: set drills.enabled in the configuration")
    if order.destination not in pair.destinations:
        near = nearest(order.destination, pair.destinations)
        hint = f" (did you mean {near}?)" if near else ""
        raise DrillRefused(f"there is no destination {order.destination}{hint}")
    if not 1.0 <= order.seconds <= settings.most_seconds:
        raise DrillRefused(f"a fault lasts from 1 to {settings.most_seconds:g} seconds (drills.most_seconds)")
    if not 0.0 <= order.usual <= settings.most_seconds:
        raise DrillRefused(f"calls are watched from 0 to {settings.most_seconds:g} seconds before it")
    for user in order.users:
        if user not in settings.users and not _fits(user, settings.users):
            raise DrillRefused(f"drills.users doesn't permit a drill to touch the calls of {user}")
    if not order.users and not order.probes:
        raise DrillRefused(f"nobody's calls would fail: name users, or let the drill make calls ({', '.join(KINDS)})")
    if order.probes and (wrong := pair.unknown_in(KeyGrant(user=PROBE, team=settings.team))) is not None:
        raise DrillRefused(f"drills.team: {wrong}")


def _fits(user: str, patterns: Collection[str]) -> bool:
    """Whether a user, no pattern, is among those that patterns name."""
    return not set(user) & set("*?[") and any(fnmatchcase(user, pattern) for pattern in patterns)


def _model(pair: Pair, destination: Destination) -> str:
    """The public model through which the destination is asked first; DrillRefused where there is none."""
    first = next((m for m in pair.models.values() if m.destinations[0].name == destination.name), None)
    if first is None:
        raise DrillRefused(f"no model asks {destination.name} first: name one with --model to see what becomes of it")
    listed = pair.naming.standing_for(first.name)
    if not listed:
        raise DrillRefused(f"{first.name} is many models: name one with --model")
    return listed[0]
