"""Alerts on rules: what ends soon, what refuses too much, what couldn't be inspected."""

from __future__ import annotations

from observability.alerts.alert import Alert

_EXCEPTION = "min by (job, exception) (ecluse_exception_expiry_timestamp_seconds) - time()"
_SHADOW = "min by (job, rule) (ecluse_shadow_expiry_timestamp_seconds) - time()"

POLICIES = (
    Alert(
        "EcluseExceptionEnds",
        f"{_EXCEPTION} < 14 * 86400\nand {_EXCEPTION} >= 0",
        "5m",
        "ticket",
        "exception {{ $labels.exception }} ends in {{ $value | humanizeDuration }}",
    ),
    Alert(
        "EcluseExceptionEnded",
        f"{_EXCEPTION} < 0",
        "5m",
        "ticket",
        "exception {{ $labels.exception }} has ended, lifts nothing any more, and is still written down",
    ),
    Alert(
        "EcluseShadowDue",
        f"{_SHADOW} < 14 * 86400\nand {_SHADOW} >= 0",
        "5m",
        "ticket",
        "somebody is to decide on shadow rule {{ $labels.rule }} in {{ $value | humanizeDuration }}",
    ),
    Alert(
        "EcluseShadowOverdue",
        f"{_SHADOW} < 0",
        "5m",
        "ticket",
        "somebody should have decided on shadow rule {{ $labels.rule }}, which still changes nothing",
    ),
    Alert(
        "EclusePolicyRefusesMany",
        'sum by (job) (rate(ecluse_refusals_total{code="policy_refused"}[15m]))\n'
        "  > 0.25 * sum by (job) (rate(ecluse_requests_total[15m]))\n"
        "and sum by (job) (increase(ecluse_requests_total[15m])) > 30",
        "5m",
        "ticket",
        "policy refuses more than one call in four",
    ),
    Alert(
        "EcluseInspectionFails",
        "increase(ecluse_classify_failures_total[15m]) > 0",
        "0s",
        "ticket",
        "inspections at {{ $labels.instance }} did not finish; their calls were refused",
    ),
)
