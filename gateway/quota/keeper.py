"""Between the calls of a worker and the store: says the next word when one is due, and lets calls wait for the answer.

One word is on its way at a time, and bears what became due since the last one: many accounts share a round trip.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from gateway.quota.accounts import Account
from gateway.quota.leases import LeaseBook, Said
from gateway.quota.quotas import Lacking
from gateway.quota.units import Unknown
from gateway.quota.wire import Answer, Word
from gateway.state.store import StoreUnavailable

GATHER_SECONDS = 0.02
"""How long what nobody waits for gathers before it is said."""

TICK_SECONDS = 0.5
DENIED_SECONDS = 0.1
"""How long the store isn't asked again for what it had no room for."""


class Till(Protocol):
    """The store. Raises StoreUnavailable."""

    async def say(self, word: Word) -> Answer: ...


class Watch(Protocol):
    """Who is told how it goes. result: granted, lost."""

    def quota_word(self, asks: int, seconds: float, result: str) -> None: ...
    def quota_waited(self, seconds: float) -> None: ...
    def bug_beside(self, bug: Exception) -> None: ...


class Keeper:
    """The leases of one worker. replicas: workers that there are at most, where each goes on with its share.

    clock: monotonic seconds.
    """

    def __init__(
        self, book: LeaseBook, till: Till, watch: Watch, *, replicas: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.book = book
        self.down = False
        self._till = till
        self._watch = watch
        self._replicas = replicas
        self._clock = clock
        self._ahead: float | None = None
        self._wake = asyncio.Event()
        self._gathering = False
        self._waiters: list[asyncio.Future[None]] = []
        self._without_store: set[Account] = set()
        self._next_tick = 0.0

    def unix(self) -> float:
        """The store's time as far as it is known, which no clock of this machine turns back."""
        return time.time() if self._ahead is None else self._clock() + self._ahead

    def renewed(self) -> bool:
        """Whether the store was heard of lately enough."""
        return self._clock() < self.book.fresh_until

    def changed(self, account: Account) -> None:
        """Notes what is to be asked or given back, and lets more gather."""
        self.book.changed(account)
        if not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._wake.set)

    def seen(self, account: Account) -> int | None:
        """See `quotas.Leases`. What was heard too long ago isn't known."""
        return self.book.seen(account) if self.renewed() else None

    async def more(self, lacking: Lacking) -> bool:
        """See `quotas.Leases`."""
        now = self._clock()
        for account, amount in lacking:
            if now < account.denied and amount >= account.least:
                raise account.refusal(amount, self.unix())
        if self.down:
            return self._without(lacking)
        try:
            await self._answered(lacking)
        except StoreUnavailable:
            return self._without(lacking)
        finally:
            self._watch.quota_waited(self._clock() - now)
        if self.book.shut:
            return self._without(lacking)
        for account, amount in lacking:
            if account.full and account.used + amount > account.granted:
                account.denied, account.least = self._clock() + DENIED_SECONDS, amount
                raise account.refusal(amount, self.unix())
        return True

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if not self.book.concerned:
                await asyncio.sleep(TICK_SECONDS)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(max(self._next_tick - self._clock(), 0.0)):
                    await self._wake.wait()
            self._wake.clear()
            self._gathering = False
            now = self._clock()
            if now >= self._next_tick:
                self._next_tick = now + TICK_SECONDS
                self.book.tick(now)
            await self._say(self.book.say(now))
            # Who waited for this answer looks at it before the next word is made, which forgets what it said.
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Gives everything back. Call it when nothing is served any more and `run` has ended."""
        with suppress(StoreUnavailable):
            await self._till.say(self.book.farewell(self._clock()).word)

    async def _answered(self, lacking: Lacking) -> None:
        """Waits for the answer to the next word."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for account, amount in lacking:
            account.waiting += amount
            self.book.changed(account)
        self._waiters.append(waiter)
        self._wake.set()
        try:
            await waiter
        finally:
            for account, amount in lacking:
                account.waiting -= amount

    async def _say(self, said: Said) -> None:
        waiters, self._waiters = self._waiters, []
        begun = self._clock()
        try:
            answer = await self._till.say(said.word)
            self._ahead = answer.now - self._clock()
            self.book.heard(said, answer)
        except BaseException as failed:
            self.book.lost(said)
            self.down = True
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_exception(StoreUnavailable("connection"))
            self._watch.quota_word(len(said.accounts), self._clock() - begun, "lost")
            if not isinstance(failed, Exception):
                raise
            if not isinstance(failed, StoreUnavailable):
                self._watch.bug_beside(failed)
            return
        self.down = False
        if not self.book.shut:
            self._end_shares()
        if self.book.telling:
            self._wake.set()
        self._watch.quota_word(len(said.accounts), self._clock() - begun, "granted")
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _end_shares(self) -> None:
        """The store answers: what was used without it is told, and no more is."""
        for account in self._without_store:
            account.extra = 0
            self.book.changed(account)
        self._without_store.clear()

    def _without(self, lacking: Lacking) -> bool:
        """What happens to calls while the store fails, by what each limit says."""
        for account, _ in lacking:
            if account.line.on_store_failure == "closed":
                raise Unknown(account.line.scope, account.line.unit, max(self.book.shut, 1.0))
        for account, _ in lacking:
            left = account.limit - max(account.total, account.granted, self.book.seen(account) or 0)
            account.extra = max(left, 0) // max(self._replicas, self.book.holders)
            self._without_store.add(account)
        return False
