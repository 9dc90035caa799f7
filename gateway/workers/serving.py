"""A worker's side: serve, tell the supervisor how it is, and do what it says."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import select
import signal
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.bridge.reach import needs_bridge
from gateway.health import not_ready
from gateway.looking import Page
from gateway.serve import first_key, gateway, run_loop, settle, show_first_key
from gateway.server import shut
from gateway.workers.line import Line
from gateway.workers.station import Station

if TYPE_CHECKING:
    from gateway.runtime import Runtime
    from gateway.serve import Gateway
    from gateway.webhooks.notices import Value

BEAT_SECONDS = 0.5
ORPHAN_SECONDS = 15.0


def main(config: str, station: str) -> int:
    """Serves until the supervisor says so, or is gone; the exit code as of a gateway of one process."""
    # Meant for the supervisor, also where they were sent to all processes of the service. A handler that does nothing,
    # since what is ignored stays so in the processes that read files.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2):
        signal.signal(number, lambda _number, _frame: None)
    return run_loop(_serve(Path(config), Station.read(station)))


async def _serve(config: Path, station: Station) -> int:
    assert station.line is not None
    line = await Line.open(socket.socket(fileno=station.line))
    async with gateway(config, development=station.development, station=station) as serving:
        serving.reload = _Asked(line).reload
        key = first_key(serving.runtime) if station.development else ""  # made before other workers read the keys
        settle()
        limits = serving.runtime.epoch.pair.settings.limits
        threading.Thread(
            target=_orphaned, args=(station.line, limits.drain_seconds + ORPHAN_SECONDS), daemon=True
        ).start()
        pair = serving.runtime.epoch.pair
        line.say(ready=pair.revision, bridged=needs_bridge(pair.settings))
        beating = asyncio.create_task(_beats(serving, line))
        await _obey(serving, line, key)
    beating.cancel()
    faulthandler.cancel_dump_traceback_later()
    line.say(last=await Page(serving.runtime).snapshot())
    await line.close()
    return 0


async def _beats(serving: Gateway, line: Line) -> None:
    """Says twice a second how it is. Where the loop hangs, so that it can't, it tells on standard error where.

    The places are those of our code; nothing of what a call holds is told. The supervisor then ends it.
    """
    runtime = serving.runtime
    while True:
        pair = runtime.epoch.pair
        faulthandler.dump_traceback_later(0.9 * pair.settings.server.hung_seconds)
        line.say(
            beat=not_ready(runtime),
            calls=len(runtime.live),
            revision=pair.revision,
            drain_seconds=pair.settings.limits.drain_seconds,
            bridged=needs_bridge(pair.settings),
            logging=(pair.settings.logging.level, pair.settings.logging.calls),
        )
        await asyncio.sleep(BEAT_SECONDS)


async def _obey(serving: Gateway, line: Line, key: str) -> None:
    """Does what the supervisor says, until that is to drain. One whose supervisor is gone drains too. key: to show."""
    station = serving.runtime.station
    async for said in line.heard():
        if "accept" in said:
            await serving.data.accept_from([station.sockets[slot] for slot in said["accept"]])
            line.say(accepting=said["accept"])
        elif "unready" in said:
            serving.runtime.draining = True
            serving.data.end_with_answers()
        elif "event" in said:
            _pass_on(serving.runtime, said["event"], said["facts"])
        elif "announce" in said:
            show_first_key(serving.runtime, station.sockets[0].getsockname()[1], key)
        elif "drain" in said:
            serving.linger = said["drain"]
            return
    serving.data.let_go()
    for one in station.sockets:  # nobody is left to take from them: the next supervisor needs the port
        shut(one)


def _pass_on(runtime: Runtime, event: str, facts: dict[str, Value]) -> None:
    """The supervisor saw something that webhooks are told of; its own log has the line."""
    try:
        runtime.herald.heard(event, facts)
    except Exception as bug:  # noqa: BLE001 - a worker must not end for the news of what ended elsewhere
        runtime.measure.bug_beside(bug)


def _orphaned(line: int, seconds: float) -> None:
    """Ends this process where its supervisor is gone and its loop hangs, so that it can't end by itself."""
    gone = select.poll()
    gone.register(line, select.POLLRDHUP)
    gone.poll()
    time.sleep(seconds)
    os._exit(1)


class _Asked:
    """Reloads that this worker finds due: the supervisor has all of them take the files."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def reload(self, by: str) -> None:
        self._line.say(reload=by)
