"""A worker that dies once is back at once; one that dies again and again doesn't eat the machine."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.workers.backoff import FIRST, MOST, STEADY, Backoff


@given(st.lists(st.floats(0, STEADY - 1), max_size=60), st.floats(0, 1))
def test_waits_grow_to_a_bound(lives: list[float], chance: float) -> None:
    backoff = Backoff(lambda: chance)
    waits = [backoff.died(lived) for lived in lives]
    assert waits == sorted(waits)
    assert all(FIRST <= wait <= 1.5 * MOST for wait in waits)
    assert backoff.died(STEADY) == FIRST * (1 + chance / 2), "one that served long enough begins anew"
