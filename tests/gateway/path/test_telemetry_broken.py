"""What counts, logs, traces and tells may break: calls are answered and recorded all the same."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from functools import partial
from inspect import get_annotations, isfunction
from typing import Any, NoReturn

import pytest

from gateway import call_figures
from gateway.measure import UNGUARDED, Measure, unfailing
from gateway.runtime import Runtime
from tests.conftest import CONFIG, House, OpenHouse

PLACES: dict[str, Callable[[Runtime], tuple[object, str]]] = {
    "attempts": lambda runtime: (runtime.measure, "attempt"),
    "costs": lambda runtime: (runtime.measure, "spent"),
    "what caches save": lambda _: (call_figures, "saved_by_cache"),
    "calls": lambda runtime: (runtime.measure, "call"),
    "lines": lambda runtime: (runtime.measure, "said"),
    "rules": lambda runtime: (runtime.measure, "matched"),
    "records": lambda runtime: (runtime.measure, "recorded"),
    "queues": lambda runtime: (runtime.measure, "queued"),
    "breakers": lambda runtime: (runtime.measure, "breaker"),
    "inspection": lambda runtime: (runtime.measure, "classified"),
    "failovers": lambda runtime: (runtime.measure, "failed_over"),
    "top": lambda runtime: (runtime.measure.top, "call"),
    "top's attempts": lambda runtime: (runtime.measure.top, "attempt"),
    "promises": lambda runtime: (runtime.measure.contracts, "ended"),
    "traces": lambda runtime: (runtime.tracing, "_ended"),
    "the log": lambda runtime: (runtime.measure.log, "call"),
    "who hears the log": lambda runtime: (runtime.measure.log, "heard"),
    "the herald": lambda runtime: (runtime.herald, "_offer"),
}


def breaking(times: list[str]) -> Callable[..., NoReturn]:
    """times: grows by one each time."""

    def breaks(*_: Any, **__: Any) -> NoReturn:
        times.append("canary")
        raise RuntimeError("canary")

    return breaks


@pytest.mark.parametrize("place", PLACES)
async def test_a_call_goes_on_where_it_breaks(house: House, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    runtime = house.gateway.runtime
    breaks = breaking([])
    where, name = PLACES[place](runtime)
    # Of Measure the guard is a part: what breaks is what it guards.
    monkeypatch.setattr(where, name, partial(unfailing(breaks), where) if where is runtime.measure else breaks)
    await house.fault("alpha", "status=500")
    for stream in (False, True):
        answer = await house.chat("Bonjour", stream=stream)
        assert answer.status_code == 200 and (not stream or answer.text.endswith("data: [DONE]\n\n"))
        records = [one["record"] for one in await house.records(answer.headers["x-ecluse-call-id"])]
        assert records[-1] == "OUTCOME" and records.count("ATTEMPT") >= 1
    assert not runtime.live
    assert all(state[2] == 0 for state in runtime.capacity.slots.states())


def test_whatever_is_told_is_guarded() -> None:
    told = {name for name, one in vars(Measure).items() if isfunction(one) and not name.startswith("_")}
    assert {name for name in told if not hasattr(getattr(Measure, name), "__wrapped__")} == UNGUARDED
    assert len(told) > 40
    # A guard swallows what is raised: whoever tells must not wait for an answer.
    assert {get_annotations(getattr(Measure, name))["return"] for name in told - UNGUARDED} == {"None"}


async def test_a_soft_limit_is_passed_where_telling_of_it_breaks(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = "quotas:\n  - {scope: user, unit: requests, window: day, limit: 10, soft: 0.1}\n"
    async with open_house(CONFIG + quota) as house:
        monkeypatch.setattr(house.gateway.runtime.herald, "tell", breaking([]))
        assert [(await house.chat("Bonjour")).status_code for _ in range(3)] == [200] * 3


async def test_what_is_done_each_second_goes_on_where_telling_breaks(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[str] = []
    monkeypatch.setattr(house.gateway.runtime.herald, "tick", breaking(broken))
    async with asyncio.timeout(10):
        while len(broken) < 2:
            await asyncio.sleep(0.05)


async def test_a_mistake_that_nobody_awaits_is_told_without_its_words(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    stream = house.gateway.runtime.measure.log._stream = io.BytesIO()
    asyncio.get_running_loop().call_soon(breaking([]))
    asyncio.get_running_loop().call_exception_handler({"message": "canary"})
    await asyncio.sleep(0)
    lines = [line for line in stream.getvalue().splitlines() if b'"event":"fault"' in line]
    assert len(lines) == 2 and all(b'"error":"RuntimeError"' in line for line in lines)
    assert b"canary" not in stream.getvalue() and caplog.messages == []
