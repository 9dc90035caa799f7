"""Quotas as the page of metrics shows them, of however many names."""

from __future__ import annotations

import asyncio

from gateway.quota.shown import shares
from gateway.quota.units import Amounts
from observability.turns import Turns
from tests.gateway.quota.parts import Line, alone

NAMES = 5000


async def test_the_fullest_of_all_names_is_shown_and_calls_go_on_meanwhile() -> None:
    quotas = alone([Line("user", "tokens", 1000)])
    for n in range(NAMES):
        await quotas.reserve((("user", f"u{n}"),), Amounts(tokens=900 if n == NAMES // 2 else 1))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await quotas.reserve((("user", f"new {turns}"),), Amounts(tokens=1))
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    used, _ = await shares(quotas.each(), Turns())
    beside.cancel()
    assert used == {("user", "tokens", "minute"): 0.9}
    assert turns > 0
