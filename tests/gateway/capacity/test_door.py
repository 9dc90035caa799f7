"""The door: open while the process keeps up; behind, it shares out what it can do by class and team."""

from __future__ import annotations

from collections import Counter
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from gateway.capacity.allot import allot, level
from gateway.capacity.door import FULL, LOOKS, OPEN_AGAIN, Door

DEMAND = st.dictionaries(
    st.tuples(st.integers(0, 2), st.sampled_from("abcde")), st.floats(0.01, 1000), min_size=1, max_size=15
)
CALLS = st.floats(0.1, 5000)


def given_out(demand: dict[tuple[int, str], float], levels: dict[int, float]) -> dict[tuple[int, str], float]:
    return {key: min(want, levels[key[0]]) for key, want in demand.items()}


@given(DEMAND, CALLS, st.integers(0, 50))
def test_no_more_is_given_out_than_there_is_and_none_is_kept_back(
    demand: dict[tuple[int, str], float], calls: float, lower: int
) -> None:
    out = sum(given_out(demand, allot(demand, calls, lower)).values())
    assert abs(out - min(calls, sum(demand.values()))) <= 1e-6 * calls + 1e-6


@given(DEMAND, CALLS)
def test_a_class_gets_nothing_before_the_higher_ones_have_all(
    demand: dict[tuple[int, str], float], calls: float
) -> None:
    out = given_out(demand, allot(demand, calls, 0))
    short = {rank for (rank, team), want in demand.items() if out[rank, team] < want * 0.999}
    for rank in short:
        assert all(out[key] <= 1e-6 * calls + 1e-6 for key in demand if key[0] > rank)


@given(DEMAND, CALLS, st.integers(1, 50))
def test_a_lower_class_has_its_share_all_the_same(
    demand: dict[tuple[int, str], float], calls: float, lower: int
) -> None:
    out = given_out(demand, allot(demand, calls, lower))
    for rank in sorted({rank for rank, _ in demand})[1:]:
        want = sum(w for key, w in demand.items() if key[0] == rank)
        got = sum(o for key, o in out.items() if key[0] == rank)
        assert got >= min(want, calls * lower / 100) * 0.999


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=20), st.floats(0.01, 500))
def test_nobody_gets_less_than_another_who_wants_no_more(wants: list[float], part: float) -> None:
    height = level(wants, part)
    assert height == inf or abs(sum(min(want, height) for want in wants) - part) <= 1e-6 * part
    assert height == inf or height >= part / len(wants) * 0.999


def come(door: Door, calls: dict[tuple[int, str], int], *, in_flight: int = 1) -> Counter[tuple[int, str]]:
    """So many calls of each class and team, in turns; those let in."""
    let_in: Counter[tuple[int, str]] = Counter()
    for turn in range(max(calls.values())):
        for (rank, team), number in calls.items():
            if turn < number and door.admits(rank, team, in_flight, 1000):
                let_in[rank, team] += 1
    return let_in


def flooded(door: Door, calls: dict[tuple[int, str], int], looks: int = 60) -> Counter[tuple[int, str]]:
    """Each look comes after 0.1 s and so many calls, of which the process can do 40; those let in at the end."""
    let_in: Counter[tuple[int, str]] = Counter()
    for _ in range(looks):
        let_in = come(door, calls)
        door.look(0.5 if let_in.total() > 40 else 0.0, 0.1)
    return let_in


def test_it_lets_everybody_in_while_the_loop_keeps_up() -> None:
    door = Door(0.25, 10)
    for _ in range(50):
        assert come(door, {(2, "a"): 100}).total() == 100
        door.look(0.2, 0.3)
    assert door.rate is None


def test_one_pause_closes_nothing() -> None:
    door = Door(0.25, 10)
    for _ in range(20):
        come(door, {(2, "a"): 100})
        for _ in range(LOOKS - 1):
            door.look(5.0, 5.1)
        door.look(0.0, 0.1)
    assert door.rate is None


def test_behind_it_lets_in_what_can_be_done_and_the_highest_class_whole() -> None:
    door = Door(0.25, 10)
    let_in = flooded(door, {(0, "a"): 20, (1, "a"): 60, (2, "a"): 80})
    assert 25 <= let_in.total() <= 50
    assert let_in[0, "a"] == 20
    assert let_in[1, "a"] >= let_in[2, "a"] >= 2


def test_a_team_that_floods_turns_no_other_team_away() -> None:
    door = Door(0.25, 10)
    let_in = flooded(door, {(1, "flood"): 300, (1, "quiet"): 5, (1, "small"): 2})
    assert let_in[1, "quiet"] == 5 and let_in[1, "small"] == 2
    assert let_in[1, "flood"] <= 45


def test_it_opens_again_when_it_would_turn_nobody_away() -> None:
    door = Door(0.25, 10)
    flooded(door, {(1, "a"): 160})
    assert door.rate is not None
    for _ in range(10 * OPEN_AGAIN):
        come(door, {(1, "a"): 10})
        door.look(0.0, 0.1)
    assert door.rate is None
    assert come(door, {(1, "a"): 100}).total() == 100


def test_near_what_the_process_can_hold_the_lower_classes_stay_out() -> None:
    door = Door(0.25, 10)
    for in_flight in (0, 699, 700, 849, 850, 999, 1000):
        let_in = [door.admits(rank, "a", in_flight, 1000) for rank in range(3)]
        assert let_in == [in_flight < 1000 * part for part in FULL]


@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=8), st.floats(0, 5)), max_size=300))
def test_teams_that_no_longer_come_are_forgotten(calls: list[tuple[int, str, float]]) -> None:
    door = Door(0.25, 10)
    for rank, team, behind in calls:
        door.admits(rank, team, 1, 1000)
        door.look(behind, behind + 0.1)
    for _ in range(200):
        door.look(0.0, 0.1)
    assert not door._demand and not door._credit and not door._came and door.rate is None
