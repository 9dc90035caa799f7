"""Whether the gateway waited as long as it was asked to: on few attempts by hand, and on many against a plain count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.promises import Waiting
from tests.observability.promises.made import OCTOBER, ended


def waits(*attempts, patience=None, who="calls", longest=300.0):
    waiting = Waiting(patience, who, longest)
    for one in attempts:
        waiting.add(one)
    return waiting.result()


FAILED = ended(0, 1, "overload", retry_after=10.0, call="a")


def test_an_attempt_within_the_vendors_wait_is_early():
    found = waits(FAILED, ended(5), ended(11))
    assert (found.asked, found.early) == (1, 1)
    assert [(one.destination, one.began, round(one.until - OCTOBER, 6)) for one in found.first] == [
        ("alpha/gpt", OCTOBER + 5, 11.0)
    ]


def test_what_was_under_way_when_the_failure_came_is_not_early():
    assert waits(FAILED, ended(0.5, 3)).early == 0


def test_other_destinations_and_credentials_may_be_asked():
    assert waits(FAILED, ended(5, destination="alpha/other"), ended(5, credential=1)).early == 0


def test_a_throttled_attempt_asks_for_its_wait_too():
    assert waits(ended(0, 1, "rate_limit", retry_after=10.0), ended(5)).early == 1


def test_a_wait_longer_than_counts_is_cut_and_told():
    failed = ended(0, 1, "overload", retry_after=86_400.0)
    found = waits(failed, ended(300), ended(302), FAILED, longest=300.0)
    assert (found.asked, found.early, found.cut) == (2, 1, 1)
    assert waits(failed, ended(300), ended(302), longest=86_400.0)[:2] == (1, 2)


def test_mistakes_of_ours_ask_for_nothing():
    assert waits(ended(0, 1, "invalid", fault="client", retry_after=10.0), ended(5)).asked == 0


def test_the_contracts_patience_doubles_with_each_failure_in_a_row():
    first, second = ended(0, 1, "server"), ended(4, 1, "server")
    found = waits(first, second, ended(8.5), patience=2.0)  # until 3, then until 5 + 4
    assert (found.asked, found.early) == (2, 1)
    assert waits(first, ended(4), second, ended(8.5), patience=2.0).early == 0  # one that went well broke the row


def test_failures_of_attempts_that_were_under_way_together_are_one_round():
    burst = [ended(0, 1, "server"), ended(0.5, 1, "server"), ended(0.8, 1.2, "server")]  # all failed by 2
    assert waits(*burst, ended(4.5), patience=2.0).early == 0  # two seconds after the last, not eight
    assert waits(*burst, ended(3.5), patience=2.0).early == 1


def test_an_early_attempt_of_another_worker_counts_though_its_records_come_first():
    assert waits(ended(5), ended(11), FAILED).early == 1


@pytest.mark.parametrize(("who", "early"), [("calls", 2), ("retries", 1), ("none", 0)])
def test_the_contract_says_who_must_wait(who, early):
    again = ended(5, call="a", number=2)
    assert waits(FAILED, ended(6, call="b"), again, who=who).early == early


POINTS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 20), st.sampled_from([None, 0, 3, 40])), min_size=1, max_size=30
)


@given(POINTS)
def test_as_many_are_early_as_a_plain_count_finds(points):
    attempts = [
        ended(began, total, None if asks is None else "server", retry_after=asks, call=f"c{n}")
        for n, (began, total, asks) in enumerate(points)
    ]
    expected = sum(
        any(b.error and b.ended < a.began < b.ended + (b.retry_after or 0) - 0.1 for b in attempts) for a in attempts
    )
    assert waits(*attempts).early == expected
