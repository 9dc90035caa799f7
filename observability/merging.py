"""The figures of several processes as those of one: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from observability.families import FAMILIES, Family

Snapshot = dict[str, list[list[Any]]]
"""Family -> [labels, value] of each series; of a histogram the value is its cells, the sum last."""

_RULES: dict[str, Callable[[float, float], float]] = {"sum": float.__add__, "max": max, "min": min}


def merged(snapshots: Iterable[Snapshot], families: Iterable[Family] = FAMILIES) -> Snapshot:
    """One snapshot of all. Counters and histograms are added up, gauges merged as their family says."""
    found: dict[str, dict[tuple[str, ...], Any]] = {family.name: {} for family in families}
    rules = {f.name: _RULES[f.merge if f.kind == "gauge" else "sum"] for f in families}
    for snapshot in snapshots:
        for name, series in snapshot.items():
            held = found.get(name)
            for labels, value in series if held is not None else ():
                assert held is not None
                key = tuple(labels)
                before = held.get(key)
                held[key] = value if before is None else _one(rules[name], before, value)
    return {name: [[list(key), value] for key, value in series.items()] for name, series in found.items()}


def counted(snapshot: Snapshot, families: Iterable[Family] = FAMILIES) -> Snapshot:
    """What stays of a process that ended: all that only ever grows."""
    kept = {family.name for family in families if family.kind != "gauge"}
    return {name: series for name, series in snapshot.items() if name in kept}


def _one(rule: Callable[[float, float], float], before: Any, value: Any) -> Any:
    if isinstance(before, list):
        return (
            [rule(float(a), float(b)) for a, b in zip(before, value, strict=True)]
            if len(before) == len(value)
            else before
        )
    return rule(float(before), float(value))
