"""What is kept between a refusal and its resolution: bounded, damaged files lift nothing, old ones go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.state.judged import Fired, Judged, JudgedCalls
from gateway.state.lifts import MOST_A_PERSON, Lifts
from gateway.state.pace import Pace
from gateway.state.reports import KEPT, Report, Reports, new_id

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def judged(call: str, *, person: str = "p_anne", refused: bool = True) -> Judged:
    fired = Fired("rule", "policy", "deny", ("fin.iban",), ("aa" * 16,))
    return Judged(
        call, NOW.isoformat(), person, "k_1", "hr", ("g",), "letters", "m", "d", "request", "user", refused, (fired,)
    )


def report(at: datetime = NOW) -> Report:
    return Report(
        id=new_id(), at=at.isoformat(), kind="override", call="c", person="p_anne", key="k_1", team="hr", groups=(),
        use_case="", model="m", destination="d", direction="request", role="user", rule="rule", policy="policy",
        detectors=("fin.iban",), reason="why", until="",
    )  # fmt: skip


def test_calls_are_known_to_their_caller_and_outlive_a_clean_stop(tmp_path: Path) -> None:
    file = tmp_path / "judged.json"
    calls = JudgedCalls(file, most=2)
    for name in "abc":
        calls.add(judged(name))
    calls.add(judged("d", refused=False))
    assert calls.find("a", "p_anne") is None and calls.find("c", "p_paul") is None
    assert calls.find("d", "p_anne") is not None, "changed calls don't push refused ones out"
    calls.save()
    assert file.stat().st_mode & 0o777 == 0o600
    again = JudgedCalls(file)
    assert again.find("c", "p_anne") == judged("c")
    file.write_text('[{"call": 1}]')
    assert JudgedCalls(file).find("c", "p_anne") is None


def test_a_lift_ends_by_the_clock_and_a_clock_set_back_ends_it_too(tmp_path: Path) -> None:
    lifts = Lifts(tmp_path / "lifts.json")
    assert not lifts.of("p_anne", NOW)
    lifts.add("p_anne", "rule", [b"x"], "r_1", NOW)
    assert lifts.of("p_anne", NOW) == {("rule", b"x"): "r_1"} and not lifts.of("p_paul", NOW)
    assert lifts.of("p_anne", NOW + timedelta(minutes=59)) and not lifts.of("p_anne", NOW + timedelta(hours=1))
    assert not lifts.of("p_anne", NOW - timedelta(seconds=1))
    lifts.forget(NOW + timedelta(hours=2))
    assert not lifts.of("p_anne", NOW)


@pytest.mark.parametrize("raw", ["", "{", "[[1]]", '[["p","r","zz",0,1,"i"]]', '["p"]', "{}"])
def test_a_damaged_file_lifts_nothing(tmp_path: Path, raw: str) -> None:
    (tmp_path / "lifts.json").write_text(raw)
    assert not Lifts(tmp_path / "lifts.json").of("p_anne", NOW)


def test_a_file_can_not_lift_for_longer_than_an_hour(tmp_path: Path) -> None:
    begins = NOW.timestamp()
    (tmp_path / "lifts.json").write_text(f'[["p_anne","rule","{b"x".hex()}",{begins},{begins + 1e6},"r_1"]]')
    lifts = Lifts(tmp_path / "lifts.json")
    assert lifts.of("p_anne", NOW) and not lifts.of("p_anne", NOW + timedelta(hours=1))


def test_lifts_of_a_person_are_bounded(tmp_path: Path) -> None:
    lifts = Lifts()
    lifts.add("p_anne", "rule", [bytes([n % 256, n // 256]) for n in range(MOST_A_PERSON + 5)], "r_1", NOW)
    assert len(lifts.of("p_anne", NOW)) == MOST_A_PERSON


def test_reports_are_kept_for_a_while(tmp_path: Path) -> None:
    reports = Reports(tmp_path / "reports")
    assert not reports.all()
    old, new = report(NOW - KEPT - timedelta(days=1)), report()
    reports.add(old)
    reports.add(new)
    assert reports.all() == [old, new] and reports.find(new.id) == new
    assert reports.find("../keys") is None and reports.find("r_ffffffffff") is None
    assert reports.drop_old(NOW) == 1 and reports.all() == [new]
    reports.close(new, "done")
    assert reports.all()[0].closed == "done"
    (tmp_path / "reports" / "r_0000000000.json").write_text("{}")
    assert len(reports.all()) == 1


def test_pace_is_by_person_and_hour() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0], most=2)
    assert [pace.wait("anne"), pace.wait("anne"), pace.wait("anne"), pace.wait("paul")] == [0, 0, 3600, 0]
    now[0] = 3599
    assert pace.wait("anne") == 1
    now[0] = 3600
    assert pace.wait("anne") == 0


def test_a_report_with_a_value_of_another_kind_is_passed_over(tmp_path: Path) -> None:
    """It must neither close the inbox nor keep old ones from going."""
    reports, one = Reports(tmp_path), report()
    reports.add(one)
    odd = (tmp_path / f"{one.id}.json").read_bytes().replace(f'"{one.at}"'.encode(), b"5")
    (tmp_path / "r_0000000000.json").write_bytes(odd)
    assert reports.all() == [one] and reports.drop_old(NOW) == 0
