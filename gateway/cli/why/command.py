"""`ecluse ledger why`: from "why was this refused yesterday at 14:05?" to the answer."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from gateway.bundle.workspace import with_configuration
from gateway.cli.main import REFUSED, add_config
from gateway.cli.progress import Damage, told_progress
from gateway.cli.why.answering import Answer, answered
from gateway.cli.why.page import Clock, events, others, rendered
from gateway.cli.why.papers import Papers
from gateway.cli.why.when import Said, said
from gateway.cli.why.words import WORDS
from gateway.config import Settings, load_places
from gateway.documents import DocumentsRefused
from gateway.identity import Keyring, KeyringRefused
from observability.ledger import End, TooMany, Wanted, end_of, ended, happened, pair_of, whole
from observability.periods import zone_of

TEXT = """\
Say why a call was refused, failed or was broken off: by which rule, quota, stop or vendor, what was found and where
(kinds and places, never the text), which bundle ruled, who answers for the rule, and what to do.

  ecluse ledger why --at "yesterday 14:05" --user m.durand
  ecluse ledger why --at "hier 14h05" --team finance --lang fr
  ecluse ledger why --at 14:05 --within 30m --outcome failed
  ecluse ledger why --since "yesterday 14:00" --until "yesterday 15:00" --code quota_exceeded
  ecluse ledger why 019ab0c2-...

Times are those of --zone, else of this machine. People stand in records by pseudonym, which --user makes of the name
with the keyring: run it as the gateway's user. The gateway may be running or not.
"""
OUTCOMES = ("refused", "failed", "cut", "left", "served")
_NOT_SERVED = ("refused", "failed", "cut")
_STOPPED = frozenset({"caller_stopped", "use_case_stopped", "destination_stopped", "stopped"})
_BEFORE = timedelta(days=1)  # how far back the orders are looked for that stopped a call
_FAR = timedelta(hours=12)  # how far around a time without any such call the nearest is looked for


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("id", nargs="?", metavar="ID", help="the call, where its id is known")
    sub.add_argument("--at", metavar="TIME", help='when: "yesterday 14:05", "14:05", "monday 9:30", "2026-11-25 14:05"')
    sub.add_argument("--within", default="5m", metavar="SPAN", help="how far around --at: 90s, 5m, 2h (default 5m)")
    sub.add_argument("--since", metavar="TIME", help="in the place of --at: from when")
    sub.add_argument("--until", metavar="TIME", help="until when (default: now)")
    sub.add_argument("--zone", metavar="ZONE", help="the zone of all times, as Europe/Paris (default: this machine's)")
    sub.add_argument("--user", action="append", default=[], metavar="NAME", help="whose call: a name, or a pseudonym")
    sub.add_argument("--team", action="append", default=[], metavar="TEAM", help="of which team")
    sub.add_argument("--use-case", action="append", default=[], metavar="ID", help="for which use case")
    sub.add_argument("--key", action="append", default=[], metavar="ID", help="by which key")
    sub.add_argument(
        "--outcome", action="append", default=[], choices=OUTCOMES, help="how it ended (default: refused, failed, cut)"
    )
    sub.add_argument("--code", action="append", default=[], metavar="CODE", help="with which code of a refusal")
    sub.add_argument("--rule", action="append", default=[], metavar="RULE", help="refused by which rule")
    sub.add_argument("-n", type=int, default=3, metavar="COUNT", help="how many calls are explained (default 3)")
    sub.add_argument(
        "--language", "--lang", choices=tuple(WORDS), dest="lang", help="in which language (default: the gateway's)"
    )
    sub.add_argument("--ledger", type=Path, metavar="DIR", help="the ledger (default: the configuration's)")
    add_config(sub)
    sub.add_argument("--json", action="store_true", help="one JSON object: since, until, calls, others, events ...")


class _Wrong(Exception):
    """The command is used wrongly; says how."""


class _Window(NamedTuple):
    """Which time is looked at. near: what calls are near to; None: the last ones are explained."""

    since: datetime
    until: datetime
    near: Said | None


class _Asked(NamedTuple):
    """What is asked, read from the options. damage: told of what can't be read of the ledger while it is answered."""

    folder: Path
    settings: Settings
    clock: Clock
    language: str
    window: _Window
    wanted: Wanted
    damage: Damage


