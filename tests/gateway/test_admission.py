"""What a call is charged, try by try."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from gateway.admission import settle, used
from gateway.pricing.rates import Used
from gateway.quota.units import Amounts
from tests.gateway.quota.parts import Clock, Line, alone


@dataclass
class Call:
    """What settling reads of an exchange."""

    grants: list[Any] = field(default_factory=list)
    used_before: list[Amounts] = field(default_factory=list)
    attempts: list[Any] = field(default_factory=list)
    at_destination: None = None


def attempt(input: int, output: int, cost: int = 0) -> Any:
    return SimpleNamespace(used=Used(input, output), cost=cost)


async def test_a_try_in_a_new_window_is_paid_for_there() -> None:
    clock = Clock(60_000.0)
    quotas = alone([Line("user", "tokens", 100_000)], clock)
    first = await quotas.reserve((("user", "u"),), Amounts(requests=1, tokens=500))
    clock.now += 60
    second = await quotas.reserve((("user", "u"),), Amounts(tokens=500))
    call = Call([first, second], [Amounts(tokens=300)], [attempt(250, 200)])
    runtime = SimpleNamespace(quotas=quotas, soft=SimpleNamespace(active=False))
    settle(runtime, call)  # type: ignore[arg-type]
    (use,) = quotas.used()
    assert use.used == 150


def test_all_tries_are_paid_for_and_are_one_request() -> None:
    call = Call(attempts=[attempt(100, 0), attempt(200, 10, cost=1500)])
    assert used(call) == Amounts(requests=1, input=300, output=10, tokens=310, cost=2)  # type: ignore[arg-type]
