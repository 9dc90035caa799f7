"""Alerts on quotas and on what calls cost."""

from __future__ import annotations

from observability.alerts.alert import Alert, rose

QUOTAS = (
    Alert(
        "EcluseQuotaNear",
        'max by (job, scope, unit, window) (ecluse_quota_used_ratio{window=~"day|week|month"}) > 0.9',
        "5m",
        "ticket",
        "a {{ $labels.scope }} has used {{ $value | humanizePercentage }} of its {{ $labels.unit }} of the "
        "{{ $labels.window }}",
    ),
    Alert(
        "EcluseQuotaRefuses",
        "sum by (job, scope, unit) (increase(ecluse_quota_refusals_total[15m])) > 10",
        "0s",
        "ticket",
        "calls are refused: a {{ $labels.scope }} has no {{ $labels.unit }} left",
    ),
    Alert(
        "EcluseQuotaUnknown",
        rose("ecluse_quota_unknown_total", "5m"),
        "0s",
        "page",
        "calls are refused at {{ $labels.instance }}: the shared store doesn't say what is left of "
        "{{ $labels.unit }} by {{ $labels.scope }}",
    ),
    Alert(
        "EclusePriceUnknown",
        rose("ecluse_price_assumed_total", "1h"),
        "0s",
        "ticket",
        "no price of {{ $labels.destination }} is known: its calls count at the dearest",
    ),
)
