"""Alerts on the gateway itself: whether it serves, with all its processes, what it was given."""

from __future__ import annotations

from observability.alerts.alert import Alert, Severity, rose

_CERTIFICATE = "min by (job, instance, listener) (ecluse_certificate_expiry_timestamp_seconds) - time()"


def _certificate(days: int, after: int | None, severity: Severity) -> Alert:
    """after: days from which the next alert tells instead."""
    rest = f"\nand {_CERTIFICATE} >= {after} * 86400" if after else ""
    return Alert(
        f"EcluseCertificateEnds{days}Days",
        f"{_CERTIFICATE} < {days} * 86400{rest}",
        "5m",
        severity,
        "the certificate of the {{ $labels.listener }} listener of {{ $labels.instance }} ends within "
        f"{days} days, or has ended",
    )


SERVING = (
    Alert(
        "EcluseTargetDown",
        'up{job="ecluse"} == 0 or absent(up{job="ecluse"})',
        "2m",
        "page",
        "Prometheus gets no metrics from {{ with $labels.instance }}{{ . }}{{ else }}any gateway{{ end }}",
    ),
    Alert("EcluseNotReady", "ecluse_ready == 0", "2m", "page", "{{ $labels.instance }} takes no calls"),
    Alert(
        "EcluseNoTraffic",
        "sum by (job) (rate(ecluse_requests_total[15m])) == 0\n"
        "and sum by (job) (rate(ecluse_requests_total[1h] offset 15m)) > 0.1",
        "5m",
        "ticket",
        "no call has come for a while, after an hour with more than six a minute",
    ),
    Alert(
        "EcluseWorkerLost",
        rose("ecluse_worker_restarts_total", "15m"),
        "0s",
        "ticket",
        "worker {{ $labels.worker }} of {{ $labels.instance }} {{ $labels.reason }} and was replaced",
    ),
    Alert(
        "EcluseWorkersMissing",
        "ecluse_workers < ecluse_workers_wanted",
        "5m",
        "page",
        "{{ $labels.instance }} serves with {{ $value }} workers, fewer than it should",
    ),
    Alert(
        "EcluseBridgeDown",
        "ecluse_bridge_up == 0",
        "2m",
        "page",
        "the process that runs {{ $labels.bridge }} at {{ $labels.instance }} doesn't serve",
    ),
    Alert(
        "EcluseBridgeLost",
        rose("ecluse_bridge_restarts_total", "15m"),
        "0s",
        "ticket",
        "litellm's process at {{ $labels.instance }} was started again: {{ $labels.reason }}",
    ),
    Alert(
        "EcluseLoopLag",
        "histogram_quantile(0.9, sum by (job, instance, le) (rate(ecluse_loop_lag_seconds_bucket[5m]))) > 0.25",
        "5m",
        "ticket",
        "{{ $labels.instance }} is {{ $value | humanizeDuration }} behind: it does more than its cores give",
    ),
    Alert(
        "EcluseRevisionsDiffer",
        "count by (job) (count by (job, config, policy, detection) (ecluse_revision_info)) > 1",
        "5m",
        "ticket",
        "{{ $value }} different configurations or bundles are in force at once",
    ),
    Alert(
        "EcluseLoadRefused",
        "ecluse_load_refused == 1",
        "1m",
        "ticket",
        "{{ $labels.instance }} refused its files when it last read them; what was in force before goes on",
    ),
    Alert(
        "EcluseHighPriorityShed",
        rose('ecluse_shed_total{priority="high"}', "5m"),
        "0s",
        "page",
        "calls of high priority are turned away at {{ $labels.instance }}: {{ $labels.reason }}",
    ),
    Alert(
        "EcluseCallsShed",
        'sum by (job, reason) (rate(ecluse_shed_total{reason!="draining"}[5m]))\n'
        "  > on (job) group_left () 0.05 * sum by (job) (rate(ecluse_requests_total[5m]))\n"
        'and sum by (job, reason) (increase(ecluse_shed_total{reason!="draining"}[5m])) > 10',
        "2m",
        "ticket",
        "more than one call in twenty is turned away: {{ $labels.reason }}",
    ),
    Alert(
        "EcluseStrangers",
        "sum by (job, instance) (rate(ecluse_unidentified_total[5m])) > 1",
        "5m",
        "ticket",
        '{{ $value | printf "%.1f" }} requests a second at {{ $labels.instance }} show no valid key',
    ),
    _certificate(14, 3, "ticket"),
    _certificate(3, None, "page"),
    Alert(
        "EcluseCertificateRefused",
        "ecluse_certificate_refused == 1",
        "5m",
        "ticket",
        "{{ $labels.instance }} doesn't take the renewed certificate of its {{ $labels.listener }} listener",
    ),
)
