"""Alerts on contracts with vendors."""

from __future__ import annotations

from observability.alerts.alert import Alert, Severity

_LEFT = "min by (contract) (ecluse_contract_expiry_timestamp_seconds) - time()"


def _ends(days: int, after: int, severity: Severity) -> Alert:
    return Alert(
        f"EcluseContractEnds{days}Days",
        f"{_LEFT} < {days} * 86400\nand {_LEFT} >= {f'{after} * 86400' if after else 0}",
        "5m",
        severity,
        "contract {{ $labels.contract }} ends in {{ $value | humanizeDuration }}",
    )


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
)
