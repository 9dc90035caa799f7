"""One worker's end of the board: it asks for news twice a second, and says what is new here without making anyone wait.

What is said counts in this worker at once and is told to the store until the store has taken it. `heard` is when the
last question that was answered was *sent*: what others had told the store by then is known here. A worker that has
heard nothing for too long must not go on as if nothing had changed; and when the store answers again, not before the
others have had the time to tell it what they couldn't.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
from typing import Protocol

from gateway.state.board import MOST_CHANGES, Board, Note
from gateway.state.mirror import Mirror
from gateway.state.proof import Proof, value_of
from gateway.state.store import StoreUnavailable

MOST_NOTES = 10_000
SHORTEST_PAUSE = 0.02
"""Seconds between two questions, however much there is to say."""
EAGER_PAUSE = 0.1
"""Seconds until a store that doesn't answer is asked again by who has something to tell it."""

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

Handler = Callable[[str, bytes | None], None]
"""Is given the rest of the key and the value, None where there is none any more."""


def since_boot() -> float:
    """Seconds that never go back, those in which the machine slept included: it heard nothing then either."""
    return time.clock_gettime(_CLOCK)


class Listener(Protocol):
    """Who wants to know how the store does."""

    def store_failed(self, reason: str) -> None: ...
    def store_answered(self) -> None: ...
    def store_forged(self, count: int) -> None: ...
    def fault(self, bug: Exception) -> None: ...


