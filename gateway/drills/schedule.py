"""Which scheduled drill is due: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.config.drills import ScheduledDrill


def due(
    schedule: Mapping[str, ScheduledDrill], reports: Iterable[Mapping[str, Any]], now: datetime
) -> ScheduledDrill | None:
    """The drill that is to begin now: its hour has come, and its last run is as long ago as it says; the one that
    waited longest. reports: those on file."""
    last: dict[str, float] = {}
    for one in reports:
        name = one["drill"]["scheduled"]
        last[name] = max(last.get(name, 0.0), one["drill"]["began"])
    at = now.astimezone(UTC)
    # An hour's slack: a drill at five o'clock each day began at one minute past five yesterday.
    waiting = [
        one
        for one in schedule.values()
        if one.hour == at.hour and at.timestamp() - last.get(one.name, 0.0) >= one.every - 3600.0
    ]
    return min(waiting, key=lambda one: last.get(one.name, 0.0), default=None)


def stale(destinations: Iterable[str], last: Mapping[str, float], days: int, now: datetime) -> list[str]:
    """Destinations without a drill for so many days."""
    return [name for name in destinations if now.timestamp() - last.get(name, 0.0) > days * 86400.0]
