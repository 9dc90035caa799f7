"""Who has used how much: one account for each name that a limit applies to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Protocol

from gateway.quota.units import UNITS, Exceeded, Scopes
from gateway.quota.windows import span
from observability.periods import zone_of

MOST_KNOWN = 20_000
"""Combinations of scopes that are looked up once only."""

FOREVER = float("inf")


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
    @property
    def soft(self) -> float | None: ...
    @property
    def zone(self) -> str: ...
    @property
    def on_store_failure(self) -> str: ...


@dataclass(slots=True, eq=False)
class Account:
    """What one name has used of one limit in the present window.

    used: settled and reserved by this worker. granted: what this worker may use, all in all; the whole limit where no
    other worker shares it. open: calls that hold something of `used`. end: Unix seconds; FOREVER for calls at once.

    The rest is for a shared store. total: what all workers were granted, as last told; others: all but this one.
    waiting: what calls wait for now. low, most: with less left than `low` more is asked for, what is left above `most`
    is given back. rate: reserved in a second, lately; taken: reserved since `reckoned`, when the rate last was.
    touched: when something was reserved. full: the store had less than was asked for. denied, least: until when calls
    of that amount needn't ask again. extra: what may be used beyond `granted` while the store fails. leaving: the store
    is told to remember it. Times are monotonic seconds.
    """

    line: Limit
    name: str
    key: str
    unit: int
    limit: int
    granted: int
    start: int = -1
    end: float = -1.0
    used: int = 0
    open: int = 0
    total: int = 0
    others: int = 0
    waiting: int = 0
    low: int = -1
    most: int = 0
    rate: float = 0.0
    taken: int = 0
    reckoned: float = 0.0
    touched: float = 0.0
    full: bool = False
    denied: float = 0.0
    least: int = 0
    extra: int = 0
    leaving: bool = False

    @property
    def slots(self) -> bool:
        """Whether it counts calls at once, which no window ends."""
        return self.unit == CONCURRENT

    def begin(self, start: int, end: float, granted: int) -> None:
        """A new window: nothing used. What was reserved in the last one is counted there."""
        self.start, self.end, self.granted = start, end, granted
        self.used = self.open = self.total = self.others = self.taken = self.extra = 0
        self.denied, self.full, self.leaving = 0.0, False, False

    def refusal(self, amount: int, now: float, *, known: bool = True) -> Exceeded:
        """Why there is no room for `amount`; now: Unix seconds. known: whether what others use was heard."""
        line = self.line
        wait = 1.0 if self.slots else max(self.end - now, 1.0)
        hopeless = amount > self.limit and not self.slots
        used = self.used + self.others if known else None
        end = None if self.slots else self.end
        return Exceeded(line.scope, line.unit, line.window, self.limit, wait, hopeless, used, amount, end)


CONCURRENT = UNITS.index("concurrent")


class Accounts:
    """The limits in force and the accounts of this worker. whole: whether it has every limit for itself.

    secret: keys the names that a shared store sees.
    """

    def __init__(self, limits: Sequence[Limit], organisation: str, secret: bytes, *, whole: bool) -> None:
        self._limits = tuple(limits)
        self._units = {line.unit for line in limits}
        self._organisation = organisation
        self._secret = secret
        self._whole = whole
        self._by_key: dict[str, Account] = {}
        self._known: dict[Scopes, tuple[Account, ...]] = {}
        self._changed: dict[tuple[str, str, str, str], int] = {}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    @property
    def limited(self) -> bool:
        """Whether there are limits."""
        return bool(self._limits)

    @property
    def strict(self) -> bool:
        """Whether there are limits that don't go on without the store."""
        return any(line.on_store_failure == "closed" for line in self._limits)

    def counts(self, unit: str) -> bool:
        """Whether any limit is on this unit."""
        return unit in self._units

    def get(self, key: str) -> Account | None:
        """The account of this key, where this worker uses it."""
        return self._by_key.get(key)

    def on(self, scopes: Scopes) -> tuple[Account, ...]:
        """Every account that a call of these scopes is counted on."""
        found = self._known.get(scopes)
        if found is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            found = self._known[scopes] = tuple(
                self._account(line, account[0] if account else name)
                for scope, name, *account in scopes
                for line in self._limits
                if line.scope == scope and fnmatchcase(name, line.match)
            )
        return found

    def replace(self, limits: Sequence[Limit]) -> None:
        """Takes a reloaded configuration; what was used and reserved so far stays."""
        self._limits = tuple(limits)
        self._units = {line.unit for line in limits}
        self._known.clear()
        lines = {_identity(line): line for line in self._limits}
        for account in self:
            line = lines.get(_identity(account.line))
            if line is not None:
                account.line = line
                self._set_limit(account)

    def change(self, scope: str, name: str, unit: str, window: str, limit: int | None) -> None:
        """Gives one name another limit than its line says, until it is changed again; None: what its line says."""
        if limit is None:
            self._changed.pop((scope, name, unit, window), None)
        else:
            self._changed[scope, name, unit, window] = limit
        for account in self:
            if account.name == name and account.line.scope == scope:
                self._set_limit(account)

    def roll(self, account: Account, now: float) -> None:
        """Begins the window that `now` lies in. A clock that steps back keeps the later one: no room is given back."""
        start, end = span(account.line.window, now, zone_of(account.line.zone))
        if start > account.start:
            account.begin(start, end, account.limit if self._whole else 0)
        else:
            account.end = max(account.end, end)

    def follow(self, account: Account, start: int) -> None:
        """Begins the window that others are in already."""
        account.begin(start, span(account.line.window, start, zone_of(account.line.zone)).end, 0)

    def forget_windows(self) -> None:
        """They were begun by a clock that isn't the store's, and nothing was held in them yet."""
        for account in self:
            if not account.slots:
                account.start, account.end = -1, -1.0

    def drop(self, *accounts: Account) -> None:
        """Forgets accounts."""
        for account in accounts:
            if self._by_key.get(account.key) is account:
                del self._by_key[account.key]
        self._known.clear()

    def _account(self, line: Limit, name: str) -> Account:
        key = self._key(line, name)
        account = self._by_key.get(key)
        if account is None:
            account = self._by_key[key] = Account(line, name, key, UNITS.index(line.unit), line.limit, 0)
            self._set_limit(account)
            if account.slots:
                account.begin(0, FOREVER, account.limit if self._whole else 0)
        return account

    def _set_limit(self, account: Account) -> None:
        line = account.line
        account.limit = self._changed.get((line.scope, account.name, line.unit, line.window), line.limit)
        account.denied, account.full = 0.0, False  # what the store said was of the limit before
        if self._whole:
            account.granted = account.limit

    def _key(self, line: Limit, name: str) -> str:
        said = "\0".join((self._organisation, *_identity(line), name))
        return blake2b(said.encode(), key=self._secret[:64], digest_size=12).hexdigest()


def _identity(line: Limit) -> tuple[str, ...]:
    """What makes it the same limit, whatever its height."""
    return (line.scope, line.match, line.unit, line.window, line.zone)
