"""From the table of boards to the files that Grafana loads: `python -m deploy.generate.boards` writes them anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from deploy.generate.panels import SOURCE, built
from observability.boards.panel import Board, Mark, Row, Variable, placed
from observability.boards.table import BOARDS

FOLDER = Path(__file__).parents[1] / "grafana" / "boards"

_NAMED: dict[Variable, tuple[str, str]] = {
    "job": ("Job", "label_values(ecluse_build_info, job)"),
    "instance": ("Gateway", 'label_values(ecluse_build_info{job=~"$job"}, instance)'),
    "destination": ("Destination", 'label_values(ecluse_destination_share{job=~"$job"}, destination)'),
    "team": ("Team", 'label_values(ecluse_requests_total{job=~"$job"}, team)'),
}
"""What a reader may choose, how that is called, and where its values come from."""


def file_of(board: Board) -> Path:
    """Where a board is kept."""
    return FOLDER / f"{board.name}.json"


def text_of(board: Board) -> str:
    """The file of a board."""
    return json.dumps(_built(board), cls=JSONEncoder, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _built(board: Board) -> model.Dashboard:
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.question)
        .tags(["ecluse"])
        .editable()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time("now-1h", "now")
        .refresh("30s")
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .link(dashboard.DashboardLink("Other boards").type(model.DashboardLinkType.DASHBOARDS).tags(["ecluse"])
              .as_dropdown(True).include_vars(True).keep_time(True))
    )  # fmt: skip
    for name in board.variables:
        made = made.with_variable(_variable(name))
    for mark in board.marks:
        made = made.annotation(_mark(mark))
    result = made.build()
    # Placed by us, so that pictures and Grafana agree; the builder's own flow would move rows.
    result.panels = [_placed(number, *one) for number, one in enumerate(placed(board), 1)]
    return result


def _placed(number: int, what: Any, place: Any) -> Any:
    position = model.GridPos(h=place.height, w=place.width, x=place.x, y=place.y)
    if isinstance(what, Row):
        return dashboard.Row(what.title).id(number).grid_pos(position).build()
    panel = built(what).build()
    panel.id_val, panel.grid_pos = number, position
    return panel


def _variable(name: Variable) -> dashboard.QueryVariable:
    label, query = _NAMED[name]
    every = model.VariableOption(selected=True, text=["All"], value=["$__all"])
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query({"query": query, "refId": name})
        .definition(query)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(every)
    )


def _mark(mark: Mark) -> dashboard.AnnotationQuery:
    return (
        dashboard.AnnotationQuery()
        .name(mark.name)
        .datasource(SOURCE)
        .enable(True)
        .icon_color(mark.colour)
        .expr(mark.query.scoped)
        .title_format(mark.name)
        .text_format(mark.query.legend)
        .step("30s")
    )


def main() -> None:
    """Writes all boards."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for board in BOARDS:
        file_of(board).write_text(text_of(board), "utf-8")
        sys.stdout.write(f"{file_of(board)}\n")


if __name__ == "__main__":
    main()
