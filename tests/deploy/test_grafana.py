"""The files for Grafana are those that the tables make, and hold together."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from deploy.generate.boards import FOLDER, file_of, text_of
from observability.boards.panel import Board
from observability.boards.table import BOARDS


def shipped(board: Board) -> dict[str, Any]:
    """The file of a board."""
    found: dict[str, Any] = json.loads(file_of(board).read_text("utf-8"))
    return found


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_the_file_of_a_board_is_the_one_that_the_table_makes(board: Board) -> None:
    assert file_of(board).read_text("utf-8") == text_of(board), "python -m deploy.generate.boards writes it anew"


def test_no_file_is_left_of_a_board_that_is_gone() -> None:
    assert set(FOLDER.glob("*.json")) == {file_of(board) for board in BOARDS}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_panel_asks_the_chosen_prometheus(board: Board) -> None:
    made = shipped(board)
    panels = [panel for panel in made["panels"] if panel["type"] != "row"]
    assert [panel["title"] for panel in panels] == [panel.title for panel in board.panels]
    for panel, told in zip(panels, board.panels, strict=True):
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert [target["expr"] for target in panel["targets"]] == [query.scoped for query in told.queries]
        assert len({target["refId"] for target in panel["targets"]}) == len(told.queries)
    assert len({panel["id"] for panel in made["panels"]}) == len(made["panels"])


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_variable_that_is_used_is_defined_before(board: Board) -> None:
    made = shipped(board)
    defined = [variable["name"] for variable in made["templating"]["list"]]
    assert defined == ["datasource", *board.variables]
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(made["panels"])))
    assert used <= set(defined)


def test_what_grafana_loads_by_itself_is_where_the_page_says() -> None:
    folder = FOLDER.parent / "provisioning"
    (provider,) = yaml.safe_load((folder / "dashboards" / "ecluse.yaml").read_text())["providers"]
    page = (FOLDER.parents[2] / "docs" / "howto" / "boards.md").read_text()
    assert provider["type"] == "file" and f"{provider['options']['path']}/" in page
    (source,) = yaml.safe_load((folder / "datasources" / "ecluse.yaml").read_text())["datasources"]
    assert source["type"] == "prometheus" and source["access"] == "proxy"
    assert source["isDefault"] is False  # a Grafana that has a default one doesn't start with a second


def test_the_page_names_every_board() -> None:
    page = (FOLDER.parents[2] / "docs" / "howto" / "boards.md").read_text()
    assert not [board.uid for board in BOARDS if board.question not in page]
