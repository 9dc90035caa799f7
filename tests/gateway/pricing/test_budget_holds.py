"""However calls use what they hold, a budget in money is never exceeded, and nothing that they gave back is lost."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.pricing.rates import Price, Tariff, Used, cost
from gateway.pricing.resolve import Tariffs
from gateway.pricing.spend import most
from gateway.quota.units import Amounts, Exceeded
from tests.gateway.pricing.test_rates import prices
from tests.gateway.quota.parts import ME, Clock, Line, alone

ASK: Any = SimpleNamespace(document=SimpleNamespace(value={}))
LIMIT = 2_000_000
"""Two units of the currency, in millionths."""

share = st.floats(0, 1)
calls = st.tuples(st.integers(0, 20_000), st.integers(0, 4_000), st.booleans(), share, share, share, share)


@given(prices, prices, st.lists(calls, max_size=25))
def test_a_budget_holds_whatever_destination_answers(one: Price, other: Price, several: list[Any]) -> None:
    tariffs = Tariffs("USD", "t", {"a": Tariff(one, {}, one, "t"), "b": Tariff(other, {}, other, "t")}, ())
    destinations: Any = [SimpleNamespace(name="a"), SimpleNamespace(name="b")]
    quotas, spent = alone([Line("team", "cost", LIMIT)], Clock()), 0

    async def run() -> None:
        nonlocal spent
        for put_in, output, second, of_input, of_output, cached, written in several:
            bound = most(tariffs, ASK, destinations, put_in, output)
            try:
                grant = await quotas.reserve(ME, Amounts(cost=bound))
            except Exceeded:
                continue
            (held,) = quotas.of(ME)
            assert held.used <= LIMIT
            tokens = round(put_in * of_input)
            used = Used(tokens, round(output * of_output), round(tokens * cached), round(tokens * written))
            micros = -(-cost(other if second else one, used) // 1000)
            assert micros <= bound
            quotas.settle(grant, Amounts(cost=micros))
            spent += micros

    asyncio.run(run())
    (use,) = quotas.of(ME)
    assert use.used == spent <= LIMIT
