"""What happens once a second beside the calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.identity.keyfile import KeyStoreRefused
from gateway.state.kept import KeptRefused
from gateway.webhooks.ends import endings
from observability.ledger import Event

if TYPE_CHECKING:
    from gateway.runtime import Runtime

SAVE_EVERY = 30
SUMMARISE_EVERY = 60
TIDY_EVERY = 3600


async def housekeeping(runtime: Runtime) -> None:
    """Runs until cancelled. Measures how late the event loop is while it is at it."""
    turn, told = 0, None
    while True:
        before = runtime.monotonic()
        await asyncio.sleep(1.0)
        runtime.measure.loop_lag(runtime.monotonic() - before - 1.0)
        turn += 1
        try:
            await _turn(runtime, turn)
            if runtime.station.first and (today := runtime.now().date()) != told:
                told = today
                tell_endings(runtime)
        except Exception as bug:  # noqa: BLE001 - see `beside`
            runtime.measure.log.fault(bug)


async def _turn(runtime: Runtime, turn: int) -> None:
    """What is done every second, and what is done in some of them."""
    end_outdated(runtime)
    compare_destinations(runtime)
    runtime.standing.overrides.sweep()
    if runtime.standing.unsaved:
        await keep_standing(runtime)
    runtime.measure.ledger_ready(runtime.ledger.ready, runtime.ledger.worker)
    runtime.measure.log.flush()
    if turn % SAVE_EVERY == 0:
        save_states(runtime)
    if turn % SUMMARISE_EVERY == 0:
        summarise_strangers(runtime)
        summarise_turned_away(runtime)
        runtime.files.rest()
        runtime.quotas.forget()
        runtime.lifts.forget(runtime.now())
    if runtime.samples.waiting:
        await beside(runtime, runtime.samples.write)
    # Soon after a start, too: a gateway may never run for an hour.
    if runtime.station.first and turn % TIDY_EVERY == 1:
        await beside(runtime, lambda: tidy(runtime))
    runtime.herald.tick()


async def beside(runtime: Runtime, work: Callable[[], None]) -> None:
    """Does what touches the disk in a thread; neither a disk that refuses nor a damaged file ends anything."""
    try:
        await asyncio.to_thread(work)
    except OSError:
        runtime.measure.log.event("housekeeping.failed")
    except Exception as bug:  # noqa: BLE001 - a mistake of ours here must not end the cutting of calls under old rules
        runtime.measure.log.fault(bug)


async def keep_standing(runtime: Runtime) -> None:
    """Puts keys and stops on disk that were heard from others, or that the disk refused."""
    try:
        await runtime.standing.save()
    except (OSError, KeptRefused, KeyStoreRefused):  # they count all the same, and are tried again
        runtime.measure.log.event("stops.not_kept")
    except Exception as bug:  # noqa: BLE001 - see `beside`
        runtime.measure.log.fault(bug)


def save_states(runtime: Runtime) -> None:
    """Keeps which vendor issued what; on the loop, since calls add to it. A disk that refuses ends nothing."""
    try:
        runtime.states.save()
    except OSError:
        runtime.measure.log.event("housekeeping.failed")


def tidy(runtime: Runtime) -> None:
    """Removes reports and review samples that have been kept long enough."""
    now = runtime.now()
    runtime.reports.drop_old(now)
    runtime.samples.drop_due(now.date())


def tell_endings(runtime: Runtime) -> None:
    """Once a day: which contracts end soon, or have ended yesterday."""
    contracts = runtime.epoch.pair.bundle.contracts.values()
    expiries = {contract.id: contract.expires for contract in contracts if contract.expires is not None}
    for contract, days in endings(expiries, runtime.now().date()):
        runtime.measure.ending(contract, days)


def end_outdated(runtime: Runtime) -> None:
    """Cuts calls that go on under rules replaced too long ago."""
    most = runtime.epoch.pair.settings.limits.max_policy_age_seconds
    now = runtime.monotonic()
    for exchange in tuple(runtime.live):
        if exchange.outdated and now - exchange.outdated > most:
            exchange.cut("policy_age")


def summarise_turned_away(runtime: Runtime) -> None:
    """One event for all calls turned away at the door since the last one: a record each would cost what is short."""
    counts = runtime.capacity.turned_away()
    if counts:
        runtime.ledger.post(Event(at=runtime.now(), event="turned_away", detail=counts))


def compare_destinations(runtime: Runtime) -> None:
    """Leaves destinations alone that do far worse than the others of their model."""
    models = runtime.epoch.pair.models.values()
    for name in runtime.health.look(tuple(d.name for d in model.destinations) for model in models):
        runtime.measure.outlier(name)


def summarise_strangers(runtime: Runtime) -> None:
    """One event for all callers without a valid key since the last one."""
    counts = runtime.strangers.take()
    if counts:
        top = sorted(counts.items(), key=lambda item: -item[1])[:10]
        detail = {"refused": sum(counts.values()), "networks": len(counts), **{f"from {n}": c for n, c in top}}
        runtime.ledger.post(Event(at=runtime.now(), event="strangers", detail=detail))
