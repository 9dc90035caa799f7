"""`ecluse policy inbox`: what staff report of refusals, and what becomes of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from gateway.bundle.source import SIGNATURES
from gateway.bundle.workspace import Workspace
from gateway.cli.main import REFUSED
from gateway.cli.policy.drafts import Draft, adjustment, case, exception, place_of, without_effect, written
from gateway.cli.policy.options import add_workspace, configuration, open_workspace
from gateway.config import load_places
from gateway.documents import DocumentsRefused, dump, nearest
from gateway.documents.adding import NotAdded
from gateway.state.reports import OVERRIDE, Report, Reports
from policies.language import run_inline_tests
from policies.language.cases import VERDICTS
from policies.language.lint import LONGEST_EXCEPTION

TEXT = """\
What staff say of refusals with `ecluse report`, grouped by rule and type, and what can be made of it:

  ecluse policy inbox                                        what is open
  ecluse policy inbox show r_1f0c9a2b31                      one report, with the reporter's words
  ecluse policy inbox case r_1f0c9a2b31 --text "..."         a case for the policy's tests
  ecluse policy inbox adjust r_1f0c9a2b31 --not-near "session id" --text "..."
                                                             what takes it from a shipped detector
  ecluse policy inbox exception r_1f0c9a2b31 --owner dpo@example.org --days 30
  ecluse policy inbox close r_1f0c9a2b31 --as s.petit --because "mended in revision 5d0e"

