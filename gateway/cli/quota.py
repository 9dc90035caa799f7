"""`ecluse quota`: what is used of quotas, and other limits for a while."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import REFUSED, add_config
from gateway.cli.stop import say_settled
from gateway.cli.table import plain
from gateway.config.kinds import SPAN, Context, WrongValue
from gateway.quota.units import SCOPES, UNITS
from gateway.quota.windows import WINDOWS

TEXT = """\
Quotas of the running gateway, on every worker and replica:

  ecluse quota show                                    what is used of every limit, and the overrides
  ecluse quota show team finance                       of one name
  ecluse quota override team finance cost month 4000 --for 10d --reason "closing of the year"
  ecluse quota override user m.durand tokens day 0 --until 2026-12-01T08:00 --reason "runaway agent"
  ecluse quota drop team finance cost month            the configuration's limit counts again, at once

An override gives one name another limit, higher or lower, than the configuration's line does. It ends by itself. What
was used so far stays used. For calls at once the window is `none`. Times without a zone are UTC.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="show|override|drop")
    show = what.add_parser("show", help="show what is used, and the overrides")
    show.add_argument("scope", nargs="?", choices=SCOPES, help="of one scope")
    show.add_argument("name", nargs="?", metavar="NAME", help="of one name in it")
    override = what.add_parser("override", help="give one name another limit for a while")
    drop = what.add_parser("drop", help="end an override")
    for each in (override, drop):
        each.add_argument("scope", choices=SCOPES, help="the scope of the limit")
        each.add_argument("name", metavar="NAME", help="the team, user, use case, key, model ...")
        each.add_argument("unit", choices=UNITS, help="what it limits")
        each.add_argument("window", choices=(*WINDOWS, "none"), help="its window")
    override.add_argument("limit", metavar="LIMIT", help="the other limit; of cost an amount of money")
    time = override.add_mutually_exclusive_group(required=True)
    time.add_argument("--until", metavar="WHEN", help="when it ends, 2026-12-01 or 2026-12-01T08:00")
    time.add_argument("--for", dest="span", metavar="TIME", help="how long it holds, 90m, 12h or 10d")
    override.add_argument("--reason", required=True, metavar="WHY", help="why; for the ledger and for status")
    show.epilog = "ecluse quota show team finance"
    override.epilog = "ecluse quota override team finance cost month 4000 --for 10d --reason 'closing of the year'"
    drop.epilog = "ecluse quota drop team finance cost month"
    for each in (show, override, drop):
        add_config(each)


def run(args: argparse.Namespace) -> int:
    """Do it in the running gateway."""
    try:
        return {"show": _show, "override": _override, "drop": _drop}[args.what](args)
    except ControlFailed as failed:
        return say_failed(failed)


def _show(args: argparse.Namespace) -> int:
    whose = f"?scope={args.scope}&name={quote(args.name, safe='')}" if args.name is not None else ""
    found = ask(args.config, "GET", f"/quotas{whose}")
    for row in found["quotas"]:
        if args.scope in (None, row["scope"]) and args.name in (None, row["name"]):
            print(plain(_line(row, found["currency"])))
    if args.name is not None and not found["quotas"]:
        print(f"the configuration has no quota for {args.scope} {args.name}")
    for one in found["overrides"]:
        if args.scope in (None, one["scope"]) and args.name in (None, one["name"]):
            print(plain(f"override: {override_of(one, found['currency'])}"))
    return 0


def _override(args: argparse.Namespace) -> int:
    try:
        until = _until(args)
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return REFUSED
    order = {name: getattr(args, name) for name in ("scope", "name", "unit", "window", "limit", "reason")}
    done = ask(args.config, "POST", "/overrides", {**order, "until": until})
    print(plain(override_of(done, done["currency"])))
    say_settled(done)
    return 0


def _drop(args: argparse.Namespace) -> int:
    path = "/".join(quote(word, safe="") for word in (args.scope, args.unit, args.window, args.name))
    done = ask(args.config, "DELETE", f"/overrides/{path}")
    print(plain(f"dropped: {override_of(done, done['currency'])}"))
    say_settled(done)
    return 0


def _until(args: argparse.Namespace) -> float:
    """Unix seconds; ValueError says what a time looks like."""
    now = datetime.now(UTC)
    if args.span is not None:
        try:
            return now.timestamp() + float(SPAN.read(args.span, Context(Path(), {})))
        except WrongValue as wrong:
            raise ValueError(f"--for {wrong}") from None
    try:
        until = datetime.fromisoformat(args.until)
    except ValueError:
        raise ValueError("--until must be a day or a time such as 2026-12-01T08:00") from None
    return (until if until.tzinfo is not None else until.replace(tzinfo=UTC)).timestamp()


def used_of(row: Mapping[str, Any], currency: str) -> str:
    """How much of a limit is used, in words, and its share."""
    if row["used"] is None:
        said = f"{_number(row['limit'])} {_unit(row, currency)}"
        return f"{row['scope']} {row['name']}: what is used of {said} isn't known here"
    part = 100 * row["used"] / row["limit"] if row["limit"] else 100.0
    share = f"{part:.0f} %" if part >= 1 or not row["used"] else "under 1 %"
    used, limit = _number(row["used"]), _number(row["limit"])
    return f"{row['scope']} {row['name']}: {used} of {limit} {_unit(row, currency)} ({share})"


def _unit(row: Mapping[str, Any], currency: str) -> str:
    """What a limit counts, and in which window."""
    window = f" a{'n' if row['window'] == 'hour' else ''} {row['window']}" if "window" in row else ""
    return (currency if row["unit"] == "cost" else _UNITS.get(row["unit"], row["unit"])) + window


def _line(row: Mapping[str, Any], currency: str) -> str:
    line = used_of(row, currency)
    line += f", anew at {row['resets_at']}" if "resets_at" in row else ""
    line += f", limit overridden until {row['overridden_until']}" if "overridden_until" in row else ""
    return line + (f"  [{row['state']}]" if row["state"] not in ("ok", "unknown") else "")


def override_of(one: Mapping[str, Any], currency: str) -> str:
    """What holds instead of the configuration's limit, until when, and why."""
    limit = f"{_number(one['limit'])} {_unit(one, currency)}"
    return f"{one['scope']} {one['name']}: {limit} until {one['until']} ({one['reason']})"


def _number(value: float) -> str:
    return f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


_UNITS = {"input": "input tokens", "output": "output tokens", "concurrent": "concurrent calls"}
