"""`ecluse prices`: what tokens cost."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from gateway.bundle.pair import load_pair
from gateway.cli.main import REFUSED, add_config
from gateway.config import load_places
from gateway.pricing.export import NotInstalled, export, installed
from gateway.pricing.table import Table, TableRefused, load, read, shipped
from gateway.pricing.words import changes, entry_lines, tariff_words

TEXT = """\
What calls cost: a price table by vendor kind and model, and what contracts of the bundle state under `prices`.

  ecluse prices show                  every destination with its price and where that is from
  ecluse prices show 'gpt-5*'         what the price table has of these models
  ecluse prices check                 destinations without a price; exit code 1 where there are any
  ecluse prices update                a new table from the model data of the litellm that is installed beside

A destination without a price counts at the dearest known price of its vendor, never as nothing. `update` reads a file
of litellm's distribution, as data: litellm itself isn't run, and the gateway doesn't need it:

  pip install --no-deps --target /tmp/litellm litellm && PYTHONPATH=/tmp/litellm ecluse prices update

It writes the file that prices.table names, or prices.json beside the configuration, to be named there; and says what
changes against the table in force. Look at that before you reload.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="show|check|update")
    show = what.add_parser("show", help="show prices of destinations, or of models of the table")
    show.add_argument("model", nargs="?", metavar="MODEL", help="a model of the price table, or a pattern")
    check = what.add_parser("check", help="name the destinations without a price")
    update = what.add_parser("update", help="make a price table from an installed litellm")
    update.add_argument("--to", type=Path, metavar="FILE", help="where to write it (default: prices.table)")
    for each in (show, check, update):
        add_config(each)


def run(args: argparse.Namespace) -> int:
    """Show, check or update."""
    return {"show": _show, "check": _check, "update": _update}[args.what](args)


def _show(args: argparse.Namespace) -> int:
    if args.model is None:
        tariffs = load_pair(args.config).tariffs
        print(f"in {tariffs.currency} per million tokens; price table {tariffs.version}")
        for name, tariff in tariffs.of.items():
            print(f"{name}: {tariff_words(tariff)}")
        return 0
    table = _table(args.config)
    print(f"in {table.currency} per million tokens; price table {table.version}")
    lines = [
        line
        for kind, models in table.prices.items()
        for name, entry in models.items()
        if fnmatchcase(name, args.model)
        for line in entry_lines(f"{kind} {name}", entry)
    ]
    print("\n".join(lines) or f"no model {args.model}", file=sys.stdout if lines else sys.stderr)
    return 0 if lines else REFUSED


def _check(args: argparse.Namespace) -> int:
    tariffs = load_pair(args.config).tariffs
    for note in tariffs.notes():
        print(note)
    if tariffs.missing:
        return REFUSED
    print(f"ok: {len(tariffs.of)} destinations have a price; price table {tariffs.version}")
    return 0


def _update(args: argparse.Namespace) -> int:
    try:
        version, raw = installed()
        made = export(raw, version, datetime.now(UTC).date().isoformat())
        fresh, before = read(made), _table(args.config)
    except (NotInstalled, TableRefused, ValueError) as refused:
        print(f"no price table was made: {refused}", file=sys.stderr)
        return REFUSED
    named = _named(args.config)
    to = args.to or named or args.config.parent / "prices.json"
    new = to.with_name(f".{to.name}.{os.getpid()}.new")
    new.write_bytes(made)
    new.replace(to)
    for line in changes(before, fresh):
        print(line)
    count = sum(map(len, fresh.prices.values()))
    print(f"{to}: {count} models, {len(made):,} bytes, {fresh.version} (in force: {before.version})")
    if named is None and args.to is None:
        print(f"to take it, name it in the configuration: prices: {{table: {to.name}}}")
    return 0


def _table(config: Path) -> Table:
    """The table in force; the shipped one where there is no configuration, or the one that it names isn't made yet."""
    named = _named(config)
    return load(named) if named is not None and named.exists() else shipped()


def _named(config: Path) -> Path | None:
    return load_places(config, "prices").prices.table if config.exists() else None
