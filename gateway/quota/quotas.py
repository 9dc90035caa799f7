"""Exact admission: a call holds room for the worst that it can use, before, and settles what it used, after.

Settled plus reserved never exceeds a hard limit in any window. A call counts in the window in which it was admitted,
also where it ends in a later one. What a vendor counts above what was held is debited all the same, so that the window
may be closed until it ends. Where other workers share the limits, what this one may use comes in leases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from gateway.quota.accounts import CONCURRENT, Account, Accounts, Limit
from gateway.quota.units import Amounts, Exceeded, Scopes, Unknown

TRIES = 10
"""How often a call asks for more before it is told that nothing is known."""

Lacking = list[tuple[Account, int]]
"""Accounts that lack room, and what is to be held in each."""


class Leases(Protocol):
    """Where a worker that shares its limits gets more from."""

    def renewed(self) -> bool:
        """Whether what was granted may still be used."""

    async def more(self, lacking: Lacking) -> bool:
        """Returns when there may be more; False where the store fails and these accounts go on without it.

        Raises Exceeded where the store has no more, Unknown where one of them may not go on without it.
        """

    def changed(self, account: Account) -> None:
        """Notes that there is little left of an account, or much."""

    def seen(self, account: Account) -> int | None:
        """What all were granted of an account in its window, as last told; None where that isn't known here."""


Hold = tuple[Account, int, int]
"""An account, the start of the window in which something was reserved there, and how much."""


@dataclass(slots=True)
class Grant:
    """What a call, or an attempt of it, holds until it settles."""

    scopes: Scopes
    holds: list[Hold] = field(default_factory=list)
    open: bool = True
    extended: bool = False


class Use(NamedTuple):
    """How much of a limit is used, by all workers as far as this one knows. end: Unix seconds; None: calls at once.

    known: whether this one has heard at all what others use.
    """

    account: Account
    used: int
    limit: int
    end: float | None
    known: bool = True

    @property
    def ratio(self) -> float:
        """Used by limit."""
        return self.used / self.limit if self.limit else 1.0


