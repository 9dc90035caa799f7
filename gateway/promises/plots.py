"""The pictures of the report on service levels: failed requests by day of all contracts, and by hour of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import cycle

import leather

from gateway.promises.accounts import Account, last_day
from gateway.promises.page import file_name
from gateway.promises.words import WORDS

_SIZE = {"width": 900, "height": 360}
_COLOURS = ("#377eb8", "#4daf4a", "#984ea3", "#ff7f00", "#a65628", "#f781bf", "#999999")
_FAILED, _THROTTLED = "#e41a1c", "#ff7f00"


def plots(accounts: Sequence[Account], language: str) -> dict[str, bytes]:
    """SVG pictures by file name; of contracts under which nothing was sent there are none."""
    words, ending = WORDS[language], "" if language == "en" else f".{language}"
    busy = [account for account in accounts if account.measured.hours]
    found = {f"hours-{file_name(one.name)}{ending}.svg": _hours(one, words) for one in busy}
    return {**found, f"days{ending}.svg": _days(busy, words)} if busy else {}


def _days(accounts: Iterable[Account], words: Mapping[str, str]) -> bytes:
    chart, last = leather.Chart(words["picture_days"]), 28
    for account, colour in zip(accounts, cycle(_COLOURS), strict=False):
        days: dict[int, list[int]] = {}
        for hour in account.measured.hours:
            counts = days.setdefault(datetime.fromtimestamp(hour.start, account.measured.month.zone).day, [0, 0])
            counts[0] += hour.good + hour.failed
            counts[1] += hour.failed
        last = last_day(account.measured.month).day
        # A day without requests is a gap in no line: a point for each day that had some.
        shares = [(day, 100 * failed / sent) for day, (sent, failed) in sorted(days.items()) if sent]
        if shares:
            chart.add_line(shares, name=account.name, stroke_color=colour)
            chart.add_dots(shares, fill_color=colour, radius=3)
    chart.add_x_scale(1, last)
    chart.add_x_axis(name=words["axis_days"])
    return _drawn(chart)


def _hours(account: Account, words: Mapping[str, str]) -> bytes:
    chart, month = leather.Chart(words["picture_hours"]), account.measured.month
    failed = [(_day(hour.start, account), hour.failed) for hour in account.measured.hours]
    throttled = [(_day(hour.start, account), hour.throttled) for hour in account.measured.hours]
    chart.add_line(_filled(failed), name=words["failed"], stroke_color=_FAILED)
    chart.add_line(_filled(throttled), name=words["throttled"], stroke_color=_THROTTLED)
    chart.add_x_scale(1, last_day(month).day + 1)
    chart.add_x_axis(name=words["axis_days"])
    return _drawn(chart)


_HOUR = 1 / 24


def _filled(points: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """With zeros where hours have no requests, so that a line doesn't bridge a night."""
    found: list[tuple[float, int]] = []
    for at, count in points:
        if not found or at - found[-1][0] > 1.5 * _HOUR:
            found += [(found[-1][0] + _HOUR, 0)] if found else []
            found.append((at - _HOUR if at - _HOUR >= 1 else 1.0, 0))
        found.append((at, count))
    return found


def _day(at: float, account: Account) -> float:
    """The day of the month with its fraction: noon of the first is 1.5."""
    local = datetime.fromtimestamp(at, account.measured.month.zone)
    return local.day + local.hour / 24 + local.minute / 1440


def _drawn(chart: leather.Chart) -> bytes:
    return str(chart.to_svg(**_SIZE)).encode()
