"""The links to a store: they answer in time, tell a server's runs apart and lose a damaged file never silently."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.state.redis import RedisLink
from gateway.state.sqlite import SqliteLink
from gateway.state.store import Script, StoreUnavailable
from tests.parts.redis_server import RedisServer, needs_redis, redis_server

COUNT = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
TABLE = "CREATE TABLE IF NOT EXISTS numbers (n INTEGER)"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path / "redis") as started:
        yield started


async def reason(of: object) -> str:
    with pytest.raises(StoreUnavailable) as failed:
        await of  # type: ignore[misc]
    return failed.value.reason


@needs_redis
async def test_a_script_is_known_after_its_first_run(server: RedisServer) -> None:
    link = RedisLink(server.url, seconds=5)
    first = await link.script(COUNT, ["n"], [2])
    assert first.value == 2 and len(first.run) == 40
    assert (await link.script(COUNT, ["n"], [3])).value == 5
    stats = (await link.command("INFO", "commandstats")).value.decode()
    assert "cmdstat_eval:calls=1," in stats and "cmdstat_evalsha:calls=2," in stats
    await link.close()


@needs_redis
async def test_a_server_that_started_again_has_another_run(server: RedisServer) -> None:
    link = RedisLink(server.url, seconds=5)
    before = (await link.command("PING")).run
    server.kill()
    assert await reason(link.command("PING")) == "connection"
    server.start()
    assert (await link.command("PING")).run not in ("", before)
    await link.close()


@needs_redis
async def test_a_connection_that_the_server_let_go_is_no_failure(server: RedisServer) -> None:
    link = RedisLink(server.url, seconds=5)
    before = (await link.command("PING")).run
    server.command("CLIENT", "KILL", "TYPE", "normal")
    await asyncio.sleep(0.2)  # the end of the connection has to arrive
    assert (await link.command("PING")).run == before
    await link.close()


@needs_redis
async def test_a_frozen_server_is_given_up_in_time_and_its_late_answer_is_nobodys(server: RedisServer) -> None:
    link = RedisLink(server.url, seconds=0.3, most=1)
    await link.command("SET", "a", "1")
    server.freeze()
    assert await reason(link.command("INCR", "a")) == "timeout"
    assert await reason(link.command("PING")) == "timeout"
    server.thaw()
    answers = [(await link.command("ECHO", str(n))).value for n in range(20)]
    assert answers == [str(n).encode() for n in range(20)]
    assert (await link.command("GET", "a")).value == b"2", "what was sent had happened all the same"
    await link.close()


@needs_redis
async def test_no_more_connections_than_allowed(server: RedisServer) -> None:
    link = RedisLink(server.url, seconds=5, most=3)
    await asyncio.gather(*(link.command("INCR", "n") for _ in range(50)))
    clients = (await link.command("CLIENT", "LIST", "TYPE", "normal")).value
    assert len(clients.splitlines()) == 3
    assert (await link.command("GET", "n")).value == b"50"
    await link.close()


@needs_redis
async def test_what_the_server_refuses_is_told_without_its_words(server: RedisServer) -> None:
    link = RedisLink(server.url.replace("redis://", "redis://someone:hidden-word@"), seconds=5)
    with pytest.raises(StoreUnavailable) as failed:
        await link.command("PING")
    assert failed.value.reason == "refused"
    assert "hidden-word" not in repr(failed.value) and failed.value.__cause__ is None
    link = RedisLink(server.url, seconds=5)
    assert await reason(link.command("HGET", "only-two-words")) == "refused"
    server.command("CONFIG", "SET", "maxmemory", "1")
    assert await reason(link.command("SET", "a", "1")) == "full"
    await link.close()


@needs_redis
@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_server_that_drops_what_it_holds_to_make_room_is_none(server: RedisServer, policy: str) -> None:
    link = RedisLink(server.url, seconds=5)
    server.command("CONFIG", "SET", "maxmemory-policy", policy)
    assert (await link.command("PING")).value == b"PONG", "it has no limit that it could reach"
    await link.close()
    server.command("CONFIG", "SET", "maxmemory", "100mb")
    assert await reason(link.command("PING")) == "evicts"
    server.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    assert (await link.command("PING")).value == b"PONG"
    await link.close()


async def test_transactions_of_several_workers_add_up(tmp_path: Path) -> None:
    links = [SqliteLink(tmp_path / "s.db", seconds=10, tables=[TABLE]) for _ in range(3)]

    def add(connection: sqlite3.Connection) -> None:
        (count,) = connection.execute("SELECT count(*) FROM numbers").fetchone()
        connection.execute("INSERT INTO numbers VALUES (?)", (count,))

    await asyncio.gather(*(link.run(add) for link in links for _ in range(20)))
    rows = await links[0].run(lambda c: c.execute("SELECT n FROM numbers ORDER BY n").fetchall())
    assert rows == [(n,) for n in range(60)]
    assert len({link.incarnation for link in links}) == 1
    assert (tmp_path / "s.db").stat().st_mode & 0o777 == 0o600
    for link in links:
        await link.close()


async def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    link = SqliteLink(tmp_path / "s.db", seconds=10, tables=[TABLE])

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO numbers VALUES (1)")
        raise LookupError

    with pytest.raises(LookupError):
        await link.run(half)
    assert await link.run(lambda c: c.execute("SELECT count(*) FROM numbers").fetchone()) == (0,)
    await link.close()


async def test_a_file_that_somebody_holds_is_given_up_in_time(tmp_path: Path) -> None:
    link = SqliteLink(tmp_path / "s.db", seconds=0.2, tables=[TABLE])
    await link.run(lambda c: None)
    other = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await reason(link.run(lambda c: None)) in ("locked", "timeout")
    other.execute("ROLLBACK")
    other.close()
    await link.run(lambda c: None)
    await link.close()


async def test_a_damaged_file_is_set_aside_loudly_and_once(tmp_path: Path) -> None:
    file, told, threads = tmp_path / "s.db", list[Path](), set[int]()

    def said(aside: Path) -> None:
        told.append(aside)
        threads.add(threading.get_ident())

    links = [SqliteLink(file, seconds=5, tables=[TABLE], said=said) for _ in range(2)]
    for link in links:
        await link.run(lambda c: c.execute("INSERT INTO numbers VALUES (1)"))
    before = links[0].incarnation
    for link in links:
        await link.close()
    file.write_bytes(b"this is no database" * 500)
    links = [SqliteLink(file, seconds=5, tables=[TABLE], said=said) for _ in range(2)]
    first = await asyncio.gather(*(link.run(lambda c: None) for link in links), return_exceptions=True)
    assert any(isinstance(one, StoreUnavailable) and one.reason == "damaged" for one in first)
    for link in links:
        assert await link.run(lambda c: c.execute("SELECT count(*) FROM numbers").fetchone()) == (0,)
        assert link.incarnation == links[0].incarnation != before
        await link.close()
    (aside,) = told
    assert threads == {threading.get_ident()}, "the log and the figures belong to the loop"
    assert aside.read_bytes().startswith(b"this is no database")


async def test_a_file_put_back_from_a_copy_is_another_incarnation(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    link = SqliteLink(file, seconds=5, tables=[TABLE])
    await link.run(lambda c: c.execute("INSERT INTO numbers VALUES (1)"))
    before = link.incarnation
    copy = tmp_path / "copy.db"
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    os.replace(copy, file)
    await link.run(lambda c: None)
    assert link.incarnation != before
    await link.close()


async def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "s.db") as made:
        made.execute("PRAGMA user_version = 99")
    made.close()
    link = SqliteLink(tmp_path / "s.db", seconds=5, tables=[TABLE])
    assert await reason(link.run(lambda c: None)) == "newer"
    assert not [name for name in os.listdir(tmp_path) if "damaged" in name]
    await link.close()


async def test_a_second_link_of_a_process_takes_no_lock_of_the_first_away(tmp_path: Path) -> None:
    """POSIX locks are a process's: to close any descriptor of a file gives up all that it holds there."""
    first = SqliteLink(tmp_path / "s.db", seconds=5, tables=[TABLE])
    await first.run(lambda c: None)

    def held() -> set[str]:
        inode = f":{(tmp_path / 's.db').stat().st_ino} "
        return {line.split()[1] for line in Path("/proc/locks").read_text().splitlines() if inode in line}

    def read(connection: sqlite3.Connection) -> set[str]:
        connection.execute("SELECT count(*) FROM numbers").fetchone()
        return held()

    assert await first.run(read) == {"POSIX"}
    second = SqliteLink(tmp_path / "s.db", seconds=5, tables=[TABLE])
    await second.run(lambda c: None)
    assert await first.run(lambda c: held()) == {"POSIX"}
    await first.close()
    await second.close()
