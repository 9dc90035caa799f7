"""The serving process: start everything in order, run until told to stop, drain, close."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import uvloop

from adapters.transport import Transport
from adapters.vendors.simulator import SimulatorServer
from gateway import provenance
from gateway.app import DataApp
from gateway.assembly import assemble, utc_now
from gateway.bridge.keeper import Keeper
from gateway.bridge.reach import needs_bridge
from gateway.bundle.last_good import first_pair, keep, loud
from gateway.config.starting import starting_settings
from gateway.control import control_app
from gateway.documents import DocumentsRefused
from gateway.draining import drain
from gateway.drills.conducting import Conductor, conducting, own_url
from gateway.health import health_app
from gateway.housekeeping import housekeeping
from gateway.identity.keyring import Keyring, KeyringRefused
from gateway.identity.keys import KeyGrant, KeyStoreRefused
from gateway.in_force import tell_with_segments
from gateway.ports import asked_by, listen
from gateway.promises.catching_up import catch_up
from gateway.reload import Reloader
from gateway.runtime import Runtime
from gateway.server import MOST_LOOKERS, Listener
from gateway.state.kept import KeptRefused
from gateway.tls.material import TlsRefused
from gateway.tls.opening import keeping
from gateway.watching import Watcher, watching
from gateway.workers.station import ALONE, Station
from observability.ledger import LedgerFailed
from observability.logs import Log

REFUSED = 2
"""Exit code where files don't let the gateway start (configuration, bundle, keyring, keys): another try won't help."""
FAILED = 1
"""Exit code where the machine doesn't: a port that is taken, an address that isn't up yet, a full disk. These pass."""


def run(config: Path, *, development: bool = False) -> int:
    """Serves until SIGTERM or SIGINT; the exit code: 0 after a clean drain, else REFUSED or FAILED."""
    return run_loop(_serve(config, development))


def run_loop(serving: Coroutine[Any, Any, int]) -> int:
    """Runs a serving process; what keeps it from starting is told on standard error."""
    try:
        return uvloop.run(serving)
    except (DocumentsRefused, KeyringRefused, KeyStoreRefused, KeptRefused, TlsRefused) as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return REFUSED
    except LedgerFailed as failed:
        print(failed, file=sys.stderr)  # noqa: T201
    except OSError as failed:
        print(f"can't listen or write: {failed}", file=sys.stderr)  # noqa: T201
    return FAILED


@dataclass(slots=True)
class Gateway:
    """A gateway that serves. data, metrics: the ports that it listens on. stopping: set it to end it.

    reload: how files that changed are taken. own: what its own drills call where staff tools speak TLS. linger: seconds
    that kept connections get at the end to be used once more.
    """

    runtime: Runtime
    data: Listener
    metrics: Listener
    control: Listener
    conductor: Conductor
    stopping: asyncio.Event
    simulator: SimulatorServer | None
    reload: Callable[[str], Awaitable[object]]
    own: Listener | None = None
    clean: bool = True
    linger: float = 0.0


async def _serve(config: Path, development: bool) -> int:
    async with gateway(config, development=development) as serving:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, serving.stopping.set)
        _announce(serving)
        if development:
            show_first_key(serving.runtime, serving.data.port, first_key(serving.runtime))
        settle()
        await serving.stopping.wait()
        seconds = serving.runtime.epoch.pair.settings.limits.drain_seconds
        say(f"draining: {len(serving.runtime.live)} calls in flight, up to {seconds:g} s")
    say("stopped" if serving.clean else "stopped; calls that were still in flight got an error event")
    return 0


def settle() -> None:
    """What was made at the start stays: the collector need not look at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@asynccontextmanager
async def gateway(
    config: Path, *, development: bool = False, now: Callable[[], datetime] = utc_now, station: Station = ALONE
) -> AsyncIterator[Gateway]:
    """A whole gateway, from its files to its listeners; drains when the block ends.

    development: makes a keyring where there is none. now: the wall clock. station: which of several processes it is.
    Raises DocumentsRefused, KeyringRefused, KeyStoreRefused, LedgerFailed, OSError.
    """
    async with AsyncExitStack() as stack:
        settings = starting_settings(config)
        if development and settings is not None and not settings.keyring.dir.exists():
            Keyring.create(settings.keyring.dir, development=True)
        simulator = None
        if station.alone and settings is not None and settings.simulator.enabled:
            simulator = SimulatorServer(settings.simulator.names, settings.simulator.port)
            with asked_by("simulator.port", settings.simulator.port):
                await stack.enter_async_context(simulator)
        urls = {n: simulator.url(n) for n in simulator.names} if simulator is not None else station.simulators
        pair, refused = first_pair(config, station, urls, lambda: now().date())
        if refused is not None and station.first:
            say(loud(pair, refused))
        transport, hooks = [await stack.enter_async_context(Transport()) for _ in range(2)]
        runtime = assemble(pair, transport, hooks, now, station)
        asyncio.get_running_loop().set_exception_handler(_unforeseen(runtime.measure.log))
        _closed_with(stack, runtime)
        await _bridge(runtime, stack)  # before what grows old while nothing is heard
        await runtime.follower.begin()
        reloader = Reloader(runtime, config, urls)
        began = now().timestamp()
        serving = await _listen(runtime, reloader, simulator, refused)
        beside = (housekeeping(runtime), runtime.follower.run(), runtime.leases.run(), runtime.capacity.keep(),
                  *keeping(runtime), catch_up(runtime, began))  # fmt: skip
        keepers = [asyncio.create_task(one) for one in beside]
        firsts = []
        if station.first:
            watcher = Watcher(runtime, lambda by: serving.reload(by), config)
            firsts = [asyncio.create_task(one) for one in (watching(watcher), conducting(serving.conductor))]
        try:
            yield serving
        finally:
            for one in firsts:  # its successor has begun with them
                one.cancel()
            await drain(serving)
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, *firsts, return_exceptions=True)


