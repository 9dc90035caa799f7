"""Which attempts of a ledger are of a stretch of time: those that began in it, each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from observability.promises import attempts
from observability.scribe.frames import frame
from observability.scribe.segments import seal
from tests.observability.reports.made import NOON, attempt

HOUR = timedelta(hours=1)


def test_the_begin_of_a_stretch_is_in_it_and_its_end_is_not(write: Callable[..., Path]) -> None:
    moments = {"before": -1, "begin": 0, "within": 1, "end": 3600}
    folder = write(*(attempt(call, at=NOON + timedelta(seconds=after)) for call, after in moments.items()))
    found = attempts([folder], NOON.timestamp(), (NOON + HOUR).timestamp())
    assert [one.call for one in found] == ["begin", "within"]


@pytest.mark.parametrize(("of", "calls"), [((), ["0", "1", "2"]), (("w1",), ["1"]), (("w0", "w1"), ["0", "1"])])
def test_only_segments_of_the_writers_that_are_asked_for(
    write: Callable[..., Path], of: tuple[str, ...], calls: list[str]
) -> None:
    for call, name in (("0", "20261120T115900.000000Z-w0-000001"), ("1", "20261120T115900.000000Z-w1-000001")):
        write(attempt(call), name=name)
    folder = write(attempt("2"), name="by-hand")  # its name says no writer
    assert [one.call for one in attempts([folder], NOON.timestamp(), (NOON + HOUR).timestamp(), of=of)] == calls


def test_of_a_copied_ledger_what_ended_before_is_not_read(write: Callable[..., Path]) -> None:
    folder = write(attempt("1"), name="20261120T115900.000000Z-w0-000002")
    old = NOON - timedelta(days=9)
    (folder / "20261111T000000.000000Z-w0-000001.ecl").write_bytes(frame(0, seal(0, "age", old)))  # its time is now
    seen: list[tuple[int, int]] = []
    found = attempts([folder], NOON.timestamp(), (NOON + HOUR).timestamp(), lambda *told: seen.append(told))
    assert [one.call for one in found] == ["1"] and seen == [(0, 1), (1, 1)]
