"""Attempts read off the ledger, as far as contracts are about them: each once, segment by segment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from observability.ledger.once import Lately
from observability.ledger.reading import Damaged, records
from observability.ledger.records import NANOS
from observability.ledger.search import spanning
from observability.scribe.segments import begun

LONGEST = 86_400.0
"""Seconds: no attempt takes as long, so one that began in a stretch of time ended within a day after it."""
_REMEMBERED = 100_000  # attempts of which a second record is noticed


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
    damaged: Damaged = lambda path: None,
) -> Iterator[Ended]:
    """Those that began from `since` until before `until` (Unix seconds), but for what drills made fail.

    folders: ledgers, one of each replica. Those of one segment come in the order in which they ended; segments of one
    ledger come oldest first. of: only segments of these writers; empty: all. damaged: told of segments that lack
    records.
    """
    start = datetime.fromtimestamp(since, UTC)
    end = datetime.fromtimestamp(until + LONGEST, UTC)
    paths = [path for folder in folders for path in spanning(folder, start, end) if not of or _writer(path) in of]
    lately = Lately(_REMEMBERED)
    for done, path in enumerate(paths):
        progress(done, len(paths))
        for record in records(path, "ATTEMPT", damaged=damaged):
            if record.get("drill") is not None:
                continue
            one = _ended(record)
            key = (one.call, one.number)
            if not since <= one.began < until or key in lately:
                continue
            lately.add(key)
            yield one
    progress(len(paths), len(paths))


def _writer(path: Path) -> str | None:
    """Which worker began a segment; None where its name doesn't say."""
    first = begun(path)
    return first.worker if first is not None else None


def _ended(record: Mapping[str, Any]) -> Ended:
    ended, total = datetime.fromisoformat(record["at"]).timestamp(), record["total_ms"] / 1000
    first = record.get("first_content_ms")
    return Ended(
        record["call"], record["attempt"], ended - total, ended, record["destination"], record["vendor"],
        record["contract"], record["model"], record.get("credential") or 0, record["status"], record["error"],
        record.get("fault"), record.get("retry_after"), None if first is None else first / 1000, total,
        record.get("streamed"), round((record.get("cost") or 0) * NANOS), record.get("currency"),
        record.get("vendor_request"),
    )  # fmt: skip
