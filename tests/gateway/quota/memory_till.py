"""The plainest of the stores: rows in memory, which the others are compared with and the tests of workers run on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.quota.till import About, Row, hear
from gateway.quota.wire import Answer, Word


class Memory:
    """Rows by key. newest: the version in which each was last kept."""

    def __init__(self) -> None:
        self.about = About()
        self.rows: dict[str, Row] = {}
        self.newest: dict[str, int] = {}

    def row(self, key: str) -> Row:
        """The account of this key, or a new one."""
        return self.rows.get(key) or Row()

    def keep(self, key: str, row: Row, version: int) -> None:
        """Keeps it as the newest."""
        self.rows[key] = row
        self.newest.pop(key, None)
        self.newest[key] = version

    def since(self, version: int, most: int) -> Iterable[tuple[int, str, Row]]:
        """What was kept after `version`, the oldest first."""
        news = [(number, key) for key, number in self.newest.items() if number > version]
        return [(number, key, self.rows[key]) for number, key in news[:most]]


class MemoryTill:
    """life: of this memory. now: Unix seconds."""

    def __init__(self, memory: Memory, now: Callable[[], float], lease_seconds: float, *, life: str = "one") -> None:
        self._memory = memory
        self._now = now
        self._lease = lease_seconds
        self._life = life

    async def say(self, word: Word) -> Answer:
        """Never fails."""
        memory = self._memory
        return hear(memory.about, memory, word, self._life, self._now(), self._lease, waits=False)
