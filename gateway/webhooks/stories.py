"""What all workers together told lately, on their board: whoever tells next knows how far the story is."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import orjson

if TYPE_CHECKING:
    from gateway.state.claims import Board

PREFIX = "told/"


class Told(NamedTuple):
    """Of one subject. last: the event that was told last. at: when that happened (Unix time). ago: how many seconds
    ago something was told, each time lately, the last one last."""

    last: str
    at: float
    ago: tuple[float, ...]


class Stories:
    """One worker's view of them. quiet: seconds that they are kept. now: Unix time."""

    def __init__(self, board: Board, quiet: float, now: Callable[[], float]) -> None:
        self._board, self._quiet, self._now = board, quiet, now
        self._me = secrets.token_hex(8)

    def of(self, subject: str) -> Told | None:
        """What another worker told, knowing all that was told before."""
        said = self._board.get(f"{PREFIX}{subject}") if self._board.shared else None
        if said is None:
            return None
        by, last, at, times = orjson.loads(said)
        now = self._now()
        return Told(last, at, tuple(max(now - one, 0.0) for one in times)) if by != self._me else None

    def tell(self, subject: str, last: str, at: float, ago: Iterable[float]) -> None:
        """The story as it is now, with what this worker tells."""
        if self._board.shared:
            now = self._now()
            said = orjson.dumps((self._me, last, at, [now - seconds for seconds in ago]))
            self._board.say(f"{PREFIX}{subject}", said, self._quiet, rank=int(now * 1_000_000))
