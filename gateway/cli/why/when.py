"""Times as people say them: `yesterday 14:05`, `hier 14h05`, `monday 9:30`, `14:05`, `2026-11-25 14:05:30`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

FORMS: Final = 'say "yesterday 14:05", "14:05", "monday 9:30", "2026-11-25 14:05" or a whole time'

_CLOCK = re.compile(r"(\d{1,2})(?:(?::|h)(\d{2})?)?(?::(\d{2}))?")
_DAYS: Final[Mapping[str, int]] = {
    "today": 0, "aujourd'hui": 0, "aujourdhui": 0, "yesterday": 1, "hier": 1, "avant-hier": 2,
}  # fmt: skip
_WEEK: Final = (
    ("monday", "mon", "lundi", "lun"), ("tuesday", "tue", "mardi", "mar"), ("wednesday", "wed", "mercredi", "mer"),
    ("thursday", "thu", "jeudi", "jeu"), ("friday", "fri", "vendredi", "ven"), ("saturday", "sat", "samedi", "sam"),
    ("sunday", "sun", "dimanche", "dim"),
)  # fmt: skip


class Said(NamedTuple):
    """What a time means: from `begin` until before `end`, a minute where no second was said. Both in UTC."""

    begin: datetime
    end: datetime

    def apart(self, at: datetime) -> timedelta:
        """How far a moment is from it; nothing within it."""
        return max(self.begin - at, at - self.end, timedelta())


def said(text: str, now: datetime, zone: tzinfo | None) -> Said:
    """The time that a text means, in a zone (None: the machine's); a time of day alone is the last such one.

    ValueError for anything else, and for a time that is still to come.
    """
    words = text.strip().lower().replace("’", "'").split()
    words = [word for word in words if word not in ("at", "à", "a", "last", "dernier", "on", "le")]
    day, clock, lasts = _read(words, _local(now, zone)) or _whole(text)
    try:
        found = _spanned(datetime.combine(day, clock), lasts, zone)
        if len(words) == 1 and _CLOCK.fullmatch(words[0]) and found.begin > now:
            found = _spanned(datetime.combine(day - timedelta(days=1), clock), lasts, zone)
    except OverflowError:
        raise ValueError(f"{text} is no time: {FORMS}") from None
    if found.begin > now:
        raise ValueError(f"{text} is still to come")
    return found


def _spanned(begin: datetime, lasts: timedelta, zone: tzinfo | None) -> Said:
    """From a moment by the clocks on. What they show twice, when they are set back, means both; that day is longer."""
    if begin.tzinfo:
        first = begin.astimezone(UTC)
        return Said(first, first + lasts)
    first = _aware(begin, zone).astimezone(UTC)
    last = _aware((begin + lasts).replace(fold=1), zone).astimezone(UTC)
    return Said(first, last if last > first else first + lasts)


def _read(words: list[str], now: datetime) -> tuple[date, time, timedelta] | None:
    """A day in words and a time of day, or one of them alone: an hour without minutes is a whole one."""
    if not words or len(words) > 2:
        return None
    found = _CLOCK.fullmatch(words[-1])
    before = words[:-1] if found else words
    day = _day(before[0], now.date()) if before else now.date()
    if day is None or len(before) > 1:
        return None
    if found is None:
        return day, time(), timedelta(days=1)
    hours, minutes, seconds = (found[n] for n in (1, 2, 3))
    if minutes is None and "h" not in words[-1]:
        return None
    lasts = timedelta(seconds=1) if seconds else timedelta(minutes=1) if minutes else timedelta(hours=1)
    try:
        return day, time(int(hours), int(minutes or 0), int(seconds or 0)), lasts
    except ValueError:
        return None


def _day(word: str, today: date) -> date | None:
    if word in _DAYS:
        return today - timedelta(days=_DAYS[word])
    for number, names in enumerate(_WEEK):
        if word in names:
            return today - timedelta(days=(today.weekday() - number) % 7 or 7)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _whole(text: str) -> tuple[date, time, timedelta]:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text} is no time: {FORMS}") from None
    return found.date(), found.timetz(), timedelta(seconds=1 if found.second or found.microsecond else 60)


def _local(now: datetime, zone: tzinfo | None) -> datetime:
    return now.astimezone(zone)


def _aware(naive: datetime, zone: tzinfo | None) -> datetime:
    return naive.replace(tzinfo=zone) if zone is not None else naive.astimezone()
