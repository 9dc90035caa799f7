"""Destinations that do far worse than the others of their model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.health import HealthSettings
from gateway.routing.outliers import Standing, outliers
from tests.gateway.routing.test_health import Clock, answer, fail, healthy, turn

SETTINGS = HealthSettings()
WELL = Standing("well", 100, 1, 0.5, 99)


@pytest.mark.parametrize(
    ("one", "is_one"),
    [
        (Standing("slow", 100, 1, 1.6, 99), True),
        (Standing("not so slow", 100, 1, 1.4, 99), False),
        (Standing("slow, of few calls", 5, 0, 9.0, 5), False),
        (Standing("slow again", 5, 0, 9.0, 5, before=True), True),
        (Standing("failing", 100, 35, 0.5, 65), True),
        (Standing("failing a little", 100, 25, 0.5, 75), False),
        (Standing("failing, of few calls", 10, 10, 0.0, 0), False),
    ],
)
def test_what_makes_an_outlier(one: Standing, is_one: bool) -> None:
    assert outliers([WELL, one, WELL._replace(name="also well")], SETTINGS) == ([one.name] if is_one else [])


def test_milliseconds_make_none() -> None:
    fast = [Standing(name, 100, 0, 0.01, 100) for name in "ab"]
    assert outliers([*fast, Standing("c", 100, 0, 0.15, 100)], SETTINGS) == []


def test_one_destination_is_never_an_outlier() -> None:
    assert outliers([Standing("a", 100, 100, 9.0, 0)], SETTINGS) == []


def test_the_worst_goes_first_and_never_more_than_half() -> None:
    bad = [Standing("b", 100, 60, 0.5, 40), Standing("c", 100, 90, 0.5, 10)]
    good = [WELL._replace(name=name) for name in "de"]
    assert outliers([*bad, *good, WELL], SETTINGS) == ["c", "b"]
    assert outliers([*bad, WELL], SETTINGS._replace(outlier_error_share=0.01) if False else SETTINGS) in (["c"], [])
    assert outliers([*bad, *good], SETTINGS) == ["c", "b"]
    assert outliers([*bad, good[0]._replace(away=True), good[1]], SETTINGS) == ["c"]


STANDINGS = st.lists(
    st.builds(
        Standing,
        st.uuids().map(str),
        st.integers(0, 200),
        st.integers(0, 200),
        st.floats(0, 100),
        st.integers(0, 200),
        st.booleans(),
        st.booleans(),
    ).map(lambda s: s._replace(failed=min(s.failed, s.calls), timed=min(s.timed, s.calls))),
    max_size=8,
)


@given(STANDINGS)
def test_at_most_the_stated_share_is_ever_away(standings: list[Standing]) -> None:
    found = outliers(standings, SETTINGS)
    away = sum(s.away for s in standings)
    assert not found or away + len(found) <= len(standings) * SETTINGS.outlier_most_share
    assert not {s.name for s in standings if s.away} & set(found)


def test_an_outlier_gets_no_calls_while_others_can_and_comes_back_slowly() -> None:
    clock = Clock()
    health = healthy(clock)
    for _ in range(30):
        for name, seconds in (("slow", 5.0), ("fast", 0.5)):
            taken = turn(health, name)
            health.begun(taken, clock.now - seconds)
            health.ended(taken)
    assert health.look([("slow", "fast")]) == ["slow"]
    assert health.share("slow") == 0
    assert not health.willing("slow")
    assert health.admits("slow"), "where no other can, it is asked all the same"
    clock.now += 29
    assert health.share("slow") == 0
    clock.now += 2
    assert 0 < health.share("slow") < 0.1
    for _ in range(3):
        taken = turn(health, "slow")
        health.begun(taken, clock.now - 5)
        health.ended(taken)
    for _ in range(30):
        answer(health, "fast")
    assert health.look([("slow", "fast")]) == ["slow"], "a few calls are enough the second time"
    clock.now += 59
    assert health.share("slow") == 0, "and it stays away for longer"


def test_a_failing_destination_whose_breaker_is_open_counts_among_those_away() -> None:
    health = healthy(Clock())
    for _ in range(30):
        answer(health, "b")
        answer(health, "c")
    fail(health, "auth", name="a")
    for _ in range(30):
        taken = turn(health, "b")
        health.begun(taken, 50.0)
        health.ended(taken)
    assert health.look([("a", "b", "c")]) == [], "one of three is away already"
