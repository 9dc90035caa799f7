"""`ecluse status`: what is ill comes first, and what is well takes no room."""

import json

import pytest

from gateway.cli.ill import ill
from gateway.cli.status import lasted
from tests.gateway.cli.conftest import Double

MINUTE = {"scope": "team", "name": "hr", "unit": "requests", "window": "minute", "used": 4, "limit": 600}
WELL = {
    "revision": "a",
    "bundle": "b",
    "files": {"revision": "f"},
    "uptime_seconds": 11_100,
    "draining": False,
    "calls_in_flight": 3,
    "keys": 14,
    "ledger": {"ready": True, "failed": None, "lost": 0, "disk_free": 9 << 30, "disk_reserve": 1 << 20},
    "breakers": [],
    "capacity": [{"destination": "x", "taken": 0, "limit": 4, "waiting": 0}],
    "turned_away": None,
    "routes": [{"route": "r", "destination": "x", "demoted": False}],
    "quotas": [MINUTE],
    "quota_store": {"answers": True},
    "stops": [],
    "shared_store": {"store": "redis", "stale": False},
    "bridge": {"state": "serves"},
    "workers": [],
    "processes": [{"worker": "w0", "pid": 7, "state": "serves", "calls": 3}],
    "notes": [],
}


def told(gateway: Double, capsys, status, *words):
    gateway.answers["GET", "/status"] = (200, status)
    code = gateway.run("status", *words)
    return code, capsys.readouterr().out.splitlines()


def test_where_all_is_well_little_is_said(gateway: Double, capsys):
    assert told(gateway, capsys, WELL, "--check") == (
        0,
        [
            "well",
            "revision a, bundle b, up 3 h 5 min, 1 worker, 14 keys, 3 calls in flight",
            "quotas:",
            "  team hr: 4 of 600 requests a minute (under 1 %)",
        ],
    )


def test_little_is_never_said_to_be_nothing(gateway: Double, capsys):
    _, lines = told(gateway, capsys, {**WELL, "quotas": [{**MINUTE, "used": 3}]})
    assert lines[-1] == "  team hr: 3 of 600 requests a minute (under 1 %)"


def test_overrides_read_as_in_the_list_of_quotas(gateway: Double, capsys):
    one = {"scope": "team", "name": "hr", "unit": "cost", "window": "month", "limit": 4000.0, "until": "2026-12-06",
           "since": "2026-11-26", "reason": "closing of the year", "currency": "EUR"}  # fmt: skip
    _, lines = told(gateway, capsys, {**WELL, "overrides": [one]})
    assert lines[-2:] == ["overrides:", "  team hr: 4,000 EUR a month until 2026-12-06 (closing of the year)"]


