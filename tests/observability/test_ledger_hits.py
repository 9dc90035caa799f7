"""Hits of rules, read off segments: each rule of a call once, wherever its records stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from observability.ledger import (
    AttemptStart,
    Count,
    Event,
    Hit,
    Hits,
    Intent,
    Outcome,
    Ruled,
    RuleFired,
    Who,
    records,
    written_since,
)
from observability.ledger.records import Record
from observability.scribe.frames import frame

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def fired(rule: str, mode: str = "enforce", action: str = "redact", lifted_by: str = "") -> RuleFired:
    return RuleFired(rule, "p", action, mode, lifted_by=lifted_by)


def intent(call: str, *rulings: Ruled, at: datetime = NOW, team: str = "hr") -> Intent:
    who = Who("acme", team, (), "p_1", "k_1", "letters")
    return Intent(call, at, who, "openai_chat", "chat", "m", False, 10, rulings=rulings)


def outcome(call: str, *rules: RuleFired, at: datetime = NOW, **more: object) -> Outcome:
    return replace(Outcome(call, at, "served", 200, rules=rules), **more)  # type: ignore[arg-type]


@pytest.fixture
def write(tmp_path: Path):
    """Writes records as one segment."""

    def written(*given: Record) -> Path:
        number = len(list(tmp_path.iterdir()))
        path = tmp_path / f"{number:03}.ecl"
        path.write_bytes(b"".join(frame(n, one.to_bytes()) for n, one in enumerate(given)))
        return path

    return written


def hits(folder: Path, since: datetime = NOW - DAY, until: datetime | None = None) -> list[Hit]:
    return list(Hits(folder, since, until).read())


def test_a_rule_counts_once_a_call_with_all_its_destinations(write, tmp_path: Path) -> None:
    rulings = (Ruled("alpha", "allow", (fired("r", "shadow"),)), Ruled("beta", "deny", (fired("r"), fired("s"))))
    write(intent("1", *rulings), outcome("1", destination="beta"))
    found = {hit.rule: hit for hit in hits(tmp_path)}
    assert found.keys() == {"r", "s"}
    assert (found["r"].mode, found["r"].destinations) == ("enforce", ("alpha", "beta"))
    assert (found["s"].destinations, found["s"].answer, found["s"].team) == (("beta",), False, "hr")


def test_what_a_rule_found_in_an_answer_is_told_apart_also_in_a_later_segment(write, tmp_path: Path) -> None:
    write(intent("1", Ruled("alpha", "allow", (fired("asked"),))))
    write(outcome("1", fired("asked"), fired("answered"), destination="alpha"))
    assert [(hit.rule, hit.answer, hit.destinations) for hit in hits(tmp_path)] == [
        ("asked", False, ("alpha",)),
        ("answered", True, ("alpha",)),
    ]


def test_a_refused_call_counts_once_though_its_record_stands_twice(write, tmp_path: Path) -> None:
    refused = outcome(
        "1", fired("r", action="deny"), outcome="refused", intent=intent("1", Ruled("a", "deny", (fired("r"),)))
    )
    write(refused, refused)
    write(refused)
    reader = Hits(tmp_path, NOW - DAY)
    assert [(hit.rule, hit.answer) for hit in reader.read()] == [("r", False)]
    assert reader.ends == {"refused": 1}


def test_only_calls_of_the_time_asked_for_count(write, tmp_path: Path) -> None:
    ruling = Ruled("alpha", "allow", (fired("r"),))
    write(*(intent(str(n), ruling, at=NOW - n * DAY) for n in range(5)))
    assert [hit.call for hit in hits(tmp_path, NOW - 3 * DAY, NOW - DAY)] == ["2", "3"]


def test_reports_are_read_too(write, tmp_path: Path) -> None:
    write(
        Event(NOW, "report.false_positive", "p_1", "1", {"rule": "r"}),
        Event(NOW - 9 * DAY, "report.false_positive", "p_1", "0", {"rule": "r"}),
        Event(NOW, "reload", detail={"to": "x"}),
    )
    reader = Hits(tmp_path, NOW - DAY)
    assert list(reader.read()) == []
    assert [(one.rule, one.kind) for one in reader.reports] == [("r", "false_positive")]


def test_counts_say_when_where_and_by_what(write, tmp_path: Path) -> None:
    write(
        intent("1", Ruled("alpha", "allow", (fired("r", "lifted", lifted_by="EX-1"),)), at=NOW - DAY / 2),
        intent("2", Ruled("alpha", "allow", (fired("r"),)), team="lab"),
    )
    count = Count("r")
    for hit in hits(tmp_path):
        count.add(hit)
    assert (count.calls, dict(count.modes), dict(count.lifted_by)) == (2, {"lifted": 1, "enforce": 1}, {"EX-1": 1})
    assert (count.first, count.last, set(count.teams)) == (NOW - DAY / 2, NOW, {"hr", "lab"})
    assert sum(count.days.values()) == 2


def test_old_segments_are_not_opened_and_kinds_are_picked(write, tmp_path: Path) -> None:
    path = write(intent("1"), outcome("1"), Event(NOW, "start"))
    assert [one["record"] for one in records(path, "OUTCOME", "EVENT")] == ["OUTCOME", "EVENT"]
    later = datetime.now(UTC) + timedelta(hours=1)
    assert written_since(tmp_path, later) == []
    assert written_since(tmp_path, NOW - 10_000 * DAY) == [path]


def test_a_rule_did_something_only_where_the_call_went_or_was_refused(write, tmp_path: Path) -> None:
    """Denied at one destination, served by another: kept from the first, not refused."""
    deny, replace_, redact = fired("no-us", action="deny"), fired("pay", action="pseudonymise"), fired("iban")
    us = Ruled("alpha", "deny", (deny, replace_))
    eu = Ruled("beta", "allow", (redact, replace_), edits=1)
    later = Ruled("gamma", "allow", (fired("last"),), edits=1)
    write(
        replace(intent("1", us, eu, later), destination="beta"),
        outcome("1", destination="beta"),
        outcome("2", deny, replace_, outcome="refused", intent=intent("2", us)),
        outcome("3", outcome="refused", intent=intent("3", us, eu), code="spend_exceeded"),
    )
    came = {(hit.call, hit.rule): hit.came for hit in hits(tmp_path)}
    assert [came["1", rule] for rule in ("no-us", "iban", "pay", "last")] == ["kept", "redact", "", ""]
    assert [came["2", rule] for rule in ("no-us", "pay")] == ["deny", ""]
    assert {what for (call, _), what in came.items() if call == "3"} == {""}, "no rule refused it"


def test_what_a_rule_did_at_a_further_destination_counts(write, tmp_path: Path) -> None:
    alpha, beta = Ruled("alpha", "allow", (fired("a", action="warn"),)), Ruled("beta", "allow", (fired("b"),), edits=1)
    over = AttemptStart("1", NOW, 2, "beta", None, "overloaded", "d", ruling=beta)
    write(replace(intent("1", alpha, beta), destination="alpha"), over, outcome("1", destination="beta"))
    assert {hit.rule: hit.came for hit in hits(tmp_path)} == {"a": "warn", "b": "redact"}


def test_a_reroute_counts_where_the_call_was_sent_by_it(write, tmp_path: Path) -> None:
    source = Ruled("alpha", "reroute", (fired("to-eu", action="reroute"),), reroute="beta")
    target = Ruled("beta", "allow", (fired("watched", "shadow"),), rerouted_from="alpha")
    write(replace(intent("1", source, target), destination="beta"), outcome("1", destination="beta"))
    assert {hit.rule: hit.came for hit in hits(tmp_path)} == {"to-eu": "reroute", "watched": "shadow"}
