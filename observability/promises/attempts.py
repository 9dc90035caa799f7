"""Attempts read off the ledger, as far as contracts are about them: each once, segment by segment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from observability.ledger.reading import records, written_since
from observability.scribe.segments import segments

LONGEST = 86_400.0
"""Seconds: no attempt takes as long, so one that began in a stretch of time ended within a day after it."""
_REMEMBERED = 100_000  # attempts at least of which a second record is noticed: it is written soon after the first
_NANOS = 10**9


class Ended(NamedTuple):
    """One attempt that ended. began, ended: Unix seconds. first_token, total: seconds from its start.

    cost: thousand millionths of `currency`. streamed: None where its record is of a version that didn't say.
    """

    call: str
    number: int
    began: float
    ended: float
    destination: str
    vendor: str
    contract: str | None
    model: str
    credential: int
    status: int | None
    error: str | None
    fault: str | None
    retry_after: float | None
    first_token: float | None
    total: float
    streamed: bool | None
    cost: int
    currency: str | None
    vendor_request: str | None


Progress = Callable[[int, int], None]


def attempts(
    folders: Iterable[Path],
    since: float,
    until: float,
    progress: Progress = lambda done, of: None,
    *,
    of: Collection[str] = (),
) -> Iterator[Ended]:
    """Those that began from `since` until before `until` (Unix seconds), but for what drills made fail.

    folders: ledgers, one of each replica. Those of one segment come in the order in which they ended; segments of one
    ledger come oldest first. of: only segments of these writers; empty: all.
    """
    start = datetime.fromtimestamp(since, UTC)
    known = [(p, *writer(p)) for folder in folders for p in written_since(folder, start)]
    paths = [p for p, name, began in known if began <= until + LONGEST and (not of or name in of)]
    recent, older = set[tuple[str, int]](), set[tuple[str, int]]()
    for done, path in enumerate(paths):
        progress(done, len(paths))
        for record in records(path, "ATTEMPT"):
            if record.get("drill") is not None:
                continue
            one = _ended(record)
            key = (one.call, one.number)
            if not since <= one.began < until or key in recent or key in older:
                continue
            recent.add(key)
            if len(recent) == _REMEMBERED:
                recent, older = set(), recent
            yield one
    progress(len(paths), len(paths))


def begins(folder: Path) -> float | None:
    """When the oldest segment was begun (Unix seconds); None where there is none."""
    oldest = next(iter(segments(folder)), None)
    return None if oldest is None else writer(oldest)[1] or None


def _ended(record: Mapping[str, Any]) -> Ended:
    ended, total = datetime.fromisoformat(record["at"]).timestamp(), record["total_ms"] / 1000
    first = record.get("first_content_ms")
    return Ended(
        record["call"], record["attempt"], ended - total, ended, record["destination"], record["vendor"],
        record["contract"], record["model"], record.get("credential") or 0, record["status"], record["error"],
        record.get("fault"), record.get("retry_after"), None if first is None else first / 1000, total,
        record.get("streamed"), round((record.get("cost") or 0) * _NANOS), record.get("currency"),
        record.get("vendor_request"),
    )  # fmt: skip


def writer(path: Path) -> tuple[str, float]:
    """Who began a segment and when (Unix seconds), by its name; "" and 0 where that doesn't say."""
    stamp, _, rest = path.stem.partition("-")
    try:
        began = datetime.strptime(stamp, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return "", 0.0
    return rest.rpartition("-")[0], began.timestamp()
