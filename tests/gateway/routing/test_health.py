"""Breakers, slow start, rooms and pace of destinations, with a clock and chances that are passed in."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from gateway.config.failures import CLASSES
from gateway.config.health import BreakerSettings, HealthSettings
from gateway.routing.budget import EARNED_BACK, RetryBudget
from gateway.routing.fare import Turn
from gateway.routing.health import Health

SERVER = CLASSES["server"]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Rate(NamedTuple):
    unit: str
    remaining: float
    limit: float | None
    reset: float


def healthy(clock: Clock, settings: HealthSettings | None = None) -> Health:
    return Health(clock, settings, chance=lambda: 0.0)


def turn(health: Health, name: str = "a") -> Turn:
    taken = health.take(name)
    assert taken is not None, "it may be asked"
    return taken


def fail(health: Health, kind: str, retry_after: float | None = None, name: str = "a") -> None:
    health.failed(turn(health, name), kind, retry_after)


def answer(health: Health, name: str = "a") -> None:
    taken = turn(health, name)
    health.begun(taken, taken.started)
    health.ended(taken)


def test_several_failures_in_a_row_open_the_breaker_and_one_try_closes_it() -> None:
    clock = Clock()
    health = healthy(clock)
    for _ in range(SERVER.in_a_row):
        fail(health, "server")
    assert not health.admits("a")
    assert health.take("a") is None
    clock.now += SERVER.open_seconds
    trying = turn(health)
    assert health.take("a") is None, "only one call tries"
    health.begun(trying, clock.now)
    assert health.take("a") is not None
    assert health.take("a") is not None


def test_open_times_double_up_to_the_longest() -> None:
    clock = Clock()
    health = healthy(clock)
    for _ in range(SERVER.in_a_row):
        fail(health, "server")
    waits = []
    for _ in range(6):
        waits.append(health.wait("a"))
        clock.now += waits[-1]
        fail(health, "server")
    assert waits == [5, 10, 20, 40, 60, 60]


def test_a_success_ends_a_row_but_the_share_of_failures_still_counts() -> None:
    health = healthy(Clock())
    for _ in range(9):
        fail(health, "server")
        answer(health)
    assert health.admits("a")
    fail(health, "server")
    assert health.admits("a"), "19 calls say nothing yet"
    answer(health)
    fail(health, "server")
    assert not health.admits("a"), "11 of 21"


def test_classes_are_counted_apart() -> None:
    health = healthy(Clock())
    for _ in range(SERVER.in_a_row - 1):
        fail(health, "server")
        fail(health, "overload")
    assert health.admits("a")
    fail(health, "server")
    assert [(s.failure, s.state) for s in health.states()] == [("server", "open"), ("overload", "closed")]


def test_a_failed_try_opens_it_again_whatever_fails() -> None:
    clock = Clock()
    health = healthy(clock)
    fail(health, "money")
    clock.now += CLASSES["money"].open_seconds
    fail(health, "server")
    assert not health.admits("a")
    assert health.wait("a") == 2 * CLASSES["money"].open_seconds


def test_calls_that_began_before_it_opened_neither_close_nor_prolong_it() -> None:
    clock = Clock()
    health = healthy(clock)
    late = [turn(health) for _ in range(20)]
    for _ in range(SERVER.in_a_row):
        fail(health, "server")
    for number, one in enumerate(late):
        clock.now += 0.5
        if number % 2:
            health.failed(one, "server", None)
        else:
            health.begun(one, clock.now)
    assert [s.state for s in health.states()] == ["half_open"], "its time went on and one call may try"


def test_a_client_that_leaves_during_the_try_lets_the_next_one_try() -> None:
    clock = Clock()
    health = healthy(clock)
    fail(health, "auth")
    clock.now += 61
    health.left(turn(health))
    assert health.admits("a")


@pytest.mark.parametrize("kind", ["rate_limit", "overload", "ramp", "server"])
def test_a_stated_wait_is_kept(kind: str) -> None:
    clock = Clock()
    health = healthy(clock)
    fail(health, kind, 7.0)
    assert not health.admits("a")
    clock.now += 6.9
    assert not health.admits("a")
    clock.now += 0.1
    assert health.admits("a")


def test_a_stated_wait_of_a_day_is_kept_for_five_minutes() -> None:
    health = healthy(Clock())
    fail(health, "rate_limit", 86400.0)
    assert health.wait("a") == 300


def test_throttling_without_a_stated_wait_rests_for_a_second_and_longer_each_time() -> None:
    clock = Clock()
    health = healthy(clock)
    waits = []
    for _ in range(4):
        fail(health, "rate_limit")
        waits.append(health.wait("a"))
        clock.now += waits[-1]
    assert waits == [1, 2, 4, 8]


@pytest.mark.parametrize("kind", ["invalid", "context_length", "content_policy", "schema"])
def test_the_clients_own_mistakes_open_nothing(kind: str) -> None:
    health = healthy(Clock())
    for _ in range(40):
        fail(health, kind)
    assert health.admits("a")


def test_answers_that_are_cut_each_time_open_it_although_each_had_begun() -> None:
    health = healthy(Clock())
    for _ in range(CLASSES["broken"].in_a_row):
        taken = turn(health)
        health.begun(taken, taken.started)
        health.failed(taken, "cut", None)
    assert not health.admits("a")


def test_a_contracts_back_off_is_kept_after_the_first_failure_and_doubles() -> None:
    clock = Clock()
    health = healthy(clock)
    waits = []
    for _ in range(3):
        health.failed(turn(health), "server", None, 2.0)
        waits.append(health.wait("a"))
        clock.now += waits[-1]
    assert waits[0] == 2
    assert waits == sorted(waits)
    assert waits[1] >= 4


def test_money_of_one_credential_leaves_the_others() -> None:
    health = healthy(Clock())
    health.use(HealthSettings(), {"a": 2})
    first = turn(health)
    health.failed(first, "money", None)
    assert health.admits("a")
    assert {turn(health).credential for _ in range(6)} == {1 - first.credential}
    health.failed(turn(health), "auth", None)
    assert not health.admits("a")
    assert sorted(s.credential for s in health.states() if s.credential is not None) == [0, 1]


def test_a_failing_server_is_left_alone_with_every_credential() -> None:
    health = healthy(Clock())
    health.use(HealthSettings(), {"a": 3})
    for _ in range(SERVER.in_a_row):
        fail(health, "server")
    assert not health.admits("a")


def test_calls_are_spread_over_credentials() -> None:
    health = healthy(Clock())
    health.use(HealthSettings(), {"a": 3})
    taken = [turn(health) for _ in range(6)]
    assert sorted(t.credential for t in taken) == [0, 0, 1, 1, 2, 2], "the fewest calls under way"
    for one in taken:
        health.left(one)
    seen = set()
    for _ in range(3):
        one = turn(health)
        seen.add(one.credential)
        health.left(one)
    assert seen == {0, 1, 2}, "in turn where none has more"


def test_without_room_a_destination_is_passed_over_until_the_vendors_reset() -> None:
    clock = Clock()
    health = healthy(clock)
    health.rooms(turn(health), [Rate("requests", 1, 10, 6.0), Rate("tokens", 500, 1000, 6.0)])
    assert health.headroom("a") == pytest.approx(0.1)
    turn(health)
    assert not health.admits("a")
    assert health.wait("a") == 6
    clock.now += 6
    assert health.admits("a")
    assert health.headroom("a") == 1


def test_a_vendor_that_invents_limits_is_not_remembered_for_ever() -> None:
    health = healthy(Clock())
    taken = turn(health)
    health.rooms(taken, [Rate(f"unit-{n}", 5, 10, 60) for n in range(1000)])
    health.rooms(taken, [Rate("unit-0", 1, 10, 60), Rate("late", 0, 10, 60)])
    assert health.headroom("a") == pytest.approx(0.1)


def test_a_destination_that_is_back_gets_its_calls_slowly() -> None:
    clock = Clock()
    health = healthy(clock)
    fail(health, "auth")
    clock.now += 60
    assert health.share("a") == 1, "nobody knows yet that it is back"
    answer(health)
    shares = []
    for _ in range(4):
        shares.append(health.share("a"))
        clock.now += 10
    assert shares == pytest.approx([0.05, 1 / 3, 2 / 3, 1])


def test_a_destination_that_a_reload_brings_starts_slowly_and_those_of_a_start_do_not() -> None:
    health = healthy(Clock())
    health.use(HealthSettings(), {"a": 1})
    assert health.share("a") == 1
    health.use(HealthSettings(), {"a": 1, "b": 1})
    assert health.share("a") == 1
    assert health.share("b") < 0.1


def test_a_load_lets_what_people_mend_be_tried_at_once_and_forgets_what_is_gone() -> None:
    health = healthy(Clock())
    health.use(HealthSettings(), {"a": 1, "b": 1})
    fail(health, "auth")
    for _ in range(SERVER.in_a_row):
        fail(health, "server", name="b")
    health.use(HealthSettings(), {"a": 1, "b": 1})
    assert health.admits("a")
    assert not health.admits("b")
    turn(health)
    assert not health.admits("a"), "by one call"
    health.use(HealthSettings(), {"a": 1})
    assert {s.destination for s in health.states()} == {"a"}


def test_settings_change_single_measures_of_a_class() -> None:
    changed = HealthSettings(breakers={"server": BreakerSettings(name="server", in_a_row=1, open_seconds=90.0)})
    health = healthy(Clock(), changed)
    fail(health, "server")
    assert health.wait("a") == 90
    fail(health, "overload", name="b")
    assert health.admits("b")


def test_what_others_tell_is_kept() -> None:
    clock = Clock()
    health, told = healthy(clock), []
    health.told = lambda *said: told.append(said)
    health.adopt("a", "server", -1, 20.0, 3)
    assert health.wait("a") == 20
    health.adopt("a", "server", -1, 0.0, 0)
    assert health.admits("a")
    assert health.share("a") < 1
    health.adopt("a", "a class of a later version", -1, 20.0, 1)
    assert health.admits("a")
    assert not told, "what came from others isn't told to them again"


def test_openings_and_closings_are_told() -> None:
    clock = Clock()
    health, told = healthy(clock), []
    health.told = lambda *said: told.append(said)
    fail(health, "auth")
    clock.now += 60
    answer(health)
    assert told == [("a", "auth", 0, 60.0, 1), ("a", "auth", 0, 0.0, 0)]


def test_retries_are_a_share_of_the_calls_in_flight() -> None:
    budget = RetryBudget(Clock(), share=0.2, floor=2)
    budget.retries = 2
    assert not budget.allows(5)
    assert budget.allows(100)
    budget.retries = 20
    assert not budget.allows(100)


@pytest.mark.parametrize("calls", [5, 6, 9, 10, 11, 30, 200])
def test_failing_retries_make_at_most_a_fifth_more_calls(calls: int) -> None:
    budget, made = RetryBudget(Clock()), 0
    for _ in range(calls):
        budget.called("m")
        made += 1
        if budget.allows(1, "m"):
            made += 1
            budget.in_vain("m", 1)
    assert made <= 1.2 * calls


def test_a_retry_in_vain_is_forgotten_after_calls_or_after_a_quiet_minute() -> None:
    clock = Clock()
    budget = RetryBudget(clock)
    budget.in_vain("m", 1)
    for _ in range(EARNED_BACK):
        assert not budget.allows(1, "m")
        assert budget.allows(1, "other"), "of another model"
        assert budget.allows(1), "of a call that is at it"
        budget.called("m")
    assert budget.allows(1, "m")
    budget.in_vain("m", 2)
    budget.called("m")
    assert not budget.allows(1, "m")
    clock.now += 61
    budget.called("m")
    assert budget.allows(1, "m")


def test_retries_are_counted_while_they_are_under_way() -> None:
    budget = RetryBudget(Clock(), floor=1)
    with budget.trying():
        assert budget.retries == 1
        assert not budget.allows(1)
    assert budget.allows(1)
