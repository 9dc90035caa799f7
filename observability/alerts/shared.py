"""Alerts on what gateways share with each other and with people: the store, stops, webhooks."""

from __future__ import annotations

from observability.alerts.alert import Alert, rose

SHARED = (
    Alert(
        "EcluseStoreSilent",
        "ecluse_store_age_seconds > 2",
        "30s",
        "page",
        "{{ $labels.instance }} has heard nothing from the shared store for {{ $value | humanizeDuration }}",
    ),
    Alert(
        "EcluseStoreForged",
        "increase(ecluse_store_forged_total[1h]) > 0",
        "0s",
        "page",
        "somebody else writes to the shared store of {{ $labels.instance }}",
    ),
    Alert(
        "EcluseStopForgotten",
        "max by (job, kind) (ecluse_stops) > 0",
        "1d",
        "ticket",
        "something ({{ $labels.kind }}) has been stopped for a day, and nobody has started it again",
    ),
    Alert(
        "EcluseWebhookLost",
        rose('ecluse_webhooks_total{result=~"refused|given_up"}', "15m"),
        "0s",
        "ticket",
        "webhook {{ $labels.webhook }} didn't get a message ({{ $labels.result }})",
    ),
)
