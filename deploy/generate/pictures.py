"""Pictures of the boards, from a Prometheus that has read gateways:

python -m deploy.generate.pictures http://127.0.0.1:9090 --start UNIX --end UNIX --out docs/images/boards
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

import httpx

from deploy.generate.answers import Prometheus, Stretch
from deploy.generate.drawing import asked, draw
from observability.boards.table import BOARDS


def pictures(url: str, stretch: Stretch, out: Path, boards: tuple[str, ...] = ()) -> list[Path]:
    """Draws all boards, or those whose uid is named; returns the files."""
    made = []
    with closing(Prometheus(url)) as prometheus:
        for board in BOARDS:
            if boards and board.uid not in boards:
                continue
            target = out / f"{board.name}.png"
            draw(board, asked(board, prometheus, stretch), stretch, target)
            made.append(target)
    return made


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Draw the boards as a Prometheus knows them.")
    parser.add_argument("prometheus", help="address of the Prometheus, without a path")
    parser.add_argument("--start", type=float, required=True, help="Unix time")
    parser.add_argument("--end", type=float, required=True, help="Unix time")
    parser.add_argument(
        "--window", type=int, default=60, help="seconds over which rates are taken: four scrapes or more"
    )
    parser.add_argument("--board", action="append", default=[], help="uid of a board; may be repeated; none: all")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    args = parser.parse_args()
    stretch = Stretch(args.start, args.end, args.window)
    try:
        for made in pictures(args.prometheus, stretch, args.out, tuple(args.board)):
            sys.stdout.write(f"{made}\n")
    except httpx.HTTPError as failed:
        sys.exit(f"{args.prometheus} doesn't answer as a Prometheus does: {failed}")


if __name__ == "__main__":
    main()
