"""One breaker: closed, then open for a while after too many failures, then half open for one try that decides.

No clock, no chance and no I/O of its own: `now` is in monotonic seconds, `chance` a number from 0 to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.routing.tally import Tally

if TYPE_CHECKING:
    from gateway.config.failures import FailureClass

JITTER = 0.2
"""Open times are up to this much longer, so that many workers don't all try in the same moment."""
LONGEST_STATED = 300.0
"""A vendor that asks for more than this is tried after it all the same."""

CLOSED, HALF, OPEN = "closed", "half_open", "open"


class Breaker:
    """Failures of one class at one destination (and credential). openings: how often in a row it opened."""

    __slots__ = ("failures", "of", "openings", "row", "trying", "until")

    def __init__(self, of: FailureClass, window_seconds: float) -> None:
        self.of = of
        self.failures = Tally(window_seconds)
        self.row = 0
        self.openings = 0
        self.until = 0.0
        self.trying = False

    def state(self, now: float) -> str:
        """closed | half_open | open."""
        if not self.openings:
            return CLOSED
        return OPEN if self.wait(now) > 0 else HALF

    def wait(self, now: float) -> float:
        """Seconds until it may be tried; 0 where it isn't open."""
        if not self.openings:
            return 0.0
        left = self.until - now
        if left > self._longest:  # the clock went back
            self.until, left = now + self._longest, self._longest
        return max(left, 0.0)

    def admits(self, now: float) -> bool:
        """Whether a call may go: all while it is closed, one at a time while it is half open."""
        return not self.openings or (not self.trying and self.wait(now) <= 0)

    def failed(self, now: float, chance: float, calls: int, stated: float | None, least: float, *, tried: bool) -> bool:
        """One more failure; whether it opened just now.

        calls: in the window, 0 where they are too few to take a share of. stated: seconds that the vendor wants to be
        left alone, where it said so. least: seconds that it must be left alone in any case. tried: by the call that was
        let through to try.
        """
        self.row += 1
        self.failures.add(now)
        if tried:
            self.trying = False
        elif self.openings:  # calls that began before it opened tell nothing new, but how long to wait
            self.until = max(self.until, now + max(min(stated or 0.0, LONGEST_STATED), least))
            return False
        grown = 0.0
        if tried or self._too_many(now, calls):
            grown = min(self.of.open_seconds * 2 ** min(self.openings, 30), self.of.longest_seconds)
        seconds = max(max(grown, least) * (1 + JITTER * chance), min(stated or 0.0, LONGEST_STATED))
        if not seconds:
            return False
        self.openings += 1
        self.until = now + seconds
        return True

    def rounds(self, *, tried: bool) -> int:
        """How many times it was tried in vain before a failure that comes now: those of calls that were under way when
        it opened belong to one round. tried: by the call that was let through to try."""
        return self.openings if tried else max(self.openings - 1, 0)

    def opened(self, now: float, seconds: float, openings: int) -> None:
        """Another worker's breaker opened: so does this one."""
        until = now + min(seconds, self._longest)
        self.until = max(self.until, until) if self.openings else until
        self.openings = max(self.openings, openings, 1)

    def close(self) -> bool:
        """All is well again; whether it wasn't."""
        was = bool(self.openings)
        self.row = self.openings = 0
        self.until, self.trying = 0.0, False
        if was:
            self.failures.clear()
        return was

    @property
    def _longest(self) -> float:
        return max(self.of.longest_seconds * (1 + JITTER), LONGEST_STATED)

    def _too_many(self, now: float, calls: int) -> bool:
        of = self.of
        if self.row >= of.in_a_row:
            return True
        return of.share is not None and calls > 0 and self.failures.at(now) >= of.share * calls
