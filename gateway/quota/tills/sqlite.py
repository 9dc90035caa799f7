"""A store in the SQLite file that the workers of one machine share.

The first start of an installation makes the file, and nobody waits for anybody. A file that replaces another one, which
was damaged, removed or put back from a copy, is told what the workers know before it grants anything: a mark beside it
says that there was one.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import orjson

from gateway.quota.till import About, Row, hear
from gateway.quota.wire import Answer, Word
from gateway.state.sqlite import SqliteLink, damaged

TABLES = (
    "CREATE TABLE IF NOT EXISTS quota_about (only INTEGER PRIMARY KEY CHECK (only = 1), body BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS quota_rows ("
    "key TEXT PRIMARY KEY, start INTEGER NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS quota_versions ON quota_rows (version)",
)

KEPT_SECONDS = 75 * 86_400
"""How long an account that nobody uses is kept: longer than the longest window."""

TIDY_WORDS = 10_000


class SqliteTill:
    """file: of the link, whose mark lies beside it."""

    def __init__(self, link: SqliteLink, file: Path, lease_seconds: float) -> None:
        self._link = link
        self._mark = file.with_name(f"{file.name}.begun")
        self._lease = lease_seconds

    async def say(self, word: Word) -> Answer:
        """One word is one transaction. Raises StoreUnavailable."""
        return await self._link.run(lambda connection: self._hear(connection, word))

    def _hear(self, connection: sqlite3.Connection, word: Word) -> Answer:
        shelf, life, now = _Shelf(connection), self._link.incarnation, time.time()
        about = shelf.about()
        if word.life == life and word.since > about.version:
            raise damaged()  # an old copy was written over it: it knows less than it has told
        waits = False
        if about.life != life:
            waits = self._mark.exists()
            self._mark.touch(mode=0o600)
        answer = hear(about, shelf, word, life, now, self._lease, waits=waits)
        if word.number % TIDY_WORDS == 0:
            connection.execute("DELETE FROM quota_rows WHERE start BETWEEN 1 AND ?", (int(now) - KEPT_SECONDS,))
        shelf.write(about)
        return answer


class _Shelf:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def about(self) -> About:
        found = self._connection.execute("SELECT body FROM quota_about").fetchone()
        if found is None:
            return About()
        value = orjson.loads(found[0])
        holders = {name: (number, heard) for name, (number, heard) in value.pop("holders").items()}
        return About(**{**value, "holders": holders, "told": set(value["told"]), "known": set(value["known"])})

    def write(self, about: About) -> None:
        value = {**asdict(about), "told": sorted(about.told), "known": sorted(about.known)}
        self._connection.execute("INSERT OR REPLACE INTO quota_about VALUES (1, ?)", (orjson.dumps(value),))

    def row(self, key: str) -> Row:
        found = self._connection.execute("SELECT body FROM quota_rows WHERE key = ?", (key,)).fetchone()
        return Row() if found is None else Row(**orjson.loads(found[0]))

    def keep(self, key: str, row: Row, version: int) -> None:
        body = orjson.dumps(row)
        self._connection.execute(
            "INSERT OR REPLACE INTO quota_rows VALUES (?, ?, ?, ?)", (key, row.start, version, body)
        )

    def since(self, version: int, most: int) -> Iterable[tuple[int, str, Row]]:
        found = self._connection.execute(
            "SELECT version, key, body FROM quota_rows WHERE version > ? ORDER BY version LIMIT ?", (version, most)
        )
        return [(number, key, Row(**orjson.loads(body))) for number, key, body in found]
