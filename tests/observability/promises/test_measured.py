"""The month of a contract, checked by hand on few attempts and by other ways of counting on many."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.periods import month, zone_of
from observability.promises import Measuring, Waiting
from tests.observability.promises.made import OCTOBER, ended
from tests.observability.promises.test_judging import Promise

MONTH = month("2026-10")
AFTER = MONTH.until.timestamp()


@dataclass
class Service:
    availability: float | None = 99.9
    count: str = "requests"
    minute_errors_percent: float = 10.0
    minute_least: int = 1
    faults: tuple[str, ...] = ("server",)
    least: int = 1
    latency: tuple[Promise, ...] = ()


def measured(attempts, service=None, now=AFTER, period=MONTH):
    measuring = Measuring(service or Service(), period, Waiting(None, "calls", 300.0))
    for one in attempts:
        measuring.add(one)
    return measuring.result(now)


@pytest.mark.parametrize(("failed", "met"), [(1, True), (2, False)])
def test_999_of_1000_keep_a_promise_of_99_9_exactly(failed, met):
    attempts = [ended(n, error="server" if n < failed else None) for n in range(1000)]
    found = measured(attempts).availability
    assert (found.counted, found.kept, found.met) == (1000, 1000 - failed, met)


def test_evidence_is_bounded_and_figures_are_not():
    found = measured(repeat(ended(0, error="server"), 200_003))
    assert (len(found.failures), found.more, found.verdicts) == (200_000, 3, {"failed": 200_003})


def test_throttled_and_our_own_are_not_among_the_requests():
    attempts = [
        ended(0), ended(1, error="server"), ended(2, error="rate_limit"), ended(3, error="invalid", fault="client"),
        ended(4, error="left", fault=None), ended(5, error="cut"),
    ]  # fmt: skip
    found = measured(attempts)
    assert found.verdicts == {"good": 1, "failed": 1, "throttled": 1, "aside": 2, "uncounted": 1}
    assert (found.availability.counted, found.availability.kept) == (3, 2)


def test_too_few_requests_are_not_judged():
    assert measured([ended(0, error="server")], Service(least=2)).availability.met is None
    assert measured([], Service()).availability.share is None


def test_a_request_counts_in_the_month_in_which_it_was_sent():
    last = ended(31 * 86400 - 1, 5)
    assert measured([ended(-1, 5), last]).availability.counted == 1


def test_the_month_is_that_of_the_contracts_zone():
    paris = month("2026-10", zone_of("Europe/Paris"))
    assert paris.since.timestamp() == OCTOBER - 2 * 3600
    attempts = [ended(-3600), ended(31 * 86400 - 1800)]  # Paris is an hour ahead by the month's end
    assert measured(attempts, period=paris, now=AFTER).availability.counted == 1


def test_minutes_are_lost_by_the_share_of_their_requests_that_failed():
    minute = [ended(n, error="server" if n < 1 else None) for n in range(10)]  # 10 %: lost
    minute += [ended(60 + n, error="server" if n < 1 else None) for n in range(11)]  # less: not
    found = measured(minute, Service(count="minutes"))
    assert (found.availability.counted, found.availability.kept) == (31 * 1440, 31 * 1440 - 1)
    assert found.lost_minutes == 1
    assert measured(minute, Service(count="minutes", minute_least=11)).lost_minutes == 0


def test_minutes_of_a_month_that_is_not_over_are_those_that_passed():
    found = measured([ended(0, error="server")], Service(count="minutes"), now=OCTOBER + 600)
    assert (found.availability.counted, found.availability.kept) == (10, 9)


def test_latency_is_judged_by_the_nearest_rank():
    promise = Promise(percentile=90.0, seconds=2.0, measure="total")
    times = [1.0] * 9 + [30.0]
    (kept,) = measured([ended(n, took) for n, took in enumerate(times)], Service(latency=(promise,))).latency
    assert (kept.counted, kept.kept, kept.met, kept.took) == (10, 9, True, 1.0)
    (kept,) = measured([ended(n, took) for n, took in enumerate([*times, 30.0])], Service(latency=(promise,))).latency
    assert (kept.kept, kept.met, kept.took) == (9, False, 30.0)


def test_hours_and_evidence():
    found = measured([ended(10), ended(3599, error="server"), ended(3600, error="rate_limit"), ended(7200)])
    assert [(int(h.start - OCTOBER), h.good, h.failed, h.throttled) for h in found.hours] == [
        (0, 1, 1, 0), (3600, 0, 0, 1), (7200, 1, 0, 0),
    ]  # fmt: skip
    assert [one.call for one in found.failures] == ["c3599"] and found.cost == {"EUR": 4_000}


@given(st.lists(st.floats(0, 100), min_size=1, max_size=200), st.integers(1, 999), st.floats(0.1, 100))
def test_the_time_of_a_percentile_is_within_the_bound_exactly_where_the_promise_is_kept(times, permille, bound):
    promise = Promise(percentile=permille / 10, seconds=bound, measure="total")
    (kept,) = measured([ended(n, took) for n, took in enumerate(times)], Service(latency=(promise,))).latency
    assert kept.took == sorted(times)[ceil(Fraction(permille, 1000) * len(times)) - 1]
    assert kept.met is (kept.took <= bound)
