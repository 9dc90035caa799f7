"""What a drill showed, from records made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drills.faults import KINDS, Fault, parse
from gateway.drills.measuring import Call, calls_of, measure
from gateway.drills.running import Apart, Drill, Drills
from gateway.routing.budget import RetryBudget
from gateway.routing.health import Health

DRILL = Drill("d-1", "a/m", "m", Fault("refuse"), ("drill",), 1000.0, 1010.0, 1070.0, 1130.0)


def call(at: float, to: tuple[str, ...] = ("b/m",), *, outcome: str = "served", injected: int = 0, **more: Any) -> Call:
    fields = {"id": f"c{at}", "took": 0.5, "first": 0.2, "code": "", "widened": False, "rulings": (), "revision": "r1"}
    return Call(at=at, to=to, outcome=outcome, injected=injected, **{**fields, **more})


def test_nothing_lost_is_recovered_at_once() -> None:
    found = measure(DRILL, [call(-1, ("a/m",)), call(1, ("a/m", "b/m"), injected=1), call(61, ("a/m",))])
    assert (found.met, found.recovered, found.lost) == (1, 0.0, ())
    assert found.back == pytest.approx(1.5)
    assert found.held(10)


def test_the_time_to_recover_runs_from_the_first_failure_to_the_end_of_the_last_lost_call() -> None:
    lost = [call(at, ("a/m",), outcome="failed", injected=1) for at in (2.0, 4.0, 7.5)]
    found = measure(DRILL, [*lost, call(8.0), call(9.0)])
    assert found.recovered == pytest.approx(6.0)
    assert len(found.lost) == 3
    assert found.held(6.1) and not found.held(5.9)


def test_calls_lost_until_the_end_never_recovered() -> None:
    found = measure(DRILL, [call(at, ("a/m",), outcome="failed", injected=1) for at in (2.0, 30.0, 59.9)])
    assert found.recovered is None
    assert not found.held(1000)


def test_a_fault_that_met_nobody_proves_nothing() -> None:
    assert not measure(DRILL, [call(1), call(2)]).held(10)
    assert not measure(DRILL, []).held(10)


def test_calls_that_were_only_late_were_not_served_in_time() -> None:
    slow = call(1, ("a/m",), injected=1, took=30.0)
    assert measure(DRILL, [call(-1), slow]).held(30)
    assert not measure(DRILL, [call(-1), slow]).held(29)


def test_a_wider_ruling_is_never_held() -> None:
    fine = call(1, ("a/m", "b/m"), injected=1)
    assert not measure(DRILL, [fine, call(2, widened=True)]).held(10)
    other = call(3, rulings=(("b/m", "allow 0 "),)), call(4, rulings=(("b/m", "deny 0 secrets:deny:enforce"),))
    assert measure(DRILL, [fine, *other]).differing == ("b/m",)


@given(
    st.lists(
        st.tuples(
            st.floats(-20, 150), st.sampled_from(["served", "failed", "cut", "refused", "left"]), st.integers(0, 1)
        ),
        max_size=40,
    )
)
def test_every_call_is_counted_once_and_the_order_of_records_means_nothing(
    made: list[tuple[float, str, int]],
) -> None:
    calls = [call(at, outcome=outcome, injected=injected, id=str(n)) for n, (at, outcome, injected) in enumerate(made)]
    found = measure(DRILL, calls)
    assert sum(phase.calls for phase in found.phases) == len(calls)
    assert found == measure(DRILL, reversed(calls)) or len({c.at for c in calls}) < len(calls)
    assert found.recovered is None or found.recovered >= 0.0
    assert len(found.lost) == sum(c.lost and c.ended >= 0 for c in calls)


def intent(drill: str | None, verdict: str = "allow") -> dict[str, Any]:
    ruling = {"destination": "b/m", "verdict": verdict, "edits": 0, "rules": []}
    return {
        "record": "INTENT", "call": "c", "at": "1970-01-01T00:17:00+00:00", "who": {"person": "p"}, "drill": drill,
        "policy_revision": "r1", "rulings": [ruling],
    }  # fmt: skip


ATTEMPT = {"record": "ATTEMPT", "call": "c", "attempt": 1, "destination": "b/m", "drill": None}
OUTCOME = {
    "record": "OUTCOME", "call": "c", "outcome": "served", "code": None, "first_content_ms": 5.0, "total_ms": 9.0,
    "intent": None,
}  # fmt: skip


def test_only_calls_of_the_drill_that_have_ended_are_counted() -> None:
    (found,) = calls_of(DRILL, [intent("d-1"), ATTEMPT, OUTCOME], "p")
    assert (found.at, found.took, found.to, found.widened) == (10.0, 0.009, ("b/m",), False)
    assert not calls_of(DRILL, [intent("d-2"), ATTEMPT, OUTCOME], "p")
    assert not calls_of(DRILL, [intent(None), ATTEMPT, OUTCOME], "p")
    assert not calls_of(DRILL, [intent("d-1"), ATTEMPT], "p")


def test_an_attempt_without_a_ruling_that_permits_it_is_seen() -> None:
    (denied,) = calls_of(DRILL, [intent("d-1", "deny"), ATTEMPT, OUTCOME], "p")
    (unruled,) = calls_of(DRILL, [{**intent("d-1"), "rulings": []}, ATTEMPT, OUTCOME], "p")
    start = {"record": "ATTEMPT-START", "call": "c", "destination": "b/m", "ruling": {"verdict": "deny"}}
    (otherwise,) = calls_of(DRILL, [intent("d-1"), start, ATTEMPT, OUTCOME], "p")
    assert denied.widened and unruled.widened and otherwise.widened


def apart(now: list[float]) -> Apart:
    return Apart(Health(lambda: now[0]), RetryBudget(lambda: now[0]))


def test_a_drill_ends_by_itself() -> None:
    now = [1000.0]
    drills = Drills(lambda: now[0], lambda: apart(now))
    drills.begin(DRILL)
    assert drills.of("drill") is DRILL and drills.of("anne") is None
    assert drills.fault(DRILL, "a/m") is None
    now[0] = 1010.0
    assert drills.fault(DRILL, "a/m") == Fault("refuse")
    assert drills.fault(DRILL, "b/m") is None
    now[0] = 1070.0
    assert drills.fault(DRILL, "a/m") is None
    now[0] = 1130.0
    assert drills.of("drill") is None and not drills


def test_a_clock_set_back_makes_no_drill_longer() -> None:
    now, passed = [1000.0], [0.0]
    drills = Drills(lambda: now[0], lambda: apart(now), lambda: passed[0])
    drills.begin(DRILL)
    now[0], passed[0] = 1015.0, 131.0
    assert drills.fault(DRILL, "a/m") is None
    assert not drills.now() and drills.of("drill") is None and not drills


@pytest.mark.parametrize("kind", KINDS)
def test_faults_are_read_as_they_are_written(kind: str) -> None:
    assert parse(str(parse(kind))) == parse(kind)


@pytest.mark.parametrize("wrong", ["", "slow=", "slow=-1", "slow=nan", "slow=1e9", "cut=1.5", "refuse=1", "Refuse"])
def test_what_is_no_fault_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"must be one of|takes"):
        parse(wrong)
