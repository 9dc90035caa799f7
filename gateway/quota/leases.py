"""The side of a worker: what it asks of the store, what it may use, and until when. Plain values in and out.

A worker uses its accounts only up to what it was granted. It asks for more in good time, by how fast an account is
used, and never much: what a worker that dies was granted is lost to the others until the window ends. What lies idle
goes back, the sooner the less there is: what is left here may just do for a call elsewhere.

What it gives back it stops using before it says so; what it asks for it uses once it was told. An answer that is lost
leaves it with the lesser of the two, and the next word says again what it wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from gateway.quota.accounts import Account, Accounts
from gateway.quota.wire import MOST_NEWS, SHUT, Answer, Ask, Granted, News, Told, Word

PART = 256
"""A worker has this part of a limit at most, beyond what its calls hold."""

AHEAD_SECONDS = 4.0
SLOT_AHEAD_SECONDS = 0.25
"""How long what a worker has at hand lasts, where a part of the limit is enough for that."""

IDLE_SECONDS = 2.0
LEAVE_SECONDS = 60.0
"""After so long without a call, what is left of an account goes back; after so much longer, the account is dropped."""

MOST_RECKONED = 1000
MOST_ASKS = 400
MOST_TOLD = 400
MOST_WITNESSED = 20_000


class Said(NamedTuple):
    """A word, the accounts that it asks for, in order, and when it was said (monotonic)."""

    word: Word
    accounts: tuple[Account, ...]
    at: float


class LeaseBook:
    """What one worker was granted. holder: its name at the store, another one at each start of the process.

    fresh_until: monotonic; what was granted may be used until then. shut: seconds until the store grants again.
    """

    def __init__(self, holder: str, accounts: Accounts, lease_seconds: float) -> None:
        self.holder = holder
        self.fresh_until = float("-inf")
        self.shut = 0.0
        self._accounts = accounts
        self._lease = lease_seconds
        self._number = 0
        self._life = ""
        self._holders: tuple[str, ...] = ()
        self._known: tuple[str, ...] = ()
        self._since = 0
        self._all_told = False
        self._untold: list[Told] = []
        self._witnessed: dict[str, News] = {}
        self._up_to_date = False
        self._due: dict[Account, None] = {}
        self._active: dict[Account, None] = {}

    @property
    def telling(self) -> bool:
        """Whether the store doesn't know yet what this worker knows."""
        return not self._all_told

    @property
    def concerned(self) -> bool:
        """Whether there are limits at all."""
        return self._accounts.limited

    @property
    def barred(self) -> bool:
        """Whether the store grants nothing now, or was never heard of, for limits that don't go on without it."""
        return (self.shut > 0 or not self._life) and self._accounts.strict

    @property
    def holders(self) -> int:
        """How many workers share the limits, as last told."""
        return max(len(self._holders), 1)

    def seen(self, account: Account) -> int | None:
        """What all were granted of an account in its window, as last told: also of one that this worker didn't use.

        None where the news isn't whole yet; of calls at once there is none.
        """
        news = self._witnessed.get(account.key)
        if news is None or news.start != account.start:
            return 0 if self._up_to_date else None
        return news.rest + sum(granted for _, granted in news.grants)

    def changed(self, account: Account) -> None:
        """An account needs more, or has too much."""
        self._due[account] = None

    def tick(self, now: float) -> None:
        """Now and then: reckons how fast accounts are used, and gives back what lies idle."""
        for account in tuple(islice(self._active, MOST_RECKONED)):
            del self._active[account]
            self._active[account] = None  # last in line for the next time
            passed = max(now - account.reckoned, 0.001)
            account.reckoned = now
            account.rate = (account.rate + account.taken / passed) / 2
            if account.taken:
                account.touched, account.taken = now, 0
            self._plan(account, account.rate)
            idle = now - account.touched
            most = 0 if idle > IDLE_SECONDS else account.most
            if account.granted - account.used > most or (idle > LEAVE_SECONDS and not account.open):
                self._due[account] = None

    def say(self, now: float) -> Said:
        """The next word. What it gives back isn't used from here on."""
        told = tuple(self._untold[:MOST_TOLD])
        last = not self._all_told and bool(self._life) and len(told) == len(self._untold)
        accounts = self._next() if self._all_told or last else ()
        return self._said(accounts, now, told=told, all_told=last, known=() if self._all_told else self._known)

    def farewell(self, now: float) -> Said:
        """The last word: everything that isn't held goes back."""
        accounts = tuple(account for account in self._active if account.granted > account.used)
        for account in accounts:
            account.touched, account.taken, account.waiting = now - 2 * IDLE_SECONDS, 0, 0
        return self._said(accounts, now, leaving=True)

    def heard(self, said: Said, answer: Answer) -> None:
        """Takes the answer to a word."""
        self.shut = answer.shut
        if answer.life != self._life:
            self._meet(answer.life)
            self.lost(said)
            return
        del self._untold[: len(said.word.told)]
        self._all_told = self._all_told or said.word.all_told
        if said.at > self.fresh_until - self._lease / 2:
            self._doubt_slots()
        if self._all_told:
            self.fresh_until = max(self.fresh_until, said.at + self._lease)
        self._holders, self._since = answer.holders, answer.last
        for account, ask, granted in zip(said.accounts, said.word.asks, answer.granted, strict=False):
            self._take(account, ask, granted)
        if not answer.shut and any(granted.granted == SHUT for granted in answer.granted):
            self._all_told = (
                False  # it was away for so long that an open store has forgotten its name, and nothing else
            )
        self._witness(answer)

    def lost(self, said: Said) -> None:
        """No answer came: what was asked may or may not have happened, and is asked again."""
        for account in said.accounts:
            self._due[account] = None

    def _doubt_slots(self) -> None:
        """After a silence others may have been given the slots of this worker: it uses none that it doesn't hold."""
        for account in self._accounts:
            if account.slots:
                account.granted = min(account.granted, account.used)
                self._due[account] = None

    def _meet(self, life: str) -> None:
        """The store doesn't know this worker: one of them is new, or the store has lost its memory."""
        if self._life:
            self._known = tuple({*self._known, *self._holders, self.holder})
            self._untold = list(self._knowledge())
        else:
            self._accounts.forget_windows()
        self._life, self._since, self._all_told, self._up_to_date = life, 0, False, False

    def _knowledge(self) -> Iterator[Told]:
        for account in self._accounts:
            if account.start >= 0:
                seen = self._witnessed.get(account.key)
                rest, grants = (seen.rest, seen.grants) if seen and seen.start == account.start else (0, ())
                others = tuple((holder, granted) for holder, granted in grants if holder != self.holder)
                yield Told(account.key, account.start, account.granted, rest, others)
        for key, seen in self._witnessed.items():
            if self._accounts.get(key) is None:
                yield Told(key, seen.start, -1, seen.rest, seen.grants)

    def _next(self) -> tuple[Account, ...]:
        """Those that are due, the ones that calls wait for first."""
        due = [account for account in self._due if account.start >= 0]
        due.sort(key=lambda account: not account.waiting)
        for account in due[:MOST_ASKS]:
            del self._due[account]
        return tuple(due[:MOST_ASKS])

    def _said(
        self,
        accounts: tuple[Account, ...],
        now: float,
        *,
        told: tuple[Told, ...] = (),
        all_told: bool = False,
        known: tuple[str, ...] = (),
        leaving: bool = False,
    ) -> Said:
        self._number += 1
        asks = tuple([self._ask(account, now) for account in accounts])
        word = Word(self.holder, self._number, self._life, asks, told, all_told, known, self._since, leaving)
        return Said(word, accounts, now)

    def _ask(self, account: Account, now: float) -> Ask:
        if account not in self._active:
            self._active[account], account.reckoned = None, now
        if account.taken or account.waiting:
            account.touched = now
        idle = now - account.touched
        # Nothing can be held any more of one that leaves: it has nothing left.
        account.leaving = account.leaving or (idle > LEAVE_SECONDS and not account.open)
        ahead = 0 if account.leaving or idle > IDLE_SECONDS else self._plan(account, self._rate(account, now))
        want = account.used + (0 if account.leaving else account.waiting + ahead)
        account.granted, account.full = min(account.granted, want), False
        cushion = account.limit // PART
        return Ask(
            account.key, account.start, account.slots, account.used, want, account.limit, cushion, account.leaving
        )

    def _rate(self, account: Account, now: float) -> float:
        """What is reserved in a second, as it begins to be seen."""
        return max(account.rate, account.taken / max(now - account.reckoned, 0.1))

    def _plan(self, account: Account, rate: float) -> int:
        """How much of an account should be at hand; sets when more is asked for, and what is given back."""
        share = max(account.limit - account.total, 0) // (4 * self.holders)
        # A dead worker's slots return by themselves.
        most = min(account.limit // (4 * self.holders) if account.slots else account.limit // PART, share)
        ahead = min(max(int(rate * (SLOT_AHEAD_SECONDS if account.slots else AHEAD_SECONDS)), account.waiting), most)
        account.low = (ahead + 1) // 2
        account.most = max(2 * ahead, most)
        return ahead

    def _take(self, account: Account, ask: Ask, granted: Granted) -> None:
        if granted.start > account.start:
            self._accounts.follow(account, granted.start)
        if granted.granted == SHUT or granted.start != ask.start or ask.start != account.start:
            self._due[account] = None
            return
        if account.leaving:
            self._leave(account)
            return
        account.granted, account.total, account.extra = granted.granted, granted.total, 0
        account.others = granted.total - granted.granted
        account.full = granted.granted < ask.want
        if account.used > account.granted:
            self._due[account] = None

    def _leave(self, account: Account) -> None:
        """The store remembers what was used; an account that is used again begins anew."""
        account.begin(account.start, account.end, 0)
        self._active.pop(account, None)
        if account.waiting:
            self._due[account] = None
        elif account not in self._due:
            self._accounts.drop(account)

    def _witness(self, answer: Answer) -> None:
        self._up_to_date = len(answer.news) < MOST_NEWS and not answer.shut
        for news in answer.news:
            account = self._accounts.get(news.key)
            if account is not None and account.start == news.start:
                account.others = news.rest + sum(granted for holder, granted in news.grants if holder != self.holder)
                account.total = news.rest + sum(granted for _, granted in news.grants)
            if news.start:  # of calls at once, each worker knows its own
                self._witnessed.pop(news.key, None)
                self._witnessed[news.key] = news
        while len(self._witnessed) > MOST_WITNESSED:
            del self._witnessed[next(iter(self._witnessed))]
