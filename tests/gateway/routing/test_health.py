from __future__ import annotations

import pytest

from gateway.routing.health import FAILURES_IN_A_ROW, OPEN_SECONDS, Health, RetryBudget


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_several_failures_in_a_row_open_the_breaker_and_one_try_closes_it() -> None:
    clock = Clock()
    health = Health(clock)
    for _ in range(FAILURES_IN_A_ROW):
        assert health.admits("a")
        health.failed("a", "server", None)
    assert not health.admits("a")
    clock.now += OPEN_SECONDS
    assert health.admits("a")
    assert not health.admits("a"), "only one call tries"
    health.succeeded("a")
    assert health.admits("a")
    assert health.admits("a")


def test_a_failed_try_opens_it_again() -> None:
    clock = Clock()
    health = Health(clock)
    health.failed("a", "money", None)
    clock.now += 60
    assert health.admits("a")
    health.failed("a", "server", None)
    assert not health.admits("a")
    assert 0 < health.wait("a") <= OPEN_SECONDS


def test_a_client_that_leaves_during_the_try_lets_the_next_one_try() -> None:
    clock = Clock()
    health = Health(clock)
    health.failed("a", "auth", None)
    clock.now += 61
    assert health.admits("a")
    health.left("a")
    assert health.admits("a")


@pytest.mark.parametrize(("kind", "wait"), [("rate_limit", 7.0), ("overload", 7.0), ("ramp", 7.0)])
def test_a_stated_wait_is_kept(kind: str, wait: float) -> None:
    clock = Clock()
    health = Health(clock)
    health.failed("a", kind, wait)
    assert not health.admits("a")
    clock.now += wait
    assert health.admits("a")


@pytest.mark.parametrize("kind", ["invalid", "context_length", "content_policy"])
def test_the_clients_own_mistakes_open_nothing(kind: str) -> None:
    health = Health(Clock())
    for _ in range(20):
        health.failed("a", kind, None)
    assert health.admits("a")


def test_retries_are_a_share_of_the_calls_in_flight() -> None:
    budget = RetryBudget(share=0.2, floor=2)
    budget.retries = 2
    assert not budget.allows(5)
    assert budget.allows(100)
    budget.retries = 20
    assert not budget.allows(100)
