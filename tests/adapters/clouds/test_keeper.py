"""A credential that runs out: who fetches it, who waits for it, and what becomes of a failure."""

from __future__ import annotations

import asyncio

import pytest

from adapters.clouds.keeper import Fetched, Keeper
from adapters.errors import AuthFailed


class Cloud:
    """Gives out numbered credentials that last a while, by a clock of its own."""

    def __init__(self, lasting: float = 1000.0) -> None:
        self.now, self.lasting = 0.0, lasting
        self.asked = 0
        self.fails: Exception | None = None

    def __call__(self) -> Fetched[str]:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        return Fetched(f"secret-{self.asked}", self.now + self.lasting)

    def keeper(self) -> Keeper[str]:
        return Keeper(self, lambda: self.now)


async def renewed(keeper: Keeper[str]) -> None:
    """Until the fetch that is under way is over."""
    while (task := keeper._task) is not None:
        await task


async def test_many_calls_wait_for_one_fetch() -> None:
    cloud = Cloud()
    keeper = cloud.keeper()
    assert set(await asyncio.gather(*(keeper.get() for _ in range(20)))) == {"secret-1"}
    cloud.now = 600
    assert (await keeper.get(), cloud.asked) == ("secret-1", 1)


async def test_it_can_be_fetched_before_anybody_asks() -> None:
    cloud = Cloud()
    keeper = cloud.keeper()
    keeper.warm()
    await renewed(keeper)
    keeper.warm()
    assert (await keeper.get(), cloud.asked) == ("secret-1", 1)


async def test_it_is_renewed_before_its_end_and_nobody_waits() -> None:
    cloud = Cloud()
    keeper = cloud.keeper()
    await keeper.get()
    cloud.now = 800
    assert await keeper.get() == "secret-1"
    await renewed(keeper)
    assert (await keeper.get(), cloud.asked) == ("secret-2", 2)


async def test_after_its_end_it_is_waited_for() -> None:
    cloud = Cloud()
    keeper = cloud.keeper()
    await keeper.get()
    cloud.now = 990
    assert await keeper.get() == "secret-2"


async def test_one_that_lives_shortly_is_used_for_half_of_its_life() -> None:
    cloud = Cloud(lasting=60)
    keeper = cloud.keeper()
    await keeper.get()
    cloud.now = 29
    assert (await keeper.get(), cloud.asked) == ("secret-1", 1)
    cloud.now = 31
    assert await keeper.get() == "secret-1"
    await renewed(keeper)
    assert cloud.asked == 2


async def test_a_failure_matters_only_when_there_is_nothing_left() -> None:
    cloud = Cloud()
    keeper = cloud.keeper()
    await keeper.get()
    cloud.now, cloud.fails = 800, RuntimeError("hush: the token server says secret-1 is wrong")
    assert await keeper.get() == "secret-1"
    await renewed(keeper)
    cloud.now = 985
    with pytest.raises(AuthFailed) as caught:
        await keeper.get()
    assert (caught.value.code, caught.value.type, caught.value.message) == ("cloud_identity", "RuntimeError", "")
    assert "hush" not in f"{caught.value!r}{caught.value.__context__!r}{caught.value.__cause__!r}"


async def test_after_a_failure_it_is_left_alone_for_a_moment() -> None:
    cloud = Cloud()
    keeper = cloud.keeper()
    cloud.fails = KeyError("hush")
    for _ in range(3):
        with pytest.raises(AuthFailed):
            await keeper.get()
    assert cloud.asked == 1
    cloud.now, cloud.fails = 6, None
    assert await keeper.get() == "secret-2"


def test_nothing_shows_itself() -> None:
    assert "hush" not in repr(Fetched("hush", 5.0))
