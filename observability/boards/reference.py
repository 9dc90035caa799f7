"""`docs/reference/boards.md`, made from the table."""

from __future__ import annotations

from collections.abc import Iterator

from observability.boards.panel import Board, Query, Row
from observability.boards.table import BOARDS, UNSHOWN

_HEAD = """\
# Boards

Made from `observability/boards/` by `python -m observability.boards`; a test compares the two. How to install them:
[boards](../howto/boards.md). What the families count: [metrics](metrics.md).

The pictures show one run: a gateway of two workers before three simulated vendors, with a Redis, under mixed load and
with an outage of the first vendor, read each second by a Prometheus. They are drawn from its answers to what the panels
ask, on Grafana's grid, without a Grafana.

Questions stand here as the table has them. In Grafana each family is asked for the chosen jobs and gateways only
(`{job=~"$job",instance=~"$instance"}`). Marked in each panel over time: red, a breaker is open; blue, a reload; purple,
a drill."""


def reference() -> str:
    """The whole page."""
    lines = [_HEAD]
    for board in BOARDS:
        lines += ["", *_board(board)]
    if UNSHOWN:
        lines += ["", "## On no board", ""]
        lines += [f"- `{family}`: {reason}" for family, reason in UNSHOWN.items()]
    return "\n".join(lines) + "\n"


def _board(board: Board) -> Iterator[str]:
    yield f"## {board.title.partition(': ')[2].capitalize()}"
    yield ""
    chosen = ", ".join(f"`{variable}`" for variable in board.variables)
    yield f"{board.question} To be chosen: {chosen}."
    yield ""
    yield f"![{board.title}](../images/boards/{board.name}.png)"
    for row in board.rows:
        yield from ("", f"### {row.title}", "", *_row(row))


def _row(row: Row) -> Iterator[str]:
    yield "| panel | what it tells | asked |"
    yield "|---|---|---|"
    for panel in row.panels:
        yield f"| {panel.title} | {panel.description} | {'<br>'.join(map(_asked, panel.queries))} |"


def _asked(query: Query) -> str:
    return f"`{query.expr.replace('|', chr(92) + '|')}`"
