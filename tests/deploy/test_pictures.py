"""Pictures of boards: what is asked, how figures are written, and that a picture comes out of any answers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from deploy.generate.answers import Series, Stretch, filled
from deploy.generate.drawing import Answers, draw
from deploy.generate.kinds import with_gaps
from deploy.generate.pictures import main
from deploy.generate.shown import said, shown
from observability.boards.overview import BREAKERS, OVERVIEW
from observability.boards.panel import Kind, Panel, Query, Unit
from observability.boards.vendors import VENDORS

STRETCH = Stretch(1_000_000.0, 1_000_600.0, window=15)


def test_variables_get_what_grafana_would_put_there() -> None:
    query = Query('sum(rate(ecluse_x_total{team=~"$team"}[$__rate_interval])) / sum(increase(ecluse_y[$__range]))')
    here = 'job=~".*",instance=~".*"'
    assert filled(query, STRETCH) == (
        f'sum(rate(ecluse_x_total{{{here},team=~".*"}}[15s])) / sum(increase(ecluse_y{{{here}}}[600s]))'
    )
    assert 'team=~"hr"' in filled(query, STRETCH._replace(chosen={"team": "hr"}))


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.9987, "ratio", "99.87 %"),
        (0.0123, "seconds", "12.3 ms"),
        (0.00004, "seconds", "40 µs"),
        (130.0, "seconds", "2.17 min"),
        (0.0, "seconds", "0 s"),
        (75.4 * 86400, "span", "75.4 days"),
        (10 * 365 * 86400.0, "span", "10 years"),
        (-3 * 86400.0, "span", "-3 days"),
        (3 * 2**30, "bytes", "3 GiB"),
        (1234.0, "count", "1234"),
        (1_200_000.0, "count", "1.2 M"),
        (2.5, "per_second", "2.5/s"),
        (0.000445, "money", "0.000445"),
        (1234.5, "money", "1,234.50"),
    ],
)
def test_figures_are_written_for_people(value: float, unit: Unit, words: str) -> None:
    assert said(value, unit) == words


def test_a_value_with_a_word_is_that_word_and_events_are_whole() -> None:
    assert shown(2.0, BREAKERS) == "open"
    assert shown(1.0666, Panel("a", "b.", (), "stat")) == "1"


@pytest.mark.parametrize("many", [0, 1, 12])
def test_any_answers_make_a_picture(tmp_path: Path, many: int) -> None:
    board = VENDORS
    assert {panel.kind for panel in board.panels} == set(get_args(Kind))
    points = tuple((STRETCH.start + 3 * n, float(n % 3)) for n in range(200) if not 80 < n < 120)
    panels = {
        panel.title: [Series(f"a name of {n}" * 5, {"contract": "a", "vendor": "b"}, points) for n in range(many)]
        for panel in board.panels
    }
    marks = tuple((mark, ((STRETCH.start + 9, STRETCH.start + 60),)) for mark in board.marks)
    draw(board, Answers(panels, marks), STRETCH, tmp_path / "board.png")
    with Image.open(tmp_path / "board.png") as picture:
        assert picture.width == 1632 and len(picture.getcolors() or ()) > (10 if many else 3)


@pytest.mark.parametrize("days", [180, 181, 3 * 365])
def test_a_stretch_of_any_length_has_its_times(tmp_path: Path, days: int) -> None:
    stretch = STRETCH._replace(end=STRETCH.start + days * 86400.0)
    lines = next(panel for panel in OVERVIEW.panels if panel.kind == "lines")
    points = ((stretch.start, 1.0), (stretch.end, 2.0))
    draw(OVERVIEW, Answers({lines.title: [Series("", {}, points)]}, ()), stretch, tmp_path / "l.png", [lines.title])
    assert (tmp_path / "l.png").exists()


def test_only_the_panels_that_are_named_are_drawn(tmp_path: Path) -> None:
    panels: dict[str, list[Series]] = {panel.title: [] for panel in OVERVIEW.panels}
    draw(OVERVIEW, Answers(panels, ()), STRETCH, tmp_path / "few.png", ["Breakers", "Ready"])
    with Image.open(tmp_path / "few.png") as picture:
        assert picture.height < 700


def test_a_gap_in_what_was_read_is_a_gap() -> None:
    moments, values = with_gaps([(0.0, 1.0), (1.0, 1.0), (9.0, 2.0)], 1.0)
    assert moments == [0.0, 1.0, 9.0, 9.0]
    assert [math.isnan(value) for value in values] == [False, False, True, False]


def test_a_prometheus_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["pictures", "http://127.0.0.1:1", "--start", "1", "--end", "2", "--out", str(tmp_path)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit, match="doesn't answer as a Prometheus does"):
        main()
