"""Which calls ended how at a time: found without reading more of the ledger than that time's segments."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from observability.ledger.ids import made_at
from observability.ledger.reading import Damaged, payloads, records, records_of, show, written_since
from observability.scribe.frames import last
from observability.scribe.segments import begun

Facts = Mapping[str, Any]

_OUTCOME, _INTENT = b'{"record":"OUTCOME"', b'{"record":"INTENT"'
_SKEW = timedelta(minutes=1)  # a file's time and a record's come from different clocks
_SEAL = 512  # bytes at a segment's end that hold its last record
_LONGEST = timedelta(hours=1)  # a call that goes on for longer after the time asked about isn't found
_MOST = 100_000  # ends that are looked at


class TooMany(Exception):
    """More calls ended so in that time than can be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for. since, until: when calls arrived, `until` excluded. An empty collection or None: any.

    people: pseudonyms. rules: that refused.
    """

    since: datetime
    until: datetime
    outcomes: Collection[str] = ("refused", "failed", "cut")
    codes: Collection[str] = ()
    people: Collection[str] = ()
    teams: Collection[str] = ()
    use_cases: Collection[str] = ()
    keys: Collection[str] = ()
    rules: Collection[str] = ()


class End(NamedTuple):
    """How one call ended. at: when it arrived. intent: its INTENT, or what that would have said."""

    call: str
    at: datetime
    outcome: Facts
    intent: Facts


def ended(
    folder: Path,
    wanted: Wanted,
    progress: Callable[[int, int], None] = lambda done, of: None,
    damaged: Damaged = lambda path: None,
) -> list[End]:
    """The calls that are wanted, as they arrived; raises TooMany. progress: is told how many segments of how many.

    damaged: is told of segments that lack records, so that a call may be missing.
    """
    paths = spanning(folder, wanted.since, wanted.until + _LONGEST)
    found: dict[str, Facts] = {}
    for number, path in enumerate(paths):
        progress(number, len(paths))
        for outcome in _outcomes(path, wanted, damaged):
            found.setdefault(outcome["call"], outcome)
        if len(found) > _MOST:
            raise TooMany
    intents = _intents(paths, {call.encode() for call, one in found.items() if not one.get("intent")})
    progress(len(paths), len(paths))
    told = ((outcome, outcome.get("intent") or intents.get(call)) for call, outcome in found.items())
    ends = [End(one["call"], _at(intent), one, intent) for one, intent in told if intent and _fits(intent, wanted)]
    return sorted(ends, key=lambda end: (end.at, end.call))


def end_of(folder: Path, call: str, damaged: Damaged = lambda path: None) -> End | None:
    """How one call ended; None where that isn't on record. damaged: is then told where it may have been."""
    found = show(folder, call)
    outcome = next((one for one in found if one["record"] == "OUTCOME"), None)
    intent = next((one for one in found if one["record"] == "INTENT"), None) or (outcome or {}).get("intent")
    if outcome and intent:
        return End(call, _at(intent), outcome, intent)
    if (made := made_at(call)) is not None:
        for path in spanning(folder, made, made + _LONGEST):
            deque(payloads(path, damaged=damaged), maxlen=0)
    return None


def whole(folder: Path, end: End) -> list[dict[str, Any]]:
    """All records of a call that `ended` found, in their order, but for what was said of it hours later."""
    return records_of(end.call, spanning(folder, end.at, _at(end.outcome)))


def pair_of(folder: Path, end: End) -> dict[str, Any] | None:
    """The PAIR that the call was ruled by; None where it is in no segment of that time."""
    revision = end.intent["config_revision"]
    pairs = (one for path in spanning(folder, end.at, _at(end.outcome)) for one in records(path, "PAIR"))
    return next((one for one in pairs if one["config_revision"] == revision), None)


def happened(
    folder: Path, since: datetime, until: datetime, damaged: Damaged = lambda path: None
) -> list[dict[str, Any]]:
    """The events beside the calls in that time, `until` excluded, oldest first."""
    paths = spanning(folder, since, until)
    events = (event for path in paths for event in records(path, "EVENT", damaged=damaged))
    return sorted((event for event in events if since <= _at(event) < until), key=_at)


def spanning(folder: Path, since: datetime, until: datetime) -> list[Path]:
    """The segments that hold records of that time, oldest first.

    A segment's name says when it began, its seal when it ended. A file's own time counts where there is no seal: copies
    of a ledger have new ones.
    """
    return [path for path in written_since(folder, since) if _begun(path) <= until + _SKEW and _sealed(path) >= since]


def _begun(path: Path) -> datetime:
    """The begin of time where its name doesn't say: then it is read."""
    first = begun(path)
    return first.at if first is not None else datetime.min.replace(tzinfo=UTC)


def _sealed(path: Path) -> datetime:
    """When its last record was written, by its seal; the end of time where it has none, or a torn one."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _SEAL, 0))
        frame = last(file.read())
    if frame is None or not frame.payload.startswith(b'{"record":"SEAL"'):
        return datetime.max.replace(tzinfo=UTC)
    return _at(orjson.loads(frame.payload)) + _SKEW


def _outcomes(path: Path, wanted: Wanted, damaged: Damaged) -> Iterator[dict[str, Any]]:
    """Of one segment. Most records are put aside by their first bytes, without being read as JSON."""
    since = _second(wanted.since)
    kinds = tuple(f'"outcome":"{kind}"'.encode() for kind in wanted.outcomes)
    for payload in payloads(path, damaged=damaged):
        if not payload.startswith(_OUTCOME):
            continue
        head = payload[:160]
        at = head.find(b'"at":"')
        if (kinds and not any(kind in head for kind in kinds)) or (at > 0 and head[at + 6 : at + 25] < since):
            continue
        outcome = orjson.loads(payload)
        if (not wanted.outcomes or outcome["outcome"] in wanted.outcomes) and _meets(outcome, wanted):
            yield outcome


def _second(at: datetime) -> bytes:
    """The second of a time as records write it."""
    return at.astimezone(UTC).isoformat()[:19].encode()


def _meets(outcome: Facts, wanted: Wanted) -> bool:
    if wanted.codes and outcome.get("code") not in wanted.codes:
        return False
    return not wanted.rules or any(one["rule"] in wanted.rules for one in outcome.get("rules", ()))


def _intents(paths: Sequence[Path], calls: Collection[bytes]) -> dict[str, Facts]:
    """The INTENTs of some calls, by call."""
    found: dict[str, Facts] = {}
    for path in paths if calls else ():
        for payload in payloads(path):
            if payload.startswith(_INTENT) and _call(payload) in calls:
                intent = orjson.loads(payload)
                found.setdefault(intent["call"], intent)
        if len(found) == len(calls):
            break
    return found


def _call(payload: bytes) -> bytes:
    """The call of a record, by its first bytes: `{"record":"INTENT","call":"..."`."""
    begin = payload.find(b'"call":"') + 8
    return payload[begin : payload.find(b'"', begin)]


def _fits(intent: Facts, wanted: Wanted) -> bool:
    if not wanted.since <= _at(intent) < wanted.until:
        return False
    who = intent["who"]
    asked: Iterable[tuple[Collection[str], str]] = (
        (wanted.people, who["person"]),
        (wanted.teams, who["team"]),
        (wanted.use_cases, who["use_case"]),
        (wanted.keys, who["key"]),
    )
    return all(not names or value in names for names, value in asked)


def _at(record: Facts) -> datetime:
    return datetime.fromisoformat(record["at"])
