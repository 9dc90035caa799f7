"""Alerts on telemetry itself: what isn't told any more."""

from __future__ import annotations

from observability.alerts.alert import Alert, rose

TELEMETRY = (
    Alert(
        "EcluseTelemetryLost",
        "sum by (job, instance, signal) (increase(ecluse_telemetry_dropped_total[15m])) > 0",
        "0s",
        "ticket",
        "{{ $labels.instance }} had to drop what it was to tell ({{ $labels.signal }})",
    ),
    Alert(
        "EcluseSeriesFolded",
        rose("ecluse_telemetry_folded_total", "1h"),
        "0s",
        "ticket",
        "{{ $labels.family }} at {{ $labels.instance }} has more label sets than it shows one by one",
    ),
)
