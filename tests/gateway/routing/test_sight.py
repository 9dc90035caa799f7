"""What a route sees of destinations in a real gateway."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gateway.routing.sight import Sight
from tests.conftest import House

ALPHA, BETA = "alpha/gpt-4o-mini", "beta/gpt-4o-mini"


def sight(house: House, *, size: int = 4000, most: int | None = None, stream: bool = False) -> Sight:
    runtime = house.gateway.runtime
    exchange: Any = SimpleNamespace(pair=runtime.epoch.pair, bytes_in=size, candidates=[])
    return Sight(runtime, exchange, SimpleNamespace(max_output=most, stream=stream))  # type: ignore[arg-type]


async def test_a_destination_that_was_asked_has_a_pace_unless_it_is_left_alone(house: House) -> None:
    assert sight(house).first_word(ALPHA) is None and not sight(house).unheard(ALPHA)
    assert (await house.chat("Bonjour")).headers["x-ecluse-destination"] == ALPHA
    assert 0 < (sight(house).first_word(ALPHA) or 0) < 5 and not sight(house).unheard(ALPHA)
    assert sight(house, stream=True).first_word(ALPHA) is None, "a whole answer says nothing of streams"
    house.gateway.runtime.health.adopt(ALPHA, "server", -1, 60.0, 1)
    assert sight(house).first_word(ALPHA) is None


async def test_load_is_by_what_a_destination_can_take(house: House) -> None:
    one = sight(house).load(ALPHA)
    assert 0 < one < 0.1 and sight(house).load("nobody") == 0.0


async def test_a_destination_near_its_vendors_limit_gets_less(house: House) -> None:
    health = house.gateway.runtime.health
    assert sight(house).share(ALPHA) == 1.0
    turn = health.take(ALPHA)
    assert turn is not None
    for left, share in ((500, 1.0), (50, 0.5), (0, 0.0)):
        health.rooms(turn, [SimpleNamespace(unit="requests", remaining=left, limit=1000, reset=60.0)])
        assert sight(house).share(ALPHA) == share
    health.left(turn)


async def test_prices_are_of_this_call(house: House) -> None:
    small, large = sight(house, size=400).price(ALPHA), sight(house, size=400_000).price(ALPHA)
    assert small is not None and large is not None and large > 10 * small
    assert (sight(house, size=400, most=1).price(ALPHA) or 0) < small
    assert sight(house).price("nobody") is None
