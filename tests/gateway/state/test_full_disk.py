"""A disk that is full: the store says so, what was said still counts, and it is told when there is room again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gateway.state.board_sqlite import TABLES, SqliteBoard
from gateway.state.follower import Follower
from gateway.state.sqlite import SqliteLink
from gateway.state.store import StoreUnavailable
from tests.gateway.state.test_follower import SECRET, Heard, until_quiet


async def bound(link: SqliteLink, pages: int) -> None:
    """Lets the file grow no further: SQLite fails as it does on a full disk."""
    await link.run(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}"))


async def test_a_full_disk_is_told_and_what_was_said_comes_later(tmp_path: Path) -> None:
    link = SqliteLink(tmp_path / "shared.db", seconds=5, tables=TABLES)
    heard, clock = Heard(), [100.0]
    one = Follower(SqliteBoard(link), SECRET, heard, monotonic=lambda: clock[0])
    await one.begin()
    await bound(link, 1)
    one.say("stop/user/anne", b"x" * 100_000)
    assert not await one.turn()
    assert heard.failures == ["full"] and one.get("stop/user/anne") and not one.stale
    assert not await one.told("stop/user/anne", 0)
    clock[0] += 5
    assert one.stale
    await bound(link, 10_000)
    await until_quiet(one)
    assert await one.told("stop/user/anne", 0)
    await one.close()


async def test_a_folder_that_takes_no_file_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("a file where a folder should be")
    link = SqliteLink(tmp_path / "in-the-way" / "shared.db", seconds=5)
    with pytest.raises(StoreUnavailable) as failed:
        await link.run(lambda connection: None)
    assert failed.value.reason == "full"
    await link.close()


async def test_damage_in_the_middle_is_found_while_it_serves(tmp_path: Path) -> None:
    file, told = tmp_path / "shared.db", list[Path]()
    link = SqliteLink(file, seconds=5, tables=TABLES, said=told.append)
    one = Follower(SqliteBoard(link), SECRET, Heard())
    one.say("stop/user/anne", b"x" * 50_000)
    await until_quiet(one)
    await link.run(lambda connection: None)
    checkpointed = sqlite3.connect(file)
    checkpointed.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    checkpointed.close()
    size = file.stat().st_size
    with file.open("r+b") as raw:
        raw.seek(100)
        raw.write(b"\x5a" * (size - 100))
    one.say("stop/user/paul", b"now")
    for _ in range(3):
        await until_quiet(one)
    assert len(told) == 1
    other = Follower(SqliteBoard(link), SECRET, Heard())
    await until_quiet(other)
    assert other.get("stop/user/anne") and other.get("stop/user/paul") == b"now"
    await one.close()
