"""The pictures of the report on usage and cost. Loads the library that draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import leather

from observability.ledger.records import NANOS
from observability.reports.forms import ending
from observability.reports.usage import Cell, Figures, Usage, by
from observability.reports.usage_words import WORDS

PICTURES = (("see_days", "days"), ("see_teams", "teams"), ("see_models", "models"))
"""The word under each, and its file without its ending."""
_OF = {"teams": "team", "models": "model"}
_WIDE, _HIGH, _BAR = 900, 360, 34
_MOST_BARS = 12
_LONGEST_NAME = 32
_COLOUR = "#377eb8"


def plots(usage: Usage, language: str) -> dict[str, bytes]:
    """SVG pictures by file name, of the currency of most attempts; none where nothing was spent in it."""
    words, currency = WORDS[language], usage.currencies()[0]
    cells = usage.of(currency)
    if not any(figures.nanos for figures in cells.values()):
        return {}
    drawn = {"days": _days(usage, cells, f"{words['see_days']}, {currency}")}
    for word, name in PICTURES[1:]:
        drawn[name] = _bars(by(cells, [_OF[name]]), f"{words[word]}, {currency}", words)
    return {f"{name}{ending(language)}.svg": picture for name, picture in drawn.items()}


def _days(usage: Usage, cells: Mapping[Cell, Figures], title: str) -> bytes:
    spent = {name[0]: figures.nanos / NANOS for name, figures in by(cells, ["day"]).items()}
    days = list(usage.period.days())
    chart = leather.Chart(title)
    chart.add_columns([(_label(day, days), spent.get(day.isoformat(), 0.0)) for day in days], fill_color=_COLOUR)
    chart.add_y_scale(0.0, max(spent.values()) * 1.05)
    every = -(-len(days) // 16)
    chart.add_x_axis(tick_formatter=lambda value, at, of: str(value) if at % every == 0 else "")
    return _drawn(chart, _HIGH)


def _label(day: date, days: Sequence[date]) -> str:
    """Month and day; with the year where the time is so long that these come twice."""
    return f"{day:%m-%d}" if len(days) < 366 else f"{day:%Y-%m-%d}"


def _bars(rows: Mapping[tuple[str, ...], Figures], title: str, words: Mapping[str, str]) -> bytes:
    """The dearest at the top; what is beyond the most bars is one."""
    named = [(_short(name[0] or words["none"]), figures.nanos / NANOS) for name, figures in rows.items()]
    shown, rest = named[:_MOST_BARS], named[_MOST_BARS:]
    if rest:
        shown.append((words["others"].format(n=len(rest)), sum(cost for _, cost in rest)))
    chart = leather.Chart(title)
    chart.add_bars([(cost, name) for name, cost in shown], fill_color=_COLOUR)
    chart.add_x_scale(0.0, max(cost for _, cost in shown) * 1.05)
    return _drawn(chart, 110 + _BAR * len(shown))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _drawn(chart: leather.Chart, high: int) -> bytes:
    return str(chart.to_svg(width=_WIDE, height=high)).encode()
