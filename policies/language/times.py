"""`time:` in conditions: days of the week, hours and dates, in one place's time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from policies.language.problems import Path, Reading, nearest

TIME: Final = ("days", "hours", "zone", "from", "until")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = timedelta(days=1)
_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Times that count. days: 0 is Monday. hours: minutes of the day, the end not included; one that isn't later than
    the beginning is on the next day. first, last: days, both included. All in the time of `zone`."""

    days: frozenset[int] | None = None
    hours: tuple[int, int] | None = None
    first: date | None = None
    last: date | None = None
    zone: str = "UTC"

    def holds(self) -> Callable[[datetime], bool]:
        """Whether a time counts. The zone is looked up here, not at each call."""
        zone = ZoneInfo(self.zone)

        def counts(now: datetime) -> bool:
            local = now.astimezone(zone)
            day = self._day(local)
            if day is None or (self.days is not None and day.weekday() not in self.days):
                return False
            return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

        return counts

    def _day(self, local: datetime) -> date | None:
        """The day whose hours the time is in: a night is one of the day on which it began."""
        day, minute = local.date(), local.hour * 60 + local.minute
        if self.hours is None:
            return day
        begin, end = self.hours
        if begin < end:
            return day if begin <= minute < end else None
        if minute >= begin:
            return day
        return day - _DAY if minute < end else None

    def __str__(self) -> str:
        said = [] if self.days is None else [", ".join(DAYS[day] for day in sorted(self.days))]
        said += [] if self.hours is None else ["-".join(f"{m // 60:02}:{m % 60:02}" for m in self.hours)]
        said += [] if self.first is None else [f"from {self.first}"]
        said += [] if self.last is None else [f"until {self.last}"]
        return f"{' '.join(said)} ({self.zone})"


def read_span(value: object, path: Path, reading: Reading) -> Span:
    """`{days: [mon-fri], hours: "08:00-19:00", zone: Europe/Paris, from: 2027-01-01, until: 2027-02-01}`."""
    given = reading.mapping(value, path, TIME)
    if isinstance(value, dict) and not set(given) - {"zone"}:
        reading.fault(path, "needs days, hours, from or until")
    if "zone" not in given and ("days" in given or "hours" in given):
        reading.fault(path, "needs the zone of these days and hours, such as Europe/Paris")
    first = reading.day(given["from"], (*path, "from")) if "from" in given else None
    last = reading.day(given["until"], (*path, "until")) if "until" in given else None
    if first is not None and last is not None and last < first:
        reading.fault((*path, "until"), "is before from: no time is in between")
    return Span(
        _days(given["days"], (*path, "days"), reading) if "days" in given else None,
        _hours(given["hours"], (*path, "hours"), reading) if "hours" in given else None,
        first,
        last,
        _zone(given["zone"], (*path, "zone"), reading) if "zone" in given else "UTC",
    )


def _days(value: object, path: Path, reading: Reading) -> frozenset[int]:
    found: set[int] = set()
    for index, text in enumerate(reading.texts(value, path)):
        at = (*path, index) if isinstance(value, list) else path
        begin, _, end = text.partition("-")
        first = DAYS.index(reading.choice(begin, at, DAYS))
        last = DAYS.index(reading.choice(end, at, DAYS)) if end else first
        found.update((first + n) % 7 for n in range((last - first) % 7 + 1))
    return frozenset(found)


def _hours(value: object, path: Path, reading: Reading) -> tuple[int, int]:
    begin, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    first, last = _minute(begin), _minute(end)
    if not dash or first is None or last is None or first in (last, _MINUTES):
        reading.fault(path, 'must be two times of a day in quotes, such as "08:00-19:00"')
        return 0, _MINUTES
    return first, last


def _minute(text: str) -> int | None:
    hour, colon, minute = text.strip().partition(":")
    plain = len(hour) == len(minute) == 2 and (hour + minute).isascii() and (hour + minute).isdigit()
    if not colon or not plain or int(minute) > 59:
        return None
    found = int(hour) * 60 + int(minute)
    return found if found <= _MINUTES else None


def _zone(value: Any, path: Path, reading: Reading) -> str:
    name = reading.text(value, path)
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, OSError, ValueError):  # no such zone, a folder of them, a name that leaves the folder
        reading.fault(path, f"there is no time zone {name}", nearest(name, available_timezones()))
        return "UTC"
    return name or "UTC"
