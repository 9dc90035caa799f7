"""`ecluse policy check`: what is wrong with policies, and what will be soon."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

import orjson

from gateway.bundle.workspace import Workspace
from gateway.cli.complaints import FORMS, Complaint, complaints, errors, failed, plain, show
from gateway.cli.main import REFUSED
from gateway.cli.policy.options import add_workspace, open_workspace
from gateway.documents import DocumentsRefused

TEXT = """\
Read a bundle as the gateway would, and say everything that is wrong, as

  file:line:column: message (did you mean X?)

Exit code 1 where it would be refused, where a case under `tests:` isn't decided as it expects, where something is
overdue (an expired exception, a rule that should have left shadow), or where a rule can never do what it says. Warnings
tell what will be soon, and rules that can never match: they fail with --strict. Notes tell what rules on answers cost.
In CI, --format github shows each beside its line; --format gitlab writes a report of code quality.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_workspace(sub)
    sub.add_argument("--strict", action="store_true", help="exit code 1 where there are warnings, too")
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--format", choices=FORMS, default="text", help="how to say what is wrong (default: text)")
    form.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Check."""
    here: Workspace | None = None
    try:
        here = open_workspace(args)
        found = complaints(here.bundle, datetime.now(UTC))
    except DocumentsRefused as refused:
        found = errors(refused.problems)
    if args.json:
        sys.stdout.buffer.write(orjson.dumps(_json(here, found, strict=args.strict), option=orjson.OPT_APPEND_NEWLINE))
    else:
        show(found, args.format)
    wrong = failed(found, strict=args.strict)
    if here is not None and args.format == "text" and not args.json:
        for note in here.notes:
            print(f"note: {note}")
        if not wrong:
            print(f"ok: {_counts(here)}; {here.bundle.revision}")
    return REFUSED if wrong else 0


def _counts(here: Workspace) -> str:
    return f"{len(here.policies.rules)} rules, {len(here.policies.tests)} tests passed"


def _json(here: Workspace | None, found: list[Complaint], *, strict: bool) -> dict[str, object]:
    return {
        "ok": not failed(found, strict=strict),
        "revision": here.bundle.revision if here else None,
        "rules": len(here.policies.rules) if here else None,
        "tests": len(here.policies.tests) if here else None,
        "problems": [plain(one) for one in found],
        "notes": list(here.notes) if here else [],
    }
