"""Stretches of time that limits are counted over, aligned to the clock and to the calendar of a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

WINDOWS = ("second", "minute", "hour", "day", "week", "month")

_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_FIXED_DAYS = {"day": 86_400, "week": 7 * 86_400}
_MONDAY = 4 * 86_400
"""The first Monday of Unix time."""


class Span(NamedTuple):
    """From `start` until before `end`, both in Unix seconds."""

    start: int
    end: int


def span(window: str, now: float, zone: tzinfo) -> Span:
    """The window that `now` (Unix seconds) lies in. Seconds, minutes and hours are those of UTC everywhere; days begin
    at local midnight, weeks on Monday, months on their first day, so that a day of a clock change has 23 or 25 hours.
    """
    whole = int(now // 1)
    if window in _SECONDS:
        length = _SECONDS[window]
        start = whole - whole % length
        return Span(start, start + length)
    if zone is UTC and window in _FIXED_DAYS:
        length = _FIXED_DAYS[window]
        start = whole - (whole - (_MONDAY if window == "week" else 0)) % length
        return Span(start, start + length)
    first = _first_day(window, datetime.fromtimestamp(whole, zone).date())
    start, end = _midnight(first, zone), _midnight(_first_day(window, first + _LONGEST[window]), zone)
    # Where clocks go back over midnight, that day begins twice.
    return Span(start, end if end > whole else _midnight(_first_day(window, first + _LONGEST[window]), zone, fold=1))


_LONGEST = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}


def _first_day(window: str, day: date) -> date:
    if window == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if window == "month" else day


def _midnight(day: date, zone: tzinfo, fold: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, fold=fold, tzinfo=zone).timestamp())
