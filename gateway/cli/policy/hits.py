"""`ecluse policy hits`: which recorded calls a rule matched."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import orjson

from gateway.cli.main import REFUSED, add_config
from gateway.cli.policy.digest_words import WORDS
from gateway.cli.policy.since import add_since, stretch
from gateway.cli.progress import told_progress
from gateway.cli.table import table
from gateway.documents import nearest
from observability.ledger import Count, Hit, Hits

TEXT = """\
Which recorded calls did a rule match, in force, in shadow, or lifted by an exception or a report, and what came of it?
Or which rules did an exception lift, also one that has ended?

  ecluse policy hits secrets-stay-home --since 7d
  ecluse policy hits built-in.default --calls      what was refused because no rule permitted it, call by call
  ecluse policy hits EX-2026-11 --since 90d

A rule is asked at every destination of the model. Where it matched, nothing need come of it: the call may have gone
elsewhere, or another rule did more.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("rule", metavar="RULE", help="its id, or that of an exception")
    add_config(sub)
    add_since(sub, "7d")
    sub.add_argument("--calls", action="store_true", help="show the calls one by one")
    sub.add_argument("--limit", type=int, default=100, metavar="N", help="so many of them at most (default 100)")
    sub.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Count."""
    asked = stretch(args, datetime.now(UTC))
    if isinstance(asked, int):
        return asked
    folder, since, until = asked
    hits, count = Hits(folder, since, until), Count(args.rule)
    shown: list[Hit] = []
    others: set[str] = set()
    lifted: Counter[str] = Counter()
    for hit in hits.read(told_progress):
        others.update((hit.rule, *hit.lifted_by))
        lifted[hit.rule] += args.rule in hit.lifted_by
        if hit.rule == args.rule or args.rule in hit.lifted_by:
            count.add(hit)
            if args.calls and len(shown) < args.limit:
                shown.append(hit)
    if not count.calls and args.rule not in hits.rules and not args.rule.startswith(BUILT_IN):
        near = nearest(args.rule, hits.rules | others)
        print(
            f"no rule {args.rule} was in force, and no such exception lifted one"
            + (f" (did you mean {near}?)" if near else ""),
            file=sys.stderr,
        )
        return REFUSED
    if args.json:
        print(
            orjson.dumps(
                {"since": since, "until": until, **_plain(count), "lifted": +lifted, "hits": list(map(_row, shown))}
            ).decode()
        )
    else:
        print("\n".join(_page(count, +lifted, shown)))
    return 0


def _plain(count: Count) -> dict[str, object]:
    """The counts, the most frequent first."""
    return {
        key: dict(value.most_common()) if isinstance(value, Counter) else value for key, value in vars(count).items()
    }


def _row(hit: Hit) -> dict[str, object]:
    return {**hit._asdict(), "at": hit.at.isoformat()}


def _page(count: Count, lifted: Counter[str], shown: list[Hit]) -> Iterator[str]:
    if not count.calls:
        yield f"{count.rule} matched no recorded call"
        return
    if lifted:
        yield f"exception or report {count.rule} lifted:"
        yield from (f"  {rule} in {_calls(number)}" for rule, number in lifted.most_common())
    else:
        modes = ", ".join(f"{number:,} {_MODES[mode]}" for mode, number in count.modes.most_common())
        yield f"{count.rule} of {count.policy} matched {_calls(count.calls)}: {modes}"
    yield f"first {_time(count.first)}, last {_time(count.last)} (UTC)"
    if count.answers:
        yield f"{count.answers:,} of them in the answer"
    parts = (
        ("what came of it", Counter({_CAME[what]: number for what, number in count.came.items()})),
        ("action", count.actions), ("team", count.teams), ("use case", count.use_cases),
        ("matched at", count.destinations), ("lifted by", count.lifted_by),
    )  # fmt: skip
    for title, counts in parts:
        yield from _section(table((title, "calls"), counts.most_common()))
    yield from _section(table(("day", "calls"), sorted(count.days.items())))
    head = ("time", "call", "team", "use case", "mode", "action", "what came of it", "matched at")
    rows = [
        (_time(h.at), h.call, h.team, h.use_case, h.mode, h.action, _CAME[h.came], ", ".join(h.destinations))
        for h in shown
    ]
    yield from _section(table(head, rows))


def _calls(number: int) -> str:
    return f"{number:,} call{'s' * (number != 1)}"


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at is not None else ""


def _section(lines: Iterator[str]) -> Iterator[str]:
    first = next(lines, None)
    if first is not None:
        yield from ("", first, *lines)


BUILT_IN = "built-in."
_CAME = {
    **WORDS["en"].came, "lift": "lifted, nothing was changed", "shadow": "in shadow, nothing was changed",
    "": "nothing: the call went elsewhere, or something else decided",
}  # fmt: skip
_MODES = {"enforce": "in force", "shadow": "in shadow (nothing was changed)", "lifted": "lifted (nothing was changed)"}
