"""Traces: which calls were kept, and what became of their spans on the way to the collector."""

from __future__ import annotations

from observability.families.family import Family

TRACING: tuple[Family, ...] = (
    Family(
        "ecluse_traces_total",
        "counter",
        "Calls whose trace was kept, by why (error, refused, failover, slow, parent, sampled).",
        ("kept",),
    ),
    Family(
        "ecluse_telemetry_spans_total",
        "counter",
        "Spans by what became of them: sent, or lost (rejected, refused, given_up, dropped, limited, broken, unsent).",
        ("result",),
    ),
    Family("ecluse_telemetry_traces_waiting", "gauge", "Calls whose spans wait to be sent.", merge="sum"),
)
