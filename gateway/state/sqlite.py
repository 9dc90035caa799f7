"""The link to a SQLite file that the workers of one machine share: one connection, in a thread of its own.

A file that is damaged is set aside under another name, loudly, and a new one begins. It has another incarnation, which
is how everybody notices that what they had told it must be told again.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from gateway.alone import alone
from gateway.state.store import StoreUnavailable

FORMAT = 1

T = TypeVar("T")

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REASONS = {
    **dict.fromkeys(_DAMAGED, "damaged"),
    **dict.fromkeys((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED), "locked"),
    **dict.fromkeys((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR), "full"),
}


class SqliteLink:
    """Transactions on one file. incarnation: of the file as it was when it was last opened; "" before."""

    def __init__(
        self,
        file: Path,
        *,
        seconds: float,
        tables: Iterable[str] = (),
        said: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """seconds: of waiting for whoever else writes. tables: statements that make what isn't there. said: is told, on
        the loop, where a damaged file was put."""
        self._file = file
        self._seconds = seconds
        self._tables = tuple(tables)
        self._said = said
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="shared-store")
        self._late: Future[Any] | None = None
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self.incarnation = ""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` makes of the connection, in one transaction. Raises StoreUnavailable: then nothing was done, or,
        where the reason is timeout, it may have been."""
        if self._late is not None and not self._late.done():
            raise StoreUnavailable("timeout")  # a disk that hangs: nothing piles up behind it
        future = self._thread.submit(self._transaction, work, asyncio.get_running_loop())
        try:
            async with asyncio.timeout(self._seconds * 1.5):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            self._late = future if future.running() else None
            raise StoreUnavailable("timeout") from None

    async def close(self) -> None:
        """Ends the connection once the last transaction has ended."""
        if self._late is None or self._late.done():
            await asyncio.wrap_future(self._thread.submit(self._end))
        self._thread.shutdown(wait=False)

    def _transaction(self, work: Callable[[sqlite3.Connection], T], loop: asyncio.AbstractEventLoop) -> T:
        try:
            return self._done(work, loop)
        except BlockingIOError:
            raise StoreUnavailable("locked") from None
        except OSError:
            raise StoreUnavailable("full") from None

    def _done(self, work: Callable[[sqlite3.Connection], T], loop: asyncio.AbstractEventLoop) -> T:
        try:
            connection = self._opened()
            with _transacting(connection):
                return work(connection)
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _DAMAGED:
                self._set_aside(loop)
            raise StoreUnavailable(_REASONS.get(code, "refused")) from None

    def _opened(self) -> sqlite3.Connection:
        """The connection to the file that has the name now: another worker may have set the earlier one aside."""
        if self._connection is not None and _inode(self._file) == self._inode:
            return self._connection
        self._end()
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The change to WAL waits for nobody, and fails where another worker does it too.
        with alone(self._file, self._seconds):
            if not self._file.exists():
                # Never one that is there: to close it would take the locks of this process's other connections away.
                os.close(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            self._inode = _inode(self._file)
            self._connection = sqlite3.connect(self._file, timeout=self._seconds, isolation_level=None)
            try:
                self.incarnation = f"{self._begin(self._connection)}-{self._inode}"
            except BaseException:
                self._end()
                raise
        return self._connection

    def _begin(self, connection: sqlite3.Connection) -> str:
        """Makes the file ready; the name that it got when it was made."""
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with _transacting(connection):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > FORMAT:
                raise StoreUnavailable("newer")
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise damaged()
            connection.execute("CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
            connection.execute("INSERT OR IGNORE INTO about VALUES ('incarnation', ?)", (secrets.token_hex(8),))
            for statement in self._tables:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            (name,) = connection.execute("SELECT value FROM about WHERE name = 'incarnation'").fetchone()
        return str(name)

    def _set_aside(self, loop: asyncio.AbstractEventLoop) -> None:
        """Renames the damaged file with what belongs to it, unless another worker did."""
        damaged = self._inode
        self._end()
        with alone(self._file, self._seconds):
            if _inode(self._file) != damaged:
                return
            aside = self._file.with_name(f"{self._file.name}.damaged-{secrets.token_hex(4)}")
            for suffix in ("-wal", "-shm", ""):
                beside = self._file.with_name(self._file.name + suffix)
                if beside.exists():
                    beside.rename(aside.with_name(aside.name + suffix))
        with suppress(RuntimeError):  # a loop that has ended meanwhile
            loop.call_soon_threadsafe(self._said, aside)

    def _end(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


@contextmanager
def _transacting(connection: sqlite3.Connection) -> Iterator[None]:
    # Immediate: who writes waits here, for a bounded time, and never fails half-way.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _inode(file: Path) -> int:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return 0


def damaged() -> sqlite3.DatabaseError:
    """What says of a file that it isn't what it was: it is set aside."""
    error = sqlite3.DatabaseError("quick_check")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
