"""Limits that operators changed for a while: heard from anywhere, ended by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.quota.overrides import PREFIX, Override, Overrides, Target, dropped
from gateway.quota.units import Amounts, Exceeded
from tests.gateway.quota.parts import ME, Clock, Line, alone

TEAM = Target("team", "hr/paris", "tokens", "minute")


def heard(overrides: Overrides, target: Target, value: bytes | None) -> None:
    overrides.hear(target.key.removeprefix(PREFIX), value)


def one(target: Target = TEAM, limit: int = 500, until: float = 200.0) -> Override:
    return Override(target, limit, until, 100.0, "closing of the year")


def test_what_is_said_is_heard_the_same() -> None:
    said: list[Any] = []
    overrides = Overrides(lambda *change: said.append(change), lambda: 150.0)
    heard(overrides, TEAM, one().value())
    assert list(overrides) == [one()] and overrides.find(TEAM) == one()
    assert said == [("team", "hr/paris", "tokens", "minute", 500)]


@pytest.mark.parametrize("end", [dropped(120.0), None])
def test_what_was_dropped_or_is_gone_counts_no_longer(end: bytes | None) -> None:
    said: list[Any] = []
    overrides = Overrides(lambda *change: said.append(change), lambda: 150.0)
    heard(overrides, TEAM, end)
    heard(overrides, TEAM, one().value())
    heard(overrides, TEAM, end)
    assert [change[-1] for change in said] == [500, None] and not list(overrides)


def test_one_ends_by_itself_and_an_old_one_never_begins() -> None:
    said: list[Any] = []
    clock = Clock(150.0)
    overrides = Overrides(lambda *change: said.append(change[-1]), clock)
    heard(overrides, TEAM, one().value())
    overrides.sweep()
    assert said == [500]
    clock.now = 200.0
    overrides.sweep()
    overrides.sweep()
    heard(overrides, TEAM, one().value())
    assert said == [500, None]


async def test_an_account_has_the_other_limit_meanwhile() -> None:
    clock = Clock()
    quotas = alone([Line("team", "tokens", 100)], clock)
    overrides = Overrides(quotas.change, clock)
    target = Target("team", "hr", "tokens", "minute")
    heard(overrides, target, one(target, 300, clock.now + 30).value())
    await quotas.reserve(ME, Amounts(tokens=250))
    (use,) = quotas.of(ME)
    assert (use.limit, overrides.end_of(use.account)) == (300, clock.now + 30)
    clock.now += 30
    overrides.sweep()
    with pytest.raises(Exceeded) as refused:
        await quotas.reserve(ME, Amounts(tokens=1))
    assert (refused.value.limit, refused.value.used) == (100, 250)
    assert overrides.end_of(use.account) is None