`case`, `adjust` and `exception` print what is to be written, if the bundle would be accepted with it; with --write they
put it where it belongs. The gateway keeps no text of a call, so the text is yours (--text, --text - for stdin), or the
reporter's own note where there is one. Reports are in the state folder: run this as the gateway's user.
"""

ACTIONS = ("list", "show", "case", "adjust", "exception", "close")


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_workspace(sub)
    sub.add_argument("action", nargs="?", choices=ACTIONS, default="list", help="what to do (default: list)")
    sub.add_argument("id", nargs="?", metavar="ID", help="the report")
    sub.add_argument("--all", action="store_true", help="closed ones too")
    sub.add_argument("--text", help="a text like the one that was refused, with a made-up value; - for stdin")
    sub.add_argument("--expect", choices=VERDICTS, default="allow", help="case: what should become of it")
    sub.add_argument("--detector", help="adjust: which, where the rule found several types")
    sub.add_argument("--not-near", action="append", default=[], metavar="WORD", help="adjust: finds nothing beside it")
    sub.add_argument(
        "--ignore", action="append", default=[], metavar="VALUE", help="adjust: a value that is none; * for any letters"
    )
    sub.add_argument("--owner", help="exception: who answers for it")
    sub.add_argument("--reason", help="exception: why (default: the reporter's reason)")
    sub.add_argument("--days", type=int, default=30, help="exception: how long (default 30, at most 90)")
    sub.add_argument("--team", action="store_true", help="exception: for the reporter's team, not only for his key")
    sub.add_argument("--write", action="store_true", help="put it into the bundle")
    sub.add_argument("--as", dest="name", help="close: who you are; taken as you say it")
    sub.add_argument("--because", default="", help="close: what became of it")
    sub.add_argument("--json", action="store_true", help="list, show: one JSON object")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    folder = load_places(configuration(args)).reports_dir
    try:
        return _done(args, Reports(folder))
    except PermissionError:
        print(f"{folder} is the gateway's: run this as its user", file=sys.stderr)
        return REFUSED


def _done(args: argparse.Namespace, reports: Reports) -> int:
    if args.action == "list":
        return _list(args, [one for one in reports.all() if args.all or not one.closed])
    report = reports.find(args.id or "")
    if report is None:
        print(f"there is no report {args.id or '(name one: see ecluse policy inbox)'}", file=sys.stderr)
        return REFUSED
    if args.action == "show":
        print(orjson.dumps(asdict(report)).decode() if args.json else "\n".join(_shown(report)))
        return 0
    if args.action == "close":
        return _close(args, reports, report)
    try:
        return _drafted(args, open_workspace(args), report)
    except NotAdded as refused:
        print(refused, file=sys.stderr)
        return REFUSED


def _list(args: argparse.Namespace, found: Sequence[Report]) -> int:
    groups: dict[tuple[str, str], list[Report]] = {}
    for report in found:
        groups.setdefault((report.rule, " ".join(report.detectors) or "-"), []).append(report)
    ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    if args.json:
        print(orjson.dumps({"groups": [_group(*group) for group in ranked]}).decode())
        return 0
    for (rule, detectors), reports in ranked:
        people, last = len({one.person for one in reports}), max(one.at for one in reports)
        print(f"{rule}  {detectors}  {_reports(len(reports))} by {people} {_people(people)}, last {last[:16]}")
        for one in reports:
            said = one.reason or (one.note.splitlines() or [""])[0]
            print(f"  {one.id}  {one.at[:16]}  {one.kind:<14}  {one.person[:10]}  {said[:60]}{_state(one)}")
    print(_reports(len(found)) if found else "nothing is reported")
    return 0


def _reports(count: int) -> str:
    return f"{count} report{'s' * (count != 1)}"


def _people(count: int) -> str:
    return "person" if count == 1 else "people"


def _group(key: tuple[str, str], reports: Sequence[Report]) -> dict[str, object]:
    return {
        "rule": key[0],
        "detectors": list(reports[0].detectors),
        "count": len(reports),
        "overrides": sum(one.kind == OVERRIDE for one in reports),
        "people": sorted({one.person for one in reports}),
        "last": max(one.at for one in reports),
        "reports": [one.id for one in reports],
    }


def _state(report: Report) -> str:
    return f"  [closed {report.closed[:10]}]" if report.closed else ""


def _shown(report: Report) -> Iterator[str]:
    for name, value in asdict(report).items():
        said = " ".join(value) if isinstance(value, tuple) else str(value)
        yield from (f"{name if n == 0 else '':<12} {line}" for n, line in enumerate(said.splitlines() or ["-"]))
    yield f"\nthe call: ecluse ledger show {report.call}"


def _close(args: argparse.Namespace, reports: Reports, report: Report) -> int:
    if not args.name:
        print("say who you are: --as NAME", file=sys.stderr)
        return 2
    because = f": {args.because}" if args.because else ""
    reports.close(report, f"{datetime.now(UTC).isoformat(timespec='seconds')} by {args.name}{because}")
    print(f"closed {report.id}")
    return 0


def _drafted(args: argparse.Namespace, here: Workspace, report: Report) -> int:
    wanted = _draft(args, here, report)
    if isinstance(wanted, str):
        print(wanted, file=sys.stderr)
        return 2
    try:
        text, bundle = written(here, wanted)
    except DocumentsRefused as refused:
        print(f"{refused}\nnothing is written: with this the bundle would be refused", file=sys.stderr)
        return REFUSED
    useless = without_effect(here, wanted, bundle)
    if useless:
        print(useless, file=sys.stderr)
        return REFUSED
    if not args.write:
        print(f"# {place_of(here, wanted)}, under {wanted.key}:")
        print(dump([dict(wanted.item)]), end="")
        return 0
    place = place_of(here, wanted)
    _replace(place, text)
    print(f"written into {place}, under {wanted.key}")
    if (Path(here.documents.label) / SIGNATURES).is_dir():
        print("the bundle is signed: sign it again before it is reloaded (ecluse policy sign)")
    failed = run_inline_tests(bundle.policies, bundle.engine, bundle.vocabulary, datetime.now(UTC))
    for line in bundle.documents.render(failed):
        print(line, file=sys.stderr)
    print("next: mend what the case shows, then" if failed else "next:", "ecluse policy check && ecluse reload")
    return REFUSED if failed and args.action != "case" else 0


def _draft(args: argparse.Namespace, here: Workspace, report: Report) -> Draft | str:
    """The draft that was asked for, or what is missing for it."""
    if args.action == "exception":
        return _exception(args, here, report)
    text = sys.stdin.read() if args.text == "-" else args.text or report.note
    if not text.strip():
        return "there is no text: --text, a text like the one that was refused, with a made-up value"
    if args.action == "case":
        return case(here, report, text, args.expect)
    detector = args.detector or (report.detectors[0] if len(report.detectors) == 1 else "")
    if detector not in report.detectors:
        near = nearest(detector, report.detectors) if detector else None
        meant = f" (did you mean {near}?)" if near else ""
        return f"which detector? --detector, one of {', '.join(report.detectors) or 'none'}{meant}"
    if not args.not_near and not args.ignore:
        return "what isn't to be found? --not-near WORD (beside it) or --ignore VALUE (made up as in --text)"
    return adjustment(here, report, detector, args.not_near, args.ignore, text)


def _exception(args: argparse.Namespace, here: Workspace, report: Report) -> Draft | str:
    reason = args.reason or report.reason
    if not args.owner or not reason:
        return "an exception needs --owner and --reason"
    if not 0 < args.days <= LONGEST_EXCEPTION.days:
        return f"an exception lasts 1 to {LONGEST_EXCEPTION.days} days"
    who = {"teams": [report.team]} if args.team else {"keys": [report.key]}
    last = (datetime.now(UTC) + timedelta(days=args.days)).date()
    return exception(here, report, who, reason, args.owner, last)


def _replace(file: Path, text: str) -> None:
    """The file anew, in one step, so that nobody reads half of it; its mode stays."""
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, "utf-8")
    if file.exists():
        os.chmod(new, file.stat().st_mode & 0o777)
    new.replace(file)
