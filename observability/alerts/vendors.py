"""Alerts on vendors that fail, throttle, slow down or turn us away."""

from __future__ import annotations

from observability.alerts.alert import Alert, rose

_ATTEMPTS = "sum by (job, destination) (increase(ecluse_attempts_total[5m]))"
_LEFT = (
    'sum by (job, destination) (label_replace(rate(ecluse_failovers_total[5m]), "destination", "$1", "from", "(.*)"))'
)

VENDORS = (
    Alert(
        "EcluseBreakerOpen",
        "max by (job, destination, failure) (ecluse_breaker_state) > 0",
        "2m",
        "ticket",
        "{{ $labels.destination }} is left alone: failures of class {{ $labels.failure }}",
    ),
    Alert(
        "EcluseNoDestination",
        'sum by (job) (increase(ecluse_failures_total{code="destinations_unavailable"}[5m])) > 5',
        "0s",
        "page",
        "calls are refused because every destination that they may go to is failing",
    ),
    Alert(
        "EcluseVendorRefusesUs",
        rose('ecluse_attempts_total{result=~"auth|money"}', "10m"),
        "0s",
        "page",
        "{{ $labels.destination }} refuses our credential or our budget ({{ $labels.result }})",
    ),
    Alert(
        "EcluseFailoverBurst",
        f"{_LEFT}\n  > 0.2 * sum by (job, destination) (rate(ecluse_attempts_total[5m]))\nand {_ATTEMPTS} > 20",
        "2m",
        "ticket",
        "more than one call in five at {{ $labels.destination }} goes on to another destination",
    ),
    Alert(
        "EcluseVendorThrottles",
        'sum by (job, destination) (rate(ecluse_attempts_total{result=~"rate_limit|ramp"}[5m]))\n'
        f"  > 0.2 * sum by (job, destination) (rate(ecluse_attempts_total[5m]))\nand {_ATTEMPTS} > 20",
        "5m",
        "ticket",
        "{{ $labels.destination }} throttles more than one attempt in five",
    ),
    Alert(
        "EcluseOutlier",
        rose("ecluse_outliers_total", "15m"),
        "0s",
        "ticket",
        "{{ $labels.destination }} does far worse than its model's other destinations",
    ),
    Alert(
        "EcluseRouteDemoted",
        "max by (job, route, destination) (ecluse_route_demoted) == 1",
        "5m",
        "ticket",
        "{{ $labels.destination }} breaks what route {{ $labels.route }} promises, and is asked after the others",
    ),
    Alert(
        "EcluseCallsWait",
        "sum by (job, destination) (ecluse_destination_waiting) > 0",
        "5m",
        "ticket",
        "{{ $value }} calls wait for a slot at {{ $labels.destination }}, for minutes without a pause",
    ),
)
