"""`ecluse policy replay`: which recorded calls another bundle would have decided otherwise."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from gateway.bundle.workspace import Workspace, with_configuration
from gateway.cli.policy.options import add_workspace, configuration, open_workspace, refuse_missing
from gateway.cli.policy.since import add_since, stretch
from gateway.cli.progress import told_progress
from gateway.cli.table import table
from gateway.documents import DocumentsRefused
from gateway.identity import Keyring, KeyringRefused
from gateway.in_force import terms_of
from gateway.replay.comparing import Comparison, Pseudonym
from gateway.replay.ending import ELSEWHERE, REFUSED, SAYS, SERVED
from gateway.replay.recorded import recorded
from gateway.replay.side import Side
from gateway.replay.tally import Tally

TEXT = """\
Judge recorded calls anew: what would NEW have made of the calls that OLD ruled on?

  ecluse policy replay bundle-in-force bundle-edited --since 30d
  ecluse policy replay live bundle-edited --calls        against what was ruled then, each changed call

OLD and NEW are folders of bundles; OLD may be `live`: the rulings on record. Each destination of a model has its own
ruling. So it is said, too, whether a changed call would be refused as a whole, or served by another destination.

Of texts the ledger keeps only what was found and where. So rules over detectors that ran then are judged exactly; a
rule whose detector, list or index is new or changed since, or that reads something that isn't kept, is said to be
unknown, with the number of calls. For those the way is shadow.
"""

LIVE = "live"
_ALWAYS = (REFUSED, SERVED, ELSEWHERE)  # said also where there is none


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument(
        "old", metavar="OLD", help="a bundle (its folder, or a configuration), or live: the rulings on record"
    )
    sub.add_argument("new", metavar="NEW", type=Path, help="a bundle, likewise")
    add_workspace(sub, bundle=False)
    add_since(sub, "30d")
    sub.add_argument("--calls", action="store_true", help="show the changed calls one by one")
    sub.add_argument("--limit", type=int, default=100, metavar="N", help="so many of them at most (default 100)")
    sub.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Replay."""
    now = datetime.now(UTC)
    asked = stretch(args, now)
    if isinstance(asked, int):
        return asked
    folder, since, until = asked
    if args.old != LIVE and not Path(args.old).is_file():
        refuse_missing(Path(args.old), LIVE)
    old = None if args.old == LIVE else _opened(args, Path(args.old))
    new = _opened(args, args.new)
    pseudonym = _pseudonym(new)
    named = pseudonym is not None
    comparison = Comparison(
        _side(old, named) if old is not None else None,
        _side(new, named),
        pseudonym,
        _moved(old or _in_force(args), new),
    )
    tally = Tally(args.limit if args.calls else 0)
    for one in recorded(folder, since, until, told_progress):
        tally.add(one, comparison.compared(one))
    report = {
        "since": since.isoformat(),
        "until": (until or now).isoformat(),
        "old": LIVE if old is None else old.bundle.revision,
        "new": new.bundle.revision,
        **tally.plain(),
    }
    if args.json:
        print(orjson.dumps(report).decode())
    else:
        print("\n".join(_page(report, calls=args.calls)))
    return 0


def _opened(args: argparse.Namespace, path: Path) -> Workspace:
    """The bundle of a folder or of a configuration."""
    return with_configuration(path) if path.is_file() else open_workspace(args, path)


def _in_force(args: argparse.Namespace) -> Workspace | None:
    """The configuration's own bundle, to see which terms of contracts the other changes; None where there is none."""
    try:
        return with_configuration(configuration(args))
    except DocumentsRefused:
        return None


def _side(workspace: Workspace, named: bool) -> Side:
    return Side(workspace.policies, workspace.engine.revisions, named, workspace.engine.narrowed)


def _pseudonym(workspace: Workspace) -> Pseudonym | None:
    """How the ledger knows people, where there is a keyring."""
    if workspace.settings is None:
        return None
    try:
        return Keyring.load(workspace.settings.keyring.dir).pseudonym_of
    except KeyringRefused:
        return None


def _moved(old: Workspace | None, new: Workspace) -> dict[str, dict[str, Any]]:
    """By destination, the terms that differ between the two bundles' contracts. Both are judged otherwise as it was."""
    moved = {}
    for name, destination in new.destinations.items():
        before = old.destinations.get(name) if old is not None else None
        if before is None:
            continue
        was, now = asdict(terms_of(before)), asdict(terms_of(destination))
        changed = {key: value for key, value in now.items() if was[key] != value}
        if changed:
            moved[name] = changed
    return moved


def _page(report: Mapping[str, Any], *, calls: bool) -> Iterator[str]:
    judged = report["calls"] - report["not_kept"]
    yield f"{report['calls']:,} recorded calls from {report['since'][:16]} to {report['until'][:16]} (UTC)"
    if report["not_kept"]:
        yield f"{report['not_kept']:,} of them can't be judged anew: refused before any ruling, or too little is kept"
    if report["reproduced"]:
        same, of = report["reproduced"]["same"], report["reproduced"]["of"]
        yield f"{same:,} of {of:,} recorded rulings reproduced by the policies that made them"
    changed = f"{report['changed']:,} of {judged:,} calls would be decided otherwise at some destination"
    yield changed + (". As a whole, of these" if report["changed"] else "")
    yield from (
        f"{count:>9,} {SAYS[end]}"
        for end, count in report["ends"].items()
        if count or (end in _ALWAYS and report["changed"])
    )
    if report["undecided"]:
        yield f"{report['undecided']:,} of the others can't be told: a rule that is unknown for them decided then"
    for title in ("change", "team", "use_case", "destination"):
        yield from _section(table((title.replace("_", " "), "calls"), report[f"by_{title}"].items()))
    yield from _section(
        table(
            ("rule", "matched", "would match", "changed"),
            [(r["rule"], r["was"], _would(r), r["changed"]) for r in report["rules"]],
        )
    )
    if report["unknown"]:
        yield from ("", "unknown:")
        yield from (f"  {u['rule']}: unknown ({u['calls']:,} calls): {u['why']}" for u in report["unknown"])
    if calls:
        columns = ("at", "call", "team", "use_case", "destination", "was", "now", "end")
        rows = [[c[k][:19] if k == "at" else c[k] for k in columns] for c in report["changed_calls"]]
        ruled = [(*row, ", ".join(c["rules"])) for row, c in zip(rows, report["changed_calls"], strict=True)]
        yield from _section(
            table(("time", "call", "team", "use case", "destination", "was", "would be", "as a whole", "rule"), ruled)
        )


def _would(row: Mapping[str, Any]) -> object:
    return f"unknown ({row['unknown']:,} calls)" if row["unknown"] else row["now"]


def _section(lines: Iterator[str]) -> Iterator[str]:
    first = next(lines, None)
    if first is not None:
        yield from ("", first, *lines)
