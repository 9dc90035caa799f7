"""Counting by caller, team, use case, model and destination, while somebody looks on and at no other time.

Nobody looks: a call costs one comparison. Counts only rise: whoever looks takes the differences of what he saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.top.buckets import bucket

if TYPE_CHECKING:
    from adapters.errors import UpstreamError
    from gateway.exchange import Attempt, Exchange

LOOKED_SECONDS = 150.0
"""So long after somebody looked is counted on: over two of the longest spans between looks, so that one may be lost."""
_MOST_ROWS = 2000
_IDLE_SECONDS = LOOKED_SECONDS  # not less: what a row counted last is to have been seen
OTHER = "__other__"


class Key(NamedTuple):
    """Whose a count is. person: pseudonym. destination: "" before a call was sent anywhere."""

    person: str
    team: str
    use_case: str
    model: str
    destination: str


class _Row:
    """calls: ended. failed: of these, failed or cut. attempts: ended; broken: of these, with an error. nanos: cost."""

    __slots__ = ("attempts", "broken", "calls", "failed", "input", "nanos", "output", "refused", "times", "touched")

    def __init__(self) -> None:
        self.calls = self.failed = self.refused = self.attempts = self.broken = 0
        self.input = self.output = self.nanos = 0
        self.times: Counter[int] = Counter()
        self.touched = 0.0


class Top:
    """The counts of one process. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._until = float("-inf")
        self._began = 0.0
        self._rows: dict[Key, _Row] = {}
        self._users: dict[str, str] = {}

    def attempt(self, exchange: Exchange, attempt: Attempt, error: UpstreamError | None, now: float) -> None:
        """An attempt ended."""
        if now >= self._until:
            return
        row = self._row(_key(exchange, attempt.candidate.destination.name), now)
        row.attempts += 1
        row.broken += error is not None
        row.input += attempt.used.input
        row.output += attempt.used.output
        row.nanos += attempt.cost
        self._users[exchange.caller.pseudonym] = exchange.caller.user

    def call(self, exchange: Exchange, total: float, now: float) -> None:
        """A call is over; it took so many seconds."""
        if now >= self._until:
            return
        row = self._row(_of(exchange), now)
        row.calls += 1
        row.failed += exchange.outcome in ("failed", "cut")
        row.refused += exchange.outcome == "refused"
        if exchange.outcome != "refused":  # these end at once, and would hide how long the others take
            row.times[bucket(total)] += 1
        self._users[exchange.caller.pseudonym] = exchange.caller.user

    def look(self, live: Iterable[Exchange], now: float) -> dict[str, Any]:
        """Plain values: since when was counted, and what; calls under way. Counting goes on for a while."""
        if now >= self._until:
            self._rows.clear()
            self._users.clear()
            self._began = now
        self._until = now + LOOKED_SECONDS
        for key in [key for key, row in self._rows.items() if row.touched < now - _IDLE_SECONDS]:
            del self._rows[key]
        flight = Counter(_of(exchange) for exchange in live)
        users = dict(self._users)
        users.update((exchange.caller.pseudonym, exchange.caller.user) for exchange in live)
        return {
            "began": self._began,
            "rows": [[*key, _plain(row)] for key, row in self._rows.items()],
            "flight": [[*key, count] for key, count in flight.items()],
            "users": users,
        }

    def _row(self, key: Key, now: float) -> _Row:
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= _MOST_ROWS:
                key = Key(*(OTHER,) * len(Key._fields))
            row = self._rows.setdefault(key, _Row())
        row.touched = now
        return row


def _of(exchange: Exchange) -> Key:
    attempts = exchange.attempts
    return _key(exchange, attempts[-1].candidate.destination.name if attempts else "")


def _key(exchange: Exchange, destination: str) -> Key:
    caller = exchange.caller
    return Key(caller.pseudonym, caller.team, exchange.use_case, exchange.counted, destination)


def _plain(row: _Row) -> dict[str, Any]:
    return {
        "calls": row.calls, "failed": row.failed, "refused": row.refused, "attempts": row.attempts,
        "broken": row.broken, "input": row.input, "output": row.output, "nanos": row.nanos,
        "times": sorted(row.times.items()),
    }  # fmt: skip
