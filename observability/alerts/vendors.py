"""Alerts on vendors that fail."""

from __future__ import annotations

from observability.alerts.alert import Alert

VENDORS = (
    Alert(
        "EcluseBreakerOpen",
        "max by (destination, failure) (ecluse_breaker_state) > 0",
        "2m",
        "ticket",
        "{{ $labels.destination }} is left alone: failures of class {{ $labels.failure }}",
    ),
)
