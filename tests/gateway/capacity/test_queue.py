"""Who is next: classes in order with a bounded share for the lower ones, teams in turn."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gateway.capacity.queue import CLASSES, Place, Queue

RANKS = st.integers(0, CLASSES - 1)
TEAMS = st.sampled_from("abcd")
PLACES = st.lists(st.tuples(RANKS, TEAMS), max_size=40)


def filled(calls: list[tuple[int, str]], lower: int = 10) -> Queue:
    queue = Queue(lower)
    for rank, team in calls:
        queue.add(Place(rank, team))
    return queue


def emptied(queue: Queue) -> list[Place]:
    order = []
    while (place := queue.next(Counter())) is not None:
        order.append(place)
    return order


@given(PLACES)
def test_everybody_who_waits_gets_a_turn_once(calls: list[tuple[int, str]]) -> None:
    queue = filled(calls)
    waiting = list(queue)
    order = emptied(queue)
    assert sorted(map(id, order)) == sorted(map(id, waiting))
    assert queue.length == 0 and queue.rank is None


@given(PLACES)
def test_without_a_share_the_classes_go_strictly_in_order(calls: list[tuple[int, str]]) -> None:
    ranks = [place.rank for place in emptied(filled(calls, lower=0))]
    assert ranks == sorted(ranks)


@given(st.integers(1, 50), RANKS)
def test_a_lower_class_waits_for_a_bounded_number_of_turns(lower: int, highest: int) -> None:
    queue = filled([(rank, "a") for rank in range(highest, CLASSES) for _ in range(300)], lower)
    since = Counter[int]()
    for _ in range(299):
        place = queue.next(Counter())
        assert place is not None
        for rank in range(highest, CLASSES):
            since[rank] += 1
        since[place.rank] = 0
        assert max(since.values()) <= -(-100 // lower) + CLASSES


def test_the_highest_class_keeps_the_most_of_the_turns() -> None:
    queue = filled([(rank, "a") for rank in range(CLASSES) for _ in range(1000)])
    turns = Counter(place.rank for place in emptied(queue)[:600])
    assert turns[0] >= 0.8 * 600
    assert min(turns[1], turns[2]) >= 0.05 * 600


@given(st.lists(TEAMS, min_size=1, max_size=200), st.integers(1, 8))
def test_slots_are_shared_evenly_between_the_teams_that_wait(teams: list[str], slots: int) -> None:
    """As long as all of them have calls waiting, none holds more than one slot more than another."""
    queue = filled([(1, team) for team in teams])
    held: Counter[tuple[int, str]] = Counter()
    for _ in range(slots):
        waiting = {place.team for place in queue}
        place = queue.next(held)
        if place is None:
            break
        held[1, place.team] += 1
        assert held[1, place.team] <= min(held[1, team] for team in waiting) + 1


@given(st.integers(1, 500), st.integers(0, 20))
def test_a_crowd_of_one_team_is_no_wait_for_another(crowd: int, holds: int) -> None:
    queue = filled([(1, "crowd")] * crowd)
    queue.add(late := Place(1, "other"))
    held = Counter({(1, "crowd"): holds})
    turns = 0
    while True:
        turns += 1
        place = queue.next(held)
        assert place is not None
        if place is late:
            break
        held[1, place.team] += 1
    assert turns <= 2


def test_calls_of_a_team_go_in_the_order_in_which_they_came() -> None:
    queue = Queue(10)
    calls = [Place(1, "a") for _ in range(5)]
    for call in calls:
        queue.add(call)
    queue.remove(calls[2])
    assert emptied(queue) == [calls[0], calls[1], calls[3], calls[4]]


@given(PLACES, RANKS, TEAMS)
def test_whoever_is_turned_away_is_of_the_lowest_class_and_of_the_largest_crowd(
    calls: list[tuple[int, str]], rank: int, team: str
) -> None:
    queue = filled(calls)
    newcomer = Place(rank, team)
    turned = queue.least(newcomer)
    all_of_them = [*queue, newcomer]
    assert turned.rank == max(place.rank for place in all_of_them)
    crowds = Counter(place.team for place in all_of_them if place.rank == turned.rank)
    assert crowds[turned.team] >= max(crowds.values()) - (turned is newcomer)
    same = [place for place in queue if (place.rank, place.team) == (turned.rank, turned.team)]
    assert turned is newcomer or turned is same[-1], "the newest of them"


@given(st.integers(2, 100))
def test_a_crowd_that_fills_the_queue_keeps_no_other_team_out(length: int) -> None:
    queue = filled([(1, "crowd")] * length)
    turned = queue.least(Place(1, "other"))
    assert turned.team == "crowd"
