"""The boards in stores do what the model does, and several at once lose nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.state.board import FINAL, MOST_CHANGES, Board, Fact, Note
from gateway.state.board_redis import RedisBoard
from gateway.state.board_sqlite import TABLES, SqliteBoard
from gateway.state.redis import RedisLink
from gateway.state.sqlite import SqliteLink
from tests.gateway.state.board_model import Memory
from tests.parts.redis_server import SERVER, redis_server

FACTS = st.builds(
    Fact,
    key=st.sampled_from(["a", "b", "été", "stop/user/x y"]),
    rank=st.sampled_from([1, 2, 3, 1_700_000_000_000_000, FINAL]),
    held=st.binary(min_size=1, max_size=4),
    left=st.sampled_from([None, 60.0, 3600.0]),
)
QUESTIONS = st.lists(st.tuples(st.lists(FACTS, max_size=3), st.integers(0, 6)), max_size=8)


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Board]:
    board = SqliteBoard(SqliteLink(folder / "shared.db", seconds=5, tables=TABLES))
    yield board
    await board.close()


@asynccontextmanager
async def redis(folder: Path) -> AsyncIterator[Board]:
    if SERVER is None:
        pytest.skip("redis-server isn't installed (apt-get install redis-server)")
    with redis_server(folder / "redis") as server:
        board = RedisBoard(RedisLink(server.url, seconds=5), "test")
        yield board
        await board.close()


@pytest.fixture(params=[sqlite, redis], ids=["sqlite", "redis"])
async def board(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Board]:
    async with request.param(tmp_path) as opened:
        yield opened


def rounded(changes: tuple[Fact, ...]) -> list[Fact]:
    return [change._replace(left=None if change.left is None else round(change.left / 60)) for change in changes]


async def test_notes_that_end_first_give_way_where_there_are_too_many(tmp_path: Path) -> None:
    board = SqliteBoard(SqliteLink(tmp_path / "notes.db", seconds=5, tables=TABLES), most_notes=10)
    await board.exchange((), [Note(f"old {n}", b"x", 100.0 + n) for n in range(20)], 0)
    names = [f"old {n}" for n in range(20)]
    assert sorted(await board.look(names)) == sorted(names[10:])
    await board.close()


@pytest.mark.parametrize("opened", [sqlite, redis], ids=["sqlite", "redis"])
def test_a_store_does_what_the_model_does(opened: object, tmp_path: Path) -> None:
    """One store for all examples: each has keys of its own, by a prefix of the length that it needs."""
    runs = iter(range(10_000))

    async def compared() -> None:
        async with opened(tmp_path) as board:  # type: ignore[operator]
            for questions in examples:
                await play(board, f"{next(runs)}/", questions)

    async def play(board: Board, own: str, questions: list[tuple[list[Fact], int]]) -> None:
        model, begun = Memory(), None
        for facts, since in questions:
            mine = [fact._replace(key=own + fact.key) for fact in facts]
            if begun is None:
                begun = await last(board)
            told = await board.exchange(mine, [], begun + since)
            expected = model.exchange(mine, since, 0.0)
            assert rounded(told.changes) == rounded(expected.changes)
            assert told.seq - begun == expected.seq

    async def last(board: Board) -> int:
        seq, more = 0, True
        while more:
            told = await board.exchange([], [], seq)
            seq, more = told.seq, told.more
        return seq

    examples: list[list[tuple[list[Fact], int]]] = []

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(QUESTIONS)
    def collect(questions: list[tuple[list[Fact], int]]) -> None:
        examples.append(questions)

    collect()
    asyncio.run(compared())


async def test_many_facts_come_in_pages(board: Board) -> None:
    facts = [Fact(f"k/{n}", n, b"+v", None) for n in range(MOST_CHANGES + 20)]
    await board.exchange(facts[:MOST_CHANGES], [], 0)
    first = await board.exchange(facts[MOST_CHANGES:], [], 0)
    second = await board.exchange([], [], first.seq)
    third = await board.exchange([], [], second.seq)
    assert first.more and not second.more and third == second._replace(changes=())
    assert [fact.key for fact in (*first.changes, *second.changes)] == [fact.key for fact in facts]


async def test_what_ended_is_gone_and_numbers_go_on(board: Board) -> None:
    told = await board.exchange([Fact("a", 1, b"+1", 0.05), Fact("b", 1, b"+1", None)], [], 0)
    assert [fact.key for fact in told.changes] == ["a", "b"]
    await asyncio.sleep(0.1)
    again = await board.exchange([Fact("c", 1, b"+1", None)], [], 0)
    assert [fact.key for fact in again.changes] == ["b", "c"] and again.seq == told.seq + 1


async def test_notes_are_looked_up_until_they_end(board: Board) -> None:
    notes = [Note("state/a", b"+alpha", 60.0), Note("state/b", b"\x00\xff", 60.0), Note("state/c", b"+x", 0.05)]
    told = await board.exchange([], notes, 0)
    assert told.changes == ()
    await asyncio.sleep(0.1)
    found = await board.look(["state/a", "state/b", "state/c", "state/d"])
    assert found == {"state/a": b"+alpha", "state/b": b"\x00\xff"}
    await board.exchange([], [Note("state/a", b"+beta", 60.0)], 0)
    assert await board.look(["state/a"]) == {"state/a": b"+beta"}


async def test_a_note_is_swapped_where_it_is_still_what_was_read(board: Board) -> None:
    first, second = Note("list/a", b"\x00first", 60.0), Note("list/a", b"second", 0.05)
    assert not await board.swap(first, b"") and await board.swap(first, None)
    assert not await board.swap(second, None) and not await board.swap(second, b"other")
    assert await board.look(["list/a"]) == {"list/a": b"\x00first"}
    assert await board.swap(second, first.held)
    await asyncio.sleep(0.1)
    assert not await board.swap(first, second.held) and await board.swap(first, None), "it had ended"
