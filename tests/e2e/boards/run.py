"""Draws the pictures of the docs anew, from real runs: `python -m tests.e2e.boards.run docs/images/boards`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from deploy.generate.answers import Prometheus, Stretch
from deploy.generate.drawing import asked, draw
from deploy.generate.pictures import pictures
from observability.boards.cost import COST
from observability.boards.overview import OVERVIEW
from observability.boards.panel import Board
from observability.boards.vendors import VENDORS
from tests.e2e.boards.outage import outage
from tests.e2e.boards.play import play
from tests.e2e.boards.scene import Scene, scene

WINDOW = 15
SOON, LATER = 0.5, 1.0
STORY: tuple[tuple[str, float, Board, tuple[str, ...]], ...] = (
    ("which", SOON, OVERVIEW, (
        "Ready", "Calls a second", "Served", "First word, p95", "Added by the gateway, p95", "In flight",
        "Destinations left alone", "Stops in force", "Files refused", "Fullest quota", "Records can be written",
        "Gateways", "Attempts that failed, by destination", "Calls that went on elsewhere", "Breakers",
    )),
    ("who", SOON, OVERVIEW, (
        "Calls by outcome", "Failed and cut calls, by team", "Failed and cut calls, in the time shown",
        "Refused and failed, by code", "Time of a served call", "First word, p95, by destination",
    )),
    ("did", LATER, VENDORS, (
        "Attempts, by destination", "Attempts that succeed, by destination", "Attempts that failed, by kind",
        "Calls that went on elsewhere", "Breakers", "Share of the usual calls",
    )),
    ("cost", LATER, COST, (
        "Spent", "An hour, at this pace", "A served call", "Calls served", "Input from caches", "Without a known price",
        "Cost an hour, by destination", "A served call costs, by use case", "Spent without a whole answer",
    )),
    ("promised", LATER, VENDORS, ("Promises this month", "Less than promised", "Attempts, as contracts count them")),
)  # fmt: skip
"""Pictures of the page on an outage: name, up to which share of the run, board, and the panels that are shown."""


def day(out: Path, seconds: float) -> None:
    """All boards, of a day on which much happens."""
    with _running() as running:
        begun, ended = asyncio.run(play(running, seconds))
        pictures(running.prometheus.url, Stretch(begun, ended, WINDOW), out)


def story(out: Path, seconds: float) -> None:
    """The rows of boards that tell of an outage."""
    with _running() as running:
        begun, ended = asyncio.run(outage(running, seconds))
        print(running.staff.ends)
        with closing(Prometheus(running.prometheus.url)) as prometheus:
            for name, share, board, only in STORY:
                stretch = Stretch(begun, begun + share * (ended - begun), WINDOW)
                draw(board, asked(board, prometheus, stretch), stretch, out / f"outage-{name}.png", only)


@contextmanager
def _running() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="e.") as folder, scene(Path(folder)) as running:
        yield running


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the docs anew, from real runs.")
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--seconds", type=float, default=240, help="how long each run takes")
    parser.add_argument("--only", choices=("day", "story"), help="one of the two runs")
    args = parser.parse_args()
    for name, run in (("day", day), ("story", story)):
        if args.only in (None, name):
            run(args.out, args.seconds)


if __name__ == "__main__":
    main()
