"""The pictures of the report on service levels: failed requests by day of all contracts, and by hour of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import leather

from gateway.promises.accounts import Account
from gateway.promises.page import file_name
from gateway.promises.words import WORDS
from observability.periods import Period
from observability.reports.forms import ending

_SIZE = {"width": 900, "height": 360}
_COLOURS = ("#377eb8", "#4daf4a", "#984ea3", "#ff7f00", "#a65628", "#f781bf", "#999999")
_FAILED, _THROTTLED = "#e41a1c", "#ff7f00"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_TICKS = (1, 5, 10, 15, 20, 25)

_Points = list[tuple[datetime, float]]


def plots(accounts: Sequence[Account], language: str) -> dict[str, bytes]:
    """SVG pictures by file name; of contracts under which nothing was sent there are none."""
    words = WORDS[language]
    busy = [account for account in accounts if account.measured.hours]
    found = {f"hours-{file_name(one.name)}{ending(language)}.svg": _hours(one, words) for one in busy}
    return {**found, f"days{ending(language)}.svg": _days(busy, words)} if busy else {}


def _days(accounts: Sequence[Account], words: Mapping[str, str]) -> bytes:
    chart = leather.Chart(words["picture_days"])
    for account, colour in zip(accounts, cycle(_COLOURS), strict=False):
        days: dict[datetime, list[int]] = {}
        for hour in account.measured.hours:
            counts = days.setdefault(_local(hour.start, account).replace(hour=0, minute=0), [0, 0])
            counts[0] += hour.good + hour.failed
            counts[1] += hour.failed
        shares = [(day, 100 * failed / sent if sent else 0.0) for day, (sent, failed) in sorted(days.items())]
        chart.add_line(_stepped(shares, _DAY), name=account.name, stroke_color=colour)
    return _drawn(chart, accounts[0].measured.month, words)


def _hours(account: Account, words: Mapping[str, str]) -> bytes:
    chart, hours = leather.Chart(words["picture_hours"]), account.measured.hours
    failed: _Points = [(_local(hour.start, account), hour.failed) for hour in hours]
    throttled: _Points = [(_local(hour.start, account), hour.throttled) for hour in hours]
    chart.add_line(_stepped(throttled, _HOUR), name=words["throttled"], stroke_color=_THROTTLED)
    chart.add_line(_stepped(failed, _HOUR), name=words["failed"], stroke_color=_FAILED)
    return _drawn(chart, account.measured.month, words)


def _stepped(points: _Points, step: timedelta) -> _Points:
    """As steps: each value for as long as it is for, and nothing where nothing was sent."""
    return list(_steps(points, step))


def _steps(points: _Points, step: timedelta) -> Iterator[tuple[datetime, float]]:
    last: datetime | None = None
    for at, value in points:
        if last is None or at > last:
            yield from ((moment, 0.0) for moment in (last, at) if moment is not None)
        yield at, value
        yield at + step, value
        last = at + step


def _local(at: float, account: Account) -> datetime:
    """A moment by the clocks of the contract's zone, without the zone: what an axis shows."""
    return datetime.fromtimestamp(at, account.measured.month.zone).replace(tzinfo=None)


def _drawn(chart: Any, month: Period, words: Mapping[str, str]) -> bytes:
    first, end = (at.replace(tzinfo=None) for at in (month.since, month.until))
    chart.add_x_scale(first, end)
    ticks = [first.replace(day=day) for day in _TICKS] + [end]
    chart.add_x_axis(ticks=ticks, tick_formatter=lambda at, *_: f"{at.day}/{at.month}", name=words["axis_days"])
    return str(chart.to_svg(**_SIZE)).encode()
