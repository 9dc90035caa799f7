"""What one worker knows of the board, without any I/O: what to tell the store, and what to make of its answers.

The store may lose an answer, do a thing twice or late, start again empty or from an old snapshot, at any moment. As
long as one worker that knew a fact goes on, the fact comes back, and in the end all know the same: the property tests
play it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from typing import NamedTuple

from gateway.state.board import FINAL, MOST_CHANGES, SAME_END, Fact, Told
from gateway.state.proof import Proof, value_of

MOST_PENDING = 20_000
MOST_KNOWN = 200_000


class Asked(NamedTuple):
    """A question to the store."""

    seq: int
    facts: list[Fact]


class _Known(NamedTuple):
    """ends: on the clock of this worker."""

    rank: int
    held: bytes
    ends: float


@dataclass(slots=True)
class Mirror:
    """One worker's copy of the facts. now: Unix time in microseconds, of which ranks are made.

    settled: all that the store has was read. forged: facts without a proof. lost: facts that end and that the store was
    never told, since too many waited.
    """

    proof: Proof
    now: Callable[[], int]
    incarnation: str = ""
    seq: int = 0
    settled: bool = False
    forged: int = 0
    lost: int = 0
    _known: dict[str, _Known] = field(default_factory=dict)
    _pending: dict[str, None] = field(default_factory=dict)
    _unconfirmed: set[str] = field(default_factory=set)
    _ends: list[tuple[float, str]] = field(default_factory=list)
    _top: int = 0

    def get(self, key: str) -> bytes | None:
        """The value of a fact, None where there is none."""
        known = self._known.get(key)
        return value_of(known.held) if known is not None else None

    def fact(self, key: str) -> tuple[int, bytes] | None:
        """Rank and value of a fact."""
        known, value = self._known.get(key), self.get(key)
        return (known.rank, value) if known is not None and value is not None else None

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys of the facts that there are."""
        return (
            key for key, known in self._known.items() if key.startswith(prefix) and value_of(known.held) is not None
        )

    def waits(self, key: str) -> bool:
        """Whether the store has yet to be told this fact."""
        return key in self._pending

    @property
    def waiting(self) -> int:
        """How many facts the store has yet to be told."""
        return len(self._pending)

    def say(self, key: str, value: bytes, seconds: float | None, at: float, rank: int = 0) -> bool:
        """A new fact, for so many seconds, or for ever; whether it is news. rank: of what isn't ordered by time."""
        news = self._put(key, value, inf if seconds is None else at + seconds, rank)
        if news:
            self._wait(key)
        return news

    def drop(self, key: str) -> bool:
        """There is no such fact any more; whether that is news. It is remembered for as long as the fact would be."""
        known = self._known.get(key)
        if known is None or value_of(known.held) is None:
            return False
        self._put(key, None, known.ends, 0)
        self._wait(key)
        return True

    def seed(self, key: str, value: bytes, rank: int) -> bool:
        """A fact that this machine keeps for itself; the store is told where it turns out not to know it."""
        return self._put(key, value, inf, rank)

    def ask(self, at: float) -> Asked:
        """What to ask the store next."""
        facts = []
        for key in tuple(islice(self._pending, MOST_CHANGES)):
            known = self._known[key]
            facts.append(Fact(key, known.rank, known.held, None if known.ends == inf else max(known.ends - at, 0.001)))
        return Asked(self.seq, facts)

    def take(self, asked: Asked, told: Told, sent: float) -> list[str]:
        """The keys of which the answer brings news. sent: when the question was sent, on the clock of this worker."""
        other = told.incarnation != self.incarnation
        if other:  # another memory: it is read from its beginning, then told what it lacks
            self.incarnation, self.seq, self.settled = told.incarnation, 0, False
            self._unconfirmed = set(self._known)
        for fact in asked.facts:
            known = self._known.get(fact.key)
            if known is not None and (known.rank, known.held) == (fact.rank, fact.held):
                self._pending.pop(fact.key, None)
        if other and asked.seq:
            return []
        news = [fact.key for fact in told.changes if self._hear(fact, sent)]
        self.seq = told.seq
        if not told.more and not self.settled:
            self.settled = True
            for key in self._unconfirmed:
                self._wait(key)
            self._unconfirmed.clear()
        return news

    def sweep(self, at: float) -> list[str]:
        """Forgets what has ended, and what ends next where there is too much; the keys of what was still live."""
        gone = []
        while self._ends and (self._ends[0][0] <= at or len(self._known) > MOST_KNOWN):
            ends, key = heapq.heappop(self._ends)
            known = self._known.get(key)
            if known is None or known.ends != ends:
                continue
            del self._known[key]
            self._pending.pop(key, None)
            self._unconfirmed.discard(key)
            if value_of(known.held) is not None:
                gone.append(key)
        return gone

    def _put(self, key: str, value: bytes | None, ends: float, rank: int) -> bool:
        rank = rank or min(max(self.now(), self._top + 1), FINAL - 1)
        return self._merge(key, rank, self.proof.held(key, rank, value), ends)

    def _hear(self, fact: Fact, sent: float) -> bool:
        key, rank, held, left = fact
        ends = inf if left is None else sent + left
        known = self._known.get(key)
        newer = known is None or (rank, held) > (known.rank, known.held)
        if newer and not self.proof.holds(key, rank, held):
            self.forged += 1
            return False
        if known is None or ((rank, held) >= (known.rank, known.held) and ends + SAME_END >= known.ends):
            self._unconfirmed.discard(key)
        if newer:
            self._pending.pop(key, None)
        return self._merge(key, rank, held, ends)

    def _merge(self, key: str, rank: int, held: bytes, ends: float) -> bool:
        known = self._known.get(key)
        newer = known is None or (rank, held) > (known.rank, known.held)
        if known is not None:
            if (rank, held) < (known.rank, known.held) or (not newer and ends <= known.ends):
                return False
            ends = max(ends, known.ends)
        self._known[key] = _Known(rank, held, ends)
        if ends < inf:
            heapq.heappush(self._ends, (ends, key))
        if rank < FINAL:
            self._top = max(self._top, rank)
        return newer

    def _wait(self, key: str) -> None:
        if len(self._pending) >= MOST_PENDING and key not in self._pending:
            oldest = next((one for one in self._pending if self._known[one].ends < inf), None)
            if oldest is not None:
                del self._pending[oldest]
                self.lost += 1
        self._pending[key] = None
