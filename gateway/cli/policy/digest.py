"""`ecluse policy digest`: what the rules did in a week, and what is due."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import orjson

from gateway.cli.policy.digest_page import html, markdown, page
from gateway.cli.policy.digest_words import WORDS
from gateway.cli.policy.options import add_workspace, open_workspace
from gateway.cli.policy.since import add_since, stretch
from gateway.digest import digest
from observability.ledger import Hits

TEXT = """\
Write a page about the rules in force: what each did, what rules in shadow would have done, what callers reported, which
exceptions were used, what ends soon, and which rules never matched.

  ecluse policy digest                              the last seven days, as Markdown
  ecluse policy digest --since 30d --html > page.html

Beside each number stands that of the time before, of the same length.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_workspace(sub)
    add_since(sub, "7d")
    sub.add_argument(
        "--language", "--lang", choices=tuple(WORDS), default="en", dest="lang", help="language (default en)"
    )
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--html", action="store_true", help="one HTML file that needs nothing else")
    form.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Write it."""
    now = datetime.now(UTC)
    asked = stretch(args, now)
    if isinstance(asked, int):
        return asked
    folder, since, until = asked
    here = open_workspace(args)
    until = until or now
    hits = Hits(folder, since - (until - since), until, ends_since=since)
    said = digest(here.policies, here.bundle.contracts.values(), hits, since, until)
    if args.json:
        print(orjson.dumps({**said, "revision": here.bundle.revision}).decode())
        return 0
    parts = page(said, here.bundle.revision, args.lang)
    print(html(parts, args.lang) if args.html else markdown(parts), end="")
    return 0
