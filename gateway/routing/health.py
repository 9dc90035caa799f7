"""How destinations fare: a breaker per destination, and a budget for retries.

A breaker opens at once on what waiting alone mends (throttling with a stated wait, no money, a refused credential) and
after several failures in a row on the rest. When its time is over one call may try; success closes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

FAILURES_IN_A_ROW = 5
OPEN_SECONDS = 10.0
# Only a person mends these, so a try a minute is enough to notice that somebody did.
UNTIL_MENDED = {"money": 60.0, "auth": 60.0, "not_found": 30.0}
THROTTLED_SECONDS = 1.0
LONGEST_WAIT = 300.0
# The client's own mistakes say nothing about the destination.
NOT_ITS_FAULT = frozenset({"invalid", "context_length", "content_policy"})


@dataclass(slots=True)
class Breaker:
    """State of one destination. open_until: monotonic seconds; reason: the error kind that opened it."""

    failures: int = 0
    open_until: float = 0.0
    reason: str = ""
    trying: bool = False


class Health:
    """The breakers of every destination seen so far. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}

    def admits(self, destination: str) -> bool:
        """Whether a call may go there now; after an open time exactly one may, until its result is known."""
        breaker = self._breakers.get(destination)
        if breaker is None or not breaker.reason:
            return True
        if self._clock() < breaker.open_until or breaker.trying:
            return False
        breaker.trying = True
        return True

    def wait(self, destination: str) -> float:
        """Seconds until `destination` may be tried again; 0 when it may be now."""
        breaker = self._breakers.get(destination)
        return 0.0 if breaker is None or not breaker.reason else max(breaker.open_until - self._clock(), 1.0)

    def succeeded(self, destination: str) -> None:
        """A call got its content."""
        breaker = self._breakers.get(destination)
        if breaker is not None:
            breaker.failures, breaker.reason, breaker.trying = 0, "", False

    def left(self, destination: str) -> None:
        """A call ended without saying anything about the destination (the client went away)."""
        breaker = self._breakers.get(destination)
        if breaker is not None:
            breaker.trying = False

    def failed(self, destination: str, kind: str, retry_after: float | None) -> None:
        """A call failed there with an error of the taxonomy's `kind`."""
        if kind in NOT_ITS_FAULT:
            self.succeeded(destination)
            return
        breaker = self._breakers.setdefault(destination, Breaker())
        breaker.failures += 1
        seconds = self._open_seconds(breaker, kind, retry_after)
        breaker.trying = False
        if seconds:
            breaker.reason = kind
            breaker.open_until = self._clock() + min(seconds, LONGEST_WAIT)

    def states(self) -> list[tuple[str, bool, str]]:
        """(destination, open, reason) of every destination that ever failed."""
        now = self._clock()
        return [(name, bool(b.reason) and now < b.open_until, b.reason) for name, b in self._breakers.items()]

    @staticmethod
    def _open_seconds(breaker: Breaker, kind: str, retry_after: float | None) -> float:
        if kind in UNTIL_MENDED:
            return max(UNTIL_MENDED[kind], retry_after or 0.0)
        if kind in ("rate_limit", "ramp", "overload") and retry_after is not None:
            return max(retry_after, THROTTLED_SECONDS)
        if breaker.reason or breaker.failures >= FAILURES_IN_A_ROW:
            return OPEN_SECONDS
        return 0.0


class RetryBudget:
    """Further attempts may be at most a fifth of the calls in flight (and always a few): retries must not multiply."""

    def __init__(self, share: float = 0.2, floor: int = 10) -> None:
        self._share, self._floor = share, floor
        self.retries = 0

    def allows(self, calls: int) -> bool:
        """Whether one more attempt fits beside so many calls in flight."""
        return self.retries < max(self._floor, self._share * calls)
