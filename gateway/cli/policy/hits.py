"""`ecluse policy hits`: which recorded calls a rule matched."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import orjson

from gateway.cli.main import REFUSED, add_config
from gateway.cli.policy.since import add_since, ledger_folder, span, told_progress
from gateway.cli.policy.table import table
from gateway.documents import nearest
from observability.ledger import Count, Hit, Hits

TEXT = """\
Which recorded calls did a rule match, in force, in shadow, or lifted by an exception or a report?

  ecluse policy hits secrets-stay-home --since 7d
  ecluse policy hits built-in.default --calls      what was refused because no rule permitted it, call by call
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("rule", metavar="RULE", help="its id")
    add_config(sub)
    add_since(sub, "7d")
    sub.add_argument("--calls", action="store_true", help="show the calls one by one")
    sub.add_argument("--limit", type=int, default=100, metavar="N", help="so many of them at most (default 100)")
    sub.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Count."""
    try:
        since, until = span(args, datetime.now(UTC))
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    folder = ledger_folder(args)
    if folder is None:
        return REFUSED
    hits, count = Hits(folder, since, until), Count(args.rule)
    shown: list[Hit] = []
    others: set[str] = set()
    for hit in hits.read(told_progress):
        others.add(hit.rule)
        if hit.rule == args.rule:
            count.add(hit)
            if args.calls and len(shown) < args.limit:
                shown.append(hit)
    if not count.calls and args.rule not in hits.rules:
        near = nearest(args.rule, hits.rules | others)
        print(f"no rule {args.rule} was in force" + (f" (did you mean {near}?)" if near else ""), file=sys.stderr)
        return REFUSED
    if args.json:
        print(orjson.dumps({"since": since, "until": until, **_plain(count), "hits": list(map(_row, shown))}).decode())
    else:
        print("\n".join(_page(count, shown)))
    return 0


def _plain(count: Count) -> dict[str, object]:
    """The counts, the most frequent first."""
    return {
        key: dict(value.most_common()) if isinstance(value, Counter) else value for key, value in vars(count).items()
    }


def _row(hit: Hit) -> dict[str, object]:
    return {**hit._asdict(), "at": hit.at.isoformat()}


def _page(count: Count, shown: list[Hit]) -> Iterator[str]:
    if not count.calls:
        yield f"{count.rule} matched no recorded call"
        return
    modes = ", ".join(f"{number:,} {_MODES[mode]}" for mode, number in count.modes.most_common())
    yield f"{count.rule} of {count.policy} matched {count.calls:,} calls: {modes}"
    yield f"first {_time(count.first)}, last {_time(count.last)} (UTC)"
    if count.answers:
        yield f"{count.answers:,} of them in the answer"
    parts = (
        ("action", count.actions), ("team", count.teams), ("use case", count.use_cases),
        ("destination", count.destinations), ("lifted by", count.lifted_by),
    )  # fmt: skip
    for title, counts in parts:
        yield from _section(table((title, "calls"), counts.most_common()))
    yield from _section(table(("day", "calls"), sorted(count.days.items())))
    head = ("time", "call", "team", "use case", "mode", "action", "destinations")
    rows = [(_time(h.at), h.call, h.team, h.use_case, h.mode, h.action, ", ".join(h.destinations)) for h in shown]
    yield from _section(table(head, rows))


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at is not None else ""


def _section(lines: Iterator[str]) -> Iterator[str]:
    first = next(lines, None)
    if first is not None:
        yield from ("", first, *lines)


_MODES = {"enforce": "in force", "shadow": "in shadow (nothing was changed)", "lifted": "lifted (nothing was changed)"}
