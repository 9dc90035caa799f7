"""Rules on time: in one place's time, over midnight and the change of hours, and never a reason to refuse a bundle."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from decide_cases import ALPHA, CALL, VOCABULARY, Found, Text, compiled, judge, policy
from guard_cases import engine
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import compile, run_inline_tests

PARIS = "Europe/Paris"


def made(**time: Any):
    return compiled(policy({"id": "r", "when": {"time": time}, "action": "deny"}))


def counts(policies: Any, now: datetime) -> bool:
    return judge(policies, call=replace(CALL, now=now)).verdict == "deny"


def paris(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(PARIS))


def test_days_and_hours_are_those_of_the_zone():
    office = made(days=["mon-fri"], hours="08:00-19:00", zone=PARIS)
    assert counts(office, paris(1, 8)) and counts(office, paris(5, 18, 59))
    assert not counts(office, paris(1, 7, 59)) and not counts(office, paris(1, 19)) and not counts(office, paris(6, 12))
    assert counts(office, datetime(2026, 6, 1, 6, tzinfo=UTC))
    assert not counts(office, datetime(2026, 12, 1, 6, 30, tzinfo=UTC))
    assert counts(office, datetime(2026, 12, 1, 7, tzinfo=UTC))


def test_a_night_is_of_the_day_on_which_it_begins():
    night = made(days=["fri"], hours="20:00-06:00", zone=PARIS)
    assert counts(night, paris(5, 20)) and counts(night, paris(6, 5, 59))
    assert not counts(night, paris(6, 6)) and not counts(night, paris(6, 21)) and not counts(night, paris(5, 5))
    until = made(hours="20:00-06:00", zone=PARIS, until=date(2026, 6, 5))
    assert counts(until, paris(6, 5)) and not counts(until, paris(6, 21))


def test_dates_count_to_their_end():
    some = made(**{"from": date(2026, 6, 2), "until": date(2026, 6, 3)})
    days = [datetime(2026, 6, 1, 23, 59, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)]
    assert [counts(some, day) for day in (*days, days[1] + timedelta(hours=47, minutes=59))] == [False, True, True]
    assert not counts(some, datetime(2026, 6, 4, tzinfo=UTC))


def test_days_may_go_over_the_end_of_the_week():
    around = made(days=["sat-mon"], zone=PARIS)
    assert [counts(around, paris(day, 12)) for day in range(1, 8)] == [True, False, False, False, False, True, True]


def test_time_may_permit_and_spare():
    rule = {"id": "r", "when": {"time": {"hours": "08:00-19:00", "zone": PARIS}}, "action": "allow"}
    opened = compiled(policy(rule), defaults=None)
    assert judge(opened, call=replace(CALL, now=paris(1, 12))).verdict == "allow"
    assert judge(opened, call=replace(CALL, now=paris(1, 20))).verdict == "deny"
    spared = compiled(policy({"id": "r", "unless": {"time": {"until": date(2026, 6, 1)}}, "action": "deny"}))
    assert not counts(spared, paris(1, 12)) and counts(spared, paris(3, 12))


def test_explain_tells_the_time():
    office = made(days=["mon-fri"], hours="08:00-19:00", zone=PARIS, until=date(2027, 1, 1))
    (line,) = office.explain(replace(CALL, now=paris(1, 20)), [Text()], Found(), ALPHA)
    said = "time mon, tue, wed, thu, fri 08:00-19:00 until 2027-01-01 (Europe/Paris)"
    assert (line.condition, line.actual) == (said, "2026-06-01 20:00:00+02:00")


@pytest.mark.parametrize(
    ("time", "key", "words"),
    [
        ({"zone": PARIS}, (), "needs days, hours, from or until"),
        ({"days": ["mon"]}, (), "needs the zone"),
        ({"days": ["mon-frı"], "zone": PARIS}, ("days", 0), "must be one of"),
        ({"hours": "8-19", "zone": PARIS}, ("hours",), "two times"),
        ({"hours": "08:00-24:01", "zone": PARIS}, ("hours",), "two times"),
        ({"hours": "08:00-08:00", "zone": PARIS}, ("hours",), "two times"),
        ({"hours": 8, "zone": PARIS}, ("hours",), "two times"),
        ({"hours": "08:00-24:00", "zone": "Europe/Pari"}, ("zone",), "no time zone"),
        ({"hours": "08:00-24:00", "zone": "Europe"}, ("zone",), "no time zone"),
        ({"hours": "08:00-24:00", "zone": "../../etc/passwd"}, ("zone",), "no time zone"),
        ({"from": "soon"}, ("from",), "must be a date"),
        ({"from": date(2026, 2, 1), "until": date(2026, 1, 1)}, ("until",), "before from"),
    ],
)
def test_a_fault_in_a_time(time, key, words):
    found = compile([policy({"id": "r", "when": {"time": time}, "action": "deny"})], VOCABULARY)
    assert isinstance(found, list) and len(found) == 1
    assert found[0].path == ("p.yaml", "rules", 0, "when", "time", *key) and words in found[0].message
    if "Pari" in str(time.get("zone")) and time["zone"] != PARIS:
        assert found[0].nearest == PARIS


def test_cases_state_their_time():
    case = {"name": "n", "text": "t", "to": "alpha"}
    rule = {"id": "r", "when": {"time": {"hours": "20:00-06:00", "zone": PARIS}}, "action": "deny"}
    tests = [
        {**case, "at": "2026-06-01T19:59:59+02:00", "expect": {"verdict": "allow"}},
        {**case, "at": "2026-06-01T18:00Z", "expect": {"verdict": "deny"}},
        {**case, "at": "2026-06-01 18:00", "expect": {"verdict": "deny"}},
        {**case, "at": date(2026, 6, 1), "expect": {"verdict": "deny"}},
    ]
    assert run_inline_tests(compiled(policy(rule, tests=tests)), engine(), VOCABULARY) == []
    wrong = compile([policy(rule, tests=[{**case, "at": "noon", "expect": {"verdict": "deny"}}])], VOCABULARY)
    assert isinstance(wrong, list) and "must be a time" in wrong[0].message


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, max_size=6),
    st.integers(1, 23),
)
def test_a_day_is_the_hours_before_and_after_any_hour(now, days, hour):
    """Hours and the hours that they leave out are all hours; of days the same."""
    middle = f"{hour:02}:00"
    early = made(hours=f"00:00-{middle}", zone=PARIS, days=sorted(days))
    late = made(hours=f"{middle}-24:00", zone=PARIS, days=sorted(days))
    others = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"} - days
    rest = made(days=sorted(others), zone=PARIS)
    assert [counts(one, now) for one in (early, late, rest)].count(True) == 1
