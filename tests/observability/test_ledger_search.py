"""Finding calls by when they were: the same as reading everything, without reading everything."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from observability.ledger import Event, Intent, Outcome, Wanted, Who, end_of, ended, happened, read, uuid7, whole
from observability.ledger.records import Record
from observability.ledger.search import spanning
from observability.scribe.frames import frame
from observability.scribe.segments import packed, seal

DAY = datetime(2026, 11, 25, tzinfo=UTC)
TEAMS = ("finance", "hr")


class Made(NamedTuple):
    """One call: minutes of the day at which it came, how long it took, how it ended, and whether anything was sent."""

    minute: int
    lasts: int
    outcome: str
    team: str
    sent: bool


def intent(call: str, at: datetime, team: str) -> Intent:
    who = Who("acme", team, (), f"p_{team}", "k_1", "letters")
    return Intent(call, at, who, "openai_chat", "chat", "gpt-4o", stream=False, bytes_in=1)


def recorded(one: Made) -> list[tuple[datetime, Record]]:
    call, at = uuid7(), DAY + timedelta(minutes=one.minute)
    begun = intent(call, at, one.team)
    end = at + timedelta(minutes=one.lasts)
    outcome = Outcome(call, end, one.outcome, 400, code="policy_refused")  # type: ignore[arg-type]
    if one.sent:
        return [(at, begun), (end, outcome)]
    return [(end, replace(outcome, intent=begun))]


def segment(folder: Path, begun: datetime, rows: Sequence[tuple[datetime, Record]], *, sealed: bool = True) -> Path:
    """A segment as the scribe writes it. Its file's own time is now, as of a copy."""
    ends = rows[-1][0] if rows else begun
    payloads = [packed(record="SEGMENT", format=1, at=begun.isoformat()), *(one.to_bytes() for _, one in rows)]
    payloads += [seal(len(payloads), "age", ends)] if sealed else []
    path = folder / f"{begun.strftime('%Y%m%dT%H%M%S.%fZ')}-w0-000001.ecl"
    path.write_bytes(b"".join(frame(number, payload) for number, payload in enumerate(payloads)))
    return path


def ledger(folder: Path, calls: Sequence[Made], minutes: int = 30) -> list[Path]:
    """One segment for each half hour, of all that was written in it."""
    rows = sorted((row for one in calls for row in recorded(one)), key=lambda row: row[0])
    paths = []
    for start in range(0, 30 * 60, minutes):
        begun = DAY + timedelta(minutes=start)
        here = [row for row in rows if begun <= row[0] < begun + timedelta(minutes=minutes)]
        paths += [segment(folder, begun, here)] if here else []
    return paths


CALLS = st.lists(
    st.builds(
        Made,
        st.integers(0, 1439),
        st.integers(0, 55),
        st.sampled_from(["served", "refused", "failed", "cut", "left"]),
        st.sampled_from(TEAMS),
        st.booleans(),
    ),
    max_size=30,
)


@given(CALLS, st.integers(0, 1439), st.integers(1, 300), st.sampled_from([(), TEAMS[:1]]))
def test_it_finds_what_reading_everything_finds(
    calls: list[Made], begin: int, minutes: int, teams: tuple[str, ...]
) -> None:
    since = DAY + timedelta(minutes=begin)
    until = since + timedelta(minutes=minutes)
    with TemporaryDirectory() as name:
        folder = Path(name)
        ledger(folder, calls)
        found = ended(folder, Wanted(since=since, until=until, teams=teams))
        everything = list(read(folder))
        stories = [whole(folder, one) for one in found]
    begun = {one["call"]: one for one in everything if one["record"] == "INTENT"}
    wanted = set()
    for one in everything:
        if one["record"] == "OUTCOME" and one["outcome"] in ("refused", "failed", "cut"):
            asked = one["intent"] or begun[one["call"]]
            if since <= datetime.fromisoformat(asked["at"]) < until and (not teams or asked["who"]["team"] in teams):
                wanted.add(one["call"])
    assert {one.call for one in found} == wanted
    assert [one.at for one in found] == sorted(one.at for one in found)
    for end, records in zip(found, stories, strict=True):
        assert records == [one for one in everything if one.get("call") == end.call]


def test_only_segments_of_the_time_are_opened(tmp_path: Path) -> None:
    paths = ledger(tmp_path, [Made(minute, 0, "refused", "hr", False) for minute in range(0, 1440, 10)])
    at = DAY + timedelta(hours=14, minutes=5)
    assert spanning(tmp_path, at, at + timedelta(minutes=1)) == [p for p in paths if "T140000" in p.name]


