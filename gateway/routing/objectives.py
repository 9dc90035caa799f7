"""What a route promises, and who breaks it: a destination that spends what may fail faster than it may is demoted.

A promise of 99 % lets one call in a hundred fail. The burn rate says how much faster than that calls fail: 1 spends the
budget of the window just by its end. Demoted is who has spent it and still spends it, before it fails altogether;
restored who does well on enough of the few calls by which it is tried, whose share grows with every good one. Counted
in one process, by what its own calls meet: others see the same destination fail by theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.config.routes import ObjectivesSettings

AVAILABILITY, FIRST_TOKEN, TOTAL = "availability", "first_token", "total"
SLOTS = 12
LATELY = 12
"""The part of the window that is lately: a twelfth."""
LEAST_BAD = 3
"""Calls that must have failed lately: one or two are chance."""
TRICKLE = 0.02
"""Share of the calls that try a demoted destination; times one more after each good one."""
RECOVERED = 10
"""Good ones in a row that restore it."""


class Result(NamedTuple):
    """How an attempt ended. failed: None where that isn't known, since the client or we broke it off. first: seconds to
    the first word, None where none came. total: seconds that it took, or was waited for. streamed: whether a stream was
    asked for; a whole answer has no first word of its own."""

    failed: bool | None
    first: float | None
    total: float
    streamed: bool = True


class Promise(NamedTuple):
    """One objective. seconds: within which; 0.0 for availability. budget: the share that may fail."""

    name: str
    seconds: float
    budget: float

    def broken(self, result: Result) -> bool | None:
        """Whether an attempt failed it; None where it doesn't say."""
        if self.name == FIRST_TOKEN and not result.streamed:
            return None
        if result.failed:
            return True
        if self.name == AVAILABILITY:
            return result.failed
        took = result.first if self.name == FIRST_TOKEN else None if result.failed is None else result.total
        if took is not None:
            return took > self.seconds
        # Broken off: for as long as it was waited for, and no longer, the promise may have been kept.
        return True if result.total > self.seconds else None


def promises(said: ObjectivesSettings) -> tuple[Promise, ...]:
    """Those that the configuration makes."""
    rows = (
        (AVAILABILITY, 0.0 if said.availability is not None else None, said.availability or 0.0),
        (FIRST_TOKEN, said.first_token_seconds, said.first_token_percent),
        (TOTAL, said.total_seconds, said.total_percent),
    )
    return tuple(Promise(name, seconds, 1 - percent / 100) for name, seconds, percent in rows if seconds is not None)


class Window:
    """Calls, and bad ones among them, over the last `seconds`. A clock that jumps empties it at worst."""

    __slots__ = ("_bad", "_calls", "_slot", "_width", "bad", "calls")

    def __init__(self, seconds: float) -> None:
        self._width = seconds / SLOTS
        self._slot = 0
        self.clear()

    def clear(self) -> None:
        """Forget all."""
        self._calls, self._bad = [0] * SLOTS, [0] * SLOTS
        self.calls = self.bad = 0

    def add(self, now: float, bad: bool) -> None:
        """One more."""
        self.move(now)
        at = self._slot % SLOTS
        self._calls[at] += 1
        self._bad[at] += bad
        self.calls += 1
        self.bad += bad

    def move(self, now: float) -> None:
        """Let go what is older than the window."""
        slot = int(now // self._width)
        if slot == self._slot:
            return
        if not 0 < slot - self._slot < SLOTS:
            self.clear()
        else:
            for passed in range(self._slot + 1, slot + 1):
                at = passed % SLOTS
                self.calls -= self._calls[at]
                self.bad -= self._bad[at]
                self._calls[at] = self._bad[at] = 0
        self._slot = slot


class Kept(NamedTuple):
    """How one promise is kept, over the window: as metrics and `ecluse status` show it."""

    objective: str
    calls: int
    ratio: float
    burn: float


class Standing:
    """How one destination keeps the promises of one route. demoted: which one it broke, "" where it is in its place."""

    __slots__ = ("_promises", "_windows", "demoted", "good", "objectives")

    def __init__(self, objectives: ObjectivesSettings) -> None:
        self.objectives = objectives
        self._promises = promises(objectives)
        seconds = objectives.window_seconds
        self._windows = [(Window(seconds), Window(seconds / LATELY)) for _ in self._promises]
        self.demoted = ""
        self.good = 0

    @property
    def first_token(self) -> float | None:
        """Seconds within which first words are promised."""
        return self.objectives.first_token_seconds

    @property
    def share(self) -> float:
        """The share of calls by which it is tried while it is demoted."""
        return TRICKLE * (1 + self.good)

    def ended(self, now: float, result: Result) -> bool:
        """An attempt ended; whether that restored or demoted it."""
        said = [promise.broken(result) for promise in self._promises]
        for broken, windows in zip(said, self._windows, strict=True):
            if broken is not None:
                for window in windows:
                    window.add(now, broken)
        if any(said):
            self.good = 0
        elif any(broken is not None for broken in said):
            self.good = min(self.good + 1, RECOVERED)
        if not self.demoted:
            return self.judged(now)
        if self.good < RECOVERED:
            return False
        self.demoted = ""
        for _, lately in self._windows:
            lately.clear()
        return True

    def judged(self, now: float, overdue: int = 0) -> bool:
        """Demotes it where it has spent a budget and still does; whether that is new. overdue: calls that wait too long
        for their first word by now."""
        if self.demoted:
            return False
        for promise, (whole, lately) in zip(self._promises, self._windows, strict=True):
            late = overdue if promise.name == FIRST_TOKEN else 0
            if not late and not lately.bad:
                continue
            whole.move(now)
            lately.move(now)
            calls = whole.calls + late
            if (
                calls >= self.objectives.least
                and lately.bad + late >= LEAST_BAD
                and whole.bad + late >= promise.budget * calls
                and lately.bad + late >= promise.budget * (lately.calls + late)
            ):
                self.demoted, self.good = promise.name, 0
                return True
        return False

    def kept(self, now: float) -> Iterator[Kept]:
        """How each promise is kept."""
        for promise, (whole, _) in zip(self._promises, self._windows, strict=True):
            whole.move(now)
            failing = whole.bad / whole.calls if whole.calls else 0.0
            yield Kept(promise.name, whole.calls, 1.0 - failing, failing / promise.budget)
