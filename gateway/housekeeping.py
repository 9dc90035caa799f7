"""What happens once a second beside the calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
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


REPEAT_SECONDS = 60.0

Job = Callable[["Runtime"], Awaitable[None] | None]


async def housekeeping(runtime: Runtime) -> None:
    """Runs until cancelled. Measures how late the event loop is while it is at it."""
    turn, rounds = 0, Rounds(runtime)
    while True:
        before = runtime.monotonic()
        await asyncio.sleep(1.0)
        runtime.measure.loop_lag(runtime.monotonic() - before - 1.0)
        turn += 1
        for every, jobs in JOBS.items():
            # What is done once an hour is done soon after a start, too: a gateway may never run for one.
            if turn % every == (every == TIDY_EVERY):
                for job in jobs:
                    await rounds.do(job)
        await rounds.do(rounds.day)


class Rounds:
    """Does the jobs of one process, each on its own: one that fails costs no other its turn, and what it fails on is
    said once a minute, however often it does."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._said: dict[tuple[Job, type[Exception]], float] = {}
        self._day: date | None = None

    async def do(self, job: Job) -> None:
        """One of them."""
        try:
            done = job(self._runtime)
            if done is not None:
                await done
        except Exception as bug:  # noqa: BLE001 - see above
            now, before = self._runtime.monotonic(), self._said.get((job, type(bug)))
            if before is None or now - before >= REPEAT_SECONDS:
                self._said[job, type(bug)] = now
                self._runtime.measure.log.fault(bug)

    def day(self, runtime: Runtime) -> None:
        """What is done once a day, and at a start."""
        today = runtime.now().date()
        if runtime.station.first and today != self._day:
            self._day = today
            tell_endings(runtime)


async def beside(runtime: Runtime, work: Callable[[], None]) -> None:
    """Does what touches the disk in a thread; a disk that refuses ends nothing."""
    try:
        await asyncio.to_thread(work)
    except OSError:
        runtime.measure.log.event("housekeeping.failed")


async def keep_standing(runtime: Runtime) -> None:
    """Puts keys and stops on disk that were heard from others, or that the disk refused."""
    if not runtime.standing.unsaved:
        return
    try:
        await runtime.standing.save()
    except (OSError, KeptRefused, KeyStoreRefused):  # they count all the same, and are tried again
        runtime.measure.log.event("stops.not_kept")


async def keep_samples(runtime: Runtime) -> None:
    """Puts review samples on disk."""
    if runtime.samples.waiting:
        await beside(runtime, runtime.samples.write)


def save_states(runtime: Runtime) -> None:
    """Keeps which vendor issued what; on the loop, since calls add to it. A disk that refuses ends nothing."""
    try:
        runtime.states.save()
    except OSError:
        runtime.measure.log.event("housekeeping.failed")


async def tidy(runtime: Runtime) -> None:
    """Removes reports and review samples that have been kept long enough."""
    if not runtime.station.first:
        return
    now = runtime.now()

    def remove() -> None:
        runtime.reports.drop_old(now)
        runtime.samples.drop_due(now.date())

    await beside(runtime, remove)


def tell_endings(runtime: Runtime) -> None:
    """Which contracts end soon, or have ended yesterday."""
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


JOBS: Mapping[int, tuple[Job, ...]] = {
    1: (
        end_outdated,
        compare_destinations,
        lambda runtime: runtime.standing.overrides.sweep(),
        keep_standing,
        lambda runtime: runtime.measure.ledger_ready(runtime.ledger.ready, runtime.ledger.worker),
        lambda runtime: runtime.measure.log.flush(),
        keep_samples,
        lambda runtime: runtime.herald.tick(),
    ),
    SAVE_EVERY: (save_states,),
    SUMMARISE_EVERY: (
        summarise_strangers,
        summarise_turned_away,
        lambda runtime: runtime.files.rest(),
        lambda runtime: runtime.quotas.forget(),
        lambda runtime: runtime.lifts.forget(runtime.now()),
    ),
    TIDY_EVERY: (tidy,),
}
"""By how many seconds lie between two turns."""
