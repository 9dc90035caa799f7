"""What happens once a second: each job on its own, and what fails again and again is said now and then."""

from __future__ import annotations

import asyncio

from gateway.housekeeping import JOBS, REPEAT_SECONDS, Rounds
from gateway.runtime import Runtime
from tests.conftest import House


async def test_a_job_that_fails_costs_no_other_its_turn(house: House) -> None:
    rounds, done = Rounds(house.gateway.runtime), list[str]()

    def breaks(_: Runtime) -> None:
        raise RuntimeError("canary")

    async def breaks_later(_: Runtime) -> None:
        await asyncio.sleep(0)
        raise TypeError("canary")

    async def works(_: Runtime) -> None:
        done.append("worked")

    for job in (breaks, breaks_later, works):
        await rounds.do(job)
    assert done == ["worked"]


async def test_a_fault_that_repeats_is_said_once_a_minute(house: House) -> None:
    runtime, now, faults = house.gateway.runtime, 0.0, list[tuple[float, object]]()
    runtime.monotonic = lambda: now
    runtime.measure.log.heard = lambda event, fields: faults.append((now, fields["error"]))
    rounds = Rounds(runtime)

    def breaks(_: Runtime) -> None:
        raise (ValueError if now >= 30 else KeyError)("canary")

    for second in range(150):
        now = float(second)
        await rounds.do(breaks)
    assert faults == [(0.0, "KeyError"), (30.0, "ValueError"), (30.0 + REPEAT_SECONDS, "ValueError")]


async def test_every_job_can_be_done(house: House) -> None:
    runtime, faults = house.gateway.runtime, list[object]()
    runtime.measure.log.heard = lambda event, fields: faults.append((event, dict(fields)))
    rounds = Rounds(runtime)
    for job in (*(job for jobs in JOBS.values() for job in jobs), rounds.day):
        await rounds.do(job)
    assert [one for one in faults if one[0] == "fault"] == []
