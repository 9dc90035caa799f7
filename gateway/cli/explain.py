"""`ecluse explain`: what is found in a text, what is ruled on it per destination, and why."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from gateway.bundle.destinations import Model
from gateway.bundle.workspace import Workspace, with_configuration
from gateway.cli.explaining import Answer, Asked, destinations_of, explained, model_of, shown, unknown
from gateway.cli.main import REFUSED, add_config
from gateway.cli.routing import Imagined, expected
from gateway.cli.subject import Unreadable, read_text
from gateway.routing.routes import build_routes

TEXT = """\
Read a text (a file, or stdin) as if a user sent it, and say what would become of it:

  echo 'IBAN FR76 3000 6000 0112 3456 7890 189' | ecluse explain --model gpt-4o --team finance

For each finding: type, place, confidence and why, never the value. For each destination of the model (of the
configuration, without --model): the ruling, and for each rule that it matched or the first condition that didn't hold,
with what it met. What isn't told (--user, --team ...) counts as missing: policies take the most sensitive value for it,
and no case of a route holds. With --model, at the end: how the model's route would order those that would take it.
Exit code 0 where a destination would take it, 1 where none would. `ecluse policy explain` explains bodies of requests
and recorded calls, too.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the text (default: stdin)")
    sub.add_argument("--model", help="the public model, by name or alias (default: every destination)")
    sub.add_argument("--user", help="who asks")
    sub.add_argument("--team", help="the team that pays")
    sub.add_argument("--group", action="append", help="a group of the user; may be repeated")
    sub.add_argument("--use-case", help="what the call is for")
    sub.add_argument("--all-rules", action="store_true", help="show rules that didn't match, too, where none was near")


def run(args: argparse.Namespace) -> int:
    """Explain."""
    here = with_configuration(args.config)
    asked = Asked(
        organisation=here.names.organisation,
        team=args.team,
        groups=tuple(args.group) if args.group is not None else None,
        user=args.user,
        use_case=args.use_case,
        now=datetime.now(UTC),
    )
    wrong = unknown(here, asked, args.model)
    if wrong:
        print(wrong, file=sys.stderr)
        return REFUSED
    try:
        subject = read_text(args.file)
    except Unreadable as why:
        print(why, file=sys.stderr)
        return REFUSED
    model = model_of(here, args.model)
    asked = replace(asked, size=subject.size, model=model.name if model else "")
    found = here.classifier.classify(here.names.organisation, subject.passages)
    answer = explained(here, asked, subject.passages, found, destinations_of(here, model))
    print("\n".join(shown(answer, all_rules=args.all_rules)))
    if model is not None and answer.permitted:
        of = here.policies.data_class(asked, subject.passages, found)
        print("\n".join(_routed(here, model, asked, answer, of.of.id if of is not None else "")))
    return 0 if answer.permitted else REFUSED


def _routed(here: Workspace, model: Model, asked: Asked, answer: Answer, data_class: str) -> Iterator[str]:
    if here.settings is None:
        return
    call = Imagined(
        asked.team or "", asked.groups or (), asked.use_case or "", data_class, asked.dialect, "chat", asked.size
    )
    permitted = [at.destination for at in answer.at if at.ruling.verdict == "allow" and at.destination.routable]
    yield ""
    yield from expected(build_routes(here.settings)[model.name], permitted, call)
