"""The figures of several processes as those of one: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from observability.families import FAMILIES, Family

Snapshot = dict[str, list[list[Any]]]
"""Family -> [labels, value] of each series; of a histogram the value is its cells, the sum last, and after it may stand
its exemplars: [bucket, call, trace, value, Unix time] each."""

_RULES: dict[str, Callable[[float, float], float]] = {"sum": float.__add__, "max": max, "min": min}


def merged(snapshots: Iterable[Snapshot], families: Iterable[Family] = FAMILIES) -> Snapshot:
    """One snapshot of all. Counters and histograms are added up, gauges merged as their family says."""
    table = {family.name: family for family in families}
    found: dict[str, dict[tuple[str, ...], list[Any]]] = {name: {} for name in table}
    for snapshot in snapshots:
        for name in snapshot.keys() & table.keys():
            _add(table[name], found[name], snapshot[name])
    return {name: list(series.values()) for name, series in found.items()}


def _add(family: Family, held: dict[tuple[str, ...], list[Any]], series: Iterable[list[Any]]) -> None:
    for row in series:
        key = tuple(row[0])
        before = held.get(key)
        if before is None:
            held[key] = row
        else:
            shown = _newest(before[2:], row[2:])
            held[key] = [row[0], together(family, before[1], row[1]), *shown]


def together(family: Family, before: Any, value: Any) -> Any:
    """Two values of one series as one. Histograms whose buckets differ are of another version: the first stays."""
    if family.kind != "histogram":
        return _RULES[family.merge if family.kind == "gauge" else "sum"](float(before), float(value))
    return [float(a) + float(b) for a, b in zip(before, value, strict=True)] if len(before) == len(value) else before


def _newest(one: list[Any], other: list[Any]) -> list[Any]:
    """Of each bucket the exemplar that came last."""
    found: dict[int, list[Any]] = {}
    for exemplar in (*(one[0] if one else ()), *(other[0] if other else ())):
        bucket, *_, at = exemplar
        if bucket not in found or found[bucket][-1] < at:
            found[bucket] = exemplar
    return [list(found.values())] if found else []


def counted(snapshot: Snapshot, families: Iterable[Family] = FAMILIES) -> Snapshot:
    """What stays of a process that ended: all that only ever grows."""
    kept = {family.name for family in families if family.kind != "gauge"}
    return {name: series for name, series in snapshot.items() if name in kept}