def run(args: argparse.Namespace) -> int:
    """Print the answer."""
    settings = load_places(args.config, "organisation", "keyring", "ledger")
    folder: Path = args.ledger or settings.ledger_dir
    if not folder.is_dir():
        print(f"there is no ledger at {folder}", file=sys.stderr)
        return REFUSED
    try:
        asked = _asked(args, settings, folder, datetime.now(UTC))
        found = _one(asked, args.id) if args.id else ended(folder, asked.wanted, told_progress, asked.damage)
    except _Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except TooMany:
        print("more calls ended so than can be looked at: ask for less time, or name a team or user", file=sys.stderr)
        return REFUSED
    near = asked.window.near
    ranked = sorted(found, key=(lambda one: near.apart(one.at)) if near else (lambda one: asked.window.until - one.at))
    explained, rest = ranked[: max(args.n, 1)], sorted(ranked[max(args.n, 1) :], key=lambda one: one.at)
    papers, note = _papers(args.config) if explained else (Papers(), "")
    answers = [answered(one, _records(folder, one), papers, asked.language) for one in explained]
    during = happened(folder, asked.window.since, asked.window.until, asked.damage)
    beside = [one for one in during if _beside(one)]
    orders = _orders(asked, explained)
    if args.json:
        print(_json(asked, answers, rest, [*orders, *beside]).decode())
    else:
        print("\n".join(_page(asked, found, answers, rest, beside, args.id)))
        if orders:
            print("\n".join(["", WORDS[asked.language].orders, *events(orders, asked.clock, days=True)]))
        if note:
            print(note, file=sys.stderr)
    return 0 if answers else REFUSED


def _asked(args: argparse.Namespace, settings: Settings, folder: Path, now: datetime) -> _Asked:
    try:
        zone = zone_of(args.zone) if args.zone else None
    except ValueError as wrong:
        raise _Wrong(str(wrong)) from None
    window = _window(args, now, zone)
    language = args.lang or settings.server.language
    wanted = Wanted(
        since=window.since,
        until=window.until,
        outcomes=tuple(args.outcome) or _NOT_SERVED,
        codes=tuple(args.code),
        people=tuple(_people(args.user, settings)),
        teams=tuple(args.team),
        use_cases=tuple(args.use_case),
        keys=tuple(args.key),
        rules=tuple(args.rule),
    )
    return _Asked(folder, settings, Clock(zone, language), language, window, wanted, Damage("is missing here"))


def _one(asked: _Asked, call: str) -> list[End]:
    found = end_of(asked.folder, call, asked.damage)
    if found is None:
        lost = ", or its end can't be read any more" if asked.damage.segments else ""
        raise _Wrong(
            f"the ledger has no end of call {call}: it still runs, its id is another, or the gateway was killed{lost}"
        )
    return [found]


def _window(args: argparse.Namespace, now: datetime, zone: tzinfo | None) -> _Window:
    try:
        if args.id:
            return _Window(now, now, None)
        if args.since:
            since, until = (said(at, now, zone).begin if at else now for at in (args.since, args.until))
            if since >= until:
                raise _Wrong(f"{args.since} is not before {args.until or 'now'}")
            return _Window(since, until, None)
        if not args.at:
            raise _Wrong("say when it was, with --at, or --since and --until, or give the id of the call")
        near, around = said(args.at, now, zone), _span(args.within)
        return _Window(near.begin - around, min(near.end + around, now), near)
    except OverflowError:
        raise _Wrong(f"{args.within} around {args.at} is out of all calendars") from None
    except ValueError as wrong:
        raise _Wrong(wrong) from None


def _span(text: str) -> timedelta:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}.get(text[-1:])
    if seconds is None or not text[:-1].isdecimal() or len(text) > 9:
        raise ValueError(f"{text} is no span of time: say 90s, 5m or 2h")
    return timedelta(seconds=int(text[:-1]) * seconds)


