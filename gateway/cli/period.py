"""Times as the command line says them: `30d`, a date, or the period of a report (`--month`, `--since`, `--zone`)."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta, tzinfo

from observability.periods import Period, month, month_before, month_of, zone_of

TIMES = "30d, 12h, 2026-11-01 or a whole time"
"""What `moment` takes, for helps."""
_YEARS = range(1900, 9999)
"""No ledger has others, and at the ends of the calendar zones have days that it hasn't."""
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_period(sub: argparse.ArgumentParser) -> None:
    """`--month`, `--since`, `--until` and `--zone`."""
    sub.add_argument("--month", metavar="MONTH", help="such as 2026-11, or this (default: the last whole one)")
    sub.add_argument("--since", metavar="TIME", help=f"instead of a month: from when ({TIMES})")
    sub.add_argument("--until", metavar="TIME", help="until when (default: now)")
    sub.add_argument("--zone", default="UTC", metavar="ZONE", help="days and months are counted there (default UTC)")


def period(args: argparse.Namespace, now: datetime) -> Period:
    """What the options mean; ValueError, in words for the user, where they mean nothing."""
    zone = zone_of(args.zone)
    if args.month is not None:
        if args.since or args.until:
            raise ValueError("say --month, or --since and --until, not both")
        return month_of(now, zone) if args.month == "this" else month(args.month, zone)
    if args.since is None:
        if args.until:
            raise ValueError("--until without --since: say from when")
        return month_before(now, zone)
    since, until = moment(args.since, now, zone), moment(args.until, now, zone) if args.until else now
    if since >= until:
        raise ValueError(f"{args.since} is not before {args.until or 'now'}")
    return Period(since, until, zone)


def moment(text: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """The time that a text means, of this zone where it says none; ValueError for anything else."""
    try:
        found = _read(text, now)
        if found.year not in _YEARS:
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(f"{text} is no time: say {TIMES}") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _read(text: str, now: datetime) -> datetime:
    if text[-1:] in _UNITS and text[:-1].isdecimal():
        return now - timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
    return datetime.fromisoformat(text)
