"""Draws a board as Grafana lays it out: its panels on the grid of 24 columns, with what a Prometheus answered."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from PIL import Image

from deploy.generate.answers import Prometheus, Series, Stretch
from deploy.generate.colours import FAINT, INK, PAPER, SHEET
from deploy.generate.kinds import KINDS
from observability.boards.panel import COLUMNS, Board, Mark, Panel, Place, Row, placed

_UNIT_WIDTH, _UNIT_HEIGHT = 0.68, 0.335
_HEAD = 0.95
_MOST_TICKS = 6
_TICKS = (5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 4 * 3600, 8 * 3600, 86400, 7 * 86400, 30 * 86400)
"""Seconds between two times on the axis; multiples of the last where more are needed."""
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
    KINDS[panel.kind](axes, panel, series, (x, y, width, height), inch)
    if panel.kind in ("lines", "area", "states"):
        _time_axis(axes, stretch)
        for mark, held in answers.marks:
            for begins, ends in held:
                axes.axvline(begins, color=mark.colour, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
                if mark.lasting:
                    axes.axvspan(begins, ends, color=mark.colour, alpha=0.06, linewidth=0, zorder=0)


def _time_axis(axes: Axes, stretch: Stretch) -> None:
    axes.set_xlim(stretch.start, stretch.end)
    apart = _between_ticks(stretch.end - stretch.start)
    first = math.ceil(stretch.start / apart) * apart
    ticks = [first + number * apart for number in range(int((stretch.end - first) / apart) + 1)]
    axes.set_xticks(ticks, [f"{_moment(tick):%H:%M:%S}" if apart < 60 else f"{_moment(tick):%H:%M}" for tick in ticks])
    axes.tick_params(labelsize=7.5, length=2, color="#cfd4dd", labelcolor=FAINT)
    axes.grid(axis="y", color="#eceff4", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _between_ticks(seconds: float) -> int:
    """Seconds between two times on the axis of a stretch that lasts this long."""
    most = _TICKS[-1]
    return next(
        (step for step in _TICKS if seconds / step <= _MOST_TICKS), math.ceil(seconds / most / _MOST_TICKS) * most
    )


def _stretches(mark: Mark, prometheus: Prometheus, stretch: Stretch) -> tuple[tuple[float, float], ...]:
    """From when to when a mark held."""
    found: list[tuple[float, float]] = []
    for when in sorted({when for one in prometheus.over_time(mark.query, stretch) for when, _ in one.points}):
        if found and when - found[-1][1] <= 2 * stretch.step:
            found[-1] = (found[-1][0], when)
        else:
            found.append((when, when))
    return tuple(found)


def _moment(when: float) -> Any:
    return datetime.datetime.fromtimestamp(when, datetime.UTC)
