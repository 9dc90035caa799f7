"""Workers and a store in which everything goes wrong, on clocks that only the test moves.

A worker here is its leases and its quotas without the loop between: words go to the store, or get lost, or are done
late; answers get lost; workers are killed; the store forgets, or remembers an earlier state.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from gateway.quota.accounts import Account, Accounts, Limit
from gateway.quota.leases import LeaseBook, Said
from gateway.quota.quotas import Grant, Lacking, Quotas
from gateway.quota.till import hear
from gateway.quota.units import Amounts, Exceeded, Scopes, Unknown
from gateway.quota.wire import Answer
from tests.gateway.quota.memory_till import Memory

LEASE = 10.0


@dataclass
class Store:
    """The store: a memory that may be lost. time: its own clock."""

    time: float
    memory: Memory = field(default_factory=Memory)
    life: int = 1
    saved: Memory = field(default_factory=Memory)

    def hear(self, said: Said) -> Answer:
        return hear(self.memory.about, self.memory, said.word, f"life {self.life}", self.time, LEASE, waits=True)

    def save(self) -> None:
        self.saved = deepcopy(self.memory)

    def restart(self, *, empty: bool) -> None:
        self.life += 1
        self.memory = Memory() if empty else deepcopy(self.saved)


class Worker:
    """One worker. skew: how far its clocks are off."""

    def __init__(self, name: str, limits: Sequence[Limit], store: Store, mono: float) -> None:
        self.mono = mono
        self.ahead = 0.0
        self._store = store
        self.accounts = Accounts(limits, "acme", b"secret", whole=False)
        self.book = LeaseBook(name, self.accounts, LEASE)
        self.quotas = Quotas(self.accounts, lambda: self.mono + self.ahead, self)
        self.calls: list[tuple[Grant, Amounts]] = []
        self.late: list[Said] = []
        self.lose = ""
        self.alive = True

    # What `Quotas` asks of its leases.

    def renewed(self) -> bool:
        return self.mono < self.book.fresh_until

    def changed(self, account: object) -> None:
        self.book.changed(account)  # type: ignore[arg-type]

    def seen(self, account: Account) -> int | None:
        return self.book.seen(account)

    async def more(self, lacking: Lacking) -> bool:
        for account, amount in lacking:
            account.waiting += amount
            self.book.changed(account)
        answered = self.talk()
        for account, amount in lacking:
            account.waiting -= amount
        if not answered or self.book.shut:
            raise Unknown("", "", 1.0)
        for account, amount in lacking:
            if account.full and account.used + amount > account.granted:
                raise account.refusal(amount, self._store.time)
        return True

    def talk(self) -> bool:
        """One word to the store; whether its answer came."""
        said = self.book.say(self.mono)
        if self.lose == "word":
            self.late.append(said)
        else:
            answer = self._store.hear(said)
            if self.lose != "answer":
                self.ahead = answer.now - self.mono
                self.book.heard(said, answer)
                return True
        self.book.lost(said)
        return False

    async def call(self, scopes: Scopes, amounts: Amounts) -> bool:
        """Whether a call was admitted; it is held until `end`."""
        try:
            self.calls.append((await self.quotas.reserve(scopes, amounts), amounts))
        except (Exceeded, Unknown):
            return False
        return True

    def end(self, index: int, used: Amounts) -> None:
        grant, _ = self.calls.pop(index % len(self.calls))
        self.quotas.settle(grant, used)
