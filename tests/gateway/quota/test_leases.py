"""Many workers, one store, and everything that can go wrong between them."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.quota.accounts import Limit
from gateway.quota.leases import IDLE_SECONDS, LEAVE_SECONDS, PART
from gateway.quota.till import REMEMBERED
from gateway.quota.units import Amounts
from tests.gateway.quota.parts import Line
from tests.gateway.quota.world import LEASE, Store, Worker

NOON = 1_800_000_000.0
TEAM = (("team", "hr"),)


def world(count: int, *limits: Limit) -> tuple[Store, list[Worker]]:
    store = Store(NOON)
    workers = [Worker(f"w{n}", limits, store, 1000.0 * n) for n in range(count)]
    for worker in workers:
        worker.talk()
    pass_time(store, workers, LEASE + 1)
    return store, workers


def pass_time(store: Store, workers: list[Worker], seconds: float) -> None:
    """Time in which everybody ticks and talks twice a second, as the keeper makes them."""
    for _ in range(int(seconds * 2)):
        store.time += 0.5
        for worker in workers:
            worker.mono += 0.5
            if worker.alive:
                worker.book.tick(worker.mono)
                worker.talk()


async def drained(workers: list[Worker], amount: int) -> int:
    """What all workers together still admit, in calls of `amount`."""
    admitted = 0
    for worker in workers:
        while worker.alive and await worker.call(TEAM, Amounts(tokens=amount)):
            admitted += amount
    return admitted


async def test_workers_share_a_limit_to_the_last_token() -> None:
    store, workers = world(3, Line("team", "tokens", 10_000, "month"))
    admitted = 0
    for turn in range(2000):
        admitted += 10 * await workers[turn % 3].call(TEAM, Amounts(tokens=10))
    assert 9_900 <= admitted <= 10_000
    pass_time(store, workers, IDLE_SECONDS + 1)
    assert admitted + await drained(workers, 10) == 10_000


async def test_what_a_killed_worker_had_at_hand_is_all_that_is_lost() -> None:
    store, workers = world(3, Line("team", "tokens", 100_000, "month"))
    admitted = 0
    for turn in range(600):
        admitted += 100 * await workers[turn % 3].call(TEAM, Amounts(tokens=100))
        if turn % 50 == 0:
            pass_time(store, workers, 0.5)
    workers[0].alive = False
    pass_time(store, workers, LEASE)
    admitted += await drained(workers, 100)
    assert 100_000 - admitted <= 100_000 // PART + 100


async def test_idle_leases_go_back() -> None:
    store, workers = world(2, Line("team", "tokens", 100_000, "month"))
    for _ in range(100):
        await workers[0].call(TEAM, Amounts(tokens=100))
        workers[0].end(0, Amounts(tokens=50))
    pass_time(store, workers, IDLE_SECONDS + 1)
    (row,) = store.memory.rows.values()
    assert row.total == 5000
    assert await drained(workers[1:], 1000) == 95_000


async def test_calls_at_once_of_a_killed_worker_return_and_those_of_a_frozen_store_stay() -> None:
    store, workers = world(2, Line("team", "concurrent", 10))
    while await workers[0].call(TEAM, Amounts(concurrent=1)):
        pass
    assert len(workers[0].calls) == 10
    for worker in workers:  # the store is frozen for longer than a lease, and nobody heard of it
        worker.mono += 2 * LEASE
    store.time += 2 * LEASE
    assert not await workers[1].call(TEAM, Amounts(concurrent=1)), "who holds them is alive"
    workers[0].alive = False
    pass_time(store, workers, LEASE + 1)
    for _ in range(10):
        assert await workers[1].call(TEAM, Amounts(concurrent=1))


async def test_an_account_that_nobody_uses_is_dropped_and_what_it_used_is_not() -> None:
    store, workers = world(1, Line("team", "tokens", 1000, "month"))
    await workers[0].call(TEAM, Amounts(tokens=900))
    workers[0].end(0, Amounts(tokens=900))
    pass_time(store, workers, LEAVE_SECONDS + 3)
    assert not len(workers[0].accounts)
    assert not await workers[0].call(TEAM, Amounts(tokens=101))
    assert await workers[0].call(TEAM, Amounts(tokens=100))


async def test_a_worker_that_ends_gives_back_what_it_has_at_hand() -> None:
    store, workers = world(2, Line("team", "tokens", 1000, "month"))
    await workers[0].call(TEAM, Amounts(tokens=900))
    workers[0].end(0, Amounts(tokens=100))
    store.hear(workers[0].book.farewell(workers[0].mono))
    workers[0].alive = False
    assert await drained(workers, 100) == 900


async def test_usage_beyond_what_was_held_is_debited_at_the_store() -> None:
    store, workers = world(2, Line("team", "tokens", 1000, "month"))
    await workers[0].call(TEAM, Amounts(tokens=10))
    workers[0].end(0, Amounts(tokens=5000))
    pass_time(store, workers, 1)
    assert not await workers[1].call(TEAM, Amounts(tokens=1))


async def test_a_store_that_forgot_is_told_by_the_living_and_counts_for_the_dead() -> None:
    store, workers = world(3, Line("team", "tokens", 10_000, "month"))
    admitted = 0
    for turn in range(60):
        admitted += 100 * await workers[turn % 3].call(TEAM, Amounts(tokens=100))
    pass_time(store, workers, 0.5)
    workers[0].alive = False
    store.restart(empty=True)
    assert not await workers[1].call(TEAM, Amounts(tokens=1000)), "it waits for the third, who may know more"
    pass_time(store, workers, LEASE + 2)
    admitted += await drained(workers, 100)
    assert 10_000 - 200 <= admitted <= 10_000


async def test_a_store_that_forgot_waits_no_longer_than_everybody_needs() -> None:
    store, workers = world(3, Line("team", "tokens", 10_000, "month"))
    await workers[0].call(TEAM, Amounts(tokens=9000))
    pass_time(store, workers, 0.5)
    store.restart(empty=True)
    pass_time(store, workers, 1.5)
    admitted = await drained(workers[1:], 100)
    pass_time(store, workers, IDLE_SECONDS + 1)
    assert admitted + await drained(workers[1:], 100) == 1000


async def test_a_worker_that_starts_on_a_store_that_forgot_waits_for_the_others() -> None:
    limit = Line("team", "tokens", 10_000, "month")
    store, workers = world(2, limit)
    await workers[0].call(TEAM, Amounts(tokens=9000))
    pass_time(store, workers, 0.5)
    store.restart(empty=True)
    fresh = Worker("fresh", [limit], store, 77.0)
    assert not await fresh.call(TEAM, Amounts(tokens=2000))
    pass_time(store, [*workers, fresh], IDLE_SECONDS + 2)
    assert not await fresh.call(TEAM, Amounts(tokens=2000))
    assert await fresh.call(TEAM, Amounts(tokens=1000))


USUAL = ["call"] * 40 + ["end"] * 25 + ["pass"] * 8 + ["word lost", "answer lost", "late"] * 4
RARE = ["saved", "skew", "jump", "killed", "forgot", "aged"]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(100, 3000), st.sampled_from(["second", "minute", "month"]))
async def test_whatever_happens_no_more_is_admitted_than_the_limit(seed: int, limit: int, window: str) -> None:
    """Words and answers lost, words that come late, workers killed, a store that forgets, clocks that jump."""
    chance = random.Random(seed)
    store, workers = world(4, Line("team", "tokens", limit, window), Line("team", "concurrent", 6))
    admitted: Counter[int] = Counter()
    for what in chance.choices(USUAL * 2 + RARE, k=300):
        worker = chance.choice([worker for worker in workers if worker.alive])
        if what == "call":
            amount = chance.randint(1, 60)
            if await worker.call(TEAM, Amounts(tokens=amount, concurrent=1)):
                admitted[worker.calls[-1][0].holds[0][1]] += amount
        elif what == "end" and worker.calls:
            index = chance.randrange(len(worker.calls))
            grant, held = worker.calls[index]
            used = held._replace(tokens=chance.randint(0, held.tokens))
            worker.end(index, used)
            admitted[grant.holds[0][1]] -= held.tokens - used.tokens
        elif what.endswith("lost"):
            worker.lose = what.split()[0]
            await worker.call(TEAM, Amounts(tokens=5000, concurrent=1))
            worker.talk()
            worker.lose = ""
        elif what == "late" and worker.late:
            store.hear(worker.late.pop(chance.randrange(len(worker.late))))
        elif what == "pass":
            pass_time(store, workers, chance.choice([0.5, 0.5, 1.0, 3.0, 12.0]))
        else:
            misfortune(what, store, workers, worker, chance)
        assert all(total <= limit for total in admitted.values()), (what, admitted)
        assert sum(len(w.calls) for w in workers if w.alive) <= 6


def misfortune(what: str, store: Store, workers: list[Worker], worker: Worker, chance: random.Random) -> None:
    if what == "saved":
        store.save()
    elif what == "skew":
        store.time += chance.uniform(-5, 5)
    elif what == "jump":
        store.time += chance.choice([-40 * 86_400, -3600, 3600, 40 * 86_400])
    elif what == "killed" and sum(w.alive for w in workers) > 1:
        pass_time(store, workers, 1.5)  # a store that forgot has been told by it
        worker.alive = False
        pass_time(store, workers, 0.5)  # what it was granted last, the others have heard of
    elif what in ("forgot", "aged"):
        store.restart(empty=what == "forgot")


async def test_after_a_silence_a_worker_uses_no_slot_that_others_may_have_by_now() -> None:
    store, (paused, other) = world(2, Line("team", "concurrent", 80, "month"))
    slot = Amounts(concurrent=1)
    for _ in range(20):
        await paused.call(TEAM, slot)
    pass_time(store, [paused, other], 0.5)
    (account,) = paused.accounts
    assert account.granted > 20, "it has some at hand"
    pass_time(store, [other], LEASE + 1)
    taken = sum([await other.call(TEAM, slot) for _ in range(100)])
    assert taken == 80
    paused.mono += LEASE + 1
    paused.talk()
    assert paused.renewed()
    assert not await paused.call(TEAM, slot)


async def test_a_worker_that_was_away_until_it_was_forgotten_is_granted_again() -> None:
    store, (away, other) = world(2, Line("team", "tokens", 1000, "month"))
    await away.call(TEAM, Amounts(tokens=300))
    pass_time(store, [other], REMEMBERED + 2)
    away.mono += REMEMBERED + 2
    for _ in range(4):
        away.talk()
        await away.call(TEAM, Amounts(tokens=200))
    assert [amounts.tokens for _, amounts in away.calls] == [300, 200, 200, 200]
    pass_time(store, [away, other], IDLE_SECONDS + 1)
    assert await drained([other], 10) == 100


async def test_a_clock_that_runs_ahead_begins_no_window_before_the_store_is_heard() -> None:
    store, workers = world(2, Line("team", "tokens", 1000, "day"))
    assert await drained(workers, 10) == 1000
    late = Worker("late", (Line("team", "tokens", 1000, "day"),), store, 0.0)
    late.ahead = NOON + 86_400
    assert not await late.call(TEAM, Amounts(tokens=10))
    pass_time(store, [*workers, late], 1)
    assert await drained([late], 10) == 0
