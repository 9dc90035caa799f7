"""What one worker learns of a destination, told to all: a breaker that opens in one of them opens in every one.

On the board under `breaker/destination/class/credential`. Counts and paces stay with each worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import orjson

if TYPE_CHECKING:
    from gateway.measure import Measure
    from gateway.routing.health import Health

PREFIX = "breaker/"
CLOSED_SECONDS = 5.0
"""How long it stays on the board that a breaker closed."""
SKEW = 5.0
"""Clocks of machines may differ by so much: what is older was told to one that comes late, and is shortened."""


class Board(Protocol):
    """What all workers know (gateway.state.follower)."""

    def say(self, key: str, value: bytes, seconds: float | None = None) -> None: ...
    def on(self, prefix: str, handler: Callable[[str, bytes | None], None]) -> None: ...


class Told:
    """Joins the breakers of this worker to the board. now: Unix time."""

    def __init__(self, health: Health, board: Board, measure: Measure, now: Callable[[], float]) -> None:
        self._health, self._board, self._measure, self._now = health, board, measure, now
        health.told = self._changed
        board.on(PREFIX, self._heard)

    def _changed(self, destination: str, failure: str, credential: int, seconds: float, openings: int) -> None:
        """A breaker opened or closed here."""
        self._measure.breaker(destination, failure, credential, seconds)
        value = orjson.dumps({"seconds": round(seconds, 3), "openings": openings, "at": self._now()})
        self._board.say(f"{PREFIX}{destination}/{failure}/{credential}", value, max(seconds, CLOSED_SECONDS))

    def _heard(self, key: str, value: bytes | None) -> None:
        """A breaker opened or closed somewhere; of one that is told no more, time has told already."""
        if value is None:
            return
        destination, failure, credential = key.rsplit("/", 2)
        said: dict[str, Any] = orjson.loads(value)
        seconds = float(said["seconds"])
        if seconds:
            seconds -= max(self._now() - float(said["at"]) - SKEW, 0.0)
            if seconds <= 0:
                return
        self._health.adopt(destination, failure, int(credential), seconds, int(said["openings"]))
