"""Every socket has one taker, whatever workers live and whichever of them may be sent calls."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.workers.sockets import sockets_by_worker


@given(
    st.integers(1, 16).flatmap(lambda n: st.tuples(st.just(n), st.dictionaries(st.integers(0, n - 1), st.booleans())))
)
def test_every_socket_has_one_taker_who_may_be_sent_calls(case: tuple[int, dict[int, bool]]) -> None:
    slots, workers = case
    plan = sockets_by_worker(slots, workers)
    taken = [slot for mine in plan.values() for slot in mine]
    assert sorted(taken) == (list(range(slots)) if workers else [])
    ready = {slot for slot, one in workers.items() if one} or set(workers)
    assert all(not mine for slot, mine in plan.items() if slot not in ready)
    assert all(slot in plan[slot] for slot in ready), "each keeps its own: what waits there isn't handed about"
    sizes = [len(plan[slot]) for slot in ready]
    assert not sizes or max(sizes) - min(sizes) <= 1


def test_one_that_is_missing_is_stood_in_for_and_gets_its_socket_back() -> None:
    assert sockets_by_worker(3, {0: True, 2: True}) == {0: {0, 1}, 2: {2}}
    assert sockets_by_worker(3, {0: True, 1: True, 2: True}) == {0: {0}, 1: {1}, 2: {2}}


def test_where_none_may_be_sent_calls_each_says_so_itself() -> None:
    assert sockets_by_worker(2, {0: False, 1: False}) == {0: {0}, 1: {1}}
