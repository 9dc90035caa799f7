"""How long one attempt is waited for, with a clock that is passed in; and the deadline of its call."""

from __future__ import annotations

import asyncio
import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import TimedOut
from adapters.transport import Endpoint
from gateway.deadline import Deadline
from gateway.epoch import Upstream
from gateway.patience import Patience

SECONDS = st.floats(0.001, 1e5)


def upstream(**of: Any) -> Upstream:
    endpoint = Endpoint("http://vendor", idle_seconds=of.pop("idle", 120.0))
    vendor: Any = SimpleNamespace()
    return Upstream(vendor, endpoint, (), "cancel", of.pop("first_token", 300.0), of.pop("least_bytes", 16), ())


async def late(patience: Patience) -> TimedOut:
    with pytest.raises(TimedOut) as raised:
        async with patience:
            await asyncio.Event().wait()
    return raised.value


@pytest.mark.parametrize(
    ("deadline", "share", "contract", "first_token", "code", "fault"),
    [
        (Deadline(0.0, ours=0.01), 1.0, None, 300.0, "deadline", "vendor"),
        (Deadline(0.0, ours=0.02), 0.5, None, 300.0, "share", "vendor"),
        (Deadline(0.0, ours=600.0, theirs=0.01), 1.0, None, 300.0, "deadline", "client"),
        (Deadline(0.0, ours=600.0, theirs=0.02), 0.5, None, 300.0, "share", "client"),
        (Deadline(0.0, ours=600.0), 1.0, 0.01, 300.0, "deadline", "vendor"),
        (Deadline(0.0, ours=600.0, theirs=5.0), 1.0, 0.01, 300.0, "deadline", "vendor"),
        (Deadline(0.0, ours=600.0), 1.0, None, 0.01, "first_token", "vendor"),
        (Deadline(0.0, ours=600.0, theirs=5.0), 1.0, None, 0.01, "first_token", "vendor"),
    ],
)
async def test_what_was_late_and_whose_fault_it_is(
    deadline: Deadline, share: float, contract: float | None, first_token: float, code: str, fault: str
) -> None:
    patience = Patience(lambda: 0.0, deadline, upstream(first_token=first_token), share, contract)
    error = await late(patience)
    assert (error.code, error.fault) == (code, fault)


async def test_after_the_first_word_only_the_end_counts() -> None:
    patience = Patience(lambda: 0.0, Deadline(0.0, ours=0.05), upstream(first_token=0.01), 1.0, None)
    with pytest.raises(TimedOut) as raised:
        async with patience:
            patience.word()
            await asyncio.Event().wait()
    assert raised.value.code == "deadline"


async def test_an_answer_on_its_way_ends_by_the_clients_time_alone() -> None:
    patience = Patience(lambda: 0.0, Deadline(0.0, ours=0.01), upstream(), 1.0, None)
    patience.relayed(content=True)
    async with patience:
        await asyncio.sleep(0.03)
    bound = Patience(lambda: 0.0, Deadline(0.0, theirs=0.01, ends=0.01), upstream(), 1.0, None)
    bound.relayed(content=True)
    error = await late(bound)
    assert (error.code, error.fault) == ("deadline", "client")


def test_signs_of_life_are_silence() -> None:
    patience = Patience(lambda: 0.0, Deadline(), upstream(idle=10.0), 1.0, None)
    for _ in range(5):
        patience.waited(9.0, 1)
        patience.waited(9.0, 2)
        patience.waited(9.0, 2)
        with pytest.raises(TimedOut) as raised:
            patience.waited(9.0, 2)
        assert raised.value.code == "idle"
        patience.waited(0.0, 3)


def test_a_trickle_is_silence_too() -> None:
    patience = Patience(lambda: 0.0, Deadline(), upstream(idle=10.0, least_bytes=16), 1.0, None)
    for _ in range(30):
        patience.brought(1.0, 2)
    with pytest.raises(TimedOut) as raised:
        for _ in range(25):
            patience.brought(1.0, 1)
    assert raised.value.code == "slow"


@given(st.lists(st.none() | SECONDS, max_size=5), SECONDS, st.floats(0, 1e6))
def test_the_smallest_of_all_that_is_stated_counts(stated: list[float | None], theirs: float, now: float) -> None:
    deadline = Deadline(10.0, theirs=10.0 + theirs)
    for seconds in stated:
        deadline.by(seconds)
    least = min([theirs, *(s for s in stated if s is not None)])
    assert math.isclose(deadline.left(now), max(10.0 + least - now, 0.0), abs_tol=1e-6)
