"""`ecluse ledger`: the records of calls."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from gateway.cli.main import REFUSED, add_config
from gateway.config import load_places
from observability.ledger.reading import show, tail

TEXT = """\
Read the ledger; the gateway may be running or not.

  ecluse ledger show 019ab0c2-...    all records of one call: who, what was found, what was ruled, where it went
  ecluse ledger tail -n 50           how the last calls ended, and what else happened

Records hold facts about texts, never the texts; people appear as pseudonyms.
"""

# The members that a one-line summary shows, by kind of record, in this order.
_LINES: Mapping[str, tuple[str, ...]] = {
    "OUTCOME": ("call", "outcome", "status", "code", "destination", "attempts", "total_ms", "overhead_ms"),
    "EVENT": ("event", "call", "actor", "detail"),
}
_FIRST = ("record", "at", "call")


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="show|tail")
    one = what.add_parser("show", help="all records of one call")
    one.add_argument("id", metavar="ID", help="call id, from the response header x-ecluse-call-id or a refusal")
    last = what.add_parser("tail", help="how the last calls ended, and events")
    last.add_argument("-n", type=int, default=20, metavar="COUNT", help="how many (default 20)")
    for each in (one, last):
        add_config(each)
        each.add_argument("--json", action="store_true", help="one JSON object a line, as recorded")


def run(args: argparse.Namespace) -> int:
    """Print records."""
    folder: Path = load_places(args.config).ledger_dir
    if not folder.is_dir():
        print(f"there is no ledger at {folder}", file=sys.stderr)
        return REFUSED
    records = show(folder, args.id) if args.what == "show" else tail(folder, args.n)
    if args.what == "show" and not records:
        print(f"the ledger has no call {args.id}", file=sys.stderr)
        return REFUSED
    for record in records:
        if args.json:
            print(orjson.dumps(record).decode())
        elif args.what == "tail":
            print(summary(record))
        else:
            print("\n".join(story(record)), end="\n\n")
    return 0


def summary(record: Mapping[str, Any]) -> str:
    """A record on one line."""
    wanted = _LINES.get(str(record.get("record")), ())
    facts = (f"{key}={_plain(record[key])}" for key in wanted if _said(record.get(key)))
    return f"{record.get('at')}  {record.get('record'):<8} {' '.join(facts)}"


def story(record: Mapping[str, Any]) -> Iterable[str]:
    """A record on many lines: its kind and time, then each member that says something."""
    yield f"{record.get('record')}  {record.get('at')}"
    yield from _members({k: v for k, v in record.items() if k not in _FIRST}, "  ")


def _members(value: Mapping[str, Any], indent: str) -> Iterable[str]:
    for key, inner in value.items():
        if not _said(inner):
            continue
        if isinstance(inner, dict) and any(isinstance(v, dict) or _nested(v) for v in inner.values()):
            yield f"{indent}{key}:"
            yield from _members(inner, indent + "  ")
        elif _nested(inner):
            yield f"{indent}{key}:"
            for item in inner:
                yield from _item(item, indent + "  ")
        else:
            yield f"{indent}{key}: {_plain(inner)}"


def _item(item: Any, indent: str) -> Iterable[str]:
    flat = {k: v for k, v in item.items() if not _nested(v)}
    yield f"{indent}- {_plain(flat)}"
    yield from _members({k: v for k, v in item.items() if _nested(v)}, indent + "    ")


def _nested(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(v, dict) for v in value)


def _said(value: Any) -> bool:
    return value not in (None, "", [], {}) and not (isinstance(value, dict) and not any(map(_said, value.values())))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items() if _said(v))
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
