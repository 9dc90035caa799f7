"""The supervisor of several workers: starts them, replaces those that die or hang, has all of them do what one is told.

It judges no call and sees none. It holds the sockets that staff tools connect to, so that no connection is lost while
workers come and go: what one doesn't take any more, another does.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from gateway.ports import asked_by, listen
from gateway.server import MOST_LOOKERS, Listener, bound
from gateway.tls.material import TlsRefused
from gateway.workers.crew import Crew
from gateway.workers.errors import StartRefused
from gateway.workers.rolling import Rolling
from gateway.workers.simulators import Simulators
from gateway.workers.surface import control_surface, health_surface

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.config.settings import Settings

REFUSED, FAILED = 2, 1
"""As those of `gateway.serve`, which a supervisor doesn't load."""


def run(config: Path, settings: Settings, *, development: bool = False) -> int:
    """Supervises until SIGTERM or SIGINT; the exit code as that of a single process."""
    try:
        return asyncio.run(_run(config, settings, development))
    except StartRefused as refused:
        return refused.code if refused.code > 0 else FAILED  # by a signal: no room in memory, or too slow
    except TlsRefused as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return REFUSED
    except OSError as failed:
        print(f"can't listen or write: {failed}", file=sys.stderr)  # noqa: T201
        return FAILED


async def _run(config: Path, settings: Settings, development: bool) -> int:
    async with AsyncExitStack() as stack:
        simulator, urls = settings.simulator, {}
        if simulator.enabled and simulator.names:
            with asked_by("simulator.port", simulator.port):
                bound("127.0.0.1", simulator.port).close()
            simulators = await Simulators.start(simulator.names, simulator.port)
            stack.push_async_callback(simulators.stop)
            urls = dict(simulators.urls)
        crew = Crew(config, settings, urls)
        rolling = Rolling(crew)
        stack.push_async_callback(crew.end)
        crew.beside(crew.bridge.run())
        await crew.bridge.begun()
        health, control = (
            Listener(health_surface(crew), most_connections=MOST_LOOKERS),
            Listener(control_surface(crew, rolling)),
        )
        await listen(health, "server.metrics", settings.server.metrics)
        stack.push_async_callback(_closed, health)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, crew.stopping.set)
        loop.add_signal_handler(signal.SIGUSR2, lambda: None)  # the workers that start now are fresh
        if not await _started(crew, development=development):
            return 0
        loop.add_signal_handler(signal.SIGUSR2, rolling.soon)
        await control.listen_unix(settings.control_socket)
        stack.push_async_callback(_closed, control)
        server = settings.server
        _say(f"ecluse serves at {server.scheme}://{server.data.host}:{crew.port} with {server.workers} workers  "
             f"(metrics http://{server.metrics.host}:{health.port}/metrics)")  # fmt: skip
        if development:
            crew.serving[0].announce()
        await crew.stopping.wait()
        _say(f"draining: {crew.calls} calls in flight, up to {crew.drain_seconds:g} s")
        await crew.stop()
    _say("stopped")
    return 0


async def _started(crew: Crew, *, development: bool) -> bool:
    """Whether the workers serve; False where it was told to stop meanwhile. Raises StartRefused."""
    starting = asyncio.create_task(crew.start(development=development))
    stopping = asyncio.create_task(crew.stopping.wait())
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.wait((starting,))
        return False
    await starting
    return True


async def _closed(listener: Listener) -> None:
    listener.stop_accepting()
    await listener.finish(1.0, lambda: None)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
