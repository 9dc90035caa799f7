"""The status of several workers reads like that of one."""

from __future__ import annotations

from gateway.workers.status import merged

ONE = {"revision": "a", "calls_in_flight": 2, "draining": False, "uptime_seconds": 5, "ledger": {"ready": True}}


def test_what_all_say_is_said_once_and_sums_are_summed() -> None:
    found = merged({"w0": ONE, "w1": {**ONE, "calls_in_flight": 3, "uptime_seconds": 9}})
    assert (found["revision"], found["calls_in_flight"], found["uptime_seconds"]) == ("a", 5, 9)
    assert found["ledger"] == [{"worker": "w0", "ready": True}, {"worker": "w1", "ready": True}]


def test_what_differs_is_said_for_each() -> None:
    found = merged({"w0": ONE, "w1": {**ONE, "revision": "b"}})
    assert found["revision"] == [{"worker": "w0", "is": "a"}, {"worker": "w1", "is": "b"}]


def test_rows_that_all_have_are_listed_once() -> None:
    both, one = {"route": "a"}, {"route": "b"}
    found = merged({"w0": {"routes": [both, one], "notes": ["x"]}, "w1": {"routes": [both], "notes": []}})
    assert found == {"routes": [both, {"worker": "w0", **one}], "notes": ["w0: x"]}


def test_what_workers_see_of_the_same_quota_or_breaker_is_one_row() -> None:
    hour, day = {"name": "anne", "window": "hour"}, {"name": "anne", "window": "day"}
    low, high = {"quotas": [{**hour, "used": 0.1}]}, {"quotas": [{**hour, "used": 0.3}, {**day, "used": 0.2}]}
    assert merged({"w0": low, "w1": high}) == {"quotas": [{**hour, "used": 0.3}, {**day, "used": 0.2}]}
    shut = {"destination": "a", "state": "open", "seconds": 3.0}
    assert merged({"w0": {"breakers": [shut]}, "w1": {"breakers": []}}) == {"breakers": [shut]}


def test_slots_and_calls_turned_away_are_summed() -> None:
    slots = {"destination": "a", "taken": 1, "limit": 2, "waiting": 0}
    idle = {"destination": "b", "taken": 0, "limit": 4, "waiting": 0}
    one = {"capacity": [slots, idle], "turned_away": {"low": 2, "none": 1}}
    other = {"capacity": [{**slots, "waiting": 3}, idle], "turned_away": None}
    assert merged({"w0": one, "w1": other}) == {
        "capacity": [{"destination": "a", "taken": 2, "limit": 4, "waiting": 3}, {**idle, "limit": 8}],
        "turned_away": {"low": 2, "none": 1},
    }
    assert merged({"w0": other, "w1": other})["turned_away"] is None


def test_of_no_worker_there_is_nothing_to_say() -> None:
    assert merged({}) == {}
