"""What every store of leases does: the model in memory, a SQLite file, and a real Redis."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from gateway.quota.keeper import Till
from gateway.quota.till import About, hear
from gateway.quota.tills.redis import RedisTill
from gateway.quota.tills.sqlite import TABLES, SqliteTill
from gateway.quota.wire import SHUT, Answer, Ask, Granted, Told, Word
from gateway.state.redis import RedisLink
from gateway.state.sqlite import SqliteLink
from gateway.state.store import StoreUnavailable
from tests.gateway.quota.memory_till import Memory
from tests.parts.redis_server import RedisServer, needs_redis, redis_server

LEASE = 0.3
WINDOW = 1_700_000_000
KEYS = ("a", "b", "slots")


class Model:
    """The model, with the time and the life of the store that is held against it."""

    def __init__(self) -> None:
        self.memory = Memory()

    def say(self, word: Word, like: Answer, *, waits: bool) -> Answer:
        return hear(self.memory.about, self.memory, word, like.life, like.now, LEASE, waits=waits)


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Till]:
    file = folder / "shared.db"
    link = SqliteLink(file, seconds=5, tables=TABLES)
    yield SqliteTill(link, file, LEASE)
    await link.close()


@asynccontextmanager
async def redis(server: RedisServer) -> AsyncIterator[Till]:
    link = RedisLink(server.url, seconds=5, most=1)
    yield RedisTill(link, "test", LEASE)
    await link.close()


def words(chance: random.Random, count: int, life: str) -> list[Word]:
    """What four workers might say, right and wrong."""
    said, numbers = [], dict.fromkeys("wxyz", 100)
    for _ in range(count):
        holder = chance.choice("wxyz")
        numbers[holder] += chance.choice([1, 1, 1, 1, 0, -1])
        asks, told = [], []
        for key in chance.sample(KEYS, chance.randint(0, 3)):
            slots = key == "slots"
            start = 0 if slots else WINDOW + chance.choice([-1, 0, 0, 0, 1, 2])
            owe = chance.choice([0, chance.randint(0, 60)])
            want = owe + chance.choice([0, chance.randint(0, 60)])
            ask = Ask(key, start, slots, owe, want, chance.choice([50, 200, 2**52]), 3, chance.random() < 0.1)
            asks.append(ask)
            mine = chance.choice([-1, owe])
            others = tuple((peer, chance.randint(0, 40)) for peer in chance.sample("wxyz", 2) if peer != holder)
            told.append(Told(key, start, mine, 0 if slots else chance.randint(0, 99), others))
        known = life if chance.random() < 0.95 else "another life"
        told_now = tuple(told) if chance.random() < 0.1 else ()
        peers = ("w", "x") if told_now else ()
        all_told = chance.random() < 0.5
        since = chance.randint(0, 9)
        leaving = chance.random() < 0.03
        said.append(Word(holder, numbers[holder], known, tuple(asks), told_now, all_told, peers, since, leaving))
    return said


def plain(answer: Answer) -> Answer:
    """With everything that has no order in one."""
    news = tuple(one._replace(grants=tuple(sorted(one.grants))) for one in answer.news)
    return answer._replace(shut=round(answer.shut, 3), holders=tuple(sorted(answer.holders)), news=news)


async def held_against_the_model(till: Till, model: Model, chance: random.Random, count: int, *, waits: bool) -> None:
    first = await till.say(Word("w", 0, ""))
    model.say(Word("w", 0, ""), first, waits=waits)
    for word in words(chance, count, first.life):
        word = word._replace(since=min(word.since, model.memory.about.version))
        answer = await till.say(word)
        assert plain(model.say(word, answer, waits=waits)) == plain(answer), word
        if chance.random() < 0.015:
            await asyncio.sleep(LEASE)  # a lease passes on the store's own clock


@pytest.mark.parametrize("seed", range(3))
async def test_a_sqlite_file_does_what_the_model_does(tmp_path: Path, seed: int) -> None:
    async with sqlite(tmp_path) as till:
        await held_against_the_model(till, Model(), random.Random(seed), 200, waits=False)


@needs_redis
@pytest.mark.parametrize("seed", range(3))
async def test_a_redis_does_what_the_model_does(tmp_path: Path, seed: int) -> None:
    with redis_server(tmp_path / "redis") as server:
        async with redis(server) as till:
            await held_against_the_model(till, Model(), random.Random(seed), 300, waits=True)


@needs_redis
async def test_a_redis_that_starts_again_is_another_one_with_an_old_memory_too(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as server:
        lives = []
        for snapshot in (False, True, False):
            async with redis(server) as till:
                answer = await till.say(Word("w", 1, ""))
                lives.append(answer.life)
                assert answer.shut > 0
            if snapshot:
                server.command("SAVE")
            server.kill()
            server.start()
        assert len(set(lives)) == 3


def remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


async def test_a_sqlite_file_remembers_over_a_restart_and_a_new_one_that_replaces_it_waits(tmp_path: Path) -> None:
    ask = Ask("a", WINDOW, False, 0, 30, 40, 1, False)
    async with sqlite(tmp_path) as till:
        life = (await till.say(Word("w", 1, ""))).life
        await till.say(Word("w", 2, life, (ask,), all_told=True))
    async with sqlite(tmp_path) as till:
        answer = await till.say(Word("x", 1, life, (ask,), all_told=True))
        assert answer.granted == (Granted(WINDOW, 10, 40),)
        remove(tmp_path / "shared.db")
        assert (await till.say(Word("x", 2, life, (ask,)))).shut > 0, "another worker may know what was granted"
    async with sqlite(tmp_path) as till:
        assert (await till.say(Word("x", 1, ""))).shut > 0


async def test_a_sqlite_file_that_an_old_copy_was_written_over_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    ask = Ask("a", WINDOW, False, 0, 30, 40, 1, False)
    async with sqlite(tmp_path) as till:
        life = (await till.say(Word("w", 1, ""))).life
        checkpoint(file)
        old = file.read_bytes()
        answer = await till.say(Word("w", 2, life, (ask,), all_told=True))
        checkpoint(file)
        file.write_bytes(old)
        with pytest.raises(StoreUnavailable):
            await till.say(Word("w", 3, life, since=answer.last))
        assert (await till.say(Word("w", 4, life, since=answer.last))).shut > 0
    assert any(name.startswith("shared.db.damaged-") for name in os.listdir(tmp_path))


def checkpoint(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def said(*words: Word, waits: bool = False) -> list[Answer]:
    memory, now = Memory(), 100.0
    memory.about = About(life="life", last=now) if not waits else About()
    return [hear(memory.about, memory, word, "life", now, LEASE, waits=waits) for word in words]


def ask(want: int, *, start: int = WINDOW, owe: int = 0, leave: bool = False) -> Ask:
    return Ask("a", start, False, owe, want, 100, 1, leave)


def test_a_window_that_others_have_left_grants_nothing() -> None:
    later, earlier = said(
        Word("w", 1, "life", (ask(10, start=WINDOW + 60),), all_told=True),
        Word("x", 1, "life", (ask(10),), all_told=True),
    )
    assert later.granted == (Granted(WINDOW + 60, 10, 10),)
    assert earlier.granted == (Granted(WINDOW + 60, 0, 10),)


def test_what_a_worker_knows_of_an_earlier_window_changes_nothing() -> None:
    *_, after = said(
        Word("w", 1, "life", (ask(10),), all_told=True),
        Word("x", 1, "life", told=(Told("a", WINDOW - 60, 90),), all_told=True),
        Word("w", 2, "life", (ask(100),)),
    )
    assert after.granted == (Granted(WINDOW, 100, 100),)


def test_a_worker_that_has_not_told_what_it_knows_is_granted_nothing() -> None:
    (answer,) = said(Word("w", 1, "life", (ask(10),)))
    assert answer.granted[0].granted == SHUT


def test_a_word_that_is_said_twice_or_late_is_passed_over() -> None:
    first, again, late = said(
        Word("w", 2, "life", (ask(50),), all_told=True),
        Word("w", 2, "life", (ask(90),)),
        Word("w", 1, "life", (ask(0),)),
    )
    assert first.granted == (Granted(WINDOW, 50, 50),)
    assert again.granted == late.granted == ()


def test_leaving_an_account_twice_counts_what_was_used_once() -> None:
    _, left, _, other = said(
        Word("w", 1, "life", (ask(50, owe=40),), all_told=True),
        Word("w", 2, "life", (ask(40, owe=40, leave=True),)),
        Word("w", 3, "life", (ask(40, owe=40, leave=True),)),
        Word("x", 1, "life", (ask(100),), all_told=True),
    )
    assert left.granted[0].total == 40
    assert other.granted == (Granted(WINDOW, 60, 100),)


@needs_redis
async def test_a_redis_that_somebody_emptied_is_another_one_though_it_went_on(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as server:
        async with redis(server) as till:
            life = (await till.say(Word("w", 1, ""))).life
            server.command("FLUSHALL")
            answer = await till.say(Word("w", 2, life, all_told=True))
            assert answer.life != life
            assert answer.shut > 0
