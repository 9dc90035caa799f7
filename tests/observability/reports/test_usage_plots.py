from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from observability.periods import month
from observability.reports.calls import read
from observability.reports.usage import usage
from observability.reports.usage_plots import PICTURES, plots
from tests.observability.reports.made import attempt, intent, outcome

NOVEMBER = month("2026-11")


def drawn(folder, language="en"):
    return plots(usage(read([folder], NOVEMBER), NOVEMBER), language)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pictures_are_drawn_of_many_teams(write, language):
    records = [
        one
        for n in range(30)
        for one in (intent(f"{n}", team=f"équipe <{n}>" * 4), attempt(f"{n}", 10**9 * (30 - n)), outcome(f"{n}"))
    ]
    found = drawn(write(*records), language)
    assert len(found) == len(PICTURES)
    for name, picture in found.items():
        ET.fromstring(picture)
        assert name.endswith(".svg") and b"EUR" in picture
    assert ("18 others" if language == "en" else "18 autres") in found[
        f"teams{'' if language == 'en' else '.fr'}.svg"
    ].decode()


def test_where_nothing_was_spent_there_is_no_picture(write):
    assert drawn(write(intent("1"), attempt("1", 0), outcome("1"))) == {}
    assert drawn(write(outcome("2", "refused", intent=intent("2")))) == {}
