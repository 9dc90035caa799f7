"""The boards ask for what is measured, and what is measured is on a board, in an alert, or left out for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import promql_parser
import pytest

from observability.alerts import ALERTS
from observability.boards.panel import COLUMNS, Board, Panel, Place, Query, Row, placed
from observability.boards.reference import reference
from observability.boards.table import BOARDS, UNSHOWN
from observability.families import FAMILIES, Family
from tests.observability.alerts.test_alerts import RULES

KNOWN = {family.name: family for family in FAMILIES}
PROMETHEUS_OWN = Family("up", "gauge", "1 where a target was read.")
TARGET = {"job", "instance"}
RECORDED = set(re.findall(r"record: (\S+)", (RULES / "objectives.yaml").read_text()))
OBJECTIVES_OWN = Family("slo", "gauge", "What objectives record.", ("sloth_id", "sloth_service", "sloth_slo"))
VARIABLES = {"destination", "team"} | TARGET


def questions() -> Iterator[tuple[str, Query]]:
    """Every question of every board, with where it is asked."""
    for board in BOARDS:
        for panel in board.panels:
            yield from ((f"{board.uid}: {panel.title}", query) for query in panel.queries)
        yield from ((f"{board.uid}: {mark.name}", mark.query) for mark in board.marks)


def parsed(expr: str) -> promql_parser.Expr:
    """A question with durations where Grafana's variables stand; raises where it isn't PromQL."""
    return promql_parser.parse(re.sub(r"\$__(rate_interval|range)", "1m", expr))


def selectors(expr: str) -> Iterator[promql_parser.VectorSelector]:
    """Every family that a question names, with its matchers."""
    found: list[promql_parser.VectorSelector] = []

    def seen(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        return True

    promql_parser.walk(parsed(expr), seen)
    yield from found


def family_of(sample: str) -> str:
    """The family of a sample's name."""
    bare = re.sub(r"_(bucket|sum|count)$", "", sample)
    return bare if bare in KNOWN and KNOWN[bare].kind == "histogram" else sample


def known(name: str) -> Family | None:
    """The family that a question names: one of ours, of Prometheus, or what the rules of objectives record."""
    if name in RECORDED:
        return OBJECTIVES_OWN
    return PROMETHEUS_OWN if name == "up" else KNOWN.get(family_of(name))


@pytest.mark.parametrize(("where", "query"), list(questions()), ids=lambda one: one if isinstance(one, str) else "")
def test_every_question_asks_for_what_there_is(where: str, query: Query) -> None:
    asked = list(selectors(query.scoped))
    assert asked, "a question without a metric"
    labels = set(TARGET) | {"le"}
    for selector in asked:
        family = known(selector.name or "")
        assert family is not None, selector.name
        own = {*family.labels, *TARGET, "le"}
        named = {matcher.name for matcher in selector.matchers.matchers}
        assert named <= own, f"{selector.name} has no {named - own}"
        assert named >= (TARGET - {"instance"} if family is OBJECTIVES_OWN else TARGET), "asked of the chosen ones only"
        assert not (selector.name or "").startswith("process_") or 'process!=""' in query.expr, "other programs' too"
        labels |= own
    kept = set(re.findall(r"\w+", " ".join(re.findall(r"\b(?:by|on|group_left) ?\(([^)]*)\)", query.expr))))
    assert kept <= labels
    shown = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
    assert shown <= kept, "a legend names a label that the question drops"


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_a_board_uses_the_variables_that_it_offers(board: Board) -> None:
    used = set(re.findall(r"\$(\w+)", " ".join(query.scoped for panel in board.panels for query in panel.queries)))
    assert {name for name in used if not name.startswith("__")} == set(board.variables)
    assert set(board.variables) <= VARIABLES


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_panels_lie_side_by_side_and_say_what_they_tell(board: Board) -> None:
    taken: dict[tuple[int, int], str] = {}
    for what, place in placed(board):
        assert place.x + place.width <= COLUMNS
        for cell in cells(place):
            assert cell not in taken, f"{what.title} lies on {taken[cell]}"
            taken[cell] = what.title
        if isinstance(what, Panel):
            assert what.description.endswith("."), what.title
            assert [step.value for step in what.steps] == sorted(step.value for step in what.steps)
            assert what.kind != "states" or what.steps
            assert what.kind != "table" or len(what.queries) == 1
    titles = [what.title for what, _ in placed(board) if not isinstance(what, Row)]
    assert len(titles) == len(set(titles))


def cells(place: Place) -> Iterator[tuple[int, int]]:
    """The places of the grid that something covers."""
    return ((x, y) for x in range(place.x, place.x + place.width) for y in range(place.y, place.y + place.height))


def test_boards_have_names_of_their_own() -> None:
    assert len({board.uid for board in BOARDS}) == len({board.title for board in BOARDS}) == len(BOARDS)


def test_chosen_gateways_are_added_to_every_family() -> None:
    query = Query('sum by (a) (rate(ecluse_x_total{a="b"}[5m])) / on () ecluse_y')
    here = 'job=~"$job",instance=~"$instance"'
    assert Query("slo:x:ratio").scoped == 'slo:x:ratio{job=~"$job"}'
    assert query.scoped == f'sum by (a) (rate(ecluse_x_total{{{here},a="b"}}[5m])) / on () ecluse_y{{{here}}}'


def test_what_is_measured_is_looked_at() -> None:
    """On a board, in an alert, or left out for a reason that is written down; and no reason outlives its family."""
    asked = [query.scoped for _, query in questions()] + [alert.expr for alert in ALERTS]
    seen = {family_of(selector.name or "") for expr in asked for selector in selectors(expr)}
    assert not set(KNOWN) - seen - set(UNSHOWN), "put it on a board in observability/boards/, or say why not in UNSHOWN"
    assert not set(UNSHOWN) & seen
    assert set(UNSHOWN) <= set(KNOWN)


def test_the_reference_is_the_one_that_the_table_makes() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "boards.md"
    assert page.read_text("utf-8") == reference(), "run: python -m observability.boards > docs/reference/boards.md"
    pictures = re.findall(r"!\[.*\]\((.*)\)", reference())
    assert len(pictures) == len(BOARDS)
