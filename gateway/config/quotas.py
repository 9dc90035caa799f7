"""Quotas: how much may be used, by whom, in what time."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config import kinds as k
from gateway.config.table import setting
from gateway.quota.units import SCOPES, UNITS
from gateway.quota.windows import WINDOWS


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSettings:
    """One hard limit."""

    scope: str = setting(k.choice(*SCOPES), "Who or what shares it; contract and destination count each attempt.")
    match: str = setting(k.TEXT, "Which of them, as a pattern; each has the limit for itself.", default="*")
    unit: str = setting(
        k.choice(*UNITS),
        "What is counted; tokens: input and output together; concurrent: calls at once.",
    )
    window: str = setting(k.choice(*WINDOWS), "How long (not for concurrent).", default="minute")
    zone: str = setting(
        k.ZONE, "Time zone in which days, weeks (from Monday) and months begin, such as Europe/Paris.", default="UTC"
    )
    limit: int = setting(k.count(0), "How many.")
    on_store_failure: str = setting(
        k.choice("closed", "share"),
        "When the shared store fails and this worker's lease has no room: closed (503), or share (go on with the "
        "worker's share of what was left).",
        default="closed",
    )
