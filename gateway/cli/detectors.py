"""`ecluse detectors`: what can be found in a text, and how."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator

import orjson

from gateway.bundle.pair import Pair, load_pair
from gateway.cli.main import REFUSED, add_config
from gateway.documents import nearest
from policies.detectors.model import Detector

TEXT = """\
List the detectors that rules may name: the shipped ones and the bundle's own.

  ecluse detectors                 one line each: id, what it finds
  ecluse detectors fr.             those whose id begins so
  ecluse detectors fr.siret        all that is known of one: how it looks, what makes it surer, examples
  ecluse detectors --json          for programs

A confidential detector is shown here (its owners run this command), and nowhere that callers or metrics see.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("id", nargs="?", default="", metavar="ID", help="a detector, or the beginning of several ids")
    sub.add_argument("--json", action="store_true", help="one JSON object a detector")


def run(args: argparse.Namespace) -> int:
    """List or show."""
    pair = load_pair(args.config)
    every = pair.engine.catalogue.detectors
    chosen = [d for name, d in sorted(every.items()) if name.startswith(args.id)]
    if args.id in every:
        chosen = [every[args.id]]
    if not chosen:
        near = nearest(args.id, every)
        print(f"there is no detector {args.id}" + (f" (did you mean {near}?)" if near else ""), file=sys.stderr)
        return REFUSED
    if args.json:
        for detector in chosen:
            print(orjson.dumps(_facts(detector)).decode())
    elif args.id in every:
        print("\n".join(_shown(pair, chosen[0])))
    else:
        print("\n".join(_listed(pair, chosen)))
    return 0


def _listed(pair: Pair, chosen: Iterable[Detector]) -> Iterator[str]:
    language = pair.settings.server.language
    for detector in chosen:
        mark = "  (confidential)" if detector.confidential else ""
        yield f"{detector.id:<28} {detector.title.get(language) or detector.title.get('en', '')}{mark}"


def _facts(detector: Detector) -> dict[str, object]:
    """What a program wants to know of a detector."""
    context = detector.context
    return {
        "id": detector.id,
        "title": dict(detector.title),
        "confidential": detector.confidential,
        "patterns": len(detector.rules),
        "numbers": [list(rule.lengths) for rule in detector.numbers],
        "near": sorted(map(_word, context.near)) if context else [],
        "against": sorted(map(_word, context.against)) if context else [],
        "not_near": sorted(map(_word, context.never)) if context else [],
        "ignored": len(detector.ignored),
        "index": detector.index,
        "longest": detector.max_length,
        "examples": {kind: list(texts) for kind, texts in detector.examples.items()},
    }


def _shown(pair: Pair, detector: Detector) -> Iterator[str]:
    """One detector for a reader."""
    yield from _listed(pair, [detector])
    for number, rule in enumerate(detector.rules[:20], 1):
        check = f", checked by {rule.check.__name__}" if rule.check else f", confidence {rule.confidence:g}"
        yield f"  pattern {number}: up to {rule.longest} characters, {_runs(rule.trigger)}{check}"
    if len(detector.rules) > 20:
        yield f"  and {len(detector.rules) - 20} patterns more"
    for numbers in detector.numbers:
        lengths = ", ".join(map(str, numbers.lengths))
        yield f"  numbers of {lengths} digits, checked by {numbers.check.__name__}"
    if detector.index:
        fed = [f"{spec.id} ({spec.file})" for spec in pair.bundle.indexes.specs.values() if spec.fed == detector.id]
        yield f"  finds what indexes hold ({detector.index}): {', '.join(fed) or 'there are none'}"
    context = detector.context
    if context and context.near:
        yield f"  surer (+{context.raise_by:g}) near: {_words(context.near)}"
    if context and context.against:
        yield f"  less sure (-{context.lower_by:g}) near: {_words(context.against)}"
    if context and context.never:
        yield f"  nothing near: {_words(context.never)}"
    if detector.ignored:
        yield f"  leaves {len(detector.ignored)} values that are named"
    for kind, texts in detector.examples.items():
        yield from (f"  {'finds' if kind == 'hit' else 'leaves'}: {text!r}" for text in texts)


def _runs(trigger: str) -> str:
    """When a pattern is tried."""
    return {
        "literal": "tried where a fixed part of it stands",
        "digits": "tried on runs of digits",
        "context": "tried only near its context words",
    }.get(trigger, "tried on every text")


def _words(words: Iterable[bytes]) -> str:
    return ", ".join(sorted(map(_word, words)))


def _word(word: bytes) -> str:
    """A context word as detection sees it: without accents."""
    return word.decode("latin-1")
