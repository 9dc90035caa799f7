"""Calendar months, and stretches from one moment to another, in a time zone: what reports and contracts count over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class Period(NamedTuple):
    """From `since` on, until before `until`; both know their zone, in which its days and months are counted."""

    since: datetime
    until: datetime
    zone: tzinfo = UTC

    def holds(self, at: datetime) -> bool:
        """Whether a moment is in it."""
        return self.since <= at < self.until

    def day(self, at: datetime) -> date:
        """The day of a moment, in the period's zone."""
        return at.astimezone(self.zone).date()

    def days(self) -> Iterator[date]:
        """Its days, also those of which it holds only a part."""
        day, last = self.day(self.since), self.day(self.until - timedelta(microseconds=1))
        while day <= last:
            yield day
            day += timedelta(days=1)

    def name(self) -> str:
        """`2026-11` for a whole month, else its first and last day."""
        if (whole := month(f"{self.since.astimezone(self.zone):%Y-%m}", self.zone)) == self:
            return f"{whole.since:%Y-%m}"
        days = list(self.days())
        return f"{days[0]}" if len(days) == 1 else f"{days[0]} - {days[-1]}" if days else f"{self.day(self.since)}"


@cache
def zone_of(name: str) -> tzinfo:
    """A time zone of the IANA's list, such as Europe/Paris; ValueError for anything else."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name} is no time zone: say UTC or one such as Europe/Paris") from None


def month(text: str, zone: tzinfo = UTC) -> Period:
    """The calendar month `2026-11` in a zone; ValueError for anything else."""
    found = _MONTH.fullmatch(text)
    if found is None or found[1] == "0000":
        raise ValueError(f"{text} is no month: say one such as 2026-11")
    year, number = int(found[1]), int(found[2])
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    if following[0] > 9999:
        raise ValueError(f"{text} is no month: say one such as 2026-11")
    return Period(midnight(date(year, number, 1), zone), midnight(date(*following, 1), zone), zone)


def month_of(at: datetime, zone: tzinfo = UTC) -> Period:
    """The calendar month that a moment is in."""
    return month(f"{at.astimezone(zone):%Y-%m}", zone)


def month_before(at: datetime, zone: tzinfo = UTC) -> Period:
    """The calendar month before the one that a moment is in: the last whole one."""
    return month_of(month_of(at, zone).since - timedelta(microseconds=1), zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a day begins in a zone."""
    return datetime.combine(day, time(), zone)
