"""`ecluse detect`: what is found in files, where, and why."""

from __future__ import annotations

import argparse
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from gateway.bundle.pair import Pair, load_pair
from gateway.cli.main import REFUSED, add_config
from gateway.cli.subject import user_passage
from gateway.reading.contents import Contents, Text
from gateway.reading.disk import DiskReader
from policies.findings import Finding

MAX_BYTES = 16 << 20

TEXT = """\
Say what detectors find in files (or stdin), where and why; never the value itself. PDF, Word, Excel, PowerPoint and
OpenDocument files are read as a call's attachments would be.

  ecluse detect letter.txt contract.pdf        file:line:column, detector, confidence, why
  git diff | ecluse detect --confidence 0.75   only what rules count by default
  ecluse detect --detector fin. export.csv     only detectors whose id begins so

Nothing is ruled on: `ecluse explain` says what would become of a text. Exit code 0 where nothing is found, 1 where
something is, or where a file can't be inspected.
"""


class Spot(NamedTuple):
    """One finding as it is printed. file: name as given. place: where in a document ("page 3"), "" in a plain text."""

    file: str
    place: str
    line: int
    column: int
    finding: Finding


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("files", nargs="*", type=Path, metavar="FILE", help="the files (default: a text from stdin)")
    sub.add_argument("--confidence", type=float, default=0.2, metavar="C", help="findings from C up (default 0.2: all)")
    sub.add_argument("--detector", default="", metavar="ID", help="only detectors whose id begins so")
    sub.add_argument("--json", action="store_true", help="one JSON object a finding")


def run(args: argparse.Namespace) -> int:
    """Scan and print."""
    pair = load_pair(args.config)
    code = 0
    for name, contents in _contents(args.files):
        found = _looked_at(pair, name, contents)
        if found is None:
            code = REFUSED
            continue
        for spot in found:
            one = spot.finding
            if one.confidence >= args.confidence and one.detector.startswith(args.detector):
                print(_json(spot) if args.json else _line(spot))
                code = REFUSED
    return code


def _contents(files: Sequence[Path]) -> Iterator[tuple[str, Contents]]:
    """Each file with its texts, or with the reason why it has none."""
    if not files:
        yield "stdin", _from_stdin()
        return
    with DiskReader() as reader:
        for file in files:
            try:
                yield str(file), reader.read(file)
            except OSError as error:
                yield str(file), Contents("", reason=error.strerror or "unreadable")


def _from_stdin() -> Contents:
    raw = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        return Contents("", reason="too_large")
    try:
        return Contents("text", (Text("", raw.decode()),))
    except UnicodeDecodeError:
        return Contents("", reason="not UTF-8")


def _looked_at(pair: Pair, name: str, contents: Contents) -> list[Spot] | None:
    """Where something is found; None, and a line that says why, where a file can't be inspected."""
    if contents.reason:
        print(f"{name}: can't be inspected ({contents.reason})", file=sys.stderr)
        return None
    passages = tuple(user_passage(text.text) for text in contents.texts)
    found = pair.classifier.classify(pair.settings.organisation, passages)
    if found.failed:
        print(f"{name}: was not inspected ({found.failed}): a call with it would be refused", file=sys.stderr)
        return None
    starts = [_line_starts(text.text) for text in contents.texts]
    return [_spot(name, contents, one, starts[one.passage]) for one in found.findings]


def _line_starts(text: str) -> list[int]:
    starts = [0]
    while (newline := text.find("\n", starts[-1])) >= 0:
        starts.append(newline + 1)
    return starts


def _spot(name: str, contents: Contents, finding: Finding, starts: list[int]) -> Spot:
    """Lines and columns from 1; the columns count characters."""
    place = contents.texts[finding.passage].place if contents.kind != "text" else ""
    line = bisect_right(starts, finding.start)
    return Spot(name, place, line, finding.start - starts[line - 1] + 1, finding)


def _line(spot: Spot) -> str:
    one = spot.finding
    where = f"{spot.file}:{spot.line}:{spot.column}" + (f" ({spot.place})" if spot.place else "")
    return f"{where}: {one.detector} ({one.end - one.start} characters), confidence {one.confidence:.2f}: {one.why}"


def _json(spot: Spot) -> str:
    one = spot.finding
    facts = {
        "file": spot.file,
        "place": spot.place,
        "line": spot.line,
        "column": spot.column,
        "start": one.start,
        "end": one.end,
        "detector": one.detector,
        "confidence": one.confidence,
        "why": one.why,
    }
    return orjson.dumps(facts).decode()
