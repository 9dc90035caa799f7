"""The limit of a destination: cut by what says "too many", raised by answers, never outside its bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.capacity.limit import FORGOTTEN_SECONDS, TOO_MANY, WINDOW, Limit

ENDS = st.tuples(
    st.sampled_from([None, None, None, *sorted(TOO_MANY), "server", "invalid"]),
    st.one_of(st.none(), st.floats(0.01, 30)),
    st.integers(1, 300),
    st.floats(0, 100),
)


@given(st.integers(1, 50), st.integers(1, 300), st.lists(ENDS, max_size=200))
def test_it_never_leaves_its_bounds(
    floor: int, ceiling: int, ends: list[tuple[str | None, float | None, int, float]]
) -> None:
    limit, now = Limit(floor, ceiling), 100.0
    for kind, first, under_way, passed in ends:
        now += passed
        limit.ended(kind, now - 1, first, under_way, now)
        assert min(floor, ceiling) <= limit.now(under_way, now) <= ceiling


@given(st.lists(ENDS, max_size=100))
def test_a_fixed_one_never_moves(ends: list[tuple[str | None, float | None, int, float]]) -> None:
    limit = Limit(1, 20, fixed=True)
    for kind, first, under_way, now in ends:
        limit.ended(kind, now, first, under_way, now)
        assert limit.now(under_way, now) == 20


def test_throttling_cuts_it_to_a_part_of_what_was_under_way() -> None:
    limit = Limit(4, 256)
    limit.ended("rate_limit", 10, None, 40, 11)
    assert limit.now(27, 11) == 28


def test_one_crowd_makes_one_cut() -> None:
    limit = Limit(4, 256)
    for under_way in range(40, 0, -1):
        limit.ended("overload", 10, None, under_way, 11)
    assert limit.now(28, 11) == 28
    limit.ended("overload", 12, None, 20, 13)
    assert limit.now(14, 13) == 14


def test_errors_that_arent_of_capacity_leave_it_alone() -> None:
    limit = Limit(4, 256)
    for kind in ("server", "invalid", "auth", "money", "cut", "connect", "protocol"):
        limit.ended(kind, 10, None, 40, 11)
    assert limit.now(40, 11) == 256


def test_answers_raise_it_while_it_is_reached_and_only_then() -> None:
    limit = Limit(4, 256)
    limit.ended("rate_limit", 10, None, 40, 11)
    for _ in range(100):
        limit.ended(None, 12, 0.1, 5, 13)
    assert limit.now(5, 13) == 28
    for _ in range(100):
        limit.ended(None, 12, 0.1, limit.now(0, 13), 13)
    assert 30 <= limit.now(0, 13) <= 33, "by about one a round"


def test_a_deep_cut_is_made_good_quickly_up_to_half_of_what_was_known() -> None:
    limit, now = Limit(4, 256), 10.0
    limit.ended("overload", now, None, 200, now)
    limit.value = 10.0
    for _ in range(100):
        limit.ended(None, now, 0.1, int(limit.value), now)
    assert 95 <= limit.value <= 110


def test_a_cut_that_nobody_felt_for_a_minute_is_forgotten() -> None:
    limit = Limit(4, 256)
    limit.ended("rate_limit", 10, None, 40, 11)
    assert limit.now(28, 50) == 28
    assert limit.now(10, 50 + FORGOTTEN_SECONDS - 1) == 28
    assert limit.now(10, 51 + FORGOTTEN_SECONDS) == 256


def test_first_words_that_come_much_later_than_usual_ease_it() -> None:
    limit, now = Limit(4, 64), 10.0
    for _ in range(10 * WINDOW):
        limit.ended(None, now, 0.3, 60, now)
    assert limit.now(60, now) == 64
    for _ in range(WINDOW):
        now += 0.1
        limit.ended(None, now, 3.0, 60, now)
    assert limit.now(53, now) == 54
    assert Limit(4, 64).now(60, now) == 64


def test_slow_first_words_of_few_calls_say_nothing() -> None:
    limit, now = Limit(4, 64), 10.0
    for first in (0.3, 3.0):
        for _ in range(3 * WINDOW):
            limit.ended(None, now, first, 8, now)
    assert limit.now(8, now) == 64
