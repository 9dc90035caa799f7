"""Windows of the clock and of the calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.quota.windows import WINDOWS, span
from observability.periods import zone_of

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        ("second", "2026-03-25T12:34:56Z", "2026-03-25T12:34:57Z"),
        ("minute", "2026-03-25T12:34:00Z", "2026-03-25T12:35:00Z"),
        ("hour", "2026-03-25T12:00:00Z", "2026-03-25T13:00:00Z"),
        ("day", "2026-03-25T00:00:00+01:00", "2026-03-26T00:00:00+01:00"),
        ("week", "2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        ("month", "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
    ],
)
def test_windows_are_aligned(window: str, start: str, end: str) -> None:
    assert span(window, at("2026-03-25T12:34:56.789Z"), PARIS) == (at(start), at(end))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_of_a_clock_change_is_shorter_or_longer(day: str, hours: int) -> None:
    start, end = span("day", at(f"{day}T12:00:00Z"), PARIS)
    assert end - start == hours * 3600


def test_a_day_that_begins_in_a_gap_begins_when_the_gap_ends() -> None:
    santiago = ZoneInfo("America/Santiago")  # 2026-09-06: 00:00 becomes 01:00
    start, end = span("day", at("2026-09-06T12:00:00Z"), santiago)
    assert datetime.fromtimestamp(start, santiago).hour == 1
    assert end - start == 23 * 3600


@given(
    st.sampled_from(WINDOWS),
    st.floats(at("2020-01-01T00:00Z"), at("2037-01-01T00:00Z")),
    st.sampled_from(["UTC", "Europe/Paris", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut",
                     "America/Havana", "Africa/Cairo", "Pacific/Apia", "Asia/Amman"]),
)  # fmt: skip
def test_every_moment_lies_in_one_window_and_windows_follow_each_other(window: str, now: float, name: str) -> None:
    start, end = span(window, now, zone_of(name))
    assert start <= now < end
    assert span(window, start, zone_of(name)) == (start, end)
    assert span(window, end - 0.001, zone_of(name)) == (start, end)
    assert span(window, end, zone_of(name)).start == end


def test_days_and_weeks_of_utc_are_those_of_the_calendar() -> None:
    for window in ("day", "week"):
        for now in range(int(at("2026-01-01T00:00Z")), int(at("2026-02-01T00:00Z")), 5003):
            assert span(window, now, UTC) == span(window, now, ZoneInfo("Etc/UTC"))