class Quotas:
    """The limits and accounts of one worker. clock: Unix seconds, the store's where one is shared.

    overrun: is told what was used beyond what was held.
    """

    def __init__(
        self,
        accounts: Accounts,
        clock: Callable[[], float],
        leases: Leases | None = None,
        overrun: Callable[[Limit, int], None] = lambda _line, _amount: None,
    ) -> None:
        self._accounts = accounts
        self._clock = clock
        self._leases = leases
        self._overrun = overrun

    async def reserve(self, scopes: Scopes, amounts: Amounts) -> Grant:
        """Holds room in every limit on `scopes`, all or nothing. Raises Exceeded, or Unknown where the store fails.

        Waits only where this worker's leases lack room.
        """
        grant = Grant(scopes)
        await self._hold(grant, amounts)
        return grant

    async def extend(self, grant: Grant, more: Amounts) -> bool:
        """Holds more for a call that goes on, in the present window; whether there was room. Raises Unknown."""
        if not grant.open:
            return False
        try:
            await self._hold(grant, more)
        except Exceeded:
            return False
        grant.extended = True
        return True

    def settle(self, grant: Grant, used: Amounts) -> None:
        """Turns what was held into what was used, whatever became of the call. Settling twice does nothing."""
        if not grant.open:
            return
        grant.open = False
        if grant.extended:
            self._settle_in_order(grant.holds, used)
            return
        for account, start, amount in grant.holds:
            self._settle(account, start, amount, 0 if account.unit == CONCURRENT else used[account.unit])

    def counts(self, unit: str) -> bool:
        """Whether any limit is on this unit."""
        return self._accounts.counts(unit)

    def on(self, scopes: Scopes) -> bool:
        """Whether any limit is on these scopes."""
        return bool(self._accounts.on(scopes))

    def of(self, scopes: Scopes) -> list[Use]:
        """What is used of every limit on `scopes`."""
        now = self._clock()
        return [self._use(account, now) for account in self._accounts.on(scopes)]

    def used(self) -> list[Use]:
        """What is used of every limit, for everybody who used something lately."""
        return list(self.each())

    def each(self) -> Iterator[Use]:
        """The same, one after the other; what begins or ends in between may be missing or be there still."""
        now = self._clock()
        for account in tuple(self._accounts):
            yield self._use(account, now)

    def replace_limits(self, limits: Sequence[Limit]) -> None:
        """Takes a reloaded configuration; what was used and reserved so far stays."""
        self._accounts.replace(limits)
        self._all_changed()

    def change(self, scope: str, name: str, unit: str, window: str, limit: int | None) -> None:
        """Gives one name another limit than its line says; None: what its line says."""
        self._accounts.change(scope, name, unit, window, limit)
        self._all_changed()

    def forget(self) -> None:
        """Drops the accounts whose window is over, where no shared store is told."""
        if self._leases is None:
            now = self._clock()
            over = [a for a in self._accounts if not a.open and (not a.used if a.slots else now >= a.end)]
            self._accounts.drop(*over)

    async def _hold(self, grant: Grant, amounts: Amounts) -> None:
        """A call that finds room here at once waits for nothing."""
        leases = self._leases
        accounts = self._accounts.on(grant.scopes)
        if accounts and (self._lacking(accounts, amounts, behind=True) or not (leases is None or leases.renewed())):
            accounts = await self._with_room(grant.scopes, amounts)
        for account in accounts:
            amount = amounts[account.unit]
            if amount:
                account.used += amount
                account.taken += amount
                account.open += 1
                grant.holds.append((account, account.start, amount))
                if leases is not None and account.granted - account.used < account.low:
                    leases.changed(account)

    async def _with_room(self, scopes: Scopes, amounts: Amounts) -> tuple[Account, ...]:
        """The accounts of `scopes` when all have room."""
        leases, without = self._leases, False
        for turn in range(TRIES):
            accounts = self._accounts.on(scopes)
            starts = [account.start for account in accounts]
            lacking = self._lacking(accounts, amounts, behind=not turn)
            # A window that began while this call waited: what it may have without the store was reckoned for the last.
            without = without and starts == [account.start for account in accounts]
            if not lacking and (leases is None or without or leases.renewed()):
                return accounts
            for account, amount in lacking:
                if leases is None or without or amount > account.limit:
                    raise account.refusal(amount, self._clock(), known=self._known(account))
            assert leases is not None
            without = not await leases.more(lacking or [(a, amounts[a.unit]) for a in accounts if amounts[a.unit]])
        line = accounts[0].line
        raise Unknown(line.scope, line.unit, 1.0)

    def _lacking(self, accounts: Sequence[Account], amounts: Amounts, *, behind: bool) -> Lacking:
        """behind: what others wait for already isn't taken from under them."""
        now = self._clock()
        lacking: Lacking = []
        for account in accounts:
            amount = amounts[account.unit]
            if amount:
                if now >= account.end:
                    self._roll(account, now)
                ahead = account.waiting if behind else 0
                if account.used + amount + ahead > account.granted + account.extra:
                    lacking.append((account, amount))
        return lacking

    def _settle_in_order(self, holds: Sequence[Hold], used: Amounts) -> None:
        """Where something was held in several windows, the first one is filled first."""
        left: dict[Account, int] = {}
        last = {account: index for index, (account, _, _) in enumerate(holds)}
        for index, (account, start, amount) in enumerate(holds):
            rest = left.get(account, 0 if account.unit == CONCURRENT else used[account.unit])
            spent = rest if last[account] == index else min(amount, rest)
            left[account] = rest - spent
            self._settle(account, start, amount, spent)

    def _settle(self, account: Account, start: int, amount: int, spent: int) -> None:
        if spent > amount:
            self._overrun(account.line, spent - amount)
        if account.start != start:
            return  # its window is over, and was cleared with all that it held
        account.used += spent - amount
        account.open -= 1
        if self._leases is not None:
            left = account.granted - account.used
            if left > account.most or left < 0:
                self._leases.changed(account)

    def _use(self, account: Account, now: float) -> Use:
        if now >= account.end:
            self._roll(account, now)
        end = None if account.slots else account.end
        return Use(account, account.used + account.others, account.limit, end, self._known(account))

    def _roll(self, account: Account, now: float) -> None:
        """A window that is new here may be an old one elsewhere."""
        before = account.start
        self._accounts.roll(account, now)
        if self._leases is not None and account.start != before:
            account.others = self._leases.seen(account) or 0

    def _known(self, account: Account) -> bool:
        """Whether what others use of an account was heard: with the account itself, or with the news of all."""
        leases = self._leases
        if leases is None or account.total:
            return True
        seen = leases.seen(account)
        if seen and not account.used:
            account.others = max(account.others, seen)
        return seen is not None

    def _all_changed(self) -> None:
        if self._leases is not None:
            for account in self._accounts:
                self._leases.changed(account)
