"""The parts that a serving process is made of, and what they are told of each other."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from adapters.transport import Transport
from gateway import memories
from gateway.capacity import Capacity
from gateway.connecting import connect
from gateway.drills.running import Apart, Drills
from gateway.epoch import Epoch
from gateway.exchange import Exchange
from gateway.identity.keyring import Keyring, KeyringRefused
from gateway.identity.keys import KeyStore
from gateway.identity.sealing import Sealer
from gateway.looking import Page
from gateway.measure import Measure
from gateway.quota.opening import open_quotas
from gateway.quota.overrides import Overrides
from gateway.quota.telling import soft_limits
from gateway.reading.files import Files
from gateway.routing.absent import Absent
from gateway.routing.budget import RetryBudget
from gateway.routing.health import Health
from gateway.routing.router import Router
from gateway.routing.told import Told
from gateway.runtime import Runtime
from gateway.sharing import follow, open_owners, unshared
from gateway.signing import warm
from gateway.state.judged import JudgedCalls
from gateway.state.lifts import Lifts
from gateway.state.pace import Pace
from gateway.state.recent import RefusedPassages, VendorStates
from gateway.state.reports import Reports
from gateway.state.samples import Samples
from gateway.state.strangers import Strangers
from gateway.state.workers import Presence
from gateway.stopping.standing import Standing
from gateway.tls.opening import open_certificates
from gateway.tracing.tracing import Tracing
from gateway.warm import warm_up
from gateway.webhooks.herald import Herald
from gateway.webhooks.sender import Webhooks
from gateway.workers.station import ALONE, Station
from observability.ledger import Ledger
from observability.logs import Log, Writer

if TYPE_CHECKING:
    from gateway.bundle.pair import Pair
    from gateway.config.settings import Settings


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def assemble(
    pair: Pair,
    transport: Transport,
    hooks: Transport,
    now: Callable[[], datetime] = utc_now,
    station: Station = ALONE,
) -> Runtime:
    """Everything that one serving process holds. transport: to vendors. hooks: to webhooks.

    Raises LedgerFailed, KeyStoreRefused, KeptRefused, KeyringRefused, TlsRefused, OSError; then nothing that was begun
    goes on.
    """
    with ExitStack() as begun:
        runtime = _assembled(pair, (transport, hooks), now, station, begun)
        _acquaint(runtime)
        begun.pop_all()
    return runtime


def _assembled(
    pair: Pair, transports: tuple[Transport, Transport], now: Callable[[], datetime], station: Station, begun: ExitStack
) -> Runtime:
    """begun: what is to be ended where the start is refused after all."""
    settings, keyring, (transport, hooks) = pair.settings, _keyring(pair), transports
    keys = KeyStore.open(settings.keys_file, keyring, settings.organisation)
    epoch = _first_epoch(pair, now())
    measure, live = Measure(Log(Writer(sys.stderr.buffer), clock=now), version("ecluse")), set[Exchange]()
    begun.callback(measure.log.close)
    health = Health(time.monotonic, settings.health)
    leases = open_quotas(settings, keyring.pseudonym, station.name, measure)
    follower = follow(settings, keyring, measure)
    herald = Herald(settings, Webhooks(hooks, measure), follower, now=now, monotonic=time.monotonic)
    overrides = Overrides(leases.quotas.change, lambda: now().timestamp())
    standing = Standing.of(settings.state_dir, follower, keys, live, overrides)
    certificates = open_certificates(settings, station, measure, now)
    tracing = begun.enter_context(closing(Tracing(measure, _instance(station), _in_loop())))
    connect(epoch, transport, herald, tracing, measure)
    ledger = begun.enter_context(closing(_ledger(settings, now, station)))  # late: it has a process of its own
    runtime = Runtime(
        epoch=epoch,
        keyring=keyring,
        keys=keys,
        ledger=ledger,
        measure=measure,
        transport=transport,
        follower=follower,
        standing=standing,
        stops=standing.stops,
        health=health,
        absent=Absent(time.monotonic),
        retries=RetryBudget(time.monotonic, settings.health.retry_share),
        router=Router(keyring.digest),
        capacity=Capacity(settings, measure, time.monotonic, health),
        quotas=leases.quotas,
        leases=leases,
        refused=RefusedPassages(keyring.findings),
        states=VendorStates(keyring.findings, unshared(settings, "vendor-states.json")),
        owners=open_owners(settings, keyring, measure, now),
        files=Files(settings.files, keyring.memo),
        strangers=Strangers(time.monotonic),
        judged=JudgedCalls(unshared(settings, "judged-calls.json")),
        lifts=Lifts(unshared(settings, "lifts.json")),
        reports=Reports(settings.reports_dir),
        pace=Pace(time.monotonic),
        drills=Drills(lambda: now().timestamp(), lambda: _apart(runtime)),
        presence=Presence(settings.state_dir),
        samples=_samples(settings, keyring, now()),
        herald=herald,
        tracing=tracing,
        soft=soft_limits(settings, follower, measure, ledger, herald, now),
        now=now,
        monotonic=time.monotonic,
        live=live,
        started=time.monotonic(),
        station=station,
        certificates=certificates,
    )
    _acquaint(runtime)
    return runtime


def _keyring(pair: Pair) -> Keyring:
    server, keyring = pair.settings.server, pair.keyring
    assert keyring is not None
    if not keyring.suits(server.data, server.metrics):
        raise KeyringRefused("a development keyring is refused on a listener that others can reach: run `ecluse init`")
    return keyring


def _first_epoch(pair: Pair, now: datetime) -> Epoch:
    epoch = Epoch.of(pair)
    warm_up(epoch, now)
    warm(epoch)
    return epoch


def _acquaint(runtime: Runtime) -> None:
    """Tells the parts of each other."""
    pair = runtime.epoch.pair
    runtime.follower.on("drill/", runtime.drills.heard)
    memories.share(runtime)
    runtime.measure.log.use(pair.settings.logging.level, pair.settings.logging.calls)
    runtime.measure.log.heard = runtime.herald.heard
    runtime.health.use(pair.settings.health, runtime.epoch.credentials())
    Told(runtime.health, runtime.follower, runtime.measure, time.time)
    Page(runtime).watch()
    runtime.measure.loaded(pair, runtime.now().timestamp())


def _instance(station: Station) -> str:
    """What tells this process from all others in traces."""
    return f"{socket.gethostname()}/{station.name}"


def _in_loop() -> Callable[[Callable[[], None]], None]:
    """Has the loop's thread call what other threads give; nothing where the loop is over."""
    loop = asyncio.get_running_loop()

    def later(call: Callable[[], None]) -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(call)

    return later


def _apart(runtime: Runtime) -> Apart:
    """How destinations fare where nothing has failed yet."""
    settings = runtime.epoch.pair.settings.health
    health = Health(time.monotonic, settings, runtime.epoch.credentials())
    return Apart(health, RetryBudget(time.monotonic, settings.retry_share))


def _ledger(settings: Settings, now: Callable[[], datetime], station: Station) -> Ledger:
    return Ledger.open(
        settings.ledger_dir,
        durability=settings.ledger.durability,  # type: ignore[arg-type]
        clock=now,
        worker=station.name,
        reserve_bytes=settings.ledger.reserve_bytes,
        segment_bytes=settings.ledger.segment_bytes,
        segment_seconds=settings.ledger.segment_seconds,
    )


def _samples(settings: Settings, keyring: Keyring, now: datetime) -> Samples:
    """The review samples; those whose day has come go before anything is served."""
    sealer = Sealer(keyring.samples, keyring.ids["samples"]) if keyring.samples is not None else None
    samples = Samples(settings.samples_dir, sealer, now.date())
    samples.drop_due(now.date())
    return samples
