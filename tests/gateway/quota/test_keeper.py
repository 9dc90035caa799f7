"""Calls that wait for the store, and a store that fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from gateway.quota.accounts import Accounts, Limit
from gateway.quota.keeper import Keeper
from gateway.quota.leases import LeaseBook
from gateway.quota.quotas import Quotas
from gateway.quota.units import Amounts, Exceeded, Unknown
from gateway.quota.wire import Answer, Word
from gateway.state.store import StoreUnavailable
from tests.gateway.quota.memory_till import Memory, MemoryTill
from tests.gateway.quota.parts import Line

TEAM = (("team", "hr"),)
LEASE = 10.0


class Store:
    """A store in memory that may fail, and that counts what it hears."""

    def __init__(self, memory: Memory) -> None:
        self._till = MemoryTill(memory, lambda: 1_800_000_000.0, LEASE)
        self.fails = False
        self.waits: Callable[[], None] = lambda: None
        self.words = 0

    async def say(self, word: Word) -> Answer:
        await asyncio.sleep(0)
        if self.fails:
            self.waits()
            raise StoreUnavailable("timeout")
        self.words += 1
        return await self._till.say(word)


@dataclass
class Watch:
    """What is told of the asking."""

    results: list[str] = field(default_factory=list)
    bugs: list[Exception] = field(default_factory=list)

    def quota_word(self, asks: int, seconds: float, result: str) -> None:
        self.results.append(result)

    def quota_waited(self, seconds: float) -> None:
        pass

    def bug_beside(self, bug: Exception) -> None:
        self.bugs.append(bug)


@dataclass
class Worker:
    quotas: Quotas
    keeper: Keeper
    store: Store
    watch: Watch
    mono: list[float]


@asynccontextmanager
async def worker(memory: Memory, *limits: Limit, replicas: int = 1) -> AsyncIterator[Worker]:
    """One that asks for real, on a clock of the test's own."""
    mono = [100.0]
    accounts = Accounts(limits, "acme", b"secret", whole=False)
    store, watch = Store(memory), Watch()
    book = LeaseBook(f"w{id(store)}", accounts, LEASE)
    keeper = Keeper(book, store, watch, replicas=replicas, clock=lambda: mono[0])
    running = asyncio.create_task(keeper.run())
    try:
        yield Worker(Quotas(accounts, keeper.unix, keeper), keeper, store, watch, mono)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await keeper.close()


async def answered(one: Worker) -> None:
    """Until the store was heard again; it is asked twice a second."""
    async with asyncio.timeout(10):
        while one.keeper.down:
            await asyncio.sleep(0.01)


async def test_many_calls_that_wait_share_a_word_and_all_are_admitted() -> None:
    async with worker(Memory(), Line("team", "tokens", 100_000, "month")) as one:
        await one.quotas.reserve(TEAM, Amounts(tokens=1))
        before = one.store.words
        await asyncio.gather(*(one.quotas.reserve(TEAM, Amounts(tokens=900)) for _ in range(100)))
        assert one.store.words - before <= 3


async def test_nobody_takes_what_others_wait_for_already() -> None:
    async with worker(Memory(), Line("team", "tokens", 1000, "month")) as one:
        await one.quotas.reserve(TEAM, Amounts(tokens=1))
        held = await asyncio.gather(
            *(one.quotas.reserve(TEAM, Amounts(tokens=90)) for _ in range(11)),
            *(one.quotas.reserve(TEAM, Amounts(tokens=90)) for _ in range(5)),
            return_exceptions=True,
        )
        assert [isinstance(one, Exceeded) for one in held] == [False] * 11 + [True] * 5


async def test_what_the_store_had_no_room_for_is_not_asked_again_at_once() -> None:
    async with worker(Memory(), Line("team", "tokens", 100, "month")) as one:
        await one.quotas.reserve(TEAM, Amounts(tokens=60))
        with pytest.raises(Exceeded):
            await one.quotas.reserve(TEAM, Amounts(tokens=60))
        before = one.store.words
        for _ in range(100):
            with pytest.raises(Exceeded):
                await one.quotas.reserve(TEAM, Amounts(tokens=60))
        assert one.store.words == before
        assert await one.quotas.reserve(TEAM, Amounts(tokens=40)), "what fits is another matter"


