"""Soft limits: who is told when an account passes its own, once for each window, however many workers see it.

A worker that sees it first claims the warning on the board; the earliest claim counts, and the others keep still. Where
the board doesn't answer, each worker tells: better twice than never.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from gateway.quota.standing import moment, past_soft, plain

if TYPE_CHECKING:
    from gateway.identity.callers import Caller
    from gateway.quota.accounts import Limit
    from gateway.quota.quotas import Use

PREFIX = "warned/"
LATEST = (1 << 53) - 2
"""Less the time in microseconds, the rank of a claim: the earlier, the higher."""
PATIENCE = 3.0
"""Seconds to wait for the store to take a claim."""
MOST_KNOWN = 100_000


class Board(Protocol):
    """What claims are made on; a worker's end of the board."""

    @property
    def shared(self) -> bool: ...
    def get(self, key: str) -> bytes | None: ...
    def say(self, key: str, value: bytes, seconds: float | None = None, *, rank: int = 0) -> None: ...
    async def told(self, key: str, seconds: float) -> bool: ...


class Teller(Protocol):
    """Where a warning goes: metrics, log, ledger, webhooks."""

    def __call__(self, message: Mapping[str, Any]) -> None: ...


class SoftLimits:
    """The warnings of one worker. settle: seconds until every worker has heard of a claim."""

    def __init__(self, board: Board, tell: Teller, settle: float) -> None:
        self._board = board
        self._tell = tell
        self._settle = settle
        self._known: dict[tuple[str, int, int], None] = {}
        self._claims: set[asyncio.Task[None]] = set()
        self.active = False

    def use(self, limits: Iterable[Limit]) -> None:
        """The limits in force."""
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
                self._claim(f"{PREFIX}{account.key}/{account.start}/{use.limit}", use, _message(use, caller, now), now)

    def _claim(self, key: str, use: Use, message: Mapping[str, Any], now: float) -> None:
        if not self._board.shared:
            self._tell(message)
        elif self._board.get(key) is None:
            seconds = max(use.end - now, 0.0) + 60.0 if use.end is not None else 3600.0
            token = secrets.token_bytes(8)
            self._board.say(key, token, seconds, rank=LATEST - int(now * 1_000_000))
            task = asyncio.get_running_loop().create_task(self._told(key, token, message))
            self._claims.add(task)
            task.add_done_callback(self._claims.discard)

    async def _told(self, key: str, token: bytes, message: Mapping[str, Any]) -> None:
        if await self._board.told(key, PATIENCE):
            await asyncio.sleep(self._settle)
            if self._board.get(key) not in (token, None):
                return
        self._tell(message)


def body(message: Mapping[str, Any], id: str) -> bytes:
    """A message as a webhook gets it."""
    return orjson.dumps({"id": id, **message})


def _message(use: Use, caller: Caller, now: float) -> dict[str, Any]:
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
        "soft": line.soft,
        "resets_at": moment(use.end) if use.end is not None else None,
    }