def _people(names: Sequence[str], settings: Settings) -> Iterator[str]:
    """The pseudonyms by which people stand in records."""
    plain = [name for name in names if not _pseudonym(name)]
    try:
        keyring = Keyring.load(settings.keyring.dir) if plain else None
    except KeyringRefused as refused:
        raise _Wrong(f"--user needs the keyring, to make the pseudonym of a name: {refused}") from None
    for name in names:
        yield keyring.pseudonym_of(settings.organisation, name) if keyring and not _pseudonym(name) else name


def _pseudonym(name: str) -> bool:
    return name.startswith("p_") and len(name) == 28


def _papers(config: Path) -> tuple[Papers, str]:
    """The bundle of now; where it can't be read, what is missing for that."""
    try:
        return Papers(with_configuration(config, secrets=False)), ""
    except (DocumentsRefused, OSError):
        return Papers(), "the bundle of now can't be read (see ecluse check): titles, owners and contacts are missing"


def _records(folder: Path, end: End) -> list[dict[str, Any]]:
    pair = pair_of(folder, end)
    return [*whole(folder, end), *([pair] if pair is not None else [])]


def _beside(event: dict[str, Any]) -> bool:
    """Whether an event may be why: not what callers said of refusals, nor who read the ledger."""
    return not event["event"].startswith(("report.", "samples."))


def _orders(asked: _Asked, explained: Sequence[End]) -> list[dict[str, Any]]:
    """Stops in the day before calls that one of them refused; those of the time asked about are told anyway."""
    stopped = [end.at for end in explained if end.outcome["code"] in _STOPPED]
    if not stopped:
        return []
    until = min(asked.window.since, max(stopped))
    earlier = happened(asked.folder, min(stopped) - _BEFORE, until, asked.damage)
    return [one for one in earlier if one["event"] in ("stop.ordered", "stop.ended")]


def _page(
    asked: _Asked,
    found: Sequence[End],
    answers: Sequence[Answer],
    rest: Sequence[End],
    beside: Sequence[dict[str, Any]],
    call: str | None,
) -> Iterator[str]:
    words, clock, (since, until, near) = WORDS[asked.language], asked.clock, asked.window
    span = clock.span(since, until)
    if answers and not call:
        ends = Counter(one.outcome["outcome"] for one in found)
        count = ", ".join(f"{number} {words.counts[what][number > 1]}" for what, number in ends.most_common())
        yield f"{count} {span}"
    elif not answers:
        yield words.none.format(span)
        if near is not None and (other := _nearest(asked, near)) is not None:
            yield words.nearest.format(at=clock.time(other.at), day=clock.day(other.at), call=other.call)
        yield words.not_recorded
    if asked.damage.segments:
        yield words.damaged.format(asked.damage.segments)
    for answer in answers:
        yield ""
        yield from rendered(answer, clock, asked.language)
    if rest:
        yield ""
        yield from others(rest, clock, asked.language)
    if beside and not call:
        yield ""
        yield words.around
        yield from events(beside, clock)


def _nearest(asked: _Asked, near: Said) -> End | None:
    """The call of the kind asked for that is nearest to the time, half a day around it."""
    day = {"since": near.begin - _FAR, "until": near.end + _FAR}
    wanted = Wanted(**{**asdict(asked.wanted), **day})
    try:
        found = ended(asked.folder, wanted, damaged=asked.damage)
    except TooMany:
        return None
    return min(found, key=lambda one: near.apart(one.at), default=None)


def _json(asked: _Asked, answers: Sequence[Answer], rest: Sequence[End], beside: Sequence[dict[str, Any]]) -> bytes:
    told = [
        {"call": one.call, "at": one.at, "outcome": one.outcome["outcome"], "code": one.outcome["code"]} for one in rest
    ]
    return orjson.dumps(
        {
            "since": asked.window.since,
            "until": asked.window.until,
            "calls": [asdict(one) for one in answers],
            "others": told,
            "events": list(beside),
            "damaged_segments": asked.damage.segments,
        }
    )
