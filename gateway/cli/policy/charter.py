"""`ecluse policy charter`: what staff may send where, in plain words, from the rules in force."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.bundle.charter import LANGUAGES, charter_of, written
from gateway.cli.main import REFUSED
from gateway.cli.policy.options import add_workspace, open_workspace

TEXT = """\
Write one page for staff, in plain English or French: what may be sent where, what happens otherwise, whom to ask. It is
made from the rules alone, by asking them, so it says what they do; confidential detectors are neither named nor hinted
at, exceptions and rules in shadow aren't listed.

  ecluse policy charter --lang fr --format html --out charte.html

A gateway serves the same page to identified callers: curl -H "Authorization: Bearer $ECLUSE_KEY" .../charter?lang=fr
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_workspace(sub)
    sub.add_argument(
        "--language", "--lang", choices=(*LANGUAGES, "both"), default="both", dest="lang",
        help="language (default: both, a page each)",
    )  # fmt: skip
    sub.add_argument("--format", choices=("md", "html"), default="md", help="Markdown (default) or HTML")
    sub.add_argument("--out", type=Path, metavar="FILE", help="where to write it (default: stdout)")


def run(args: argparse.Namespace) -> int:
    """Write it."""
    here = open_workspace(args)
    today = datetime.now(UTC).date()
    found = charter_of(here.bundle, here.names, here.destinations.values(), here.models.values(), today)
    languages = LANGUAGES if args.lang == "both" else (args.lang,)
    text = written(found, languages, here.bundle.revision, today, web=args.format == "html")
    if args.out is None:
        sys.stdout.write(text)
        return 0
    try:
        args.out.write_text(text, "utf-8")
    except OSError as failed:
        print(f"{args.out} can't be written: {failed.strerror}", file=sys.stderr)
        return REFUSED
    return 0
