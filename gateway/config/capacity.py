"""Capacity: who goes first when there isn't room for all, who waits and for how long."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() and section() return dataclasses.field(), they are no shared defaults
from dataclasses import dataclass

from gateway.config import kinds as k
from gateway.config.table import section, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSeconds:
    """How long a call may wait for a slot, by the priority of its use case."""

    high: float = setting(k.SPAN, "Calls of use cases of high priority.", default=30.0)
    normal: float = setting(k.SPAN, "Of normal priority.", default=15.0)
    low: float = setting(k.SPAN, "Of low priority.", default=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySettings:
    """What happens when a destination, or this gateway, can't take all calls at once."""

    adaptive: bool = setting(
        k.FLAG,
        "Ask a destination for fewer calls at once when it throttles, is overloaded or slows down, and for more after.",
        default=True,
    )
    least_in_flight: int = setting(
        k.count(1, 10_000), "Calls at once that a destination is asked for at least, however it fares.", default=4
    )
    queue_length: int = setting(k.count(0, 100_000), "Calls that may wait for one destination.", default=200)
    queue_seconds: QueueSeconds = section(QueueSeconds, "How long a call may wait for a slot.")
    lower_percent: int = setting(
        k.count(0, 50),
        "Of a turn, what a lower class earns each time that a higher one goes first; with 0 it waits for all of them.",
        default=10,
    )
    inspect_seconds: float = setting(
        k.SPAN,
        "How long a call of high priority may wait to be inspected; of normal priority half, of low a quarter.",
        default=2.0,
    )
    lag_seconds: float = setting(
        k.SPAN, "How far behind this process may be before it turns calls away, lower classes first.", default=0.25
    )
