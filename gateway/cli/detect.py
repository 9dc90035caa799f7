"""`ecluse detect`: what is found in a file, where, and why."""

from __future__ import annotations

import argparse
import sys
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from gateway.bundle.pair import load_pair
from gateway.cli.explain import user_passage
from gateway.cli.main import REFUSED, add_config
from policies.findings import Finding

MAX_BYTES = 16 << 20

TEXT = """\
Say what detectors find in a file (or stdin), where and why; never the value itself.

  ecluse detect letter.txt                     file:line:column, detector, confidence, why
  git diff | ecluse detect --confidence 0.75   only what rules count by default
  ecluse detect --detector fin. export.csv     only detectors whose id begins so

Nothing is ruled on: `ecluse explain` says what would become of a text. Exit code 0 where nothing is found, 1 where
something is, or where the text can't be inspected.
"""


class Spot(NamedTuple):
    """One finding as it is printed."""

    line: int
    column: int
    finding: Finding


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the text (default: stdin)")
    sub.add_argument("--confidence", type=float, default=0.2, metavar="C", help="findings from C up (default 0.2: all)")
    sub.add_argument("--detector", default="", metavar="ID", help="only detectors whose id begins so")
    sub.add_argument("--json", action="store_true", help="one JSON object a finding")


def run(args: argparse.Namespace) -> int:
    """Scan and print."""
    pair = load_pair(args.config)
    text = read_text(args.file)
    if text is None:
        print(f"the text can't be read, isn't UTF-8 or is larger than {MAX_BYTES >> 20} MiB", file=sys.stderr)
        return REFUSED
    found = pair.classifier.classify(pair.settings.organisation, (user_passage(text),))
    if found.failed:
        print(f"the text was not inspected ({found.failed}): a call with it would be refused", file=sys.stderr)
        return REFUSED
    chosen = [
        one for one in found.findings if one.confidence >= args.confidence and one.detector.startswith(args.detector)
    ]
    name = str(args.file) if args.file else "stdin"
    for spot in _spots(text, chosen):
        print(_json(spot) if args.json else _line(name, spot))
    return REFUSED if chosen else 0


def read_text(file: Path | None) -> str | None:
    """The text of a file or of stdin; None where it can't be read as UTF-8 or is too large."""
    try:
        with file.open("rb") if file else sys.stdin.buffer as source:
            raw = source.read(MAX_BYTES + 1)
        return raw.decode() if len(raw) <= MAX_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None


def _spots(text: str, findings: list[Finding]) -> Iterator[Spot]:
    """Lines and columns from 1; the columns count characters."""
    starts = [0]
    while (newline := text.find("\n", starts[-1])) >= 0:
        starts.append(newline + 1)
    for finding in findings:
        line = bisect_right(starts, finding.start)
        yield Spot(line, finding.start - starts[line - 1] + 1, finding)


def _line(name: str, spot: Spot) -> str:
    one = spot.finding
    place = f"{name}:{spot.line}:{spot.column}"
    return f"{place}: {one.detector} ({one.end - one.start} characters), confidence {one.confidence:.2f}: {one.why}"


def _json(spot: Spot) -> str:
    one = spot.finding
    facts = {
        "line": spot.line,
        "column": spot.column,
        "start": one.start,
        "end": one.end,
        "detector": one.detector,
        "confidence": one.confidence,
        "why": one.why,
    }
    return orjson.dumps(facts).decode()
