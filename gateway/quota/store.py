"""Quotas in memory, for one worker: settled plus reserved never exceeds a hard limit.

A window is a fixed, UTC-aligned stretch of time (a minute, a day). A call reserves an upper bound in every scope that
applies to it, all or nothing, and settles what it really used, failed and aborted calls too. What a vendor counts above
the reservation is debited all the same, so the window is then closed until it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol

WINDOWS = {"minute": 60, "hour": 3600, "day": 86400}


class Limit(Protocol):
    """One line of `quotas` in the configuration."""

    @property
    def scope(self) -> str: ...
    @property
    def match(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def window(self) -> str: ...
    @property
    def limit(self) -> int: ...


class Exceeded(Exception):
    """A hard limit has no room. retry_after: seconds until its window ends (1 for concurrent calls)."""

    def __init__(self, scope: str, unit: str, window: str, limit: int, retry_after: float, hopeless: bool) -> None:
        super().__init__(f"{scope} {unit} per {window}")
        self.scope, self.unit, self.window, self.limit = scope, unit, window, limit
        self.retry_after = retry_after
        self.hopeless = hopeless


@dataclass(slots=True)
class Account:
    """What one scope has used of one limit in the present window."""

    limit: int
    start: int = -1
    settled: int = 0
    reserved: int = 0


@dataclass(slots=True)
class Hold:
    """An amount reserved in one account, in the window that began at `start`."""

    account: Account
    amount: int
    unit: str
    start: int


@dataclass(slots=True)
class Grant:
    """What a call holds until it settles. Settling twice does nothing."""

    holds: list[Hold] = field(default_factory=list)
    open: bool = True


class MemoryQuotas:
    """The limits and accounts of one worker. `clock` gives Unix seconds."""

    def __init__(self, limits: Sequence[Limit], clock: Callable[[], float]) -> None:
        self._limits = tuple(limits)
        self._clock = clock
        self._accounts: dict[tuple[str, str, str, str, str], Account] = {}
        self._applying: dict[tuple[str, str], tuple[Limit, ...]] = {}

    def replace_limits(self, limits: Sequence[Limit]) -> None:
        """Takes a reloaded configuration; what was used and reserved so far stays."""
        self._limits = tuple(limits)
        self._applying.clear()

    def reserve(self, scopes: Sequence[tuple[str, str]], *, requests: int, tokens: int, concurrent: int = 1) -> Grant:
        """Holds room in every limit on `scopes` (("user", "m.durand"), ("team", "hr"), ...). Raises Exceeded."""
        amounts = {"requests": requests, "tokens": tokens, "concurrent": concurrent}
        now = int(self._clock())
        holds: list[Hold] = []
        for scope, name in scopes:
            for limit in self._limits_on(scope, name):
                amount = amounts[limit.unit]
                if not amount:
                    continue
                account = self._account(scope, name, limit, now)
                if account.settled + account.reserved + amount > account.limit:
                    for hold in holds:
                        hold.account.reserved -= hold.amount
                    raise self._exceeded(scope, limit, amount, now)
                account.reserved += amount
                holds.append(Hold(account, amount, limit.unit, account.start))
        return Grant(holds)

    def settle(self, grant: Grant, *, tokens: int) -> None:
        """Turns what was held into what was used; `tokens` is the metered total of all attempts."""
        if not grant.open:
            return
        grant.open = False
        for hold in grant.holds:
            account = hold.account
            if account.start != hold.start:
                continue  # its window is over: the account was cleared with it
            account.reserved -= hold.amount
            if hold.unit == "requests":
                account.settled += hold.amount
            elif hold.unit == "tokens":
                account.settled += tokens

    def used(self) -> list[tuple[str, str, str, str, float]]:
        """(scope, name, unit, window, used ratio) of every account, for metrics and status."""
        return [(*key[:4], (a.settled + a.reserved) / a.limit if a.limit else 1.0) for key, a in self._accounts.items()]

    def _limits_on(self, scope: str, name: str) -> tuple[Limit, ...]:
        found = self._applying.get((scope, name))
        if found is None:
            if len(self._applying) > 100_000:
                self._applying.clear()
            found = tuple(x for x in self._limits if x.scope == scope and fnmatchcase(name, x.match))
            self._applying[scope, name] = found
        return found

    def _account(self, scope: str, name: str, limit: Limit, now: int) -> Account:
        key = (scope, name, limit.unit, limit.window, limit.match)
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = Account(limit.limit)
        account.limit = limit.limit
        if limit.unit != "concurrent":
            start = now - now % WINDOWS[limit.window]
            # A clock that steps back keeps the later window: used room is never given back.
            if start > account.start:
                account.start, account.settled, account.reserved = start, 0, 0
        return account

    @staticmethod
    def _exceeded(scope: str, limit: Limit, amount: int, now: int) -> Exceeded:
        if limit.unit == "concurrent":
            return Exceeded(scope, limit.unit, limit.window, limit.limit, 1.0, hopeless=False)
        seconds = WINDOWS[limit.window]
        return Exceeded(
            scope, limit.unit, limit.window, limit.limit, seconds - now % seconds, hopeless=amount > limit.limit
        )
