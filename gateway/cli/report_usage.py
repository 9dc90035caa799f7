"""`ecluse report usage`: what was used and what it cost, by whom and where."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson

from gateway.alone import replace
from gateway.cli.ledgers import add_ledgers, ledgers
from gateway.cli.main import REFUSED, add_config
from gateway.cli.period import add_period, period
from gateway.cli.progress import Damage, told_progress
from gateway.cli.writing import writing
from gateway.documents import nearest
from observability.ledger import begins
from observability.reports.calls import read
from observability.reports.focus import table
from observability.reports.forms import ending
from observability.reports.usage import DIMENSIONS, PERSONAL, Usage, usage
from observability.reports.usage_page import USUAL, page
from observability.reports.usage_values import values

TEXT = f"""\
What calls used and cost over a time, from the ledger: tokens and money by team, use case, model, destination and API of
the tool, or by what --by says. It reads the files; the gateway may be running or not. Each replica has its own ledger.

  ecluse report usage                                     the last whole month, as Markdown
  ecluse report usage --month 2026-11 --zone Europe/Paris --language fr
  ecluse report usage --since 7d --by team+model --by day
  ecluse report usage --month 2026-11 --out /srv/finance/2026-11
  ecluse report usage --ledger replica-0/ledger --ledger replica-1/ledger

--out writes a folder: usage.md and consommation.md with their pictures, usage.json, and usage.csv, whose columns are
those of FOCUS 1.2, for the tools of the finance department.

--by: {", ".join(DIMENSIONS)}; one table for each, and `team+model` one for each pair.
People and keys are told apart only where --by names them; people appear as pseudonyms, as in the ledger.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    add_period(sub)
    sub.add_argument("--by", action="append", default=[], type=_tables, metavar="WHAT", help="tables: team,model,...")
    add_ledgers(sub)
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--out", type=Path, metavar="FOLDER", help="write all forms there instead of printing one")
    form.add_argument("--json", action="store_true", help="one JSON object, costs exact")
    form.add_argument("--csv", action="store_true", help="rows by day, with the columns of FOCUS 1.2")
    sub.add_argument("--language", choices=("en", "fr"), default="en", help="of what is printed (default en)")


def run(args: argparse.Namespace) -> int:
    """Report."""
    try:
        asked = period(args, now := datetime.now(UTC))
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    folders = ledgers(args)
    if not folders:
        return REFUSED
    tables = [names for tables in args.by for names in tables] or list(USUAL)
    personal = [name for name in PERSONAL if any(name in names for names in tables)]
    damage = Damage()
    try:
        found = usage(read(folders, asked, told_progress, damage), asked, personal)
        found.begins, found.made = begins(folders), now
        found.damaged, found.ledgers = damage.segments, len(folders)
    except OSError as failed:
        print(f"the ledger can't be read: {failed.filename}: {failed.strerror}", file=sys.stderr)
        return REFUSED
    if args.out is not None:
        return _write(args.out, found, tables)
    if args.json:
        print(orjson.dumps(values(found, tables)).decode())
    else:
        print(table(found) if args.csv else page(found, args.language, tables), end="")
    return 0


def _write(folder: Path, found: Usage, tables: Sequence[Sequence[str]]) -> int:
    from observability.reports.usage_plots import PICTURES, plots

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for language, name in (("en", "usage.md"), ("fr", "consommation.md")):
            drawn = plots(found, language)
            named = [(word, file) for word, one in PICTURES if (file := f"{one}{ending(language)}.svg") in drawn]
            for file, picture in drawn.items():
                replace(folder / file, picture)
            replace(folder / name, page(found, language, tables, named).encode())
        replace(folder / "usage.json", orjson.dumps(values(found, tables), option=orjson.OPT_INDENT_2))
        replace(folder / "usage.csv", table(found).encode())
    print(folder / "usage.md")
    return 0


def _tables(text: str) -> list[tuple[str, ...]]:
    """`team,model+day`: a table by team, and one by model and day."""
    tables = [tuple(one.strip().replace("-", "_").split("+")) for one in text.split(",")]
    for name in (name for names in tables for name in names):
        if name not in DIMENSIONS:
            near = nearest(name, DIMENSIONS)
            said = f" (did you mean {near}?)" if near else f": say {', '.join(DIMENSIONS)}"
            raise argparse.ArgumentTypeError(f"nothing is counted by {name}{said}")
    return tables
