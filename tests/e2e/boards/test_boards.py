"""Every panel of every board shows something, in a real Prometheus that read a real gateway under mixed load."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from deploy.generate.answers import Prometheus, Stretch
from deploy.generate.drawing import asked, draw
from observability.boards.table import BOARDS
from tests.e2e.boards.play import play
from tests.e2e.boards.scene import scene
from tests.parts.prometheus_server import needs_prometheus
from tests.parts.redis_server import needs_redis

pytestmark = [pytest.mark.e2e, needs_prometheus, needs_redis]

SECONDS = 24.0
WINDOW = 10
RESTARTS = "Workers started again"
SILENT = {
    "litellm's process": "no vendor of this run needs it, and loading it takes longer than the run",
    "litellm's process started again": "the same",
}
"""Panels without data in this run, with the reason."""


def test_every_panel_has_data(tmp_path: Path) -> None:
    with scene(tmp_path) as running:
        begun, ended = asyncio.run(play(running, SECONDS))
        stretch = Stretch(begun, ended, WINDOW)
        with closing(Prometheus(running.prometheus.url)) as prometheus:
            answers = {board: asked(board, prometheus, stretch) for board in BOARDS}
    silent = {
        f"{board.uid}: {title}" for board in BOARDS for title, series in answers[board].panels.items() if not series
    }
    assert {title.partition(": ")[2] for title in silent} == set(SILENT), silent
    restarts = next(answers[board].panels[RESTARTS] for board in BOARDS if RESTARTS in answers[board].panels)
    assert sum(one.last for one in restarts) >= 1, "the first event of a series counts"
    assert any(held for mark, held in answers[BOARDS[0]].marks if mark.name == "breaker open")
    draw(BOARDS[0], answers[BOARDS[0]], stretch, tmp_path / "overview.png")
    assert (tmp_path / "overview.png").stat().st_size > 50_000
