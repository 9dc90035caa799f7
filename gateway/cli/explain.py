"""`ecluse explain`: what is found in a text, what is ruled on it per destination, and why."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from adapters.ask import TEXT as TEXT_PART
from adapters.ask import Passage, Piece
from adapters.wire.body import Document
from gateway.bundle.destinations import Destination
from gateway.bundle.pair import Pair, load_pair
from gateway.cli.main import REFUSED, add_config
from gateway.cli.models import terms
from gateway.documents import nearest
from policies.classify import Classification
from policies.explain import Explained, told
from policies.ruling import Ruling

MAX_TEXT = 1 << 20

TEXT = """\
Read a text (a file, or stdin) as if a user sent it, and say what would become of it:

  echo 'IBAN FR76 3000 6000 0112 3456 7890 189' | ecluse explain --model gpt-4o --team finance

For each finding: type, place, confidence and why, never the value. For each destination of the model (of the
configuration, without --model): the ruling, and for each rule that it matched or the first condition that didn't hold,
with what it met. What isn't told (--user, --team ...) counts as missing: policies take the most sensitive value for it.
Exit code 0 where a destination would take it, 1 where none would.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """The policy-visible facts of an imagined call."""

    organisation: str
    team: str | None
    groups: tuple[str, ...] | None
    user: str | None
    use_case: str | None
    model: str
    size: int
    now: datetime
    key: str | None = None
    dialect: str = "openai_chat"
    labels: tuple[str, ...] = ()


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the text (default: stdin)")
    sub.add_argument("--model", help="the public model, by name or alias (default: every destination)")
    sub.add_argument("--user", help="who asks")
    sub.add_argument("--team", help="the team that pays")
    sub.add_argument("--group", action="append", help="a group of the user; may be repeated")
    sub.add_argument("--use-case", help="what the call is for")
    sub.add_argument("--all-rules", action="store_true", help="show rules that didn't match, too, where none was near")


def run(args: argparse.Namespace) -> int:
    """Explain."""
    pair = load_pair(args.config)
    wrong = _unknown(pair, args)
    if wrong:
        print(wrong, file=sys.stderr)
        return REFUSED
    text = _read(args.file)
    if text is None:
        print(f"the text can't be read, isn't UTF-8 or is larger than {MAX_TEXT >> 20} MiB", file=sys.stderr)
        return REFUSED
    passages = (user_passage(text),)
    found = pair.classifier.classify(pair.settings.organisation, passages)
    print("\n".join(_found(pair, found)))
    of = pair.policies.data_class(_call(pair, args, args.model or "", len(text)), passages, found)
    if of is not None:
        print(f"Data class: {told(of, pair.policies.shown)}")
    permitted = False
    for destination in _destinations(pair, args.model):
        call = _call(pair, args, destination.model, len(text))
        ruling = pair.policies.judge(call, passages, found, destination)
        permitted |= ruling.verdict == "allow" and destination.routable
        why = pair.policies.explain(call, passages, found, destination)
        print("\n".join(("", *_ruled(destination, ruling, why, all_rules=args.all_rules))))
    return 0 if permitted else REFUSED


def user_passage(text: str) -> Passage:
    """A text as the newest message of a user."""
    leaf = Document.parse(orjson.dumps({"content": text})).at(("content",))
    assert leaf is not None
    piece = Piece(0, len(text), leaf, rewritable=True)
    return Passage("/messages/0/content", "user", TEXT_PART, text, message=0, pieces=(piece,))


def _call(pair: Pair, args: argparse.Namespace, asked: str, size: int) -> Asked:
    model = pair.model(args.model) if args.model else None
    return Asked(
        organisation=pair.settings.organisation,
        team=args.team,
        groups=tuple(args.group) if args.group is not None else None,
        user=args.user,
        use_case=args.use_case,
        model=model.name if model else asked,
        size=size,
        now=datetime.now(UTC),
    )


def _destinations(pair: Pair, model: str | None) -> Sequence[Destination]:
    found = pair.model(model) if model else None
    return found.destinations if found else tuple(pair.destinations.values())


def _found(pair: Pair, found: Classification) -> Iterator[str]:
    if found.failed:
        yield f"Detection failed ({found.failed}): no destination would take this."
        return
    yield f"Found: {len(found.findings) or 'nothing'}"
    for finding in found.findings:
        (name,) = pair.policies.shown((finding.detector,))
        place = f"characters {finding.start} to {finding.end}"
        yield f"  {name:<20} {place:<26} confidence {finding.confidence:.2f}  {finding.why}"


def _ruled(destination: Destination, ruling: Ruling, why: Sequence[Explained], *, all_rules: bool) -> Iterator[str]:
    yield terms(destination)
    yield f"  verdict: {_verdict(ruling)}"
    if ruling.message:
        yield f"  message: {ruling.message.get('en', '')}"
    for rule in why:
        if rule.outcome != "no":
            lifted = f" by exception {rule.lifted_by}" if rule.lifted_by else ""
            yield f"  {rule.outcome:<8} {rule.policy}/{rule.rule} ({rule.action}){lifted}"
        elif all_rules or "findings" not in rule.condition or rule.actual != "none":
            yield f"  no       {rule.policy}/{rule.rule} ({rule.action}): {rule.condition}; it is: {rule.actual}"


def _verdict(ruling: Ruling) -> str:
    said = ruling.verdict + (f" to {ruling.reroute}" if ruling.reroute else "")
    if redacted := ruling.replaced("redact"):
        said += f", {redacted} places redacted"
    if tokens := ruling.replaced("pseudonymise"):
        said += f", {tokens} places pseudonymised"
    return said + (f" ({ruling.reason})" if ruling.reason else "")


def _unknown(pair: Pair, args: argparse.Namespace) -> str | None:
    """A name that doesn't exist, with the nearest that does: an explanation of a typo would mislead."""
    directory = pair.settings.directory
    if args.model and pair.model(args.model) is None:
        return _none_such("model", args.model, pair.nearest(args.model))
    known = [("team", args.team, directory.teams), ("use case", args.use_case, tuple(pair.bundle.use_cases))]
    known += [("group", group, directory.groups) for group in args.group or ()]
    for what, name, names in known:
        if name is not None and name not in names:
            return _none_such(what, name, nearest(name, names))
    return None


def _none_such(what: str, name: str, near: str | None) -> str:
    return f"there is no {what} {name}" + (f" (did you mean {near}?)" if near else "")


def _read(file: Path | None) -> str | None:
    try:
        with file.open("rb") if file else sys.stdin.buffer as source:
            raw = source.read(MAX_TEXT + 1)
        return raw.decode() if len(raw) <= MAX_TEXT else None
    except (OSError, UnicodeDecodeError):
        return None
