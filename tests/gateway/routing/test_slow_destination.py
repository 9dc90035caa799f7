"""One slow destination of three, in virtual time: what callers wait stays what it was, and its recovery is noticed."""

from __future__ import annotations

import pytest

from tests.gateway.routing.route_cases import route
from tests.gateway.routing.simulation import World

PROMISES = "objectives: {first_token_seconds: 1, window_seconds: 120}"
ROUTES = [
    "{order: latency}",
    "{order: least_busy}",
    f"{{order: written, {PROMISES}}}",
    f"{{order: weight, {PROMISES}}}",
    f"{{order: affinity, by: caller, {PROMISES}}}",
    f"{{order: least_busy, {PROMISES}}}",
]
HEALTHY = {"a": 0.2, "b": 0.2, "c": 0.2}


@pytest.mark.parametrize("crowd", [1, 3, 60], ids="crowd of {}".format)
@pytest.mark.parametrize("said", ROUTES)
def test_p95_stays_within_1_3_times_that_of_three_healthy_ones(said: str, crowd: int) -> None:
    healthy = World(route(said), HEALTHY.copy(), crowd).run(3000).p95()
    world = World(route(said), HEALTHY.copy(), crowd)
    world.run(500)
    world.seconds["a"] *= 20
    world.run(600)  # by then it was noticed
    assert world.run(3000).p95() <= 1.3 * healthy


@pytest.mark.parametrize("said", ROUTES)
def test_it_is_noticed_within_few_calls(said: str) -> None:
    world = World(route(said), HEALTHY.copy(), 30)
    world.run(600)
    world.seconds["a"] *= 20
    world.run(300)
    assert world.went["a"] <= 60


@pytest.mark.parametrize("said", ROUTES)
def test_a_destination_that_recovers_gets_its_calls_back(said: str) -> None:
    world = World(route(said), HEALTHY.copy(), 30)
    before = world.run(2000).went["a"]
    world.seconds["a"] *= 20
    world.run(3000)
    assert world.went["a"] < before / 3
    world.seconds["a"] = 0.2
    world.run(3000)
    assert world.run(2000).went["a"] > 0.7 * before


def test_where_all_are_slow_none_is_worse_off_for_it() -> None:
    world = World(route(f"{{order: weight, {PROMISES}}}"), dict.fromkeys("abc", 4.0), 30)
    world.run(1000)
    assert all(standing.demoted for standing in world.standings.values())
    world.run(1500)
    assert all(world.went[name] > 400 for name in "abc")
