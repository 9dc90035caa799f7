"""Every panel of every board shows something, in a real Prometheus that read a real gateway under mixed load."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from deploy.generate.answers import Prometheus, Series, Stretch
from deploy.generate.drawing import asked, draw
from observability.boards.panel import Board
from observability.boards.table import BOARDS
from tests.e2e.boards.play import play
from tests.e2e.boards.scene import scene
from tests.parts.prometheus import needs_prometheus

pytestmark = [pytest.mark.e2e, needs_prometheus]

SECONDS = 24.0
WINDOW = 10
SILENT = {
    "Turned away for want of room": "nothing is turned away in this run",
}
"""Panels without data in this run, with the reason."""


def test_every_panel_has_data(tmp_path: Path) -> None:
    with scene(tmp_path) as running:
        begun, ended = asyncio.run(play(running, SECONDS))
        stretch = Stretch(begun, ended, WINDOW)
        with closing(Prometheus(running.prometheus.url)) as prometheus:
            for board in BOARDS:
                answers = asked(board, prometheus, stretch)
                assert not silent(board, answers.panels), board.title
                draw(board, answers, stretch, tmp_path / f"{board.uid}.png")
                assert (tmp_path / f"{board.uid}.png").stat().st_size > 20_000


def silent(board: Board, panels: dict[str, list[Series]]) -> list[str]:
    """Panels that should show something and don't."""
    return [panel.title for panel in board.panels if not panels[panel.title] and panel.title not in SILENT]
