"""An account as plain values, for programs, and as rows of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.promises.accounts import Account
from observability.promises import Ended, Kept
from observability.reports.forms import sheet
from observability.reports.numbers import exact

PROMISES = (
    "month", "contract", "vendor", "processor", "promise", "promised_percent", "bound_seconds", "counted", "kept",
    "measured_percent", "took_seconds", "met", "credit_percent", "credit_amount", "currency", "claim_until",
    "claim_void",
)  # fmt: skip
EVIDENCE = (
    "contract", "began", "ended", "seconds", "destination", "model", "status", "error", "vendor_request", "call",
    "attempt",
)  # fmt: skip


def whole(accounts: Iterable[Account], month: str, damaged: int) -> dict[str, Any]:
    """All accounts as one JSON object. damaged: segments of the ledger that lack records."""
    return {"month": month, "damaged_segments": damaged, "contracts": [plain(one) for one in accounts]}


def plain(account: Account) -> dict[str, Any]:
    """One JSON object. Times are RFC 3339 in UTC, shares are percent, money is decimal numbers in text."""
    measured, contract = account.measured, account.contract
    return {
        "contract": account.name,
        "in_bundle": contract is not None,
        "vendor": contract.vendor if contract is not None else None,
        "processor": contract.processor if contract is not None else None,
        "month": measured.month.name(),
        "zone": account.service.zone,
        "from": measured.month.since.isoformat(),
        "until": moment(measured.until),
        "over": account.over,
        "destinations": list(measured.destinations),
        "attempts": dict(measured.verdicts),
        "promises": [_promise(kept) for kept in account.promises],
        "lost_minutes": measured.lost_minutes,
        "cost": _exact(measured.cost),
        "credits": [{**due._asdict(), "amounts": _exact(due.amounts)} for due in account.dues],
        "claim": {
            "until": account.until.isoformat() if account.until is not None else None,
            "to": account.service.claim.to,
            "void": account.void,
            "waits_asked": measured.waits.asked,
            "sent_too_early": measured.waits.early,
            "waits_cut": measured.waits.cut,
        },
        "hours": [
            {"hour": moment(hour.start), "requests": hour.good + hour.failed, "failed": hour.failed,
             "throttled": hour.throttled}
            for hour in measured.hours
        ],
        "failures": [dict(zip(EVIDENCE, evidence(account.name, one), strict=True)) for one in measured.failures],
        "failures_left_out": measured.more,
    }  # fmt: skip


def promises_csv(accounts: Iterable[Account]) -> str:
    """Every promise, a row each; one that earns a credit in several currencies has one for each of these."""
    return sheet(PROMISES, (row for account in accounts for row in _rows(account)))


def evidence_csv(accounts: Iterable[Account]) -> str:
    """Every attempt that counts as failed and is held, a row each: what a vendor asks for with a claim."""
    return sheet(EVIDENCE, (evidence(a.name, one) for a in accounts for one in a.measured.failures))


def left_out(accounts: Iterable[Account]) -> Iterator[str]:
    """A sentence for each contract of which more failed than the evidence has room for."""
    for account in accounts:
        if more := account.measured.more:
            kept = f"the evidence has {len(account.measured.failures)} failed requests under {account.name}"
            yield f"{kept}, the most that it takes; {more} more failed"


def evidence(contract: str, one: Ended) -> tuple[Any, ...]:
    """The row of one failed attempt."""
    return (
        contract, moment(one.began), moment(one.ended), round(one.total, 3), one.destination, one.model, one.status,
        one.error, one.vendor_request, one.call, one.number,
    )  # fmt: skip


def moment(at: float) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def percent(kept: Kept) -> float | None:
    """What was kept, in percent; cut, never rounded up, so that 99.89999 isn't shown as 99.9."""
    return None if kept.share is None else int(kept.share * 10**6) / 10**4


def _promise(kept: Kept) -> dict[str, Any]:
    return {
        "promise": kept.name,
        "promised_percent": kept.promised,
        "bound_seconds": kept.bound,
        "counted": kept.counted,
        "kept": kept.kept,
        "measured_percent": percent(kept),
        "took_seconds": kept.took,
        "met": kept.met,
    }


def _exact(nanos: Mapping[str, int]) -> dict[str, str]:
    return {currency: exact(amount) for currency, amount in nanos.items()}


def _rows(account: Account) -> Iterator[tuple[Any, ...]]:
    contract, dues = account.contract, {due.promise: due for due in account.dues}
    for kept in account.promises:
        due = dues.get(kept.name)
        for currency, amount in (_exact(due.amounts) if due else {}).items() or ((None, None),):
            yield (
                account.measured.month.name(), account.name, contract and contract.vendor,
                contract and contract.processor, kept.name, kept.promised, kept.bound, kept.counted, kept.kept,
                percent(kept), kept.took, _said(kept.met), due and due.percent, amount, currency, account.until,
                _said(account.void) if due else None,
            )  # fmt: skip


def _said(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
