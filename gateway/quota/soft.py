"""Soft limits: who is told when an account passes its own, once for each window, however many workers see it.

A worker that sees it first claims the warning on the board (gateway.state.claims).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from gateway.quota.standing import moment, past_soft, plain
from gateway.state.claims import Claims

if TYPE_CHECKING:
    from gateway.identity.callers import Caller
    from gateway.quota.accounts import Limit
    from gateway.quota.quotas import Use
    from gateway.state.claims import Board

PREFIX = "warned/"
MOST_KNOWN = 100_000


class Teller(Protocol):
    """Where a warning goes: metrics, log, ledger, webhooks."""

    def __call__(self, message: Mapping[str, Any]) -> None: ...


class SoftLimits:
    """The warnings of one worker. settle: seconds until every worker has heard of a claim."""

    def __init__(self, board: Board, tell: Teller, settle: float) -> None:
        self.claims = Claims(board, settle)
        self._tell = tell
        self._known: dict[tuple[str, int, int], None] = {}
        self._currency = ""
        self.active = False

    def use(self, limits: Iterable[Limit], currency: str) -> None:
        """The limits in force. currency: of those on cost."""
        self._currency = currency
        self.active = any(line.soft is not None for line in limits)

    def look(self, uses: Sequence[Use], caller: Caller, now: float) -> None:
        """Tells of the accounts that have passed their soft limits. now: Unix seconds."""
        for use in uses:
            if not past_soft(use):
                continue
            account = use.account
            known = (account.key, account.start, use.limit)
            if known not in self._known:
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[known] = None
                message = _message(use, caller, now, self._currency)
                self._claim(f"{PREFIX}{account.key}/{account.start}/{use.limit}", use, message, now)

    def _claim(self, key: str, use: Use, message: Mapping[str, Any], now: float) -> None:
        seconds = max(use.end - now, 0.0) + 60.0 if use.end is not None else 3600.0
        self.claims.first(key, seconds, now, lambda: self._tell(message))


def _message(use: Use, caller: Caller, now: float, currency: str) -> dict[str, Any]:
    """Names a person by the pseudonym only."""
    account = use.account
    line, unit = account.line, account.line.unit
    return {
        "event": "quota.soft",
        "at": moment(now),
        "organisation": caller.organisation,
        "scope": line.scope,
        "name": caller.pseudonym if line.scope == "user" else account.name,
        "unit": unit,
        "window": line.window if use.end is not None else None,
        "limit": plain(use.limit, unit),
        "used": plain(use.used, unit),
        "currency": currency if unit == "cost" else None,
        "soft": line.soft,
        "resets_at": moment(use.end) if use.end is not None else None,
    }