async def test_who_waited_looks_at_the_answer_before_the_next_word_is_made() -> None:
    """Calls that come one upon the other at a limit that is used up are told so, not that nothing is known."""
    memory, line = Memory(), Line("team", "requests", 60, "month")
    async with worker(memory, line) as other, worker(memory, line) as one:
        for _ in range(30):
            await other.quotas.reserve(TEAM, Amounts(requests=1))
        held: list[object] = []

        async def client(number: int) -> None:
            for _ in range(number):
                await asyncio.sleep(0)
            for _ in range(20):
                one.mono[0] += 1.0
                held.extend(await asyncio.gather(one.quotas.reserve(TEAM, Amounts(requests=1)), return_exceptions=True))

        await asyncio.gather(*(client(number) for number in range(6)))
        assert not [told for told in held if isinstance(told, Unknown)]
        assert 25 <= sum(not isinstance(told, Exception) for told in held) <= 30


async def test_a_store_that_fails_closes_what_is_closed_and_a_lease_lasts_its_time() -> None:
    async with worker(Memory(), Line("team", "tokens", 1000, "month")) as one:
        grant = await one.quotas.reserve(TEAM, Amounts(tokens=500))
        one.store.fails = True
        one.quotas.settle(grant, Amounts(tokens=10))
        await one.quotas.reserve(TEAM, Amounts(tokens=400))
        with pytest.raises(Unknown):
            await one.quotas.reserve(TEAM, Amounts(tokens=400))
        assert one.keeper.down
        one.mono[0] += LEASE + 1
        with pytest.raises(Unknown):
            await one.quotas.reserve(TEAM, Amounts(tokens=1))
        one.store.fails = False
        await answered(one)
        assert await one.quotas.reserve(TEAM, Amounts(tokens=1))
        assert not one.watch.bugs


async def test_where_it_may_a_worker_goes_on_with_its_share_of_what_was_left() -> None:
    limit = Line("team", "tokens", 1000, "month", on_store_failure="share")
    async with worker(Memory(), limit, replicas=3) as one:
        await one.quotas.reserve(TEAM, Amounts(tokens=400))
        one.store.fails = True
        admitted = 0
        with pytest.raises(Exceeded):
            for _ in range(100):
                await one.quotas.reserve(TEAM, Amounts(tokens=10))
                admitted += 10
        assert 190 <= admitted <= 210, "a third of the 600 that were left"
        one.store.fails = False
        one.mono[0] += 1
        await answered(one)
        (use,) = one.quotas.used()
        assert use.account.granted >= 400 + admitted, "the store is told"
        assert not use.account.extra, "and no more is used without it"


async def test_a_window_that_begins_while_the_store_is_waited_for_has_its_share_too() -> None:
    limit = Line("team", "requests", 9, "second", on_store_failure="share")
    async with worker(Memory(), limit) as one:
        await one.quotas.reserve(TEAM, Amounts(requests=1))
        one.store.fails, one.store.waits = True, lambda: one.mono.__setitem__(0, one.mono[0] + 1)
        assert await one.quotas.reserve(TEAM, Amounts(requests=9))


async def test_of_what_others_used_up_a_worker_that_never_used_it_has_no_share() -> None:
    memory, limit = Memory(), Line("team", "tokens", 1000, "month", on_store_failure="share")
    async with worker(memory, limit) as one, worker(memory, limit, replicas=2) as other:
        await one.quotas.reserve(TEAM, Amounts(tokens=1000))
        words = other.store.words
        other.mono[0] += 1
        async with asyncio.timeout(10):
            while other.store.words < words + 2:
                await asyncio.sleep(0.01)
                other.mono[0] += 1
        other.store.fails = True
        with pytest.raises(Exceeded):
            await other.quotas.reserve(TEAM, Amounts(tokens=1))


async def test_what_others_used_is_known_to_a_worker_that_is_new_and_told_in_its_refusals() -> None:
    memory, limit = Memory(), Line("team", "tokens", 1000, "month")
    async with worker(memory, limit) as one:
        one.quotas.settle(await one.quotas.reserve(TEAM, Amounts(tokens=400)), Amounts(tokens=300))
    async with worker(memory, limit) as other:
        (use,) = other.quotas.of(TEAM)
        assert not use.known, "it hasn't heard of the store yet"
        async with asyncio.timeout(10):
            while not other.quotas.of(TEAM)[0].known:
                await asyncio.sleep(0.01)
                other.mono[0] += 1
        (use,) = other.quotas.of(TEAM)
        assert (use.known, use.used) == (True, 300)
        with pytest.raises(Exceeded) as refused:
            await other.quotas.reserve(TEAM, Amounts(tokens=1001))
        assert refused.value.used == 300


async def test_a_worker_that_ends_leaves_the_others_what_it_had_at_hand() -> None:
    memory, limit = Memory(), Line("team", "tokens", 1000, "month")
    async with worker(memory, limit) as one:
        one.quotas.settle(await one.quotas.reserve(TEAM, Amounts(tokens=1000)), Amounts(tokens=100))
    async with worker(memory, limit) as other:
        assert await other.quotas.reserve(TEAM, Amounts(tokens=900))
