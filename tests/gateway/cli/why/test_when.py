"""Times as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.why.when import said

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)  # Thursday, 10:30 in Paris


@pytest.mark.parametrize(
    ("text", "begin", "seconds"),
    [
        ("yesterday 14:05", "2026-11-25T13:05:00", 60),
        ("yesterday at 14:05", "2026-11-25T13:05:00", 60),
        ("Hier 14h05", "2026-11-25T13:05:00", 60),
        ("hier à 14h", "2026-11-25T13:00:00", 3600),
        ("avant-hier 8:05:09", "2026-11-24T07:05:09", 1),
        ("today 9:30", "2026-11-26T08:30:00", 60),
        ("aujourd’hui 9:30", "2026-11-26T08:30:00", 60),
        ("10:29", "2026-11-26T09:29:00", 60),
        ("14:05", "2026-11-25T13:05:00", 60),  # not come yet today
        ("monday 9:30", "2026-11-23T08:30:00", 60),
        ("jeudi 9:30", "2026-11-19T08:30:00", 60),  # today is Thursday: the one before
        ("yesterday", "2026-11-24T23:00:00", 86400),
        ("2026-11-25 14:05", "2026-11-25T13:05:00", 60),
        ("2026-11-25", "2026-11-24T23:00:00", 86400),
        ("2026-11-25T14:05:30", "2026-11-25T13:05:30", 1),
        ("2026-11-25T14:05:30Z", "2026-11-25T14:05:30", 1),
        ("2026-11-25T14:05+05:00", "2026-11-25T09:05:00", 60),
        ("2026-07-01 14:05", "2026-07-01T12:05:00", 60),  # summer time
    ],
)
def test_a_time_means_what_people_mean(text: str, begin: str, seconds: int) -> None:
    found = said(text, NOW, PARIS)
    assert found.begin == datetime.fromisoformat(begin).replace(tzinfo=UTC)
    assert found.end - found.begin == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-10-25 02:30", "2026-10-25T00:30", "2026-10-25T01:31"),  # shown twice: both are meant
        ("2026-10-25 03:30", "2026-10-25T02:30", "2026-10-25T02:31"),
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
        ("2026-03-29 02:30", "2026-03-29T01:30", "2026-03-29T01:31"),  # never shown
    ],
)
def test_where_clocks_are_set_nothing_is_left_out(text: str, begin: str, end: str) -> None:
    found = said(text, NOW, PARIS)
    assert [f"{at:%Y-%m-%dT%H:%M}" for at in found] == [begin, end]


@pytest.mark.parametrize("text", ["0001-01-01", "0001-01-01 00:00", "9999-12-31 23:59:59"])
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        said(text, NOW, PARIS)


@pytest.mark.parametrize("text", ["", "noon", "25:00", "14:61", "yesterday noon", "5", "the day 14:05 x", "2026-13-01"])
def test_anything_else_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r'say "yesterday 14:05"'):
        said(text, NOW, PARIS)


@pytest.mark.parametrize("text", ["today 23:59", "2027-01-01 10:00"])
def test_what_is_still_to_come_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="still to come"):
        said(text, NOW, PARIS)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 26, 10)), st.sampled_from([PARIS, ZoneInfo("UTC")]))
def test_a_time_of_day_is_the_last_such_one(moment: datetime, zone: ZoneInfo) -> None:
    now = moment.replace(tzinfo=UTC)
    for clock in ("00:00", "08:30", "23:59"):
        found = said(clock, now, zone)
        assert timedelta() <= now - found.begin < timedelta(hours=25, minutes=1)  # a day has 25 hours once a year
        assert found.begin.astimezone(zone).strftime("%H:%M") == clock


def test_how_far_a_moment_is_from_it() -> None:
    minute = said("yesterday 14:05", NOW, PARIS)
    assert minute.apart(minute.begin + timedelta(seconds=30)) == timedelta()
    assert minute.apart(minute.begin - timedelta(seconds=30)) == timedelta(seconds=30)
    assert minute.apart(minute.end + timedelta(minutes=2)) == timedelta(minutes=2)
