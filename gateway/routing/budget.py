"""What keeps failover from multiplying calls: a budget for further attempts.

Two bounds. Further attempts under way may be a fifth of the calls in flight, and always a few. And one that fails
must be earned back by calls that make none, so that a client that asks again and again while every vendor fails makes
at most 1.2 calls of each of its own, as soon as it has asked five times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from adapters.errors import UpstreamError

EARNED_BACK = 9
"""Calls after which a further attempt that failed is forgotten: one in nine, and the first, make 1.2 from the fifth
on."""
QUIET_SECONDS = 60.0
"""After so long without a further attempt that failed, all is forgotten."""


class RetryBudget:
    """Further attempts of all calls of a worker. retries: under way now. clock: monotonic seconds."""

    def __init__(self, clock: Callable[[], float], share: float = 0.2, floor: int = 10) -> None:
        self.share = share
        self.retries = 0
        self._clock = clock
        self._floor = floor
        self._debt = 0.0
        self._last = 0.0

    def called(self) -> None:
        """A call makes its first attempt."""
        if self._debt:
            self._debt = max(self._debt - 1, 0.0)

    def allows(self, calls: int) -> bool:
        """Whether one more attempt fits beside so many calls in flight."""
        if self._debt and not 0 <= self._clock() - self._last < QUIET_SECONDS:
            self._debt = 0.0
        return not self._debt and self.retries < max(self._floor, self.share * calls)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Around a further attempt; one that ends in an error of its vendor must be earned back."""
        self.retries += 1
        try:
            yield
        except UpstreamError:
            self._debt += EARNED_BACK
            self._last = self._clock()
            raise
        finally:
            self.retries -= 1
