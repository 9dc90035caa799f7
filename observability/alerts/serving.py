"""Alerts on the gateway itself."""

from __future__ import annotations

from observability.alerts.alert import Alert

SERVING = (
    Alert(
        "EcluseTargetDown",
        'up{job="ecluse"} == 0 or absent(up{job="ecluse"})',
        "2m",
        "page",
        "Prometheus gets no metrics from {{ with $labels.instance }}{{ . }}{{ else }}any gateway{{ end }}",
    ),
)
