from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.periods import Period, month, month_before, month_of, zone_of

PARIS = zone_of("Europe/Paris")
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def test_a_month_begins_and_ends_at_midnight_of_its_zone():
    november = month("2026-11", PARIS)
    assert november.since == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert november.until == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert len(list(november.days())) == 30


@given(MOMENTS, st.sampled_from([UTC, PARIS]))
def test_every_moment_is_in_one_month_and_on_one_of_its_days(at, zone):
    here = month_of(at, zone)
    assert here.holds(at) and here.day(at) in list(here.days())
    before = month_before(at, zone)
    assert before.until == here.since and not before.holds(at)


def test_names():
    assert month("2026-02", PARIS).name() == "2026-02"
    day = datetime(2026, 11, 20, tzinfo=UTC)
    assert Period(day, day + timedelta(days=1)).name() == "2026-11-20"
    assert Period(day, day + timedelta(days=1, seconds=1)).name() == "2026-11-20 - 2026-11-21"
    assert list(Period(day, day).days()) == [] and Period(day, day).name() == "2026-11-20"


def test_the_end_of_a_year():
    assert month("2026-12").until.date() == date(2027, 1, 1)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "26-11", "2026-1", "November", "0000-01", "9999-12", "2026-11\n"]
)
def test_what_is_no_month(text):
    with pytest.raises(ValueError, match="is no month"):
        month(text)


@pytest.mark.parametrize("name", ["Europe/Pairs", "", "../passwd", "/etc/passwd", "x\0"])
def test_what_is_no_zone(name):
    with pytest.raises(ValueError, match="is no time zone"):
        zone_of(name)
