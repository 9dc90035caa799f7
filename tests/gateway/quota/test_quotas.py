"""One worker that has every limit for itself."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.quota.accounts import Limit
from gateway.quota.quotas import Grant, Quotas
from gateway.quota.units import Amounts, Exceeded
from tests.gateway.quota.parts import ME, Clock, Line, alone


def call(tokens: int = 1, *, requests: int = 1, concurrent: int = 1) -> Amounts:
    return Amounts(requests=requests, input=tokens, tokens=tokens, concurrent=concurrent)


async def test_a_request_limit_closes_and_opens_with_its_window() -> None:
    clock = Clock()
    quotas = alone([Line("user", "requests", 2)], clock)
    for _ in range(2):
        quotas.settle(await quotas.reserve(ME, call(10)), call(10))
    with pytest.raises(Exceeded) as refused:
        await quotas.reserve(ME, call(10))
    assert refused.value.retry_after == 60 - clock.now % 60
    clock.now += 60
    assert await quotas.reserve(ME, call(10))


async def test_what_was_reserved_and_not_used_is_given_back() -> None:
    quotas = alone([Line("team", "tokens", 1000, "day")])
    grant = await quotas.reserve(ME, call(900))
    with pytest.raises(Exceeded):
        await quotas.reserve(ME, call(200))
    quotas.settle(grant, call(100))
    assert await quotas.reserve(ME, call(900))


async def test_usage_above_the_reservation_is_debited_and_told() -> None:
    told: list[tuple[str, int]] = []
    quotas = alone([Line("team", "tokens", 1000, "day")], overrun=lambda line, more: told.append((line.unit, more)))
    quotas.settle(await quotas.reserve(ME, call(10)), call(1200))
    assert told == [("tokens", 1190)]
    with pytest.raises(Exceeded):
        await quotas.reserve(ME, call(1))


async def test_a_refusal_in_one_scope_holds_nothing_in_the_others() -> None:
    quotas = alone([Line("user", "concurrent", 5), Line("team", "concurrent", 1)])
    held = await quotas.reserve(ME, call())
    for _ in range(10):
        with pytest.raises(Exceeded):
            await quotas.reserve(ME, call())
    quotas.settle(held, call())
    assert await quotas.reserve(ME, call())


async def test_a_general_and_a_particular_limit_on_one_scope_both_hold() -> None:
    quotas = alone([Line("user", "concurrent", 3), Line("user", "concurrent", 1, match="anne")])
    await quotas.reserve(ME, call())
    with pytest.raises(Exceeded) as refused:
        await quotas.reserve(ME, call())
    assert refused.value.limit == 1


async def test_a_call_that_can_never_fit_says_so() -> None:
    quotas = alone([Line("user", "tokens", 100)])
    with pytest.raises(Exceeded) as refused:
        await quotas.reserve(ME, call(101))
    assert refused.value.hopeless


async def test_input_output_and_cost_are_counted_each_for_itself() -> None:
    quotas = alone([Line("user", "input", 100), Line("user", "output", 10), Line("user", "cost", 5)])
    used = Amounts(requests=1, input=100, output=10, tokens=110, cost=5)
    quotas.settle(await quotas.reserve(ME, used), used)
    for one in (Amounts(input=1), Amounts(output=1), Amounts(cost=1)):
        with pytest.raises(Exceeded):
            await quotas.reserve(ME, one)


async def test_a_clock_that_steps_back_gives_no_room_back() -> None:
    clock = Clock()
    quotas = alone([Line("user", "requests", 1)], clock)
    quotas.settle(await quotas.reserve(ME, call()), call())
    clock.now -= 3600
    with pytest.raises(Exceeded):
        await quotas.reserve(ME, call())


async def test_a_call_counts_in_the_window_that_admitted_it() -> None:
    clock = Clock()
    quotas = alone([Line("user", "tokens", 100)], clock)
    late = await quotas.reserve(ME, call(100))
    clock.now += 60
    await quotas.reserve(ME, call(100))
    quotas.settle(late, call(100))
    (use,) = quotas.used()
    assert use.used == 100


async def test_a_call_that_goes_on_holds_more_in_the_window_of_then() -> None:
    clock = Clock()
    quotas = alone([Line("user", "output", 100), Line("team", "output", 1000)], clock)
    grant = await quotas.reserve(ME, Amounts(output=60))
    assert not await quotas.extend(grant, Amounts(output=60))
    clock.now += 60
    assert await quotas.extend(grant, Amounts(output=60))
    quotas.settle(grant, Amounts(output=90))  # 60 of them in the first window
    assert [use.used for use in quotas.of(ME)] == [30, 30]
    assert not await quotas.extend(grant, Amounts(output=1)), "what is settled isn't extended"


async def test_one_name_may_have_another_limit_for_a_time() -> None:
    quotas = alone([Line("user", "requests", 1)])
    quotas.change("user", "anne", "requests", "minute", 2)
    for _ in range(2):
        await quotas.reserve(ME, call())
    with pytest.raises(Exceeded):
        await quotas.reserve(ME, call())
    quotas.change("user", "anne", "requests", "minute", None)
    assert [use.limit for use in quotas.used()] == [1]


async def test_a_reload_changes_limits_and_keeps_what_was_used() -> None:
    quotas = alone([Line("user", "requests", 1)])
    await quotas.reserve(ME, call())
    quotas.replace_limits([Line("user", "requests", 2)])
    await quotas.reserve(ME, call())
    with pytest.raises(Exceeded):
        await quotas.reserve(ME, call())


async def test_accounts_of_windows_that_are_over_are_dropped() -> None:
    clock = Clock()
    quotas = alone([Line("user", "requests", 1), Line("user", "concurrent", 1)], clock)
    grant = await quotas.reserve(ME, call())
    clock.now += 60
    quotas.forget()
    assert [use.account.line.unit for use in quotas.used()] == ["requests", "concurrent"], "a call holds them"
    quotas.settle(grant, call())
    clock.now += 60
    quotas.forget()
    assert not quotas.used()


steps = st.lists(
    st.tuples(st.sampled_from(["reserve", "settle", "tick"]), st.integers(0, 400), st.integers(0, 5)), max_size=60
)


@given(steps, st.integers(1, 1000), st.integers(1, 4))
async def test_settled_plus_reserved_never_exceeds_a_hard_limit(
    todo: list[tuple[str, int, int]], tokens: int, concurrent: int
) -> None:
    """Whatever comes in whatever order, as long as vendors count no more than was reserved."""
    clock = Clock()
    limits: list[Limit] = [Line("user", "tokens", tokens), Line("team", "tokens", tokens * 2)]
    limits.append(Line("team", "concurrent", concurrent))
    quotas: Quotas = alone(limits, clock)
    admitted: list[tuple[Grant, int]] = []
    for what, amount, index in todo:
        if what == "tick":
            clock.now += amount / 10
        elif what == "settle" and admitted:
            grant, most = admitted.pop(index % len(admitted))
            quotas.settle(grant, call(min(amount, most)))
            quotas.settle(grant, call(most))  # a second time changes nothing
        elif what == "reserve":
            with suppress(Exceeded):
                admitted.append((await quotas.reserve(ME, call(amount)), amount))
        assert all(use.ratio <= 1.0 for use in quotas.used())
        assert len(admitted) <= concurrent
