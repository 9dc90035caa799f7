"""`ecluse drill`: a destination fails on purpose; what becomes of the calls is measured and reported."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import REFUSED, add_config
from gateway.cli.writing import writing
from gateway.config import load_places
from gateway.config.kinds import SPAN, Context, WrongValue
from gateway.drills.faults import KINDS, parse
from gateway.drills.shelf import filed

TEXT = """\
Make a destination fail on purpose, for a while and for the calls of a few, and report for the continuity file what
became of them: how long until calls were served again, how many were lost, and that nothing went where it may not.

  ecluse drill run openai/gpt-4o refuse --for 60 --reason "quarterly drill"
  ecluse drill run openai/gpt-4o slow=20        answers begin 20 s late
  ecluse drill list                             drills on file, and destinations without a recent one
  ecluse drill report ID --out FOLDER           make a report anew from the ledger
  ecluse drill stop                             end the drill that runs, at once

faults: {faults}

Nothing is touched but the calls of the user `drill`, which the drill makes itself, and those of the users that
--user names, where drills.users in the configuration permits them. Breakers that a drill opens hold for its
calls alone. Drills are off until drills.enabled says otherwise, and last no longer than drills.most_seconds.
"""
TEXT = TEXT.format(faults="; ".join(f"{kind}: {words}" for kind, words in KINDS.items()))

_LOOK_SECONDS = 1.0
_PARTS = {
    "before": "watches what is usual",
    "during": "makes the destination fail",
    "after": "waits until the destination answers again",
}


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    what = sub.add_subparsers(dest="what", required=True, metavar="run|list|report|stop")
    one = what.add_parser("run", help="run a drill, follow it and print where its report is")
    one.add_argument("destination", metavar="DESTINATION", help="which destination fails (ecluse models lists them)")
    one.add_argument("fault", metavar="FAULT", help="refuse, 5xx, throttle[=SECONDS], slow[=SECONDS], cut[=PIECES]")
    one.add_argument("--for", dest="seconds", type=_span, default=60.0, metavar="TIME", help="how long (default 1m)")
    one.add_argument("--before", type=_span, default=10.0, metavar="TIME", help="what is usual, first (default 10s)")
    one.add_argument("--user", action="append", default=[], metavar="PATTERN", help="whose calls may fail too")
    one.add_argument("--model", default="", help="the public model that the drill's own calls ask for")
    one.add_argument("--no-probes", action="store_true", help="make no calls, watch those of --user only")
    one.add_argument("--reason", default="", help="why, for the report and the record")
    one.add_argument("--as", dest="by", default="", metavar="WHO", help="who asks for it, for the report")
    one.epilog = "ecluse drill run alpha/gpt-4o slow=20 --for 2m --user m.durand --reason 'ticket 4711'"
    known = what.add_parser("list", help="drills on file")
    again = what.add_parser("report", help="make a report anew from the ledger")
    again.epilog = "ecluse drill report d-20261126-0613-8c1f --out /srv/continuity/2026-11"
    again.add_argument("id", metavar="ID")
    again.add_argument("--out", type=Path, metavar="FOLDER", help="where (default: its folder in state_dir/drills)")
    end = what.add_parser("stop", help="end the drill that runs")
    for each in (one, known, again, end):
        add_config(each)
    for each in (one, known):
        each.add_argument("--json", action="store_true", help="the answer as it came")


def _span(text: str) -> float:
    """Seconds, or a time such as 90s, 10m, 1h."""
    try:
        return float(text) if text.replace(".", "", 1).isdecimal() else float(SPAN.read(text, Context(Path(), {})))
    except WrongValue as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def run(args: argparse.Namespace) -> int:
    """Run, list, report or stop."""
    try:
        return {"run": _run, "list": _list, "report": _report, "stop": _stop}[args.what](args)
    except ControlFailed as failed:
        return say_failed(failed)


def _run(args: argparse.Namespace) -> int:
    try:
        parse(args.fault)
    except ValueError as wrong:
        print(f"fault {args.fault}: {wrong}", file=sys.stderr)
        return 2
    drill = ask(
        args.config, "POST", "/drills",
        {
            "destination": args.destination, "fault": args.fault, "seconds": args.seconds, "usual": args.before,
            "users": args.user, "model": args.model, "probes": not args.no_probes, "reason": args.reason, "by": args.by,
        },
    )  # fmt: skip
    found = _followed(args.config, drill)
    summary = next((one for one in found["filed"] if one["drill"]["id"] == drill["id"]), None)
    if summary is None:
        print("the drill is over, and its report couldn't be written: the gateway's log says why", file=sys.stderr)
        return REFUSED
    print(orjson.dumps(summary).decode() if args.json else _told(summary))
    return 0 if summary["held"] else REFUSED


def _followed(config: Path, drill: Mapping[str, Any]) -> Any:
    """Waits for the end of a drill; says where it stands where somebody looks on, else which part begins."""
    tell, part = sys.stderr.isatty(), ""
    while True:
        found = ask(config, "GET", "/drills")
        running = found["running"]
        if running is None and not found["reporting"]:
            break
        if tell and running is not None:
            counts = f"{running.get('sent', 0)} calls made, {running.get('answered', 0)} answered"
            last = running.get("last") or "nobody yet"
            print(f"\r{drill['id']} {running['part']:<6} {counts}, last by {last:<40}", end="", file=sys.stderr)
        elif running is not None and running["part"] != part:
            part = running["part"]
            print(f"{drill['id']} {_PARTS[part]}", file=sys.stderr)
        time.sleep(_LOOK_SECONDS)
    if tell:
        print(file=sys.stderr)
    return found


def _list(args: argparse.Namespace) -> int:
    found = ask(args.config, "GET", "/drills")
    if args.json:
        print(orjson.dumps(found).decode())
        return 0
    if not found["enabled"]:
        print("drills are off (drills.enabled)")
    for one in found["filed"]:
        print(_told(one))
    if (running := found["running"]) is not None:
        print(f"{running['id']}  {running['destination']} {running['fault']}: runs, {_PARTS[running['part']]}")
    if found["enabled"] and found["stale"]:
        print(f"without a recent drill: {', '.join(found['stale'])}")
    return 0


def _report(args: argparse.Namespace) -> int:
    from gateway.drills.filing import facts_of, findings_of, write_report

    places = load_places(args.config)
    summary = next((one for one in filed(places.drills_dir) if one["drill"]["id"] == args.id), None)
    if summary is None:
        print(f"there is no drill {args.id} in {places.drills_dir}", file=sys.stderr)
        return REFUSED
    folder, facts = args.out or places.drills_dir / args.id, facts_of(summary)
    try:
        findings = findings_of(facts, places.ledger_dir)
    except OSError as failed:
        print(f"the ledger at {places.ledger_dir} can't be read: {failed.strerror}", file=sys.stderr)
        return REFUSED
    with writing(folder):
        made = write_report(folder, facts, findings)
    print(_told(made))
    return 0


def _stop(args: argparse.Namespace) -> int:
    ask(args.config, "DELETE", "/drills")
    print("the drill is ended: nothing fails any more, its report follows")
    return 0


def _told(summary: Mapping[str, Any]) -> str:
    drill = summary["drill"]
    verdict = "held" if summary["held"] else "not held" if summary["met"] else "met no call"
    again = summary["recovered_seconds"]
    recovered = "calls never recovered" if again is None else f"served again after {again:.2f} s"
    return (
        f"{drill['id']}  {drill['destination']} {drill['fault']}: {verdict}; {summary['met']} calls met, "
        f"{len(summary['lost'])} lost, {recovered}; {summary['report']}"
    )
