"""`ecluse report sla`: what contracts promised of a month, what they kept, and the evidence for a claim."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson

from gateway.bundle.bundle import read_papers
from gateway.cli.ledgers import add_ledgers, ledgers
from gateway.cli.main import REFUSED, add_config
from gateway.cli.progress import Damage, told_progress
from gateway.cli.writing import writing
from gateway.config import load_places
from gateway.documents import load, nearest
from gateway.promises.accounts import Account, Asked, accounts, late
from gateway.promises.page import Page, page
from gateway.promises.plain import evidence_csv, left_out, promises_csv, whole
from gateway.promises.words import WORDS
from observability.periods import Period, month, month_before, month_of

TEXT = """\
Report what each contract promised of its vendor's service in a month, and what was measured: availability, latency, the
worst hours, the credit that a broken promise earns, until when to claim it, and the failed requests as evidence.

  ecluse report sla                               last month, as Markdown
  ecluse report sla --month 2026-10 --out october report and pictures in both languages, JSON, CSV, evidence
  ecluse report sla --month this --contract alpha-us --json

It reads the ledger's attempts, whether the gateway runs or not; what drills made fail doesn't count. What is promised
is in the bundle: `service` of each contract.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("--month", metavar="MONTH", help="such as 2026-10, or this (default: the last whole one)")
    sub.add_argument("--contract", action="append", default=[], metavar="C", help="only this one; may be said again")
    add_ledgers(sub)
    sub.add_argument("--language", choices=tuple(WORDS), default="en", help="language of what is printed (default en)")
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--csv", action="store_true", help="print a row for each promise")
    form.add_argument("--evidence", action="store_true", help="print a row for each failed request, as CSV")
    form.add_argument("--out", type=Path, metavar="DIR", help="write all of it, with pictures, to this folder")


def run(args: argparse.Namespace) -> int:
    """Make the report."""
    now = datetime.now(UTC)
    try:
        name = _named(args.month, now).name()
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    folders = ledgers(args)
    if not folders:
        return REFUSED
    contracts = read_papers(load(load_places(args.config).bundle)).contracts
    asked = Asked(folders, name, now.timestamp(), frozenset(args.contract))
    damage = Damage()
    try:
        found = accounts(contracts, asked, told_progress, damage)
    except OSError as failed:
        print(f"the ledger can't be read: {failed.filename}: {failed.strerror}", file=sys.stderr)
        return REFUSED
    unknown = next((name for name in args.contract if name not in {one.name for one in found}), None)
    if unknown is not None:
        near = nearest(unknown, contracts)
        print(f"there is no contract {unknown}" + (f" (did you mean {near}?)" if near else ""), file=sys.stderr)
        return REFUSED
    _tell(args, found, asked, damage.segments)
    return 0


def _named(text: str | None, now: datetime) -> Period:
    """The month that is asked for; ValueError where it is none."""
    if text is None:
        return month_before(now)
    return month_of(now) if text == "this" else month(text)


def _tell(args: argparse.Namespace, found: list[Account], asked: Asked, damaged: int) -> None:
    """Print it, or write the folder. damaged: segments of the ledger that lack records."""
    if args.evidence or args.out is not None:
        for said in left_out(found):
            print(f"warning: {said}", file=sys.stderr)
    if args.json:
        print(orjson.dumps(whole(found, asked.month, damaged)).decode())
    elif args.csv or args.evidence:
        print(promises_csv(found) if args.csv else evidence_csv(found), end="")
    elif args.out is not None:
        from gateway.promises.filing import file_report

        with writing(args.out):
            written = file_report(args.out, found, asked, damaged)
        for path in written:
            print(path)
    else:
        told = Page(args.language, asked.now, late(found, asked.ledgers), damaged=damaged)
        print(page(found, told, asked.month), end="")
