"""Soft limits: told once for each account and window, whoever sees it first."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.identity.callers import Caller
from gateway.quota.soft import SoftLimits
from gateway.quota.units import Amounts
from gateway.state.follower import Follower
from tests.gateway.quota.parts import ME, Clock, Line, alone
from tests.gateway.state.test_follower import Table, until_quiet

ANNE = Caller("k_1", "acme", "hr", (), "anne", (), ("*",), "p_anne")


class Facts:
    """A board that several workers share; the fact of the higher rank stays."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[int, bytes]] = {}
        self.shared = True
        self.answers = True

    def get(self, key: str) -> bytes | None:
        return self.held[key][1] if key in self.held else None

    def say(self, key: str, value: bytes, seconds: float | None = None, *, rank: int = 0) -> None:
        assert seconds is not None and seconds > 0
        self.held[key] = max(self.held.get(key, (-1, b"")), (rank, value))

    async def told(self, key: str, seconds: float) -> bool:
        await asyncio.sleep(0)
        return self.answers


def soft_limits(board: Facts, told: list[Any]) -> SoftLimits:
    limits = SoftLimits(board, told.append, 0.0)
    limits.use([Line("team", "tokens", 100, soft=0.8)], "EUR")
    return limits


async def settled(*several: SoftLimits) -> None:
    for limits in several:
        await asyncio.gather(*limits.claims.under_way)


async def spend(lines: list[Line], clock: Clock, tokens: int):
    quotas = alone(lines, clock)
    await quotas.reserve(ME, Amounts(tokens=tokens))
    return quotas


async def test_told_once_for_each_account_and_window() -> None:
    clock, told, board = Clock(), [], Facts()
    board.shared = False
    limits = soft_limits(board, told)
    quotas = await spend([Line("team", "tokens", 100, soft=0.8), Line("user", "tokens", 100, soft=0.9)], clock, 79)
    limits.look(quotas.of(ME), ANNE, clock.now)
    assert told == []
    await quotas.reserve(ME, Amounts(tokens=11))
    limits.look(quotas.of(ME), ANNE, clock.now)
    limits.look(quotas.of(ME), ANNE, clock.now)
    assert [(m["scope"], m["name"]) for m in told] == [("user", "p_anne"), ("team", "hr")]
    assert told[1] == {
        "event": "quota.soft", "at": "2001-09-09T01:47:00Z", "organisation": "acme", "scope": "team", "name": "hr",
        "unit": "tokens", "window": "minute", "limit": 100, "used": 90, "currency": None, "soft": 0.8,
        "resets_at": "2001-09-09T01:48:00Z",
    }  # fmt: skip
    clock.now += 60
    await quotas.reserve(ME, Amounts(tokens=95))
    limits.look(quotas.of(ME), ANNE, clock.now)
    assert len(told) == 4


async def test_of_several_workers_one_tells() -> None:
    clock, told, board = Clock(), [], Facts()
    workers = [soft_limits(board, told) for _ in range(4)]
    for limits in workers:
        quotas = await spend([Line("team", "tokens", 100, soft=0.8)], clock, 80)
        limits.look(quotas.of(ME), ANNE, clock.now)
    await settled(*workers)
    assert len(told) == 1


async def test_of_two_claims_at_once_the_earlier_one_counts() -> None:
    clock, first, second, board = Clock(), [], [], Facts()
    late, early = soft_limits(board, second), soft_limits(board, first)
    uses = (await spend([Line("team", "tokens", 100, soft=0.8)], clock, 80)).of(ME)
    seen = board.get
    board.get = lambda key: None  # neither has heard of the other
    late.look(uses, ANNE, clock.now + 0.3)
    early.look(uses, ANNE, clock.now)
    board.get = seen
    await settled(late, early)
    assert len(first) == 1 and not second


async def test_without_an_answer_of_the_store_each_worker_tells() -> None:
    clock, told, board = Clock(), [], Facts()
    board.answers = False
    limits = soft_limits(board, told)
    limits.look((await spend([Line("team", "tokens", 100, soft=0.8)], clock, 99)).of(ME), ANNE, clock.now)
    await settled(limits)
    assert len(told) == 1


def test_nothing_is_looked_at_where_no_limit_is_soft() -> None:
    limits = soft_limits(Facts(), [])
    assert limits.active
    limits.use([Line("team", "tokens", 100)], "EUR")
    assert not limits.active


async def test_workers_around_a_real_board_tell_once() -> None:
    table, told = Table(), []
    workers = [table.worker()[0] for _ in range(3)]
    await until_quiet(*workers)
    limits = [SoftLimits(worker, told.append, 0.02) for worker in workers]
    clock = Clock()
    uses = (await spend([Line("team", "tokens", 100, soft=0.8)], clock, 80)).of(ME)
    for number, one in enumerate(limits):
        one.look(uses, ANNE, clock.now + number / 1000)
    asking = [asyncio.create_task(_turns(worker)) for worker in workers]
    await settled(*limits)
    for task in asking:
        task.cancel()
    assert len(told) == 1
    limits[2].look(uses, ANNE, clock.now + 1)
    late = SoftLimits(workers[1], told.append, 0.0)
    late.look(uses, ANNE, clock.now + 1)
    assert len(told) == 1 and not late.claims.under_way


async def _turns(worker: Follower) -> None:
    while True:
        await worker.turn()
        await asyncio.sleep(0.001)
