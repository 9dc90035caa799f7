"""The board: small facts that all workers and replicas share, as a store keeps them.

A fact has a rank; of two with the same key the higher one counts, in the store as in every worker. So it does no harm
to say a fact twice, late, or to a store that has forgotten everything or remembers something older. A fact that ends
never ends earlier than the one that it replaces: what was replaced is then gone wherever it was still known.

Notes are what nobody follows, because there are too many of them: they are looked up where a worker lacks one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

FINAL = (1 << 53) - 1
"""The rank of what nothing replaces, such as a revocation; the highest whole number that a Redis script keeps exact."""

MOST_CHANGES = 500
"""How many facts are told in one question or answer."""

SAME_END = 1.0
"""Seconds by which the ends of one fact may differ from worker to worker: news take their time."""


class Fact(NamedTuple):
    """held: the value as it is stored (see `proof`). left: seconds until it ends, by the store's clock; None: never."""

    key: str
    rank: int
    held: bytes
    left: float | None


class Note(NamedTuple):
    """Something that may be looked up for so many seconds."""

    key: str
    held: bytes
    seconds: float


class Told(NamedTuple):
    """What a store answers. incarnation: of its memory. seq: where the next question goes on. more: ask again."""

    incarnation: str
    seq: int
    changes: tuple[Fact, ...]
    more: bool


class Board(Protocol):
    """A store of facts. Every method raises StoreUnavailable; what was asked may have happened then."""

    async def exchange(self, facts: Sequence[Fact], notes: Sequence[Note], seq: int) -> Told:
        """Takes facts and notes and tells what changed since `seq`, in one round trip."""

    async def look(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The notes of these keys that there are."""

    async def swap(self, note: Note, was: bytes | None) -> bool:
        """Takes a note where `was` is what stands there still (None: nothing), and says whether it did."""

    async def close(self) -> None:
        """Ends the connections."""
