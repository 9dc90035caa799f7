"""Alerts on contracts with vendors, and on destinations that nobody has tried to lose."""

from __future__ import annotations

from observability.alerts.alert import Alert, Severity

_LEFT = "min by (job, contract) (ecluse_contract_expiry_timestamp_seconds) - time()"


def _ends(days: int, after: int, severity: Severity) -> Alert:
    return Alert(
        f"EcluseContractEnds{days}Days",
        f"{_LEFT} < {days} * 86400\nand {_LEFT} >= {f'{after} * 86400' if after else 0}",
        "5m",
        severity,
        "contract {{ $labels.contract }} ends in {{ $value | humanizeDuration }}",
    )


_MONTH = "sum by (job, contract, promise) (ecluse_contract_month_requests"

CONTRACTS = (
    _ends(90, 30, "ticket"),
    _ends(30, 7, "ticket"),
    _ends(7, 0, "page"),
    Alert(
        "EcluseContractEnded",
        f"{_LEFT} < 0",
        "1m",
        "page",
        "contract {{ $labels.contract }} has ended: nothing is sent to its destinations any more",
    ),
    Alert(
        "EcluseContractBroken",
        f'{_MONTH}{{result="broken"}}) / {_MONTH})\n'
        "  > 1 - max by (job, contract, promise) (ecluse_contract_promised_ratio)\n"
        f"and {_MONTH}) >= 100",
        "30m",
        "ticket",
        "contract {{ $labels.contract }} breaks its promise ({{ $labels.promise }}) this month, as counted so far",
    ),
    Alert(
        "EcluseDrillOverdue",
        "time() - max by (job, destination) (ecluse_drill_last_timestamp_seconds) > 92 * 86400",
        "1h",
        "ticket",
        "{{ $labels.destination }} hasn't been made to fail on purpose for 92 days, or never",
    ),
)
