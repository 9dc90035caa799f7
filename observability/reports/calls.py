"""What was tried and how it ended, over a stretch of time: read off the ledger in a bounded memory, each once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from observability.ledger import Damaged, records, spanning
from observability.ledger.once import Lately
from observability.periods import Period

_LONGEST = timedelta(hours=2)
"""Of calls that began before the period and ended in it, those that took longer lack what their INTENT said."""
_OPEN = 50_000  # calls whose end is waited for, and ended ones of which a second record would be noticed
_KINDS = ("INTENT", "ATTEMPT", "OUTCOME")

Progress = Callable[[int, int], None]


class Asked(NamedTuple):
    """What a call's INTENT says of it. person: pseudonym. drill: the drill that it belongs to, "" for none."""

    organisation: str
    team: str
    use_case: str
    person: str
    key: str
    model: str
    dialect: str
    operation: str
    data_class: str
    drill: str


UNKNOWN = Asked("", "", "", "", "", "", "", "", "", "")
"""Of a call whose INTENT isn't in the ledger (any more)."""


class Tried(NamedTuple):
    """One ATTEMPT, as recorded, and what its call asked."""

    at: datetime
    asked: Asked
    attempt: Mapping[str, Any]


class Ended(NamedTuple):
    """One OUTCOME, as recorded, what its call asked, and the ATTEMPT of it that was read last; None: it has none."""

    at: datetime
    asked: Asked
    outcome: Mapping[str, Any]
    last: Mapping[str, Any] | None


class _Call:
    """A call of which no end was read yet. tried: numbers of the attempts of which the record was read."""

    __slots__ = ("asked", "last", "tried")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.tried: set[int] = set()
        self.last: Mapping[str, Any] | None = None


class _Calls:
    """The calls under way while records are read in the order in which they were written."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, _Call] = OrderedDict()
        self._ended = Lately(_OPEN)

    def take(self, record: Mapping[str, Any]) -> Tried | Ended | None:
        """What a record tells; None for an INTENT and for one that was read before."""
        call = record["call"]
        if call in self._ended:
            return None
        here, kind = self._open.get(call), record["record"]
        if kind == "INTENT":
            if here is None:
                self._begun(call, _asked(record))
            return None
        at = datetime.fromisoformat(record["at"])
        if kind == "OUTCOME":
            return self._over(at, record, self._open.pop(call, None))
        if here is None:
            here = self._begun(call, UNKNOWN)
        if record["attempt"] in here.tried:
            return None
        here.tried.add(record["attempt"])
        here.last = record
        return Tried(at, here.asked, record)

    def _begun(self, call: str, asked: Asked) -> _Call:
        here = self._open[call] = _Call(asked)
        if len(self._open) > _OPEN:
            self._open.popitem(last=False)
        return here

    def _over(self, at: datetime, record: Mapping[str, Any], here: _Call | None) -> Ended:
        self._ended.add(record["call"])
        asked = here.asked if here is not None else UNKNOWN
        if (intent := record["intent"]) is not None:
            asked = _asked(intent)
        return Ended(at, asked, record, here.last if here is not None else None)


def read(
    folders: Iterable[Path],
    period: Period,
    progress: Progress = lambda done, of: None,
    damaged: Damaged = lambda path: None,
) -> Iterator[Tried | Ended]:
    """Every ATTEMPT and OUTCOME that ended in the period, as they stand. Raises OSError.

    folders: ledgers, one of each replica. A record that had to be written twice comes once. progress: segments read, of
    how many. damaged: told of segments that lack records.
    """
    since, until = period.since.astimezone(UTC), period.until.astimezone(UTC)
    paths = [path for folder in folders for path in spanning(folder, since - _LONGEST, until)]
    calls = _Calls()
    for number, path in enumerate(paths):
        progress(number, len(paths))
        for record in records(path, *_KINDS, damaged=damaged):
            found = calls.take(record)
            if found is not None and since <= found.at < until:
                yield found
    progress(len(paths), len(paths))


def _asked(intent: Mapping[str, Any]) -> Asked:
    who, classes = intent["who"], intent["classes"]
    return Asked(
        who["organisation"], who["team"], who["use_case"], who["person"], who["key"], intent["model"],
        intent["dialect"], intent["operation"], classes[0] if classes else "", intent.get("drill") or "",
    )  # fmt: skip
