"""The log says what is on the list and nothing else."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import orjson

from observability.logs import Log

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def log() -> tuple[Log, io.BytesIO]:
    stream = io.BytesIO()
    return Log(stream, clock=lambda: NOW), stream


def lines(stream: io.BytesIO) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object() -> None:
    one, stream = log()
    one.event("start", "call-1", destination="alpha", status=529, error="overload")
    assert stream.getvalue() == b"", "lines are gathered"
    one.flush()
    assert lines(stream) == [
        {
            "at": "2026-11-23T12:00:00+00:00", "level": "info", "event": "start", "call": "call-1",
            "destination": "alpha", "status": 529, "error": "overload",
        }
    ]  # fmt: skip


def test_what_is_not_on_the_list_is_left_out_and_counted() -> None:
    one, stream = log()
    one.event("reload", prompt="canary", status="canary", error=None, count=True)
    one.flush()
    assert lines(stream)[0]["dropped"] == 3
    assert b"canary" not in stream.getvalue()


def test_strings_are_short_and_can_not_break_the_line() -> None:
    one, stream = log()
    one.event("start", error="a\nb\ud800" + "c" * 1000)
    one.flush()
    (line,) = lines(stream)
    assert line["error"] == "a\nb?" + "c" * 196


def test_a_number_too_large_costs_neither_the_line_nor_the_call() -> None:
    one, stream = log()
    one.call("0" * 8, well=True, level="info", input=2**65, output=10**400, status=200)
    one.flush()
    (line,) = lines(stream)
    assert (line["input"], line["output"], line["status"]) == (2**63 - 1, 2**63 - 1, 200)


def test_a_fault_names_its_place_and_never_its_words() -> None:
    one, stream = log()
    try:
        raise ValueError("canary prompt")
    except ValueError as error:
        one.fault(error, "call-1")
    (line,) = lines(stream)
    assert line["error"] == "ValueError"
    assert str(line["where"]).startswith("test_logs.py:")
    assert b"canary" not in stream.getvalue()


def test_warnings_are_written_at_once_with_the_level_of_the_table() -> None:
    one, stream = log()
    one.event("reload")
    assert lines(stream) == []
    one.event("reload.refused")
    one.event("bridge.lost")
    told = [("reload", "info"), ("reload.refused", "warning"), ("bridge.lost", "error")]
    assert [(line["event"], line["level"]) for line in lines(stream)] == told


def test_an_event_that_nobody_put_into_the_table_is_seen() -> None:
    one, stream = log()
    one.event("no.such")
    assert [(line["event"], line["level"]) for line in lines(stream)] == [("no.such", "error")]


def test_many_lines_are_written_without_being_asked() -> None:
    one, stream = log()
    for _ in range(64):
        one.event("reload")
    assert len(lines(stream)) == 64


def test_a_stream_that_is_gone_costs_lines_not_calls() -> None:
    one, stream = log()
    stream.close()
    one.event("bridge.lost")
    assert one.lost == 1


def test_who_listens_hears_what_a_line_may_have_and_can_not_break_it() -> None:
    one, stream = log()
    heard: list[tuple[str, dict[str, object]]] = []
    one.heard = lambda event, fields: heard.append((event, dict(fields)))
    one.use("error", 1.0)
    one.event("breaker.opened", destination="alpha", prompt="canary")
    assert heard == [("breaker.opened", {"destination": "alpha"})], "also what is below the level"
    assert stream.getvalue() == b""

    def breaks(event: str, fields: object) -> None:
        raise RuntimeError("a bug")

    one.heard = breaks
    one.event("fault", error="X")
    assert len(lines(stream)) == 1 and one.lost == 1
