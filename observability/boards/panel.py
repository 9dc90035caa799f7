"""What a board is made of: questions to Prometheus, and how their answers are to be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["stat", "lines", "area", "states", "bars", "table"]
"""stat: one figure each. lines, area (stacked): over time. states: a bar each, coloured by state. bars, table: now."""
Unit = Literal["count", "ratio", "seconds", "span", "bytes", "per_second", "bytes_per_second", "money"]
"""span: seconds that are hours to years. money: in the currency that the configuration counts in."""
State = Literal["good", "poor", "bad"]
Variable = Literal["job", "instance", "destination", "team"]

COLUMNS = 24
"""Width of a board."""
_SELECTOR = re.compile(r"\b((?:ecluse|process)_[a-z0-9_]+|slo:[a-z0-9_:]+|up\b)(\{)?")


class Query(NamedTuple):
    """One question in PromQL. legend: how its series are called, of words and `{{label}}`.

    It may use `$__rate_interval`, `$__range` and the board's variables. It names no job and no instance: `scoped` adds
    those that the reader chose.
    """

    expr: str
    legend: str = ""

    @property
    def scoped(self) -> str:
        """The question about the chosen gateways only."""
        return _SELECTOR.sub(_chosen, self.expr)


class Step(NamedTuple):
    """From this value on, figures have the colour of this state."""

    value: float
    state: State


class Panel(NamedTuple):
    """One picture. description: what it tells and where to go from there; shown where a reader points at its title.

    steps: colours of figures, rising. words: for values that aren't to be read as numbers. width and height: in columns
    and rows of the grid.
    """

    title: str
    description: str
    queries: tuple[Query, ...]
    kind: Kind = "lines"
    unit: Unit = "count"
    width: int = 8
    height: int = 8
    steps: tuple[Step, ...] = ()
    words: tuple[tuple[int, str], ...] = ()


class Row(NamedTuple):
    """Panels under a common title."""

    title: str
    panels: tuple[Panel, ...]


class Mark(NamedTuple):
    """When a question has an answer above 0, drawn into every panel over time. lasting: not only its beginning."""

    name: str
    query: Query
    colour: str
    lasting: bool = True


class Board(NamedTuple):
    """One board. uid: its name in addresses, which never changes. question: what its reader wants to know."""

    uid: str
    title: str
    question: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def name(self) -> str:
        """What files are called that are about it."""
        return self.uid.removeprefix("ecluse-")

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, as they are read."""
        return tuple(panel for row in self.rows for panel in row.panels)


class Place(NamedTuple):
    """Where something stands on the grid."""

    x: int
    y: int
    width: int
    height: int


def placed(board: Board) -> Iterator[tuple[Row | Panel, Place]]:
    """Rows and panels from the top, with their places: panels of a row side by side, as many as fit."""
    y = 0
    for row in board.rows:
        yield row, Place(0, y, COLUMNS, 1)
        x, y, tallest = 0, y + 1, 0
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            yield panel, Place(x, y, panel.width, panel.height)
            x, tallest = x + panel.width, max(tallest, panel.height)
        y += tallest


def _chosen(match: re.Match[str]) -> str:
    # Objectives are kept by all gateways of a job together.
    chosen = 'job=~"$job"' if match.group(1).startswith("slo:") else 'job=~"$job",instance=~"$instance"'
    return f"{match.group(1)}{{{chosen}{',' if match.group(2) else '}'}"
