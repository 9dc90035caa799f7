"""Draws what is inside one panel, one function for each kind of panel."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from deploy.generate.answers import Series
from deploy.generate.colours import COLOURS, FAINT, INK, by_name, by_state
from deploy.generate.shown import said, shown
from observability.boards.panel import Kind, Panel

_MOST_NAMED = 8


def _stat(axes: Axes, panel: Panel, series: list[Series], box: Sequence[float], inch: float) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for number, one in enumerate(series[:3]):
        middle = (number + 0.5) / min(3, len(series))
        size, colour = 20 if len(series) < 3 else 14, by_state(panel, one.last) or INK
        axes.text(
            middle, 0.38, shown(one.last, panel), ha="center", va="center", size=size, weight="bold", color=colour
        )
        if one.name:
            axes.text(middle, 0.1, one.name, ha="center", va="center", fontsize=8, color=FAINT)


def _lines(axes: Axes, panel: Panel, series: list[Series], box: Sequence[float], inch: float) -> None:
    named = _loudest(series)
    apart = _apart(series)
    for number, one in enumerate(named):
        moments, values = with_gaps(one.points, apart)
        axes.plot(moments, values, color=by_name(one.name, number), linewidth=1.3, label=_short(one.name))
    _under(axes, panel, series, named, box, inch)


def _area(axes: Axes, panel: Panel, series: list[Series], box: Sequence[float], inch: float) -> None:
    named = _loudest(series)
    moments = sorted({when for one in named for when, _ in one.points})
    heights = [[values.get(when, 0.0) for when in moments] for values in [dict(one.points) for one in named]]
    colours = [by_name(one.name, number) for number, one in enumerate(named)]
    axes.stackplot(moments, heights, colors=colours, labels=[_short(one.name) for one in named], alpha=0.8, linewidth=0)
    _under(axes, panel, series, named, box, inch)


def _under(
    axes: Axes, panel: Panel, every: list[Series], named: list[Series], box: Sequence[float], inch: float
) -> None:
    """Axes and legend. box: of the whole panel."""
    x, y, width, height = box
    legend = any(one.name for one in named)
    columns = 3 if max((len(_short(one.name)) for one in named), default=0) < 24 else 2
    lines = -(-len(named) // columns) if legend else 0
    below = (0.32 + 0.17 * lines) * inch
    tall = height - below - 0.38 * inch
    axes.set_position((x + 0.036, y + below, width - 0.054, tall))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: said(value, panel.unit)))
    lowest = min(value for one in every for _, value in one.points)
    highest = max(value for one in every for _, value in one.points)
    if lowest >= 0:
        axes.set_ylim(bottom=0, top=None if highest else 1)
    axes.margins(y=0.12)
    if legend:
        beyond = f"and {len(every) - len(named)} more" if len(every) > len(named) else None
        corner = (-0.1, -0.24 * inch / tall)
        axes.legend(loc="upper left", bbox_to_anchor=corner, ncols=columns, fontsize=7.5, frameon=False, title=beyond,
                    handlelength=1, columnspacing=1.2, labelspacing=0.25, borderaxespad=0,
                    title_fontsize=7.5)  # fmt: skip


def _states(axes: Axes, panel: Panel, series: list[Series], box: Sequence[float], inch: float) -> None:
    x, y, width, height = box
    left = _left(series, width)
    axes.set_position((x + left, y + 0.32 * inch, width - left - 0.018, height - 0.7 * inch))
    for number, one in enumerate(series):
        for (begins, value), (ends, _) in zip(one.points, [*one.points[1:], one.points[-1]], strict=True):
            axes.barh(number, ends - begins, left=begins, height=0.8, linewidth=0,
                      color=by_state(panel, value) or FAINT)  # fmt: skip
    axes.set_yticks(range(len(series)), [_short(one.name) for one in series])
    axes.set_ylim(len(series) - 0.4, -0.6)
    at = 1.0
    for value in sorted({value for one in series for _, value in one.points}):
        said_so, colour = shown(value, panel), by_state(panel, value) or FAINT
        axes.text(at, 1.04, f"\N{BLACK SQUARE} {said_so}", fontsize=8, ha="right", va="bottom",
                  color=colour, transform=axes.transAxes)  # fmt: skip
        at -= 0.018 * (len(said_so) + 3)


def _bars(axes: Axes, panel: Panel, series: list[Series], box: Sequence[float], inch: float) -> None:
    x, y, width, height = box
    best = sorted(series, key=lambda one: one.last, reverse=True)[:10]
    left = _left(best, width)
    axes.set_position((x + left, y + 0.12 * inch, width - left - 0.05, height - 0.5 * inch))
    most = max(0.0, *(one.last for one in best)) or 1.0
    for number, one in enumerate(best):
        axes.barh(number, one.last, height=0.7, color=by_state(panel, one.last) or COLOURS[0])
        axes.text(max(one.last, 0.0) + most * 0.015, number, shown(one.last, panel), va="center", fontsize=8)
    axes.set_yticks(range(len(best)), [_short(one.name) for one in best])
    axes.set_ylim(max(len(best), 4) - 0.4, -0.6)
    axes.set_xlim(0, most)
    axes.set_xticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=8)


def _table(axes: Axes, panel: Panel, series: list[Series], box: Sequence[float], inch: float) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    tall = box[3] / inch
    axes.set_ylim(tall, 0)
    rows = sorted(series, key=lambda one: one.last, reverse=panel.unit != "span")
    names = sorted({name for one in rows for name in one.labels if name not in ("__name__", "job", "instance")})
    columns = [*names, panel.queries[0].legend or "value"]
    at = [0.02 + 0.98 * number / len(columns) for number in range(len(columns))]
    for where, name in zip(at, columns, strict=True):
        axes.text(where, 0.5, name, fontsize=8, color=FAINT, va="center")
    for number, one in enumerate(rows[: int((tall - 0.6) / 0.2)]):
        cells = [one.labels.get(name, "") for name in names]
        for where, cell in zip(at, cells, strict=False):
            axes.text(where, 0.72 + 0.2 * number, _short(cell, 30), fontsize=8, va="center")
        axes.text(at[-1], 0.72 + 0.2 * number, shown(one.last, panel), fontsize=8, va="center",
                  color=by_state(panel, one.last) or INK)  # fmt: skip


KINDS: dict[Kind, Callable[[Axes, Panel, list[Series], Sequence[float], float], None]] = {
    "stat": _stat, "lines": _lines, "area": _area, "states": _states, "bars": _bars, "table": _table,
}  # fmt: skip


def _apart(series: list[Series]) -> float:
    """Seconds between two answers of Prometheus."""
    return min((b - a for one in series for (a, _), (b, _) in pairwise(one.points)), default=0.0)


def with_gaps(points: Sequence[tuple[float, float]], apart: float) -> tuple[list[float], list[float]]:
    """Moments and values, with nothing between two points where some are missing."""
    moments: list[float] = []
    values: list[float] = []
    for number, (when, value) in enumerate(points):
        if number and when - moments[-1] > 1.5 * apart:
            moments.append(when)
            values.append(math.nan)
        moments.append(when)
        values.append(value)
    return moments, values


def _loudest(series: list[Series]) -> list[Series]:
    """Those that are named and drawn: the largest of them where there are many."""
    if len(series) <= _MOST_NAMED:
        return series
    loud = sorted(series, key=lambda one: max(value for _, value in one.points), reverse=True)[:_MOST_NAMED]
    return sorted(loud, key=lambda one: one.name)


def _left(series: list[Series], width: float) -> float:
    """Room for the names at the left of a panel, as a share of the picture's width."""
    return min(0.55 * width, 0.012 + 0.0041 * max(len(_short(one.name)) for one in series))


def _short(name: str, most: int = 38) -> str:
    return name if len(name) <= most else name[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
