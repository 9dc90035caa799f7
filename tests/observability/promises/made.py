"""Attempts, made by a few words each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from observability.promises import Ended

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC).timestamp()


def ended(began: float, total: float = 1.0, error: str | None = None, **more: Any) -> Ended:
    """One that began so many seconds after October 2026 did (UTC)."""
    given = {
        "call": f"c{began}", "number": 1, "destination": "alpha/gpt", "vendor": "alpha", "contract": "alpha-us",
        "model": "gpt", "credential": 0, "status": 200 if error is None else 503, "error": error,
        "fault": None if error is None else "vendor", "retry_after": None, "first_token": total / 2,
        "streamed": True, "cost": 1_000, "currency": "EUR", "vendor_request": "req_1",
    }  # fmt: skip
    return Ended(began=OCTOBER + began, ended=OCTOBER + began + total, total=total, **{**given, **more})
