"""`--ledger` of reports: each of several replicas has a ledger of its own, and a report is of all that are named."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gateway.config import load_places


def add_ledgers(sub: argparse.ArgumentParser) -> None:
    """`--ledger`."""
    sub.add_argument(
        "--ledger", type=Path, action="append", default=[], metavar="DIR",
        help="the ledger (default: the configuration's); said again, those of other replicas with it",
    )  # fmt: skip


def ledgers(args: argparse.Namespace) -> tuple[Path, ...]:
    """The folders that are meant, each once, however it is written; none, after saying so, where one isn't there."""
    named: list[Path] = args.ledger or [load_places(args.config).ledger_dir]
    missing = next((folder for folder in named if not folder.is_dir()), None)
    if missing is not None:
        print(f"there is no ledger at {missing}", file=sys.stderr)
        return ()
    return tuple({folder.resolve(): folder for folder in named}.values())