def _closed_with(stack: AsyncExitStack, runtime: Runtime) -> None:
    """What ends with a gateway, the last first: the log hears of all the others."""
    stack.callback(runtime.measure.log.close)
    stack.callback(runtime.ledger.close)
    stack.callback(runtime.presence.end)
    stack.callback(runtime.states.save)
    stack.callback(runtime.judged.save)
    stack.callback(runtime.samples.write)
    stack.push_async_callback(runtime.files.close)
    stack.push_async_callback(runtime.herald.close)
    stack.push_async_callback(asyncio.to_thread, runtime.tracing.close)
    stack.push_async_callback(runtime.follower.close)
    stack.push_async_callback(runtime.leases.close)
    stack.push_async_callback(runtime.owners.close)


def _unforeseen(log: Log) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """For mistakes that nobody awaits: asyncio would print their words, which may quote a text or a secret."""

    def tell(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        log.fault(error if error is not None else RuntimeError())

    return tell


async def _bridge(runtime: Runtime, stack: AsyncExitStack) -> None:
    """Keeps litellm's process, where vendors need it and no supervisor does; waits a while until it serves."""
    if not runtime.station.alone:
        return
    runtime.bridge = Keeper.of(
        runtime.epoch.pair.settings,
        lambda: needs_bridge(runtime.epoch.pair.settings),
        runtime.measure.log,
        runtime.measure.metrics,
    )
    keeping = asyncio.create_task(runtime.bridge.run())

    async def end() -> None:
        keeping.cancel()
        await asyncio.wait((keeping,))

    stack.push_async_callback(end)
    await runtime.bridge.begun()


async def _listen(
    runtime: Runtime, reloader: Reloader, simulator: SimulatorServer | None, refused: DocumentsRefused | None
) -> Gateway:
    settings, stopping = runtime.epoch.pair.settings, asyncio.Event()
    limits = settings.limits
    tls = runtime.certificates.current if runtime.certificates is not None else None
    app = DataApp(runtime)
    data = Listener(app, header_seconds=limits.header_seconds, most_connections=limits.connections, tls=tls)
    own = await _own(runtime, app)
    socket = settings.own_socket if own is not None else None
    conductor = Conductor(runtime, lambda: own_url(settings.server.data.host, data.port), socket)
    serving = Gateway(
        runtime,
        data,
        Listener(health_app(runtime), most_connections=MOST_LOOKERS),
        Listener(control_app(runtime, reloader, conductor, stopping)),
        conductor,
        stopping,
        simulator,
        reloader.reload,
        own,
    )
    if runtime.station.alone:  # else the supervisor says from which sockets to take
        await listen(serving.data, "server.data", settings.server.data)
        await listen(serving.metrics, "server.metrics", settings.server.metrics)
    await serving.control.listen_unix(runtime.station.control_socket or settings.control_socket)
    if runtime.station.first:
        keep(runtime.epoch.pair)
    provenance.started(runtime, refused)
    tell_with_segments(runtime)
    return serving


async def _own(runtime: Runtime, app: DataApp) -> Listener | None:
    """A way in for the drills of this process, where the other one asks for names and certificates that it hasn't."""
    if runtime.certificates is None or not runtime.station.first:
        return None
    own = Listener(app)
    await own.listen_unix(runtime.epoch.pair.settings.own_socket, own_user_only=True)
    return own


def _announce(serving: Gateway) -> None:
    pair = serving.runtime.epoch.pair
    server = pair.settings.server
    say(
        f"ecluse serves at {server.scheme}://{server.data.host}:{serving.data.port}  "
        f"(metrics http://{server.metrics.host}:{serving.metrics.port}/metrics)"
    )
    for note in pair.notes:
        say(f"note: {note}")


def first_key(runtime: Runtime) -> str:
    """The developer key that a first development start makes; "" where there is a key already."""
    if len(runtime.keys):
        return ""
    grant = KeyGrant(user="developer", team="development", label="made by the first development start")
    return runtime.keys.issue(grant, runtime.now())[1]


def show_first_key(runtime: Runtime, port: int, key: str) -> None:
    """Prints it. port: where staff tools connect."""
    server = runtime.epoch.pair.settings.server
    url = f"{server.scheme}://{server.data.host}:{port}"
    if not key:
        say("A developer key was shown at the first start. Another: ecluse keys new --user me --team development")
        return
    say(f"\nYour developer key, shown this once:\n\n    export ECLUSE_KEY={key}\n\nTry it:\n")
    say(
        f'    curl -s {url}/v1/chat/completions -H "Authorization: Bearer $ECLUSE_KEY" \\\n'
        "         -H 'content-type: application/json' \\\n"
        '         -d \'{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Bonjour"}]}\'\n'
    )


def say(line: str) -> None:
    """One line for the operator who started the process."""
    print(line, flush=True)  # noqa: T201