class Follower:
    """Facts and notes for one worker. board: None where nothing is shared; then all that is said stays here."""

    def __init__(
        self,
        board: Board | None,
        secret: bytes,
        listener: Listener,
        *,
        poll_seconds: float = 0.5,
        stale_seconds: float = 4.0,
        monotonic: Callable[[], float] = since_boot,
        now: Callable[[], float] = time.time,
    ) -> None:
        """secret: of the installation. monotonic: seconds. now: Unix time."""
        self._board = board
        self._proof = Proof(secret)
        self._mirror = Mirror(self._proof, lambda: int(now() * 1_000_000))
        self._listener = listener
        self._poll, self._stale = poll_seconds, stale_seconds
        self._monotonic = monotonic
        self._handlers: list[tuple[str, Handler]] = []
        self._notes: OrderedDict[str, Note] = OrderedDict()
        self._wanted = asyncio.Event()
        self._turned = asyncio.Event()
        self._forged = 0
        self._failing = False
        self._back: float | None = None
        """When the store first answered after a failure; inf: not yet; None: it never failed since it was heard."""
        self.heard = -inf
        self._lost_notes = 0

    @property
    def shared(self) -> bool:
        """Whether there is a store at all."""
        return self._board is not None

    @property
    def age(self) -> float:
        """Seconds since the last word from the store; 0.0 where there is none to hear from."""
        return self._monotonic() - self.heard if self._board is not None else 0.0

    @property
    def stale(self) -> bool:
        """Whether too much may have happened elsewhere to go on."""
        return self._board is not None and self._monotonic() - self.heard > self._stale

    @property
    def lost(self) -> int:
        """Facts that end and notes that the store was never told, since too many waited."""
        return self._mirror.lost + self._lost_notes

    def on(self, prefix: str, handler: Handler) -> None:
        """Tells `handler` of the facts whose keys begin so, also of those that are known already."""
        self._handlers.append((prefix, handler))
        self._tell(list(self._mirror.keys(prefix)), (prefix, handler))

    def say(self, key: str, value: bytes, seconds: float | None = None, *, rank: int = 0) -> None:
        """A fact, from now on, for so many seconds or for ever. It never ends before the one that it replaces: what
        may end sooner says so in its value, or is dropped. rank: of what isn't ordered by time."""
        if self._mirror.say(key, value, seconds, self._monotonic(), rank):
            self._tell([key])
            self._wanted.set()

    def drop(self, key: str) -> None:
        """There is no such fact any more."""
        if self._mirror.drop(key):
            self._tell([key])
            self._wanted.set()

    def seed(self, key: str, value: bytes, *, rank: int) -> None:
        """A fact that this machine keeps in a file of its own."""
        if self._mirror.seed(key, value, rank):
            self._tell([key])

    def get(self, key: str) -> bytes | None:
        """The value of a fact, as it is known here."""
        return self._mirror.get(key)

    def fact(self, key: str) -> tuple[int, bytes] | None:
        """Rank and value of a fact, as it is known here."""
        return self._mirror.fact(key)

    def note(self, key: str, value: bytes, seconds: float, *, hurry: bool = True) -> None:
        """Something that other workers may look up. Too many at once: the oldest are given up. hurry: tell the store
        now, not with the next question."""
        if self._board is None:
            return
        self._notes[key] = Note(key, self._proof.held(key, 0, value), seconds)
        if len(self._notes) > MOST_NOTES:
            self._notes.popitem(last=False)
            self._lost_notes += 1
        if hurry or len(self._notes) >= MOST_CHANGES:
            self._wanted.set()

    async def look(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Values of the notes that other workers left; none where the store doesn't answer in time."""
        if self._board is None or not keys:
            return {}
        try:
            found = await self._board.look(keys)
        except StoreUnavailable as failed:
            self._listener.store_failed(failed.reason)
            return {}
        values = {key: value_of(held) for key, held in found.items() if self._proof.holds(key, 0, held)}
        return {key: value for key, value in values.items() if value is not None}

    async def told(self, key: str, seconds: float) -> bool:
        """Waits until the store knows what was said of a fact; whether it does."""
        until = self._monotonic() + seconds
        while self._board is not None and self._mirror.waits(key):
            left = until - self._monotonic()
            if left <= 0:
                return False
            self._turned.clear()
            try:
                await asyncio.wait_for(self._turned.wait(), left)
            except TimeoutError:
                return not self._mirror.waits(key)
        return True

    async def begin(self) -> None:
        """Reads all that the store has, before anybody is served; not for long where it doesn't answer."""
        while await self._turn():
            continue

    async def run(self) -> None:
        """Asks and tells until cancelled."""
        while True:
            if not await self._turn():
                await self._pause()

    async def turn(self) -> bool:
        """One question and its answer; whether there is more to say or to hear at once."""
        now, self._failing = self._monotonic(), False
        self._tell(self._mirror.sweep(now))
        if self._board is None:
            return False
        self._wanted.clear()
        asked = self._mirror.ask(now)
        notes = [self._notes.popitem(last=False)[1] for _ in range(min(len(self._notes), MOST_CHANGES))]
        try:
            told = await self._board.exchange(asked.facts, notes, asked.seq)
        except BaseException as failed:
            for note in reversed(notes):
                if self._notes.setdefault(note.key, note) is note:
                    self._notes.move_to_end(note.key, last=False)
            if not isinstance(failed, StoreUnavailable):
                raise
            self._listener.store_failed(failed.reason)
            self._failing, self._back = True, inf
            return False
        self._listener.store_answered()
        news = self._mirror.take(asked, told, now)
        self._tell(news)
        if self._mirror.forged > self._forged:
            self._listener.store_forged(self._mirror.forged - self._forged)
            self._forged = self._mirror.forged
        self._turned.set()
        more = told.more or not self._mirror.settled
        if not more and self._quiet(now):
            self.heard, self._back = now, None
        return more or self._mirror.waiting > 0 or bool(self._notes)

    async def close(self) -> None:
        """Tells the store what it wasn't told yet, if it answers, and leaves it."""
        if self._board is not None:
            await self.begin()
            await self._board.close()

    async def _turn(self) -> bool:
        try:
            return await self.turn()
        except Exception as bug:  # noqa: BLE001 - it is then heard of nothing, and asked again
            self._listener.fault(bug)
            self._failing, self._back = True, inf
            return False

    async def _pause(self) -> None:
        if self._failing:
            await asyncio.sleep(min(EAGER_PAUSE, self._poll) if self._mirror.waiting else self._poll)
            return
        await asyncio.sleep(SHORTEST_PAUSE)
        # Not wait_for: before Python 3.12 it can lose a cancellation that comes with what it waits for.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await self._wanted.wait()

    def _quiet(self, now: float) -> bool:
        """Whether what others couldn't tell a store that failed is there by now: after a silence that was too long."""
        if self._back is None or not self.stale:
            return True
        self._back = min(self._back, now)
        return now - self._back >= max(self._poll, 2 * EAGER_PAUSE)

    def _tell(self, keys: Sequence[str], only: tuple[str, Handler] | None = None) -> None:
        for key in keys:
            value = self._mirror.get(key)
            for prefix, handler in (only,) if only is not None else self._handlers:
                if key.startswith(prefix):
                    try:
                        handler(key[len(prefix) :], value)
                    except Exception as bug:  # noqa: BLE001 - one fact that can't be used must not end the others
                        self._listener.fault(bug)
