"""The calls of a ledger with what was in force when they were ruled on, one after the other, however many there are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from observability.ledger import records, written_since

Progress = Callable[[int, int], None]

_REMEMBERED = 50_000  # calls of which a second record would be noticed


class Recorded(NamedTuple):
    """One call. intent: its INTENT, or what that would have said. pair: its PAIR, None where that isn't on record.

    sent: something left.
    """

    call: str
    at: datetime
    intent: Mapping[str, Any]
    pair: Mapping[str, Any] | None
    sent: bool


def recorded(
    folder: Path, since: datetime, until: datetime | None = None, progress: Progress = lambda done, of: None
) -> Iterator[Recorded]:
    """The calls that arrived from `since` until before `until`, as they were written.

    progress: is told how many segments of how many were read.
    """
    pairs: dict[str, Mapping[str, Any]] = {}
    seen: OrderedDict[str, None] = OrderedDict()
    paths = written_since(folder, since)
    for number, path in enumerate(paths):
        progress(number, len(paths))
        # What ruled may stand behind the first calls of a segment.
        pairs.update((one["config_revision"], one) for one in records(path, "PAIR"))
        for record in records(path, "INTENT", "OUTCOME"):
            intent = record if record["record"] == "INTENT" else record.get("intent")
            if intent is None or intent["call"] in seen:
                continue
            at = datetime.fromisoformat(intent["at"])
            if at < since or (until is not None and at >= until):
                continue
            seen[intent["call"]] = None
            if len(seen) > _REMEMBERED:
                seen.popitem(last=False)
            yield Recorded(intent["call"], at, intent, pairs.get(intent["config_revision"]), intent is record)
    progress(len(paths), len(paths))
