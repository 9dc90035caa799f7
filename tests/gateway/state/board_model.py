"""A board as plain values: what the ones in stores are compared with, and what the property tests play on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from gateway.state.board import MOST_CHANGES, SAME_END, Fact, Note, Told


@dataclass
class Memory:
    """facts: key -> (number of the change, rank, value, end)."""

    incarnation: str = "first"
    seq: int = 0
    facts: dict[str, tuple[int, int, bytes, float]] = field(default_factory=dict)

    def exchange(self, puts: Sequence[Fact], seq: int, now: float, most: int = MOST_CHANGES) -> Told:
        self.facts = {key: fact for key, fact in self.facts.items() if fact[3] > now}
        for key, rank, held, left in puts:
            ends = inf if left is None else now + left
            if key in self.facts:
                _, known, value, ended = self.facts[key]
                if (rank, held) < (known, value) or ((rank, held) == (known, value) and ends <= ended + SAME_END):
                    continue
                ends = max(ends, ended)
            self.seq += 1
            self.facts[key] = (self.seq, rank, held, ends)
        found = sorted((fact[0], key) for key, fact in self.facts.items() if fact[0] > seq)[:most]
        changes = []
        for _, key in found:
            _, rank, held, ends = self.facts[key]
            changes.append(Fact(key, rank, held, None if ends == inf else ends - now))
        return Told(self.incarnation, found[-1][0] if found else seq, tuple(changes), len(found) >= most)

    def copy(self) -> Memory:
        return Memory(self.incarnation, self.seq, dict(self.facts))


@dataclass
class ModelBoard:
    """The same behind the protocol, with a fault that is raised once the work is done, or before it."""

    memory: Memory
    clock: list[float]
    before: Exception | None = None
    after: Exception | None = None
    notes: dict[str, bytes] = field(default_factory=dict)

    async def exchange(self, facts: Sequence[Fact], notes: Sequence[Note], seq: int) -> Told:
        if self.before is not None:
            raise self.before
        self.notes |= {note.key: note.held for note in notes}
        told = self.memory.exchange(facts, seq, self.clock[0])
        if self.after is not None:
            raise self.after
        return told

    async def look(self, keys: Sequence[str]) -> dict[str, bytes]:
        if self.before is not None:
            raise self.before
        return {key: self.notes[key] for key in keys if key in self.notes}

    async def swap(self, note: Note, was: bytes | None) -> bool:
        if (await self.look([note.key])).get(note.key) != was:
            return False
        self.notes[note.key] = note.held
        return True

    async def close(self) -> None:
        return None
