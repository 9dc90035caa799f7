"""When a scheduled drill is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.config.drills import ScheduledDrill
from gateway.drills.faults import Fault
from gateway.drills.schedule import due, stale

AT = datetime(2026, 11, 26, 5, 10, tzinfo=UTC)
MONTHLY = ScheduledDrill(name="monthly", destination="a/m", fault=Fault("refuse"), hour=5)
DAILY = ScheduledDrill(name="daily", destination="b/m", fault=Fault("slow", 9.0), hour=5, every=86400.0)
BOTH = {"monthly": MONTHLY, "daily": DAILY}


def ran(name: str, ago: timedelta) -> dict[str, Any]:
    return {"drill": {"scheduled": name, "began": (AT - ago).timestamp()}}


def test_what_never_ran_is_due_in_its_hour() -> None:
    assert due({"monthly": MONTHLY}, [], AT) is MONTHLY
    assert due({"monthly": MONTHLY}, [], AT + timedelta(hours=1)) is None


def test_what_ran_is_due_when_its_time_is_over_and_the_one_that_waited_longest_first() -> None:
    assert due({"daily": DAILY}, [ran("daily", timedelta(hours=12))], AT) is None
    assert due({"daily": DAILY}, [ran("daily", timedelta(hours=23, minutes=55))], AT) is DAILY
    assert due(BOTH, [ran("daily", timedelta(days=2)), ran("monthly", timedelta(days=40))], AT) is MONTHLY
    assert due(BOTH, [ran("daily", timedelta(days=2)), ran("monthly", timedelta(days=4))], AT) is DAILY


def test_a_destination_that_was_not_drilled_for_long_is_stale() -> None:
    last = {"a/m": (AT - timedelta(days=93)).timestamp(), "b/m": (AT - timedelta(days=1)).timestamp()}
    assert stale(["a/m", "b/m", "c/m"], last, 92, AT) == ["a/m", "c/m"]
