"""What keeps failover from multiplying calls: a budget for further attempts.

Two bounds. Further attempts under way may be a fifth of the calls in flight, and always a few. And a call that made
some and failed all the same has to be earned back by others that make none: a client that asks again and again for a
model while every vendor fails makes at most 1.2 calls for each of its own, from the fifth on (two destinations).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

EARNED_BACK = 9
"""Calls that make a further attempt in vain forgotten: one in nine, and the first, are 1.2 from the fifth call on."""
QUIET_SECONDS = 60.0
"""After so long without one in vain, all is forgotten."""


@dataclass(slots=True)
class _Debt:
    """calls: that must come before the next further attempt. last: when one was in vain."""

    calls: int
    last: float


class RetryBudget:
    """Further attempts of all calls of a worker. retries: under way now. clock: monotonic seconds."""

    def __init__(self, clock: Callable[[], float], share: float = 0.2, floor: int = 10) -> None:
        self.share = share
        self.retries = 0
        self._clock = clock
        self._floor = floor
        self._debts: dict[str, _Debt] = {}

    def called(self, model: str) -> None:
        """A call makes its first attempt."""
        debt = self._debts.get(model)
        if debt is not None:
            debt.calls -= 1
            if debt.calls <= 0 or not 0 <= self._clock() - debt.last < QUIET_SECONDS:
                del self._debts[model]

    def allows(self, calls: int, model: str = "") -> bool:
        """Whether one more attempt fits beside so many calls in flight. model: of a call that has made one attempt
        only; one that has made more may go on to its last destination, since that may be the one that is well."""
        return model not in self._debts and self.retries < max(self._floor, self.share * calls)

    def in_vain(self, model: str, attempts: int) -> None:
        """A call failed after so many further attempts."""
        if attempts > 0:
            debt = self._debts.setdefault(model, _Debt(0, 0.0))
            debt.calls += attempts * EARNED_BACK
            debt.last = self._clock()

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Around a further attempt."""
        self.retries += 1
        try:
            yield
        finally:
            self.retries -= 1
