"""`ecluse ledger`: the records of calls."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import orjson

from gateway.cli.main import REFUSED, add_config
from gateway.cli.why import command as why
from gateway.config import load_places
from observability.ledger import render_show, render_tail, show, tail

TEXT = """\
Read the ledger; the gateway may be running or not.

  ecluse ledger show 019ab0c2-...    all records of one call: who, what was found, what was ruled, where it went
  ecluse ledger tail -n 50           how the last calls ended, and what else happened
  ecluse ledger why --at "yesterday 14:05" --user m.durand
                                     why a call was refused or failed, in words

Records hold facts about texts, never the texts; people appear as pseudonyms.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="show|tail|why")
    one = what.add_parser("show", help="all records of one call")
    one.add_argument("id", metavar="ID", help="call id, from the response header x-ecluse-call-id or a refusal")
    last = what.add_parser("tail", help="how the last calls ended, and events")
    last.add_argument("-n", type=int, default=20, metavar="COUNT", help="how many (default 20)")
    reason = what.add_parser(
        "why",
        help="why a call was refused or failed, by when it was",
        description=why.TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    why.add(reason)
    for each in (one, last):
        add_config(each)
        each.add_argument("--json", action="store_true", help="one JSON object a line, as recorded")


def run(args: argparse.Namespace) -> int:
    """Print records."""
    if args.what == "why":
        return why.run(args)
    folder: Path = load_places(args.config).ledger_dir
    if not folder.is_dir():
        print(f"there is no ledger at {folder}", file=sys.stderr)
        return REFUSED
    records = show(folder, args.id) if args.what == "show" else tail(folder, args.n)
    if args.what == "show" and not records:
        print(f"the ledger has no call {args.id}", file=sys.stderr)
        return REFUSED
    if args.json:
        for record in records:
            print(orjson.dumps(record).decode())
    else:
        print(render_show(records) if args.what == "show" else render_tail(records), end="")
    return 0
