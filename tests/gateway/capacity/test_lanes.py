"""Slots and queues as a machine of states: nothing leaks, nobody waits beside a free slot, no more than the limits."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.capacity.lanes import Bounds, Lanes, Terms
from gateway.capacity.queue import Place

BOUNDS = {
    "a/one": Bounds("a", 4, 1, 3, False),
    "a/two": Bounds("a", 4, 1, 4, False),
    "b/one": Bounds("b", 2, 1, 2, True),
}
TERMS = Terms(5, (30.0, 15.0, 5.0), 10)
ROUTES = st.lists(st.sampled_from(sorted(BOUNDS)), min_size=1, max_size=3, unique=True)


class Machine(RuleBasedStateMachine):
    """Calls come, wait, are served, fail, leave; time passes; destinations close; limits are loaded anew."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.closed: set[str] = set()
        self.lanes = Lanes(TERMS, self.closed.__contains__)
        self.lanes.use(BOUNDS, TERMS)
        self.alive: list[Place] = []
        self.most = dict.fromkeys(BOUNDS, 0)

    def _gone(self, places: list[Place]) -> None:
        for place in places:
            assert place.shed and not place.at and not place.waits
            self.alive.remove(place)

    @rule(rank=st.integers(0, 2), team=st.sampled_from("xyz"), route=ROUTES)
    def come(self, rank: int, team: str, route: list[str]) -> None:
        place = Place(rank, team)
        self.alive.append(place)
        if any(self.lanes.take(name, place, self.now) for name in route):
            return
        turned = self.lanes.wait(route, place, self.now)
        if turned is not None:
            self._gone([turned])

    @precondition(lambda self: self.alive)
    @rule(data=st.data(), kind=st.sampled_from([None, None, None, "rate_limit", "server"]))
    def end(self, data: st.DataObject, kind: str | None) -> None:
        place = data.draw(st.sampled_from(self.alive))
        self.alive.remove(place)
        given = self.lanes.leave(place, self.now, kind, self.now - 1, 0.2)
        assert all(one.at and one in self.alive for one in given)

    @precondition(lambda self: self.alive)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self.alive))
        self.alive.remove(place)
        self.lanes.leave(place, self.now)
        assert self.lanes.leave(place, self.now) == [], "a second time does nothing"

    @rule(seconds=st.floats(0.1, 90))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        given, late = self.lanes.tick(self.now)
        assert all(place.at for place in given)
        self._gone(late)

    @rule(name=st.sampled_from(sorted(BOUNDS)))
    def close_or_open(self, name: str) -> None:
        self.closed.symmetric_difference_update({name})
        self.lanes.tick(self.now)

    @rule(names=ROUTES)
    def reload(self, names: list[str]) -> None:
        self.lanes.use({name: BOUNDS[name] for name in names}, TERMS)
        self.lanes.use(BOUNDS, TERMS)

    @invariant()
    def every_slot_is_somebodys(self) -> None:
        held = Counter(place.at for place in self.alive if place.at)
        pools: Counter[str] = Counter()
        for name, lane in self.lanes.lanes.items():
            assert lane.taken == held[name] == sum(lane.by.values())
            assert all(lane.by.values())
            assert lane.taken <= BOUNDS[name].most
            pools[BOUNDS[name].pool] += lane.taken
            assert lane.pool.held <= lane.pool.most
        assert pools["a"] <= 4 and pools["b"] <= 2

    @invariant()
    def everybody_who_waits_is_in_queues_that_are_full(self) -> None:
        waiting = [place for place in self.alive if not place.at]
        assert all(place.waits and not place.shed for place in waiting)
        for name, lane in self.lanes.lanes.items():
            assert {id(p) for p in lane.queue} == {id(p) for p in waiting if name in p.waits}
            assert not (lane.queue.length and lane.room(self.now)) or name in self.closed
        assert len(waiting) <= TERMS.length * len(BOUNDS)

    def teardown(self) -> None:
        for place in self.alive:
            self.lanes.leave(place, self.now)
        assert not any(lane.taken or lane.queue.length or lane.pool.held for lane in self.lanes.lanes.values())


TestLanes = Machine.TestCase
TestLanes.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)


def lanes(most: int, *, length: int = 100) -> Lanes:
    terms = Terms(length, (30.0, 15.0, 5.0), 10)
    made = Lanes(terms)
    made.use({"a": Bounds("a", 256, 1, most, True), "b": Bounds("b", 256, 1, most, True)}, terms)
    return made


def test_a_call_that_waits_takes_the_first_slot_at_any_of_its_destinations() -> None:
    of = lanes(1)
    holder, other, waiting = Place(1, "x"), Place(1, "x"), Place(1, "y")
    assert of.take("a", holder, 0) and of.take("b", other, 0)
    assert of.wait(["a", "b"], waiting, 0) is None
    assert of.leave(other, 1) == [waiting]
    assert waiting.at == "b" and not of.lanes["a"].queue.length


def test_a_full_queue_turns_the_lowest_and_newest_away() -> None:
    of = lanes(1, length=2)
    of.take("a", Place(0, "x"), 0)
    low = [Place(2, "x"), Place(2, "x")]
    assert [of.wait(["a"], place, 0) for place in low] == [None, None]
    assert of.wait(["a"], Place(0, "y"), 0) is low[1]
    assert low[1].shed == "displaced"
    late = Place(2, "z")
    assert of.wait(["a"], late, 0) is late and late.shed == "queue_full"


def test_a_wait_that_would_be_too_long_is_told_at_once() -> None:
    of = lanes(1)
    slow, next_one = Place(1, "x"), Place(1, "x")
    of.take("a", slow, 0)
    of.leave(slow, 10, None, 0.1, 1.0)
    of.take("a", next_one, 10)
    first, low, high = Place(2, "x"), Place(2, "x"), Place(0, "x")
    assert of.wait(["a"], first, 10) is None, "whoever is the only one to wait may be lucky"
    assert of.wait(["a"], low, 10) is low and low.shed == "queue_slow"
    assert of.wait(["a"], high, 10) is None


def test_nobody_waits_longer_than_their_class_may() -> None:
    of = lanes(1)
    of.take("a", Place(0, "x"), 0)
    of.take("b", Place(0, "x"), 0)
    high, normal, low = places = [Place(rank, "x") for rank in range(3)]
    for place in places:
        of.wait(["a", "b"], place, 0)
    assert of.tick(4.9) == ([], [])
    assert of.tick(5.0) == ([], [low])
    assert of.tick(15.0) == ([], [normal])
    assert of.tick(31.0) == ([], [high])
    assert {place.shed for place in places} == {"queue_time"}
