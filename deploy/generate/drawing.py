"""Draws a board as Grafana lays it out: its panels on the grid of 24 columns, with what a Prometheus answered."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

from deploy.generate.answers import Prometheus, Series, Stretch
from deploy.generate.shown import said, shown
from observability.boards.panel import COLUMNS, Board, Kind, Mark, Panel, Place, Row, State, placed

INK, FAINT, PAPER, SHEET = "#1f2430", "#7b8494", "#f3f4f7", "#ffffff"
STATES: dict[State, str] = {"good": "#2f9e5b", "poor": "#e69117", "bad": "#d63a3a"}
COLOURS = (
    "#3274d9", "#e0752d", "#3f9b56", "#a352cc", "#cf3f56", "#14919b", "#b8a11a", "#7a5a46", "#e377c2", "#5f6b7a",
)  # fmt: skip
_OUTCOMES = {"served": "#3f9b56", "refused": "#b8a11a", "failed": "#d63a3a", "cut": "#e0752d", "left": "#9aa3b2"}
_UNIT_WIDTH, _UNIT_HEIGHT = 0.68, 0.335
_HEAD = 0.95
_MOST_NAMED = 8
_MOST_TICKS = 6
_TICKS = (5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 4 * 3600, 8 * 3600, 86400, 7 * 86400, 30 * 86400)
"""Seconds between two times on the axis."""
_DPI = 100


class Answers(NamedTuple):
    """What a board has to show. marks: with the stretches in which each holds (Unix times)."""

    panels: dict[str, list[Series]]
    marks: tuple[tuple[Mark, tuple[tuple[float, float], ...]], ...]


def asked(board: Board, prometheus: Prometheus, stretch: Stretch) -> Answers:
    """Puts all questions of a board."""
    panels = {}
    for panel in board.panels:
        ask = prometheus.at_the_end if panel.kind in ("bars", "table") else prometheus.over_time
        panels[panel.title] = [series for query in panel.queries for series in ask(query, stretch)]
    marks = tuple((mark, _stretches(mark, prometheus, stretch)) for mark in board.marks)
    return Answers(panels, marks)


def draw(board: Board, answers: Answers, stretch: Stretch, target: Path, only: Sequence[str] = ()) -> None:
    """Writes the picture of a board, or of those of its panels whose titles are named, in that order."""
    chosen = sorted((panel for panel in board.panels if panel.title in only), key=lambda panel: only.index(panel.title))
    places = list(placed(board._replace(rows=(Row("", tuple(chosen)),)) if only else board))
    if only:
        places = [(panel, place._replace(y=place.y - 1)) for panel, place in places[1:]]
    depth = max(place.y + place.height for _, place in places)
    width, height = COLUMNS * _UNIT_WIDTH, depth * _UNIT_HEIGHT + _HEAD
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 9, "text.color": INK, "axes.edgecolor": "#cfd4dd"}):
        figure = Figure(figsize=(width, height), dpi=_DPI, facecolor=PAPER)
        FigureCanvasAgg(figure)
        _head(figure, board, stretch, height)
        for what, place in places:
            box = (
                place.x / COLUMNS,
                1 - (_HEAD + (place.y + place.height) * _UNIT_HEIGHT) / height,
                place.width / COLUMNS,
                place.height * _UNIT_HEIGHT / height,
            )
            if isinstance(what, Row):
                figure.text(box[0] + 0.006, box[1] + box[3] * 0.3, what.title, fontsize=11.5, weight="bold")
            else:
                _panel(figure, what, place, box, answers, stretch)
        drawn = BytesIO()
        figure.savefig(drawn)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Few colours make a third of the bytes: these files lie in a repository.
    Image.open(drawn).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)


def _head(figure: Figure, board: Board, stretch: Stretch, height: float) -> None:
    begins, ends = _moment(stretch.start), _moment(stretch.end)
    figure.text(0.006, 1 - 0.32 / height, board.title, fontsize=17, weight="bold", va="center")
    figure.text(0.006, 1 - 0.68 / height, board.question, fontsize=10.5, color=FAINT, va="center")
    when = f"{begins:%H:%M:%S} to {ends:%H:%M:%S} UTC"
    figure.text(0.994, 1 - 0.32 / height, when, fontsize=10.5, ha="right", va="center")


def _panel(
    figure: Figure, panel: Panel, place: Place, box: Sequence[float], answers: Answers, stretch: Stretch
) -> None:
    gap_x, gap_y = 0.0025, 0.04 / (figure.get_figheight())
    x, y, width, height = box[0] + gap_x, box[1] + gap_y, box[2] - 2 * gap_x, box[3] - 2 * gap_y
    card = FancyBboxPatch((x, y), width, height, boxstyle="square,pad=0", transform=figure.transFigure,
                          facecolor=SHEET, edgecolor="#dfe3ea", linewidth=0.8, zorder=-1)  # fmt: skip
    figure.add_artist(card)
    inch = 1 / figure.get_figheight()
    figure.text(x + 0.005, y + height - 0.2 * inch, panel.title, fontsize=9.5, weight="bold", va="center")
    series = answers.panels[panel.title]
    axes = figure.add_axes((x, y, width, height), facecolor="none")
    if not series:
        axes.set_axis_off()
        axes.text(0.5, 0.45, "no data", ha="center", va="center", color=FAINT, fontsize=10)
        return
    _KINDS[panel.kind](axes, panel, series, (x, y, width, height), inch)
    if panel.kind in ("lines", "area", "states"):
        _time_axis(axes, stretch)
        for mark, held in answers.marks:
            for begins, ends in held:
                axes.axvline(begins, color=mark.colour, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
                if mark.lasting:
                    axes.axvspan(begins, ends, color=mark.colour, alpha=0.06, linewidth=0, zorder=0)


def _stat(axes: Axes, panel: Panel, series: list[Series], box: Sequence[float], inch: float) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for number, one in enumerate(series[:3]):
        middle = (number + 0.5) / min(3, len(series))
        size, colour = 20 if len(series) < 3 else 14, _state(panel, one.last) or INK
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
        axes.plot(moments, values, color=_colour(one.name, number), linewidth=1.3, label=_short(one.name))
    _under(axes, panel, series, named, box, inch)


def _area(axes: Axes, panel: Panel, series: list[Series], box: Sequence[float], inch: float) -> None:
    named = _loudest(series)
    moments = sorted({when for one in named for when, _ in one.points})
    heights = [[dict(one.points).get(when, 0.0) for when in moments] for one in named]
    colours = [_colour(one.name, number) for number, one in enumerate(named)]
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
                      color=_state(panel, value) or FAINT)  # fmt: skip
    axes.set_yticks(range(len(series)), [_short(one.name) for one in series])
    axes.set_ylim(len(series) - 0.4, -0.6)
    at = 1.0
    for value in sorted({value for one in series for _, value in one.points}):
        said_so, colour = shown(value, panel), _state(panel, value) or FAINT
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
        axes.barh(number, one.last, height=0.7, color=_state(panel, one.last) or COLOURS[0])
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
                  color=_state(panel, one.last) or INK)  # fmt: skip


_KINDS: dict[Kind, Callable[[Axes, Panel, list[Series], Sequence[float], float], None]] = {
    "stat": _stat, "lines": _lines, "area": _area, "states": _states, "bars": _bars, "table": _table,
}  # fmt: skip


def _time_axis(axes: Axes, stretch: Stretch) -> None:
    axes.set_xlim(stretch.start, stretch.end)
    apart = next(step for step in _TICKS if (stretch.end - stretch.start) / step <= _MOST_TICKS)
    first = math.ceil(stretch.start / apart) * apart
    ticks = [first + number * apart for number in range(int((stretch.end - first) / apart) + 1)]
    axes.set_xticks(ticks, [f"{_moment(tick):%H:%M:%S}" if apart < 60 else f"{_moment(tick):%H:%M}" for tick in ticks])
    axes.tick_params(labelsize=7.5, length=2, color="#cfd4dd", labelcolor=FAINT)
    axes.grid(axis="y", color="#eceff4", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _stretches(mark: Mark, prometheus: Prometheus, stretch: Stretch) -> tuple[tuple[float, float], ...]:
    """From when to when a mark held."""
    found: list[tuple[float, float]] = []
    for when in sorted({when for one in prometheus.over_time(mark.query, stretch) for when, _ in one.points}):
        if found and when - found[-1][1] <= 2 * stretch.step:
            found[-1] = (found[-1][0], when)
        else:
            found.append((when, when))
    return tuple(found)


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


def _state(panel: Panel, value: float) -> str | None:
    reached = [step.state for step in panel.steps if value >= step.value]
    return STATES[reached[-1]] if reached else (STATES[panel.steps[0].state] if panel.steps else None)


def _left(series: list[Series], width: float) -> float:
    """Room for the names at the left of a panel, as a share of the picture's width."""
    return min(0.55 * width, 0.012 + 0.0041 * max(len(_short(one.name)) for one in series))


def _colour(name: str, number: int) -> str:
    return _OUTCOMES.get(name, COLOURS[number % len(COLOURS)])


def _short(name: str, most: int = 38) -> str:
    return name if len(name) <= most else name[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _moment(when: float) -> Any:
    return datetime.datetime.fromtimestamp(when, datetime.UTC)
