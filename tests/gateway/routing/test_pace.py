from __future__ import annotations

import pytest

from gateway.routing.pace import UNHEARD, UNKNOWN, Pace


def answered(*times: float, gap: float = 0.1) -> tuple[Pace, float]:
    """A destination that began to answer after so many seconds each, one call after the other."""
    pace, now = Pace(), 1000.0
    for number, took in enumerate(times):
        pace.begun(number, now)
        now += took
        pace.answered(number, now)
        pace.ended(number)
        now += gap
    return pace, now


def test_nobody_knows_before_a_first_answer_unless_it_is_long_in_coming() -> None:
    pace = Pace()
    assert pace.first_word(1000.0) is None
    pace.begun(1, 1000.0)
    assert pace.first_word(1000.0 + UNKNOWN) is None
    assert pace.first_word(1003.0) == 3.0


def test_among_many_calls_one_outlier_says_little() -> None:
    assert Pace.first_word(*answered(*[0.2] * 50, 4.0)) < 1.3 * 0.2
    assert Pace.first_word(*answered(*[0.2] * 50, 4.0, 4.0)) > 1.3 * 0.2


def test_after_a_while_the_newest_answer_says_nearly_all() -> None:
    pace, now = answered(*[4.0] * 5)
    pace.begun(9, now + 6)
    pace.answered(9, now + 6.2)
    assert pace.first_word(now + 6.2) == pytest.approx(0.26, abs=0.05)


def test_a_destination_that_hangs_is_slow_before_it_answers() -> None:
    pace, now = answered(*[0.2] * 20)
    pace.begun(30, now)
    pace.begun(31, now + 1)
    pace.begun(32, now + 2)
    assert pace.first_word(now + 2) == pytest.approx(1.0), "the median: one long prompt among many says nothing"
    pace.ended(30)
    pace.ended(31)
    pace.ended(32)
    assert pace.first_word(now + 2) == pytest.approx(0.2)


def test_who_waits_for_too_long_is_counted_up_to_a_bound() -> None:
    pace = Pace()
    for number in range(20):
        pace.begun(number, 1000.0 + number)
    assert pace.overdue(1020.0, 12.5, 50) == 8
    assert pace.overdue(1020.0, 12.5, 5) == 5


def test_what_is_not_asked_becomes_unheard() -> None:
    pace, now = answered(0.2, gap=0.0)
    assert not pace.unheard(now + UNHEARD)
    assert pace.unheard(now + UNHEARD + 0.1)
    pace.begun(1, now + 6)
    assert not pace.unheard(now + 7), "somebody is trying it already"
