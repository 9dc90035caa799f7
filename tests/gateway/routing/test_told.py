"""Breakers of several workers around one board."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from gateway.measure import Measure
from gateway.routing.health import Health
from gateway.routing.told import CLOSED_SECONDS, SKEW, Told
from gateway.state.follower import Follower
from observability.logs import Log
from tests.gateway.state.test_follower import Table, until_quiet


def worker(table: Table, skew: float = 0.0) -> tuple[Health, Follower, Measure]:
    follower, _, heard = table.worker()
    health = Health(lambda: table.clock[0], chance=lambda: 0.0)
    measure = Measure(Log(io.BytesIO(), clock=lambda: datetime.now(UTC)), "test")
    Told(health, follower, measure, lambda: table.clock[0] + skew)
    assert not heard.bugs
    return health, follower, measure


def fail(health: Health, kind: str, name: str = "alpha/gpt-4o") -> None:
    turn = health.take(name)
    assert turn is not None
    health.failed(turn, kind, None)


async def test_a_breaker_that_opens_in_one_worker_opens_in_all_and_closes_with_it() -> None:
    table = Table()
    (one, hers, _), (other, his, measure) = worker(table), worker(table)
    fail(one, "auth")
    await until_quiet(hers, his)
    assert not other.admits("alpha/gpt-4o")
    assert other.wait("alpha/gpt-4o") == pytest.approx(60)
    assert [(s.failure, s.credential, s.state) for s in other.states()] == [("auth", 0, "open")]
    table.clock[0] += 60
    turn = one.take("alpha/gpt-4o")
    assert turn is not None
    one.begun(turn, turn.started)
    await until_quiet(hers, his)
    assert other.admits("alpha/gpt-4o")
    assert [s.state for s in other.states()] == ["closed"]
    assert other.share("alpha/gpt-4o") < 1
    assert b"ecluse_breaker_openings_total{" not in measure.metrics.page(), "counted where it opened"


async def test_a_worker_that_comes_late_learns_what_is_left_of_an_open_time() -> None:
    table = Table()
    one, hers, _ = worker(table)
    fail(one, "auth")
    await until_quiet(hers)
    table.clock[0] += 40
    late, his, _ = worker(table)
    await until_quiet(his)
    assert late.wait("alpha/gpt-4o") == pytest.approx(60 - 40 + SKEW)
    table.clock[0] += 120
    later, theirs, _ = worker(table)
    await until_quiet(theirs)
    assert later.admits("alpha/gpt-4o")


@pytest.mark.parametrize("skew", [-5.0, 5.0])
async def test_clocks_that_differ_change_little(skew: float) -> None:
    table = Table()
    (one, hers, _), (other, his, _) = worker(table), worker(table, skew)
    fail(one, "rate_limit")
    await until_quiet(hers, his)
    assert 0 < other.wait("alpha/gpt-4o") <= 1
    assert CLOSED_SECONDS > 1
