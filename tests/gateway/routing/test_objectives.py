from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.routes import ObjectivesSettings
from gateway.routing.objectives import LEAST_BAD, RECOVERED, TRICKLE, Promise, Result, Standing, Window, promises

FAST = ObjectivesSettings(first_token_seconds=2.0, availability=99.0, window_seconds=600.0)
WELL, LATE, FAILED = Result(False, 1.0, 5.0), Result(False, 3.0, 5.0), Result(True, None, 0.1)


def after(*ends: Result, standing: Standing | None = None, now: float = 1000.0) -> Standing:
    standing = standing or Standing(FAST)
    for end in ends:
        now += 0.1
        standing.ended(now, end)
    return standing


def test_a_few_failures_among_many_calls_are_what_the_promise_allows() -> None:
    assert not after(*[WELL] * 300, *[LATE] * (LEAST_BAD - 1)).demoted


def test_a_destination_that_spends_its_budget_is_demoted_before_it_fails_altogether() -> None:
    standing = after(*[WELL] * 300)
    ends = [standing.ended(1031.0 + n, LATE if n % 3 == 0 else WELL) for n in range(20)]
    assert ends.index(True) == 9 and standing.demoted == "first_token"


def test_few_calls_demote_nobody() -> None:
    assert not after(*[LATE] * (FAST.least - 1)).demoted
    assert after(*[LATE] * FAST.least).demoted == "first_token"
    assert after(*[FAILED] * FAST.least).demoted == "availability"


def test_calls_that_still_wait_too_long_count_at_once() -> None:
    standing = after(*[WELL] * 50)
    assert not standing.judged(1006.0, overdue=2)
    assert standing.judged(1006.0, overdue=3) and standing.demoted == "first_token"
    assert not standing.judged(1006.0, overdue=3), "it is told once"


def test_an_old_failure_that_has_ended_demotes_nobody() -> None:
    """The budget of the window is spent, but it isn't being spent any more."""
    standing = after(*[LATE] * (FAST.least - 1))
    for n in range(50):
        assert not standing.ended(1200.0 + n, WELL)


def test_it_comes_back_after_good_calls_in_a_row_and_is_tried_more_with_each() -> None:
    standing = after(*[LATE] * 10)
    assert standing.share == TRICKLE
    after(*[WELL] * (RECOVERED - 1), standing=standing, now=1100)
    assert standing.demoted and standing.share == TRICKLE * RECOVERED
    after(LATE, standing=standing, now=1101)
    assert standing.demoted and standing.share == TRICKLE
    after(*[WELL] * RECOVERED, standing=standing, now=1102)
    assert not standing.demoted
    after(LATE, LATE, standing=standing, now=1104)
    assert not standing.demoted, "what was before isn't held against it twice"
    assert after(LATE, standing=standing, now=1105).demoted


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (WELL, (False, False, False)),
        (Result(False, 3.0, 40.0), (False, True, True)),
        (FAILED, (True, True, True)),
        (Result(False, 9.0, 9.0, streamed=False), (False, None, False)),
        (Result(True, None, 0.1, streamed=False), (True, None, True)),
        (Result(None, None, 1.0), (None, None, None)),
        (Result(None, None, 2.5), (None, True, None)),
        (Result(None, 1.0, 31.0), (None, False, True)),
    ],
)
def test_what_an_end_says_of_each_promise(result: Result, said: tuple[bool | None, ...]) -> None:
    """One that the client broke off says only what had been broken by then."""
    made = promises(ObjectivesSettings(availability=99.9, first_token_seconds=2, total_seconds=30))
    assert tuple(promise.broken(result) for promise in made) == said


def test_only_what_is_said_is_promised() -> None:
    (only,) = promises(ObjectivesSettings(total_seconds=30, total_percent=95))
    assert only == Promise("total", 30, pytest.approx(0.05))


@given(st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=200))
def test_a_window_counts_what_is_in_it(steps: list[tuple[float, bool]]) -> None:
    """To a twelfth of its length; what is older is never in it."""
    window, now, all_of = Window(120.0), 5000.0, []
    for step, bad in steps:
        now += step
        window.add(now, bad)
        all_of.append((now, bad))
        surely = [b for at, b in all_of if at > now - 110]
        perhaps = [b for at, b in all_of if at > now - 120]
        assert len(surely) <= window.calls <= len(perhaps)
        assert sum(surely) <= window.bad <= sum(perhaps)


def test_a_clock_that_jumps_back_empties_a_window() -> None:
    window = Window(120.0)
    window.add(5000.0, True)
    window.add(100.0, False)
    assert (window.calls, window.bad) == (1, 0)


def test_what_is_kept_is_shown_with_its_burn_rate() -> None:
    shown = {kept.objective: kept for kept in after(*[WELL] * 98, LATE, LATE).kept(1010.0)}
    assert shown["first_token"][1:] == (100, pytest.approx(0.98), pytest.approx(2.0))
    assert shown["availability"][1:] == (100, 1.0, 0.0)
