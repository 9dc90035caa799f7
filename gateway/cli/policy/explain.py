"""`ecluse policy explain`: why a call is, or would be, decided as it is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from adapters.registry import ASKING
from gateway.bundle.destinations import Destination
from gateway.bundle.workspace import Workspace
from gateway.cli.explaining import (
    DIALECT,
    Answer,
    Asked,
    as_plain,
    destinations_of,
    explained,
    model_of,
    none_such,
    shown,
    unknown,
)
from gateway.cli.main import REFUSED
from gateway.cli.policy.options import add_workspace, open_workspace
from gateway.cli.policy.recorded_call import explain_call
from gateway.cli.subject import Unreadable, read_body, read_text
from gateway.documents import nearest, plain

TEXT = """\
Say what is found in a call, what is ruled on it at each destination, and for each rule that it matched or the first
condition that didn't hold, with what it met. Nothing is sent. The call is

  ecluse policy explain prompt.txt --as team=finance    a text as if a user sent it (without a file, from stdin)
  ecluse policy explain --body request.json             the body of a request, read as the gateway would
  ecluse policy explain --call 019ab0c2-...             a recorded call, as far as the ledger holds it

What isn't told of the caller counts as missing: policies take the most sensitive value for it. Exit code 0 where a
destination would take the call, 1 where none would.
"""

_ABOUT = ("user", "team", "group", "use_case", "organisation", "key")


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_workspace(sub)
    what = sub.add_mutually_exclusive_group()
    what.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the text (default: stdin)")
    what.add_argument("--body", type=Path, metavar="FILE", help="the JSON body of a request")
    what.add_argument("--call", metavar="ID", help="a call of the ledger: what was ruled then, and would be now")
    sub.add_argument(
        "--dialect", choices=tuple(ASKING), default=DIALECT, help=f"the API that the body is for (default: {DIALECT})"
    )
    sub.add_argument("--model", help="the public model (default: the body's, else every destination)")
    sub.add_argument("--to", action="append", metavar="DEST", help="only this destination; may be repeated")
    sub.add_argument(
        "--as",
        dest="who",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUE",
        help=f"who asks: {', '.join(_ABOUT)}; group may be repeated",
    )
    sub.add_argument("--all-rules", action="store_true", help="show rules that didn't match, too, where none was near")
    sub.add_argument("--json", action="store_true", help="one JSON object, with every rule")


def run(args: argparse.Namespace) -> int:
    """Explain."""
    here = open_workspace(args)
    try:
        answer = _answer(here, args)
    except Unreadable as why:
        print(why, file=sys.stderr)
        return REFUSED
    if args.json:
        sys.stdout.buffer.write(orjson.dumps(as_plain(answer), option=orjson.OPT_APPEND_NEWLINE))
    else:
        print("\n".join(map(plain, shown(answer, all_rules=args.all_rules))))
    return 0 if answer.permitted else REFUSED


def _answer(here: Workspace, args: argparse.Namespace) -> Answer:
    if args.call:
        if here.settings is None:
            raise Unreadable("a recorded call needs the configuration: it says where the ledger is")
        return explain_call(here, here.settings.ledger_dir, args.call)
    asked = replace(_who(here, args.who), now=datetime.now(UTC))
    subject = read_body(args.body, args.dialect, here.settings) if args.body else read_text(args.file)
    name = args.model or subject.model or None
    if wrong := unknown(here, asked, name):
        raise Unreadable(wrong)
    model = model_of(here, name)
    asked = replace(
        asked, size=subject.size, model=model.name if model else "", dialect=args.dialect if args.body else DIALECT
    )
    found = here.classifier.classify(asked.organisation, subject.passages)
    where = _named(here, args.to) if args.to else destinations_of(here, model)
    return explained(here, asked, subject.passages, found, where)


def _who(here: Workspace, said: Sequence[str]) -> Asked:
    """The caller from `team=finance` and its like."""
    facts: dict[str, Any] = {"organisation": here.names.organisation}
    groups: list[str] = []
    for one in said:
        key, is_, value = one.partition("=")
        if not is_ or key not in _ABOUT:
            near = nearest(key, _ABOUT)
            raise Unreadable(f"--as takes {', '.join(f'{k}=' for k in _ABOUT)}: {none_such('fact', key, near)}")
        if key == "group":
            groups.append(value)
        else:
            facts[key] = value
    return Asked(**facts, groups=tuple(groups) if groups else None)


def _named(here: Workspace, names: Sequence[str]) -> list[Destination]:
    for name in names:
        if name not in here.destinations:
            raise Unreadable(none_such("destination", name, nearest(name, here.destinations)))
    return [here.destinations[name] for name in names]
