"""A worker's end of the board: what is said counts at once, and silence is noticed."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.state.follower import Follower
from gateway.state.store import StoreUnavailable
from tests.gateway.state.board_model import Memory, ModelBoard

SECRET = b"s" * 32


@dataclass
class Heard:
    """What was told of the store, and of the facts."""

    failures: list[str] = field(default_factory=list)
    forged: int = 0
    bugs: list[Exception] = field(default_factory=list)
    facts: list[tuple[str, bytes | None]] = field(default_factory=list)

    def store_failed(self, reason: str) -> None:
        self.failures.append(reason)

    def store_answered(self) -> None:
        return None

    def store_forged(self, count: int) -> None:
        self.forged += count

    def fault(self, bug: Exception) -> None:
        self.bugs.append(bug)

    def fact(self, name: str, value: bytes | None) -> None:
        self.facts.append((name, value))


@dataclass
class Table:
    """Workers around one board, with one clock."""

    memory: Memory = field(default_factory=Memory)
    clock: list[float] = field(default_factory=lambda: [100.0])

    def worker(self, secret: bytes = SECRET) -> tuple[Follower, ModelBoard, Heard]:
        board, heard = ModelBoard(self.memory, self.clock), Heard()
        follower = Follower(
            board, secret, heard, stale_seconds=4.0, monotonic=lambda: self.clock[0], now=lambda: self.clock[0]
        )
        return follower, board, heard


async def until_quiet(*followers: Follower) -> None:
    while any([await follower.turn() for follower in followers]):
        continue


async def test_a_fact_counts_here_at_once_and_elsewhere_after_a_turn() -> None:
    table = Table()
    (one, _, here), (other, _, there) = table.worker(), table.worker()
    for follower, heard in ((one, here), (other, there)):
        follower.on("stop/", heard.fact)
    one.say("stop/key/a", b"now")
    one.say("breaker/x", b"open", 30.0)
    assert here.facts == [("key/a", b"now")] and one.get("stop/key/a") == b"now"
    await until_quiet(one)
    assert await one.told("stop/key/a", 0)
    await until_quiet(other)
    assert there.facts == [("key/a", b"now")] and other.get("breaker/x") == b"open"
    other.drop("stop/key/a")
    await until_quiet(other, one)
    assert here.facts[1:] == [("key/a", None)]


async def test_who_listens_later_is_told_what_is_known() -> None:
    one, _, heard = Table().worker()
    one.say("lift/a", b"1", 60.0)
    one.on("lift/", heard.fact)
    assert heard.facts == [("a", b"1")]


async def test_a_fact_that_ends_is_taken_back() -> None:
    table = Table()
    (one, _, _), (other, _, there) = table.worker(), table.worker()
    other.on("", there.fact)
    one.say("breaker/x", b"open", 30.0)
    await until_quiet(one, other)
    table.clock[0] += 30.1
    await other.turn()
    assert there.facts == [("breaker/x", b"open"), ("breaker/x", None)]


async def test_what_was_heard_is_as_old_as_the_question() -> None:
    table = Table()
    one, board, heard = table.worker()
    assert one.stale, "nothing was heard yet"
    await until_quiet(one)
    assert not one.stale and one.heard == 100.0
    board.before = StoreUnavailable("timeout")
    table.clock[0] = 104.0
    assert await one.turn() is False
    assert not one.stale and heard.failures == ["timeout"]
    table.clock[0] = 104.1
    assert one.stale and one.age > 4
    board.before = None
    await until_quiet(one)
    assert one.stale, "what others couldn't tell it may come only now"
    table.clock[0] = 104.5
    await until_quiet(one)
    assert one.stale
    table.clock[0] = 104.7
    await until_quiet(one)
    assert not one.stale and one.heard == 104.7


async def test_a_silence_that_was_short_enough_needs_no_waiting() -> None:
    table = Table()
    one, board, _ = table.worker()
    await until_quiet(one)
    board.before = StoreUnavailable("timeout")
    table.clock[0] = 103.0
    await one.turn()
    board.before = None
    table.clock[0] = 103.5
    await until_quiet(one)
    assert one.heard == 103.5 and not one.stale


async def test_a_worker_that_begins_while_the_store_fails_waits_too() -> None:
    table = Table()
    one, board, _ = table.worker()
    board.before = StoreUnavailable("connection")
    await one.begin()
    board.before = None
    await one.begin()
    assert one.stale
    table.clock[0] += 0.6
    await one.begin()
    assert not one.stale


async def test_an_answer_that_was_lost_loses_nothing() -> None:
    table = Table()
    (one, board, _), (other, _, _) = table.worker(), table.worker()
    board.after = StoreUnavailable("timeout")
    one.say("stop/key/a", b"now")
    one.note("state/b", b"alpha", 60.0)
    assert await one.turn() is False
    assert not await one.told("stop/key/a", 0)
    board.after = None
    await until_quiet(one, other)
    assert await one.told("stop/key/a", 0)
    assert other.get("stop/key/a") == b"now"
    assert await one.look(["state/b", "state/c"]) == {"state/b": b"alpha"}


async def test_nothing_is_looked_up_in_a_store_that_fails_nor_believed_without_a_proof() -> None:
    table = Table()
    one, board, heard = table.worker()
    stranger, _, _ = table.worker(b"another secret" * 3)
    one.note("state/b", b"alpha", 60.0)
    await until_quiet(one)
    board.notes["state/x"] = board.notes["state/b"]
    assert await one.look(["state/x"]) == {}
    stranger.say("stop/key/a", b"now")
    await until_quiet(stranger, one)
    assert one.get("stop/key/a") is None and heard.forged == 1
    board.before = StoreUnavailable("connection")
    assert await one.look(["state/b"]) == {} and heard.failures == ["connection"]


async def test_a_handler_that_fails_keeps_nobody_from_hearing() -> None:
    one, _, heard = Table().worker()

    def broken(name: str, value: bytes | None) -> None:
        raise ValueError(name)

    one.on("stop/", broken)
    one.on("stop/", heard.fact)
    one.say("stop/key/a", b"now")
    assert len(heard.bugs) == 1 and heard.facts == [("key/a", b"now")]


async def test_without_a_store_nothing_is_stale_and_nothing_is_kept_for_others() -> None:
    heard = Heard()
    alone = Follower(None, SECRET, heard, monotonic=lambda: 1e9)
    alone.on("", heard.fact)
    alone.say("stop/key/a", b"now")
    alone.note("state/b", b"alpha", 60.0)
    assert await alone.turn() is False and not alone.stale and alone.age == 0.0 and not alone.shared
    assert await alone.told("stop/key/a", 0) and await alone.look(["state/b"]) == {}
    assert heard.facts == [("stop/key/a", b"now")]


async def test_what_the_machine_keeps_itself_is_told_where_the_store_lacks_it() -> None:
    table = Table()
    (one, _, here), (other, _, _) = table.worker(), table.worker()
    one.on("", here.fact)
    one.seed("key/a", b"issued", rank=1)
    assert here.facts == [("key/a", b"issued")]
    await until_quiet(one, other)
    assert other.get("key/a") == b"issued"
    third, _, _ = table.worker()
    third.seed("key/a", b"issued", rank=1)
    await until_quiet(third)
    assert table.memory.seq == 1, "what is there needs no telling"
