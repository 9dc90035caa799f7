"""The board in a SQLite file, for the workers of one machine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from math import inf

from gateway.state.board import MOST_CHANGES, SAME_END, Fact, Note, Told
from gateway.state.sqlite import SqliteLink

TABLES = (
    "CREATE TABLE IF NOT EXISTS facts (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, "
    "rank INTEGER NOT NULL, held BLOB NOT NULL, ends REAL NOT NULL)",
    "CREATE INDEX IF NOT EXISTS facts_by_end ON facts (ends)",
    "CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, held BLOB NOT NULL, ends REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS notes_by_end ON notes (ends)",
)

COUNT_EVERY = 256
_PUT_NOTE = "INSERT OR REPLACE INTO notes VALUES (?, ?, ?)"
_TOO_MANY = (
    "DELETE FROM notes WHERE key IN "
    "(SELECT key FROM notes ORDER BY ends LIMIT max((SELECT count(*) FROM notes) - ?, 0))"
)


class SqliteBoard:
    """Facts and notes in the file of a link that was opened with TABLES. clock: Unix time."""

    def __init__(self, link: SqliteLink, clock: Callable[[], float] = time.time, most_notes: int | None = None) -> None:
        """most_notes: those that end first are dropped where there are more, looked at now and then."""
        self._link = link
        self._clock = clock
        self._most_notes = most_notes
        self._noted = 0

    async def exchange(self, facts: Sequence[Fact], notes: Sequence[Note], seq: int) -> Told:
        """As the protocol says."""
        return await self._link.run(lambda connection: self._exchange(connection, facts, notes, seq))

    async def look(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The notes that there are."""
        marks = ", ".join("?" * len(keys))
        query = f"SELECT key, held FROM notes WHERE key IN ({marks}) AND ends > ?"  # noqa: S608 - marks only
        now = self._clock()
        return dict(await self._link.run(lambda connection: connection.execute(query, (*keys, now)).fetchall()))

    async def swap(self, note: Note, was: bytes | None) -> bool:
        """As the protocol says."""
        return await self._link.run(lambda connection: self._swap(connection, note, was))

    async def close(self) -> None:
        """Ends the connection."""
        await self._link.close()

    def _exchange(self, connection: sqlite3.Connection, facts: Sequence[Fact], notes: Sequence[Note], seq: int) -> Told:
        now = self._clock()
        connection.execute("DELETE FROM facts WHERE ends <= ?", (now,))
        connection.execute("DELETE FROM notes WHERE ends <= ?", (now,))
        for fact in facts:
            _put(connection, fact, inf if fact.left is None else now + fact.left)
        rows = [(note.key, note.held, now + note.seconds) for note in notes]
        connection.executemany(_PUT_NOTE, rows)
        if rows and self._most_notes is not None:
            if self._noted % COUNT_EVERY == 0:
                connection.execute(_TOO_MANY, (self._most_notes,))
            self._noted += 1
        query = "SELECT seq, key, rank, held, ends FROM facts WHERE seq > ? ORDER BY seq LIMIT ?"
        found = connection.execute(query, (seq, MOST_CHANGES)).fetchall()
        changes = tuple(
            Fact(key, rank, held, None if ends == inf else ends - now) for _, key, rank, held, ends in found
        )
        last = found[-1][0] if found else seq
        return Told(self._link.incarnation, last, changes, len(found) >= MOST_CHANGES)

    def _swap(self, connection: sqlite3.Connection, note: Note, was: bytes | None) -> bool:
        now = self._clock()
        row = connection.execute("SELECT held FROM notes WHERE key = ? AND ends > ?", (note.key, now)).fetchone()
        if (row[0] if row is not None else None) != was:
            return False
        connection.execute(_PUT_NOTE, (note.key, note.held, now + note.seconds))
        return True


def _put(connection: sqlite3.Connection, fact: Fact, ends: float) -> None:
    known = connection.execute("SELECT rank, held, ends FROM facts WHERE key = ?", (fact.key,)).fetchone()
    if known is not None:
        rank, held, ended = known
        later = (fact.rank, fact.held) == (rank, held) and ends > ended + SAME_END
        if (fact.rank, fact.held) <= (rank, held) and not later:
            return
        ends = max(ends, ended)
        connection.execute("DELETE FROM facts WHERE key = ?", (fact.key,))
    connection.execute(
        "INSERT INTO facts (key, rank, held, ends) VALUES (?, ?, ?, ?)", (fact.key, fact.rank, fact.held, ends)
    )
