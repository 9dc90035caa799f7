"""The status of several workers as one: plain values in, plain values out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Values = Mapping[str, Any]


def merged(statuses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """By worker in, as one out: what all say alike is said once, what differs is said for each."""
    keys = dict.fromkeys(key for status in statuses.values() for key in status)
    return {key: _RULES.get(key, _alike)({n: s[key] for n, s in statuses.items() if key in s}) for key in keys}


def _alike(values: Values) -> Any:
    found = list(values.values())
    if all(value == found[0] for value in found):
        return found[0]
    if all(isinstance(value, list) for value in found):
        return _rows(values)
    return _each(values)


def _each(values: Values) -> list[Any]:
    return [{"worker": name, **(v if isinstance(v, dict) else {"is": v})} for name, v in values.items()]


def _rows(values: Values) -> list[Any]:
    """Rows that all have, once; the others with the worker that has them."""
    alike = [row for row in next(iter(values.values())) if all(row in rows for rows in values.values())]
    return alike + _each_row((name, row) for name, rows in values.items() for row in rows if row not in alike)


def _each_row(rows: Iterable[tuple[str, Any]]) -> list[Any]:
    return [{"worker": name, **row} if isinstance(row, dict) else f"{name}: {row}" for name, row in rows]


def _sum(values: Values) -> Any:
    return sum(values.values())


def _most(values: Values) -> Any:
    return max(values.values())


def _highest(field: str) -> Callable[[Values], list[Any]]:
    """Rows that differ in `field` alone are one, with its highest value: what workers see of the same thing."""

    def rule(values: Values) -> list[Any]:
        found: dict[str, dict[str, Any]] = {}
        for row in (row for rows in values.values() for row in rows):
            same = repr([(key, value) for key, value in row.items() if key != field])
            if same not in found or (row[field] or 0) > (found[same][field] or 0):  # None: not known there
                found[same] = row
        return list(found.values())

    return rule


def _counted(values: Values) -> dict[str, int] | None:
    total: Counter[str] = Counter()
    for counts in values.values():
        total.update(counts or {})
    return dict(total) or None


def _slots(values: Values) -> list[Any]:
    """Of each destination, all its slots."""
    found: dict[str, Counter[str]] = {}
    for row in (row for rows in values.values() for row in rows):
        counts = {key: value for key, value in row.items() if key != "destination"}
        found.setdefault(row["destination"], Counter()).update(counts)
    return [{"destination": name, **counts} for name, counts in found.items()]


_RULES: Mapping[str, Callable[[Values], Any]] = {
    "calls_in_flight": _sum,
    "uptime_seconds": _most,
    "draining": _most,
    "ledger": _each,
    "breakers": _highest("seconds"),
    "quotas": _highest("used"),
    "capacity": _slots,
    "turned_away": _counted,
}
