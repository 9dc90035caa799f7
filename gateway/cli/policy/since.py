"""Which ledger a command reads and how far back it looks: `30d`, `12h`, a date or a time."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from gateway.cli.main import REFUSED
from gateway.cli.period import TIMES, moment
from gateway.cli.policy.options import configuration
from gateway.config import load_places


def add_since(sub: argparse.ArgumentParser, default: str) -> None:
    """`--since`, `--until` and `--ledger`."""
    sub.add_argument("--since", default=default, metavar="TIME", help=f"from when: {TIMES} (default {default})")
    sub.add_argument("--until", metavar="TIME", help="until when (default: now)")
    sub.add_argument("--ledger", type=Path, metavar="DIR", help="the ledger (default: the configuration's)")


class Stretch(NamedTuple):
    """Records of a ledger: from when, and until when (None: to its end)."""

    ledger: Path
    since: datetime
    until: datetime | None


def stretch(args: argparse.Namespace, now: datetime) -> Stretch | int:
    """The records that the options mean; where there are none to read, that is said, and the exit code is given."""
    try:
        since, until = moment(args.since, now), moment(args.until, now) if args.until else None
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    folder: Path = args.ledger or load_places(configuration(args)).ledger_dir
    if folder.is_dir():
        return Stretch(folder, since, until)
    print(f"there is no ledger at {folder}", file=sys.stderr)
    return REFUSED
