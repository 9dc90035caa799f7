"""Alerts on the ledger: calls can't be recorded, or soon won't be."""

from __future__ import annotations

from observability.alerts.alert import Alert, Severity


def _full(hours: int, window: str, hold: str, severity: Severity) -> Alert:
    """The disk as it went in `window` passes the mark at which the ledger takes no more calls."""
    return Alert(
        f"EcluseLedgerDisk{hours}Hours",
        f"predict_linear(ecluse_ledger_disk_free_bytes[{window}], {hours} * 3600) < ecluse_ledger_disk_low_bytes",
        hold,
        severity,
        f"the ledger's disk at {{{{ $labels.instance }}}} will be full in {hours} hours, as it goes now",
    )


LEDGER = (
    Alert(
        "EcluseLedgerNotReady",
        "ecluse_ledger_ready == 0",
        "30s",
        "page",
        "calls can't be recorded at {{ $labels.instance }}, so none is sent",
    ),
    _full(24, "6h", "1h", "ticket"),
    _full(4, "1h", "10m", "page"),
    Alert(
        "EcluseLedgerFails",
        "increase(ecluse_ledger_failures_total[15m]) > 0",
        "0s",
        "page",
        "the ledger's disk or its writing process failed at {{ $labels.instance }}",
    ),
    Alert(
        "EcluseLedgerSlow",
        "histogram_quantile(0.99, sum by (job, instance, le) (rate(ecluse_ledger_append_seconds_bucket[5m]))) > 0.25",
        "5m",
        "ticket",
        "calls at {{ $labels.instance }} wait {{ $value | humanizeDuration }} for their record",
    ),
)