def test_nothing_that_a_terminal_would_obey(gateway: Double, capsys):
    stop = {"kind": "use_case", "name": "x", "since": "now", "reason": "\x1b]0;owned\x07\r! all is well"}
    _, lines = told(gateway, capsys, {**WELL, "stops": [stop], "notes": ["\x1b[2J"]}, "--all")
    assert any("?]0;owned??! all is well" in line for line in lines)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"missing": ["w1"]}, "worker w1 is missing and will be started again"),
        ({"silent": ["w1"]}, "worker w1 didn't answer"),
        ({"draining": True}, "draining: no new calls are taken"),
        ({"revision": [{"worker": "w0", "is": "a"}]}, "workers serve different revisions"),
        (
            {"processes": [{"worker": "w1", "state": "gives no sign of life"}]},
            "worker w1 doesn't serve: gives no sign of life",
        ),
        (
            {"tls": {"certificate_ends": "2026-12-01", "expired": True, "names": "x", "refused": None}},
            "the certificate in use ended 2026-12-01: no client takes it",
        ),
        (
            {"tls": {"certificate_ends": "2026-12-01", "names": "x", "refused": "key and certificate don't match"}},
            "a new certificate was not taken, the one in use ends 2026-12-01: key and certificate don't match",
        ),
        ({"bridge": {"state": "starts"}}, "the process that runs litellm doesn't serve: starts"),
        ({"shared_store": {"stale": True}}, "the shared store was not heard for too long: no calls are taken"),
        ({"ledger": [{"worker": "w1", "ready": False, "failed": "EIO"}]}, "ledger of w1: not ready: EIO"),
        ({"ledger": {"ready": True, "disk_free": 3e9, "disk_reserve": 1e9}}, "ledger: little room: 3.0 GB free"),
        ({"ledger": {"ready": True, "lost": 2}}, "ledger: 2 records were lost since the start"),
        (
            {
                "breakers": [
                    {"destination": "x", "failure": "5xx", "credential": 1, "state": "half_open", "seconds": 2.4}
                ]
            },
            "x: breaker half open (5xx, credential 1), tried again in 2 s",
        ),
        (
            {"breakers": [{"destination": "x", "failure": "auth", "credential": None, "state": "open", "seconds": 0}]},
            "x: breaker open (auth)",
        ),
        (
            {"routes": [{"route": "r", "destination": "x", "demoted": "breaks availability"}]},
            "x: asked last by route r: breaks availability",
        ),
        (
            {"capacity": [{"destination": "x", "taken": 4, "limit": 4, "waiting": 9}]},
            "x: 9 calls wait, 4 of 4 slots are taken",
        ),
        ({"quota_store": [{"worker": "w0", "answers": False}]}, "the quota store doesn't answer"),
        ({"quotas": [{**MINUTE, "used": 600}]}, "quota used up: team hr: 600 of 600 requests a minute (100 %)"),
        ({"quotas": [{**MINUTE, "used": 545}]}, "quota nearly used up: team hr: 545 of 600 requests a minute (91 %)"),
        (
            {"stops": [{"kind": "use_case", "name": "letters", "since": "now", "reason": "", "now": False}]},
            "stopped: use case letters, since now: no reason given",
        ),
    ],
)
def test_what_is_ill_comes_first_in_a_line(gateway: Double, capsys, change, said):
    code, lines = told(gateway, capsys, {**WELL, **change})
    assert code == 0 and lines[0] == f"! {said}" and not lines[1].startswith("!")
    assert told(gateway, capsys, {**WELL, **change}, "--check")[0] == 1
    assert json.loads(told(gateway, capsys, {**WELL, **change}, "--json")[1][0])["ill"] == [said]


def test_a_quota_that_forbids_all_is_meant_so():
    assert ill({"quotas": [{**MINUTE, "used": 0, "limit": 0}, {**MINUTE, "used": None}]}) == []


def test_everything_is_there_where_it_is_asked_for(gateway: Double, capsys):
    _, lines = told(gateway, capsys, WELL, "--all")
    said = "\n".join(lines)
    assert (
        "files: revision f" in said
        and "  worker w0, pid 7, state serves, calls 3" in said
        and "ledger: ready yes" in said
    )


def test_the_fullest_quotas_come_first_and_the_rest_is_counted(gateway: Double, capsys):
    rows = [{**MINUTE, "name": f"t{n}", "used": n} for n in range(14)]
    _, lines = told(gateway, capsys, {"quotas": rows})
    assert lines[3] == "  team t13: 13 of 600 requests a minute (2 %)"
    assert len(lines) == 14 and lines[-1] == "  (4 more: ecluse quota show)"


def test_status_says_how_much_of_how_many_is_used(gateway: Double, capsys):
    rows = [
        MINUTE,
        {**MINUTE, "unit": "input", "window": "hour", "used": 239, "limit": 50_000_000},
        {**MINUTE, "scope": "use_case", "unit": "cost", "currency": "EUR", "used": 0.5, "limit": 2.5},
        {"scope": "user", "name": "anne", "unit": "concurrent", "used": 0, "limit": 5},
        {**MINUTE, "used": 0, "limit": 0},
    ]
    _, lines = told(gateway, capsys, {"quotas": rows, "quota_store": None})
    assert lines == [
        "well",
        "revision ?",
        "quotas:",
        "  team hr: 0 of 0 requests a minute (100 %)",
        "  use_case hr: 0.5 of 2.5 EUR a minute (20 %)",
        "  team hr: 4 of 600 requests a minute (under 1 %)",
        "  team hr: 239 of 50,000,000 input tokens an hour (under 1 %)",
        "  user anne: 0 of 5 concurrent calls (0 %)",
    ]


def test_how_long_it_lasted():
    assert [lasted(s) for s in (40, 720, 11_100, 360_000)] == ["40 s", "12 min", "3 h 5 min", "4 d 4 h"]
