"""From what a gateway was seen to have counted, twice, to what happens a second: plain values in, rows out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.pricing.rates import NANOS
from gateway.top.buckets import quantile
from gateway.top.counting import Key

COUNTS = ("calls", "failed", "refused", "attempts", "broken", "input", "output", "nanos")
DIMENSIONS = ("person", "team", "use_case", "model", "destination")

Seen = Mapping[str, Mapping[str, Any]]
"""By worker, what it answered (gateway.top.counting)."""


@dataclass(slots=True)
class Row:
    """What happened under one name in `seconds`. times: seconds, as buckets. flight: calls under way at the end."""

    counts: Counter[str] = field(default_factory=Counter)
    times: Counter[int] = field(default_factory=Counter)
    flight: int = 0
    seconds: float = 1.0

    def rate(self, name: str) -> float:
        """A second."""
        return self.counts[name] / self.seconds

    @property
    def cost_an_hour(self) -> float:
        """In the currency that the configuration counts in."""
        return self.counts["nanos"] / NANOS / self.seconds * 3600

    def share(self, part: str, whole: str) -> float | None:
        """Between 0 and 1; None where there is no whole."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else None

    def took(self, share: float) -> float | None:
        """Seconds that this share of the calls took at most."""
        return quantile(self.times, share)

    def add(self, other: Row) -> None:
        """Add what happened under another name, in the same time."""
        self.counts.update(other.counts)
        self.times.update(other.times)
        self.flight += other.flight
        self.seconds = other.seconds


def between(before: Seen, after: Seen, since: float, until: float) -> dict[Key, Row]:
    """What happened between two looks, at these monotonic seconds, which are the workers' too: it is one machine."""
    found: dict[Key, Row] = {}
    for worker, now in after.items():
        for key, old, new in _counted(before.get(worker), now, since):
            _grown(found, key, old, new)
        for flying in now["flight"]:
            found.setdefault(Key(*flying[:5]), Row()).flight += flying[5]
    for row in found.values():
        row.seconds = max(until - since, 1e-9)
    return {key: row for key, row in found.items() if row.flight or row.counts}


def _counted(
    then: Mapping[str, Any] | None, now: Mapping[str, Any], since: float
) -> Iterator[tuple[Key, Mapping[str, Any], Mapping[str, Any]]]:
    """By row, what a worker had counted at the first look and at the last. One that began since then had nothing."""
    if then is None and now["began"] < since:
        return  # it was silent at the first look: how much of this is older, nobody knows
    known = {Key(*row[:5]): row[5] for row in then["rows"]} if then and then["began"] == now["began"] else {}
    for row in now["rows"]:
        key = Key(*row[:5])
        yield key, known.get(key, {}), row[5]


def _grown(found: dict[Key, Row], key: Key, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Add what a row grew by; where it became less it was dropped in between, and began at nothing again."""
    if any(new[name] < old.get(name, 0) for name in COUNTS):
        old = {}
    counts = {name: grown for name in COUNTS if (grown := new[name] - old.get(name, 0))}
    if counts:
        row = found.setdefault(key, Row())
        row.counts.update(counts)
        row.times.update(dict(new["times"]))
        row.times.subtract(dict(old.get("times", ())))


def total(rows: Mapping[Key, Row]) -> Row:
    """All of it."""
    whole = Row()
    for row in rows.values():
        whole.add(row)
    return whole


def by(rows: Mapping[Key, Row], dimension: str) -> dict[str, Row]:
    """Rows by the values of one dimension."""
    place = DIMENSIONS.index(dimension)
    found: dict[str, Row] = {}
    for key, row in rows.items():
        found.setdefault(key[place], Row()).add(row)
    return found


def users(seen: Seen) -> dict[str, str]:
    """By pseudonym, the user as the key store has him."""
    return {person: user for one in seen.values() for person, user in one["users"].items()}
