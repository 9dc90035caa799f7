"""The table of what vendors keep for whom: found by exactly those who had it made, as long as it lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.state.board import Board, Fact, Note, Told
from gateway.state.board_redis import RedisBoard
from gateway.state.board_sqlite import TABLES, SqliteBoard
from gateway.state.owners import Owned, Owners, Taken
from gateway.state.redis import RedisLink
from gateway.state.sqlite import SqliteLink
from gateway.state.store import StoreUnavailable
from tests.parts.redis_server import RedisServer, needs_redis, redis_server

NAMES = st.sampled_from(["resp_1", "resp_2", "file_1"])
WHO = st.tuples(*map(st.sampled_from, (["response", "file"], ["acme", "acm"], ["p_a", "ep_a"], ["sandbox", "x"])))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), WHO, NAMES, st.integers(1, 100)),
        st.tuples(st.just("forget"), WHO, NAMES, st.just(0)),
        st.tuples(st.just("wait"), WHO, NAMES, st.integers(1, 60)),
    ),
    max_size=12,
)


class Shelf:
    """A board in memory that can be taken away."""

    def __init__(self, clock: list[float]) -> None:
        self.notes: dict[str, tuple[bytes, float]] = {}
        self.clock, self.gone = clock, False

    async def exchange(self, facts: Sequence[Fact], notes: Sequence[Note], seq: int) -> Told:
        self._there()
        self.notes |= {note.key: (note.held, self.clock[0] + note.seconds) for note in notes}
        return Told("", seq, (), False)

    async def look(self, keys: Sequence[str]) -> dict[str, bytes]:
        self._there()
        return {key: self.notes[key][0] for key in keys if key in self.notes and self.notes[key][1] > self.clock[0]}

    async def swap(self, note: Note, was: bytes | None) -> bool:
        if (await self.look([note.key])).get(note.key) != was:
            return False
        await self.exchange((), (note,), 0)
        return True

    async def close(self) -> None:
        pass

    def _there(self) -> None:
        if self.gone:
            raise StoreUnavailable("connection")


def owned(kind: str, organisation: str, caller: str, use_case: str, ends: float) -> Owned:
    return Owned(kind, organisation, caller, use_case, "m", "a/m", "${KEY}", "f", "r d", 0.0, ends)


def table(*shelves: Board, clock: list[float]) -> Owners:
    return Owners(shelves, b"secret", b"proof", lambda: clock[0])


@given(STEPS)
def test_exactly_what_was_recorded_and_has_not_ended_is_found(steps) -> None:  # type: ignore[no-untyped-def]
    async def play() -> None:
        clock = [1_000.0]
        owners = table(Shelf(clock), Shelf(clock), clock=clock)
        model: dict[tuple[tuple[str, ...], str], float] = {}
        seen = set()
        for what, who, name, number in steps:
            seen.add((who, name))
            if what == "record":
                first = [at for (at, of), ends in model.items() if ends > clock[0] and (at[0], of) == (who[0], name)]
                try:
                    await owners.record(name, owned(*who, clock[0] + number))
                except Taken:
                    assert first and first != [who], "who was first stays"
                else:
                    assert first in ([], [who]), "nobody gets what is somebody else's"
                    model[who, name] = clock[0] + number
            elif what == "forget":
                if (found := await owners.find(*who, name)) is not None:
                    await owners.forget(name, found)
                model.pop((who, name), None)
            else:
                clock[0] += number
            for at, called in seen:
                found = await owners.find(*at, called)
                ends = model.get((at, called), 0.0)
                assert (found is not None) == (ends > clock[0])
                assert found is None or (found.kind, found.organisation, found.caller, found.use_case) == at

    asyncio.run(play())


@given(st.binary(max_size=40))
def test_what_none_of_us_wrote_is_not_believed(held: bytes) -> None:
    async def play() -> None:
        clock = [0.0]
        shelf = Shelf(clock)
        owners = table(shelf, clock=clock)
        await owners.record("resp_1", owned("response", "acme", "p", "s", 50.0))
        assert not any("resp_1" in key or b"resp_1" in held for key, (held, _) in shelf.notes.items())
        *_, key = shelf.notes
        shelf.notes[key] = (held, 50.0)
        assert await owners.find("response", "acme", "p", "s", "resp_1") is None
        await owners.record("resp_1", owned("response", "acme", "p", "s", 50.0))
        # One entry in the place of another: the proof is of the place too.
        shelf.notes["owner/other"] = shelf.notes[key]
        await owners.record("resp_2", owned("response", "acme", "q", "s", 50.0))
        *_, other = shelf.notes
        shelf.notes[other] = shelf.notes[key]
        assert await owners.find("response", "acme", "q", "s", "resp_2") is None

    asyncio.run(play())


async def test_a_store_that_does_not_answer_is_neither_yes_nor_no() -> None:
    clock = [0.0]
    first, second = Shelf(clock), Shelf(clock)
    owners = table(first, second, clock=clock)
    await owners.record("resp_1", owned("response", "acme", "p", "s", 50.0))
    first.gone = True
    for asked in (
        owners.find("response", "acme", "p", "s", "resp_1"),
        owners.find("response", "acme", "p", "s", "resp_9"),
        owners.record("resp_2", owned("response", "acme", "p", "s", 50.0)),
        owners.ready(),
    ):
        with pytest.raises(StoreUnavailable):
            await asked
    first.gone = False
    first.notes.clear()
    assert await owners.find("response", "acme", "p", "s", "resp_1"), "the file of this machine knows it still"


async def test_what_can_be_read_and_not_written_is_not_ready() -> None:
    """A full disk, a store that may only be read."""

    class Full(Shelf):
        async def exchange(self, facts: Sequence[Fact], notes: Sequence[Note], seq: int) -> Told:
            raise StoreUnavailable("full")

    clock = [0.0]
    await table(Shelf(clock), clock=clock).ready()
    for shelves in ([Full(clock)], [Shelf(clock), Full(clock)]):
        with pytest.raises(StoreUnavailable):
            await table(*shelves, clock=clock).ready()


@asynccontextmanager
async def opened(folder: Path, redis: RedisServer | None) -> AsyncIterator[Owners]:
    shelves: list[Board] = [SqliteBoard(SqliteLink(folder / "owners.db", seconds=5, tables=TABLES))]
    if redis is not None:
        shelves.insert(0, RedisBoard(RedisLink(redis.url, seconds=5), "test"))
    owners = Owners(shelves, b"secret", b"proof")
    yield owners
    await owners.close()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path / "redis") as server:
        yield server


async def test_workers_of_one_machine_know_at_once_and_after_a_restart(tmp_path: Path) -> None:
    entry = owned("response", "acme", "p", "s", 4e9)
    async with opened(tmp_path, None) as one, opened(tmp_path, None) as two:
        await one.record("resp_1", entry)
        assert await two.find("response", "acme", "p", "s", "resp_1") == entry
        assert await two.find("response", "acme", "q", "s", "resp_1") is None
    assert (tmp_path / "owners.db").stat().st_mode & 0o077 == 0
    async with opened(tmp_path, None) as again:
        assert await again.find("response", "acme", "p", "s", "resp_1") == entry
        await again.forget("resp_1", entry)
        assert await again.find("response", "acme", "p", "s", "resp_1") is None


@needs_redis
async def test_replicas_know_at_once_and_a_store_that_forgot_is_told_again(tmp_path: Path, redis: RedisServer) -> None:
    entry = owned("response", "acme", "p", "s", 4e9)
    async with opened(tmp_path / "a", redis) as one, opened(tmp_path / "b", redis) as two:
        await one.record("resp_1", entry)
        assert await two.find("response", "acme", "p", "s", "resp_1") == entry
        redis.kill()
        with pytest.raises(StoreUnavailable):
            await one.find("response", "acme", "p", "s", "resp_1")
        redis.start()
        assert await one.find("response", "acme", "p", "s", "resp_1") == entry
        assert await two.find("response", "acme", "p", "s", "resp_1") == entry
        await two.forget("resp_1", entry)
        assert await one.find("response", "acme", "p", "s", "resp_1") is None


async def _lists_of_both(one: Owners, two: Owners) -> None:
    whose = ("file", "acme", "p", "s")
    for n in range(40):
        await one.record(f"file_{n}", owned(*whose, 4e9))
    await asyncio.gather(*((one, two)[n % 2].enlist(whose, f"file_{n}", {"bytes": n}) for n in range(40)))
    assert {name for name, _ in await two.enlisted(whose)} == {f"file_{n}" for n in range(40)}
    await asyncio.gather(one.enlist(whose, "file_0", None), two.enlist(whose, "file_1", None))
    assert len(await one.enlisted(whose)) == 38


async def test_workers_that_list_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    async with opened(tmp_path, None) as one, opened(tmp_path, None) as two:
        await _lists_of_both(one, two)


@needs_redis
async def test_neither_do_replicas(tmp_path: Path, redis: RedisServer) -> None:
    async with opened(tmp_path / "a", redis) as one, opened(tmp_path / "b", redis) as two:
        await _lists_of_both(one, two)
