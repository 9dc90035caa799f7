"""`ecluse policy diff`: what changed in meaning between two bundles."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from gateway.bundle.differences import compare
from gateway.bundle.last_good import BUNDLE
from gateway.cli.main import REFUSED, add_config
from gateway.cli.policy.options import refuse_missing
from gateway.config import load_places
from gateway.documents import Documents, DocumentsRefused, Rendered, load, plain
from policies.language.differences import EFFECTS, NONE, UNCLEAR, Change

TEXT = """\
Say what changed in meaning from the bundle in one folder to that in another: rules (also cells of tables), exceptions,
data classes, defaults, detectors, terms of contracts, use cases, lists. Where a rule stands is no change.

  ecluse policy diff bundle.old bundle
  ecluse policy diff live bundle        against what is in force: the copy in the configuration's state folder

Each change is said to tighten (no call can be permitted more than before), to loosen (one might be), or to do neither;
"can't be told" where none of that is sure. Words that are looked for are counted, not shown.
"""

LIVE = "live"
_SHOWN = {UNCLEAR: "can't be told", NONE: "neither"}


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("old", metavar="OLD", help="folder of a bundle, or live: what is in force")
    sub.add_argument("new", type=Path, metavar="NEW", help="folder of another")
    add_config(sub)
    sub.add_argument("--json", action="store_true", help="one JSON object: changes, and how many of each effect")
    sub.add_argument("--exit-code", action="store_true", help="exit code 1 where there is a change")


def run(args: argparse.Namespace) -> int:
    """Compare."""
    old = _in_force(args.config) if args.old == LIVE else Path(args.old)
    found = compare(_bundle(old), _bundle(args.new))
    counts = Counter(change.effect for change in found)
    if args.json:
        said = {"changes": [c._asdict() for c in found], "effects": {name: counts[name] for name in EFFECTS}}
        sys.stdout.write(orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
    else:
        print("\n".join((*map(plain, _lines(found)), ", ".join(_summary(len(found), counts)))))
    return REFUSED if found and args.exit_code else 0


def _in_force(config: Path) -> Path:
    """The copy of the bundle that was accepted last."""
    folder = load_places(config).last_good_dir / BUNDLE
    if not folder.is_dir():
        raise DocumentsRefused([Rendered(str(folder), 0, 0, "no bundle is or was in force here")])
    return folder


def _bundle(folder: Path) -> Documents:
    refuse_missing(folder, LIVE)
    found = load(folder)
    if not found.items:
        raise DocumentsRefused([Rendered(str(folder), 0, 0, "is no bundle: it holds no document (*.yaml)")])
    return found


def _lines(found: Iterable[Change]) -> Iterator[str]:
    """The changes for a reader, each thing with its own below it."""
    above = ("", "")
    for change in found:
        if change.key == "":
            yield f"{change.what} {change.id} {_whole(change)}: {_effect(change)}"
        else:
            if (change.what, change.id) != above:
                yield f"{change.what} {change.id}".rstrip()
            yield f"  {change.key}: {change.was or 'nothing'} -> {change.now or 'nothing'}: {_effect(change)}"
        above = (change.what, change.id)


def _whole(change: Change) -> str:
    if not change.was:
        return f"added ({change.now})"
    return f"changed ({change.was} -> {change.now})" if change.now else f"removed ({change.was})"


def _effect(change: Change) -> str:
    return _SHOWN.get(change.effect, change.effect)


def _summary(total: int, counts: Counter[str]) -> Iterator[str]:
    yield f"{total} change{'s' * (total != 1)}" if total else "no change"
    yield from (f"{counts[name]} {_SHOWN.get(name, name)}" for name in EFFECTS if counts[name])
