from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.quota.store import Exceeded, Grant, MemoryQuotas


@dataclass(frozen=True)
class Line:
    scope: str
    unit: str
    limit: int
    window: str = "minute"
    match: str = "*"


class Clock:
    def __init__(self, now: float = 1_000_000_020.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


ME = (("user", "anne"), ("team", "hr"), ("use_case", "letters"))


def test_a_request_limit_closes_and_opens_with_its_window() -> None:
    clock = Clock()
    quotas = MemoryQuotas([Line("user", "requests", 2)], clock)
    for _ in range(2):
        quotas.settle(quotas.reserve(ME, requests=1, tokens=10), tokens=10)
    with pytest.raises(Exceeded) as refused:
        quotas.reserve(ME, requests=1, tokens=10)
    assert refused.value.retry_after == 60 - clock.now % 60
    clock.now += 60
    assert quotas.reserve(ME, requests=1, tokens=10)


def test_what_was_reserved_and_not_used_is_given_back() -> None:
    quotas = MemoryQuotas([Line("team", "tokens", 1000, "day")], Clock())
    grant = quotas.reserve(ME, requests=1, tokens=900)
    with pytest.raises(Exceeded):
        quotas.reserve(ME, requests=1, tokens=200)
    quotas.settle(grant, tokens=100)
    assert quotas.reserve(ME, requests=1, tokens=900)


def test_usage_above_the_reservation_is_debited() -> None:
    quotas = MemoryQuotas([Line("team", "tokens", 1000, "day")], Clock())
    quotas.settle(quotas.reserve(ME, requests=1, tokens=10), tokens=1200)
    with pytest.raises(Exceeded):
        quotas.reserve(ME, requests=1, tokens=1)


def test_a_refusal_in_one_scope_holds_nothing_in_the_others() -> None:
    quotas = MemoryQuotas([Line("user", "concurrent", 5), Line("team", "concurrent", 1)], Clock())
    held = quotas.reserve(ME, requests=1, tokens=1)
    for _ in range(10):
        with pytest.raises(Exceeded):
            quotas.reserve(ME, requests=1, tokens=1)
    quotas.settle(held, tokens=1)
    assert quotas.reserve(ME, requests=1, tokens=1)


def test_a_general_and_a_particular_limit_on_one_scope_both_hold() -> None:
    quotas = MemoryQuotas([Line("user", "concurrent", 3), Line("user", "concurrent", 1, match="anne")], Clock())
    quotas.reserve(ME, requests=1, tokens=1)
    with pytest.raises(Exceeded) as refused:
        quotas.reserve(ME, requests=1, tokens=1)
    assert refused.value.limit == 1


def test_a_call_that_can_never_fit_says_so() -> None:
    quotas = MemoryQuotas([Line("user", "tokens", 100)], Clock())
    with pytest.raises(Exceeded) as refused:
        quotas.reserve(ME, requests=1, tokens=101)
    assert refused.value.hopeless


def test_a_clock_that_steps_back_gives_no_room_back() -> None:
    clock = Clock()
    quotas = MemoryQuotas([Line("user", "requests", 1)], clock)
    quotas.settle(quotas.reserve(ME, requests=1, tokens=1), tokens=1)
    clock.now -= 3600
    with pytest.raises(Exceeded):
        quotas.reserve(ME, requests=1, tokens=1)


steps = st.lists(
    st.tuples(st.sampled_from(["reserve", "settle", "tick"]), st.integers(0, 400), st.integers(0, 5)), max_size=60
)


@given(steps, st.integers(1, 1000), st.integers(1, 4))
def test_settled_plus_reserved_never_exceeds_a_hard_limit(
    todo: list[tuple[str, int, int]], tokens: int, concurrent: int
) -> None:
    """Whatever comes in whatever order, as long as vendors count no more than was reserved."""
    clock = Clock()
    limits = [Line("user", "tokens", tokens), Line("team", "tokens", tokens * 2)]
    limits.append(Line("team", "concurrent", concurrent))
    quotas = MemoryQuotas(limits, clock)
    admitted: list[tuple[Grant, int]] = []
    for what, amount, index in todo:
        if what == "tick":
            clock.now += amount / 10
        elif what == "settle" and admitted:
            grant, most = admitted.pop(index % len(admitted))
            quotas.settle(grant, tokens=min(amount, most))
            quotas.settle(grant, tokens=most)  # a second time changes nothing
        elif what == "reserve":
            with suppress(Exceeded):
                admitted.append((quotas.reserve(ME, requests=1, tokens=amount), amount))
        assert all(ratio <= 1.0 for *_, ratio in quotas.used())
        assert len(admitted) <= concurrent
