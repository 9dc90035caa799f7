"""Quotas: how much may be used, by whom, in what time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gateway.config import kinds as k
from gateway.config.money import AMOUNT, SHARE
from gateway.config.table import Path, setting
from gateway.documents import Problem
from gateway.pricing.rates import MICROS
from gateway.quota.units import SCOPES, UNITS
from gateway.quota.windows import WINDOWS

MOST_MONEY = 10**9
"""A limit on cost: stores count exactly up to 2^53 millionths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSettings:
    """One hard limit. limit: of cost in millionths of the currency, once the whole configuration was read."""

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
    limit: int = setting(AMOUNT, "How many; for cost an amount of money (`prices.currency`), up to six decimals.")
    soft: float | None = setting(
        SHARE, "Share of the limit from which callers and webhooks are warned, such as 0.8.", default=None
    )
    on_store_failure: str = setting(
        k.choice("closed", "share"),
        "When the shared store fails and this worker's lease has no room: closed (503), or share (go on with the "
        "worker's share of what was left).",
        default="closed",
    )


def counted(quotas: Sequence[QuotaSettings]) -> tuple[QuotaSettings, ...]:
    """The same with limits on cost as they are counted: in millionths."""
    return tuple(replace(one, limit=int(one.limit * MICROS)) if one.unit == "cost" else one for one in quotas)


def miscounted(quotas: Sequence[QuotaSettings], path: Path) -> Iterator[Problem]:
    """Limits, as read, that their unit can't have."""
    for index, one in enumerate(quotas):
        if one.unit != "cost" and isinstance(one.limit, Decimal):
            yield Problem((*path, index, "limit"), "limit must be a whole number: only money has decimals")
        if one.unit == "cost" and one.limit > MOST_MONEY:
            yield Problem((*path, index, "limit"), f"limit must be at most {MOST_MONEY}")
