"""What workers know of the board comes together again, whatever befalls the store and the way to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.state.board import FINAL, Fact
from gateway.state.mirror import MOST_PENDING, Asked, Mirror
from gateway.state.proof import Proof, value_of
from tests.gateway.state.board_model import Memory

WORKERS = 3
KEYS = ("stop/a", "stop/b", "breaker/x", "lift/p")
SECRET = b"s" * 32


@dataclass
class Clock:
    now: float = 1_000.0
    skews: list[int] = field(default_factory=lambda: [0, 3_600_000_000, -90_000_000])

    def micros(self, worker: int) -> int:
        return int(self.now * 1_000_000) + self.skews[worker]


class Play(RuleBasedStateMachine):
    """Workers with clocks that are hours apart, one store, and a network that repeats and loses."""

    @initialize()
    def begin(self) -> None:
        self.clock, self.store, self.snapshot = Clock(), Memory(), Memory()
        self.mirrors = [self._mirror(n) for n in range(WORKERS)]
        self.handled: list[dict[str, bytes]] = [{} for _ in range(WORKERS)]
        self.sent: list[Asked] = []
        self.said: dict[str, list[tuple[int, bytes]]] = {}
        self.runs = 0

    def _mirror(self, n: int) -> Mirror:
        return Mirror(Proof(SECRET), lambda: self.clock.micros(n))

    def _tell(self, n: int, keys: list[str]) -> None:
        for key in keys:
            value = self.mirrors[n].get(key)
            if value is None:
                self.handled[n].pop(key, None)
            else:
                self.handled[n][key] = value

    @rule(n=st.integers(0, WORKERS - 1), key=st.sampled_from(KEYS), value=st.binary(max_size=2))
    def say(self, n: int, key: str, value: bytes) -> None:
        if self.mirrors[n].say(key, value, None if key.startswith("stop/") else 60.0, self.clock.now):
            self._tell(n, [key])
            self._said(n, key)

    @rule(n=st.integers(0, WORKERS - 1), key=st.sampled_from(KEYS))
    def drop(self, n: int, key: str) -> None:
        if self.mirrors[n].drop(key):
            self._tell(n, [key])
            self._said(n, key)

    def _said(self, n: int, key: str) -> None:
        known = self.mirrors[n]._known[key]
        self.said.setdefault(key, []).append((known.rank, known.held))

    @rule(
        n=st.integers(0, WORKERS - 1),
        most=st.integers(1, 3),
        lost=st.sampled_from(["", "", "", "before", "after"]),
        meanwhile=st.sampled_from(["", "", *KEYS]),
    )
    def poll(self, n: int, most: int, lost: str, meanwhile: str = "") -> None:
        mirror = self.mirrors[n]
        self._tell(n, mirror.sweep(self.clock.now))
        asked = mirror.ask(self.clock.now)
        self.sent.append(asked)
        if lost == "before":
            return
        told = self.store.exchange(asked.facts, asked.seq, self.clock.now, most)
        if meanwhile:
            self.say(n, meanwhile, b"meanwhile")
        if lost != "after":
            self._tell(n, mirror.take(asked, told, self.clock.now))

    @rule(data=st.data())
    def arrive_late(self, data: st.DataObject) -> None:
        if self.sent:
            asked = data.draw(st.sampled_from(self.sent))
            self.store.exchange(asked.facts, asked.seq, self.clock.now)

    @rule(seconds=st.sampled_from([0.5, 5.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        self.sent = [Asked(a.seq, [f for f in a.facts if f.left is None]) for a in self.sent]

    @rule()
    def save(self) -> None:
        self.snapshot = self.store.copy()

    @rule(empty=st.booleans())
    def restart(self, empty: bool) -> None:
        self.runs += 1
        self.store = Memory() if empty else self.snapshot.copy()
        self.store.incarnation = f"run {self.runs}"

    @rule(n=st.integers(1, WORKERS - 1))
    def begin_anew(self, n: int) -> None:
        """A worker that had told all it knew starts again, with nothing."""
        first, store = self.mirrors[0], self.store
        leaves, stays = (
            self.mirrors[n],
            first.settled and (first.incarnation, first.seq) == (store.incarnation, store.seq),
        )
        if stays and leaves.settled and not leaves.waiting and leaves.incarnation == store.incarnation:
            self.mirrors[n], self.handled[n] = self._mirror(n), {}

    @invariant()
    def what_a_worker_was_told_is_what_it_has(self) -> None:
        for mirror, handled in zip(self.mirrors, self.handled, strict=True):
            live = {key: value for key in KEYS if (value := mirror.get(key)) is not None}
            assert handled == live

    def teardown(self) -> None:
        for _ in range(30):
            for n in range(WORKERS):
                self.poll(n, 3, "")
        self.clock.now += 0.01
        known = [{key: mirror.get(key) for key in KEYS} for mirror in self.mirrors]
        assert known[0] == known[1] == known[2]
        for key, said in self.said.items():
            if key.startswith("stop/"):
                assert known[0][key] == value_of(max(said)[1]), "what never ends was lost, or an older word won"
        assert not any(mirror.waiting for mirror in self.mirrors)


TestPlay = Play.TestCase
TestPlay.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def mirror(now: int = 1) -> Mirror:
    return Mirror(Proof(SECRET), lambda: now)


def exchange(one: Mirror, store: Memory, now: float = 0.0) -> list[str]:
    asked = one.ask(now)
    return one.take(asked, store.exchange(asked.facts, asked.seq, now), now)


def test_a_revocation_wins_over_whatever_is_said_of_the_key_later() -> None:
    first, second, store = mirror(), mirror(), Memory()
    first.say("key/k", b"gone", None, 0.0, FINAL)
    second.say("key/k", b"issued", None, 0.0, 1)
    second.say("key/k", b"issued again", None, 0.0)
    for one in (second, first, second):
        exchange(one, store)
    assert first.get("key/k") == second.get("key/k") == b"gone"


def test_a_later_word_wins_though_its_clock_is_behind() -> None:
    ahead, behind, store = mirror(2_000_000), mirror(5), Memory()
    ahead.say("stop/a", b"stopped", None, 0.0)
    exchange(ahead, store)
    exchange(behind, store)
    behind.say("stop/a", b"started", None, 0.0)
    exchange(behind, store)
    exchange(ahead, store)
    assert ahead.get("stop/a") == b"started"


def test_a_dropped_fact_does_not_come_back_from_a_worker_that_was_away() -> None:
    away, other, store = mirror(1), mirror(2), Memory()
    away.say("breaker/x", b"open", 60.0, 0.0)
    exchange(away, store)
    exchange(other, store)
    other.drop("breaker/x")
    exchange(other, store, 1.0)
    store = Memory("second")  # forgotten
    for now in (2.0, 3.0, 4.0, 5.0):
        exchange(away, store, now)
        exchange(other, store, now)
    assert away.get("breaker/x") is None and other.get("breaker/x") is None


def test_a_shorter_fact_is_remembered_for_as_long_as_the_one_that_it_replaced() -> None:
    away, other, store = mirror(1), mirror(2), Memory()
    away.say("breaker/x", b"long", 60.0, 0.0)
    exchange(away, store)
    exchange(other, store)
    other.say("breaker/x", b"short", 5.0, 1.0)
    store = Memory("second")
    other.sweep(10.0)
    for now in (10.0, 11.0, 12.0):
        exchange(away, store, now)
        exchange(other, store, now)
    assert away.get("breaker/x") == other.get("breaker/x") == b"short"


@given(st.binary(min_size=1, max_size=40), st.integers(0, 2**53))
def test_a_fact_without_a_proof_is_not_believed(held: bytes, rank: int) -> None:
    one, store = mirror(), Memory()
    store.exchange([Fact("stop/a", rank, held, None)], 0, 0.0)
    assert exchange(one, store) == [] and one.get("stop/a") is None and one.forged == 1


def test_a_proof_is_of_one_key_and_rank() -> None:
    one, store = mirror(), Memory()
    held = Proof(SECRET).held("stop/a", 5, b"v")
    store.exchange([Fact("stop/b", 5, held, None), Fact("stop/c", 6, held, None)], 0, 0.0)
    assert exchange(one, store) == [] and one.forged == 2
    store.exchange([Fact("stop/a", 5, held, None)], 0, 0.0)
    assert exchange(one, store) == ["stop/a"] and one.get("stop/a") == b"v"


def test_what_is_known_is_bounded_and_what_ends_first_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.state.mirror.MOST_KNOWN", 10)
    one = mirror()
    for n in range(12):
        one.say(f"refused/{n}", b"", 60.0 + n, 0.0)
        one.say(f"stop/{n}", b"now", None, 0.0)
    one.say("refused/0", b"again", 600.0, 0.0)
    assert one.sweep(1.0) == [f"refused/{n}" for n in range(1, 12)] + ["refused/0"]
    assert all(one.get(f"stop/{n}") == b"now" for n in range(12))


def test_what_waits_is_bounded_and_what_never_ends_is_kept() -> None:
    one = mirror()
    one.say("stop/a", b"1", None, 0.0)
    for n in range(MOST_PENDING + 10):
        one.say(f"refused/{n}", b"", 60.0, 0.0)
    assert one.waiting == MOST_PENDING and one.lost == 11 and one.waits("stop/a")
