"""Quotas as metrics and `ecluse status` show them."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from typing import Any

from gateway.quota.keeper import Keeper
from gateway.quota.quotas import Use
from gateway.quota.standing import plain
from observability.turns import Turns

Labels = tuple[str, str, str]
"""Scope, unit and window."""


async def shares(uses: Iterable[Use], turns: Turns) -> tuple[dict[Labels, float], dict[Labels, float]]:
    """Over all names, the highest share used of each limit, and the highest that this worker has at hand besides.

    There may be thousands of names, so calls get their turn in between.
    """
    used: dict[Labels, float] = {}
    at_hand: dict[Labels, float] = {}
    for use in uses:
        account = use.account
        line = account.line
        labels = (line.scope, line.unit, "none" if account.slots else line.window)
        used[labels] = max(use.ratio, used.get(labels, 0.0))
        left = max(account.granted - account.used, 0) if account.total else 0
        at_hand[labels] = max(left / use.limit if use.limit else 0.0, at_hand.get(labels, 0.0))
        if turns.over:
            await turns.end()
    return used, at_hand


def used_line(use: Use, currency: str) -> dict[str, Any]:
    """One quota of one name, for an operator. currency: of cost."""
    line = use.account.line
    window = {} if use.account.slots else {"window": line.window}
    money = {"currency": currency} if line.unit == "cost" else {}
    used, limit = plain(use.used, line.unit), plain(use.limit, line.unit)
    return {
        "scope": line.scope, "name": use.account.name, "unit": line.unit, **window, **money,
        "used": used if use.known else None, "limit": limit,
    }  # fmt: skip


def store_line(keeper: Keeper | None, quotas: Sized) -> dict[str, Any] | None:
    """How it stands with the store that shares them; None where none does, or there are no quotas to share."""
    if keeper is None or not quotas:
        return None
    return {
        "answers": not keeper.down,
        "leases_valid": keeper.renewed(),
        "grants_again_in_seconds": round(keeper.book.shut, 1) or None,
        "workers": keeper.book.holders,
    }
