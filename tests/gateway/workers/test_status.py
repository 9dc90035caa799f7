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
    shut, open_ = {"destination": "a", "open": False}, {"destination": "b", "open": True}
    closed = {**open_, "open": False}
    found = merged({"w0": {"breakers": [shut, open_], "notes": ["x"]}, "w1": {"breakers": [shut, closed], "notes": []}})
    assert found["breakers"] == [shut, {"worker": "w0", **open_}, {"worker": "w1", **closed}]
    assert found["notes"] == ["w0: x"]


def test_of_no_worker_there_is_nothing_to_say() -> None:
    assert merged({}) == {}