def test_a_segment_without_a_seal_may_hold_any_later_time(tmp_path: Path) -> None:
    rows = recorded(Made(60, 0, "refused", "hr", False))
    open_still = segment(tmp_path, DAY, rows, sealed=False)
    late = DAY + timedelta(hours=9)
    assert spanning(tmp_path, late, late) == [open_still]
    os.utime(open_still, (rows[0][0].timestamp(),) * 2)
    assert spanning(tmp_path, late, late) == [], "its file was last written to long before"


def test_a_torn_segment_is_searched_up_to_the_damage(tmp_path: Path) -> None:
    (path,) = ledger(tmp_path, [Made(5, 0, "refused", "hr", False), Made(6, 0, "refused", "finance", True)])
    path.write_bytes(path.read_bytes()[:-150])
    found = ended(tmp_path, Wanted(since=DAY, until=DAY + timedelta(hours=1)))
    assert [one.intent["who"]["team"] for one in found] == ["hr"]


def spoilt(path: Path, word: bytes) -> Path:
    """The same segment with one byte of its first record that has this word changed: the record can't be read."""
    data = path.read_bytes()
    path.write_bytes(data.replace(word, word[:-1] + b"#", 1))
    assert path.read_bytes() != data
    return path


def test_damage_among_what_is_searched_is_told(tmp_path: Path) -> None:
    early, late = ledger(tmp_path, [Made(5, 0, "refused", "hr", False), Made(65, 0, "refused", "finance", False)])
    told: list[Path] = []
    hour = Wanted(since=DAY, until=DAY + timedelta(minutes=30))
    assert len(ended(tmp_path, hour, damaged=told.append)) == 1 and told == []
    spoilt(early, b"policy_refused")
    assert ended(tmp_path, hour, damaged=told.append) == [] and told == [early]
    spoilt(late, b"policy_refused")
    assert happened(tmp_path, DAY, DAY + timedelta(days=1), told.append) == []
    assert told == [early, early, late]


def test_a_call_whose_end_can_not_be_read_any_more_is_told_to_be_so(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    kept, lost = uuid7(), uuid7()
    rows: list[tuple[datetime, Record]] = [
        (now, replace(Outcome(call, now, "refused", 400, code="policy_refused"), intent=intent(call, now, "hr")))
        for call in (lost, kept)
    ]
    path = spoilt(segment(tmp_path, now, rows, sealed=False), lost.encode())
    told: list[Path] = []
    found = end_of(tmp_path, kept, told.append)
    assert found is not None and found.call == kept and told == []
    assert end_of(tmp_path, lost, told.append) is None and told == [path]
    for strange in ("nonsense", "ffffffff-ffff-7fff-bfff-ffffffffffff"):
        assert end_of(tmp_path, strange, told.append) is None
    assert told == [path]


def test_the_end_of_the_time_is_not_in_it(tmp_path: Path) -> None:
    ledger(tmp_path, [Made(5, 0, "refused", "hr", False), Made(6, 0, "refused", "finance", False)])
    since, until = DAY + timedelta(minutes=5), DAY + timedelta(minutes=6)
    assert [one.intent["who"]["team"] for one in ended(tmp_path, Wanted(since=since, until=until))] == ["hr"]


def test_it_asks_by_code_rule_person_and_key(tmp_path: Path) -> None:
    ledger(tmp_path, [Made(5, 0, "refused", "hr", False), Made(6, 0, "failed", "finance", True)])
    day = {"since": DAY, "until": DAY + timedelta(days=1)}

    def teams(wanted: Wanted) -> list[str]:
        return [one.intent["who"]["team"] for one in ended(tmp_path, wanted)]

    assert teams(Wanted(**day, people=("p_hr",))) == ["hr"]
    assert teams(Wanted(**day, outcomes=("failed",))) == ["finance"]
    assert teams(Wanted(**day, codes=("policy_refused",), use_cases=("letters",), keys=("k_1",))) == ["hr", "finance"]
    assert teams(Wanted(**day, codes=("quota_exceeded",))) == []
    assert teams(Wanted(**day, rules=("secrets-stay-home",))) == []


def test_events_of_the_time_come_in_their_order(tmp_path: Path) -> None:
    times = [DAY + timedelta(minutes=minute) for minute in (1, 5, 9)]
    segment(tmp_path, DAY, [(at, Event(at=at, event=f"e{n}")) for n, at in enumerate(times)])
    assert [one["event"] for one in happened(tmp_path, times[0], times[2])] == ["e0", "e1"]
