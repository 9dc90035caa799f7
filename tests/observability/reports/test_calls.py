from __future__ import annotations

from datetime import UTC, datetime, timedelta

from observability.ledger import begins
from observability.periods import Period
from observability.reports.calls import UNKNOWN, Ended, Tried, read
from observability.scribe.frames import frame
from observability.scribe.segments import seal
from tests.observability.reports.made import attempt, intent, outcome

DAY = Period(datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))


def told(folder):
    return [(type(one), one.asked.team) for one in read([folder], DAY)]


def test_attempts_and_ends_come_with_what_the_call_asked(write):
    folder = write(intent("1"), intent("2", team="it"), attempt("2"), outcome("2"))
    write(attempt("1"), outcome("1"))
    assert told(folder) == [(Tried, "it"), (Ended, "it"), (Tried, "hr"), (Ended, "hr")]
    last = [one.last["destination"] for one in read([folder], DAY) if isinstance(one, Ended)]
    assert last == ["alpha/gpt", "alpha/gpt"]


def test_a_record_that_was_written_twice_comes_once(write):
    folder = write(intent("1"), attempt("1"), attempt("1", attempt=2), outcome("1"))
    write(attempt("1"), attempt("1", attempt=2), outcome("1"))
    write(intent("2"), attempt("2"))
    write(intent("2"), attempt("2"), outcome("2"))
    assert told(folder) == [(Tried, "hr"), (Tried, "hr"), (Ended, "hr"), (Tried, "hr"), (Ended, "hr")]


def test_what_ended_before_or_after_does_not_come(write):
    before, after = DAY.since - timedelta(seconds=1), DAY.until
    folder = write(intent("1", at=before), attempt("1", at=before), attempt("1", attempt=2), outcome("1", at=after))
    assert told(folder) == [(Tried, "hr")]


def test_a_refused_call_tells_in_its_end_what_was_asked(write):
    folder = write(outcome("1", "refused", intent=intent("1", team="legal")))
    (end,) = read([folder], DAY)
    assert isinstance(end, Ended) and (end.asked.team, end.last) == ("legal", None)


def test_an_attempt_without_an_intent_is_nobodys(write):
    folder = write(attempt("1"), outcome("1"))
    assert [one.asked for one in read([folder], DAY)] == [UNKNOWN, UNKNOWN]


def test_when_a_ledger_begins(write, tmp_path):
    assert begins([tmp_path]) is None
    write(attempt("1"), name="20261120T110000.250000Z-w0-000001")
    folder = write(attempt("2"), name="20261121T110000.000000Z-w0-000002")
    assert begins([folder]) == datetime(2026, 11, 20, 11, 0, 0, 250_000, UTC)
    assert begins([write(attempt("3"), name="000")]) is None


def test_several_ledgers_begin_where_the_last_of_them_does(tmp_path):
    folders = [tmp_path / day for day in ("20", "22", "21")]
    for folder in folders:
        folder.mkdir()
        (folder / f"202611{folder.name}T110000.000000Z-w0-000001.ecl").write_bytes(b"")
    assert begins(folders) == datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_segments_that_began_later_are_not_read(write):
    folder = write(attempt("1"), name="20261120T110000.000000Z-w0-000001")
    later = folder / "20261121T000200.000000Z-w0-000002.ecl"
    later.mkdir()  # reading it would fail
    assert len(list(read([folder], DAY))) == 1
    seen = []
    list(read([folder], DAY, lambda done, of: seen.append((done, of))))
    assert seen == [(0, 1), (1, 1)]


def test_of_a_copied_ledger_what_ended_before_is_not_read(write):
    folder = write(attempt("1"), name="20261120T110000.000000Z-w0-000002")
    old = DAY.since - timedelta(days=9)
    (folder / "20261111T000000.000000Z-w0-000001.ecl").write_bytes(frame(0, seal(0, "age", old)))  # its time is now
    seen = []
    assert len(list(read([folder], DAY, lambda done, of: seen.append((done, of))))) == 1
    assert seen == [(0, 1), (1, 1)]
