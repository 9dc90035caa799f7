"""Sums by hand, and sums of anything: every cut of the cube adds up to the attempts, to the thousand millionth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.ledger import Tokens
from observability.periods import Period, month, zone_of
from observability.reports.calls import Asked, Ended, Tried, read
from observability.reports.usage import COUNTS, DIMENSIONS, by, total, usage
from observability.reports.usage_page import WORDS, page
from tests.observability.reports.made import NOON, attempt, intent, outcome

NOVEMBER = month("2026-11")


@pytest.fixture
def folder(write):
    """Three calls of two teams: 3,000,000,012 nanos in all, of which 2 fail over, 4 are estimated, 6 assumed."""
    return write(
        intent("1"),
        attempt("1", 2, error="5xx", fault="vendor", tokens=(None, None)),
        attempt("1", 3_000_000_000, attempt=2, destination="beta/gpt", vendor="beta", tokens=(100, 50)),
        outcome("1", destination="beta/gpt", attempts=2),
        intent("2", team="it", model="mini"),
        attempt("2", 4, tokens=(7, None), charged=(7, 9)),
        outcome("2"),
        intent("3", team="it", model="mini", drill="d-1"),
        attempt("3", 6, tokens=(1, 1), price_version="2026-11, dearest"),
        outcome("3"),
        outcome("4", "refused", intent=intent("4", team="it")),
    )


def counted(folder, personal=()):
    return usage(read([folder], NOVEMBER), NOVEMBER, personal)


def test_the_whole_by_hand(folder):
    whole = total(counted(folder).cells)
    assert whole.nanos == 3_000_000_012
    assert (whole.failed, whole.estimated, whole.assumed, whole.drilled) == (2, 4, 6, 6)
    assert (whole.calls, whole.served, whole.refused, whole.attempts, whole.errors) == (4, 3, 1, 4, 1)
    assert (whole.input, whole.output, whole.estimates) == (108, 60, 1)


def test_by_team_and_destination_by_hand(folder):
    cells = counted(folder).cells
    teams = {name[0]: (one.nanos, one.calls) for name, one in by(cells, ["team"]).items()}
    assert teams == {"hr": (3_000_000_002, 1), "it": (10, 3)}
    places = {name[0]: (one.nanos, one.calls) for name, one in by(cells, ["destination"]).items()}
    assert places == {"beta/gpt": (3_000_000_000, 1), "alpha/gpt": (12, 2), "": (0, 1)}
    assert list(by(cells, ["vendor", "team"])) == [("beta", "hr"), ("alpha", "it"), ("alpha", "hr"), ("", "it")]


def test_people_are_told_apart_only_where_asked(folder):
    assert {cell.person for cell in counted(folder).cells} == {""}
    assert {cell.person for cell in counted(folder, ["person"]).cells} == {"p_hr", "p_it"}
    assert {cell.key for cell in counted(folder, ["person"]).cells} == {""}


def test_a_day_is_of_the_periods_zone(write):
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    folder = write(intent("1", at=late), attempt("1", at=late), outcome("1", at=late))
    paris = month("2026-11", zone_of("Europe/Paris"))
    assert [cell.day for cell in usage(read([folder], paris), paris).cells] == ["2026-11-20"]


def test_months_and_days_come_in_their_order(write):
    later = NOON + timedelta(days=20)
    folder = write(intent("1"), attempt("1", 1), intent("2", at=later), attempt("2", 9, at=later))
    both = Period(NOON, later + timedelta(days=1))
    cells = usage(read([folder], both), both).cells
    assert list(by(cells, ["month"])) == [("2026-11",), ("2026-12",)]
    assert list(by(cells, ["day"])) == [("2026-11-20",), ("2026-12-10",)]
    assert by(cells, ["month", "team"])[("2026-12", "hr")].nanos == 9


def test_currencies_are_not_added_up(write):
    folder = write(
        intent("1"), attempt("1", 5), outcome("1"),
        intent("2"), attempt("2", 7, currency="USD"), outcome("2"),
        intent("3"), attempt("3", 11), outcome("3"),
        outcome("4", "refused", intent=intent("4")),
    )  # fmt: skip
    found = counted(folder)
    assert found.currencies() == ["EUR", "USD"]
    assert [total(found.of(one)).nanos for one in ("EUR", "USD")] == [16, 7]
    assert [total(found.of(one)).calls for one in ("EUR", "USD")] == [3, 1]
    said = page(found, "en")
    assert "## The whole, in EUR" in said and "## The whole, in USD" in said and "several currencies" in said


def test_every_call_is_in_the_tables_of_one_currency(write):
    """Attempts of before there was a currency have tables of their own; refusals go with the first of all."""
    before = NOVEMBER.since - timedelta(minutes=1)
    calls = [
        *((intent(f"e{n}"), attempt(f"e{n}"), outcome(f"e{n}")) for n in range(7)),
        *((intent(f"o{n}"), attempt(f"o{n}", currency=None), outcome(f"o{n}")) for n in range(3)),
        *((outcome(f"r{n}", "refused", intent=intent(f"r{n}")),) for n in range(10)),
    ]
    found = counted(write(*(record for call in calls for record in call)))
    assert found.currencies() == ["EUR", ""]
    assert [total(found.of(one)).calls for one in found.currencies()] == [17, 3]
    # An attempt of the month before, in what was the currency then: its call ended in this one.
    found = counted(
        write(intent("u", at=before), attempt("u", at=before, currency="USD"), outcome("u", at=NOVEMBER.since))
    )
    assert sum(total(found.of(one)).calls for one in found.currencies()) == total(found.cells).calls == 21


ASKED = st.builds(
    Asked, st.just("acme"), st.sampled_from("ab"), st.sampled_from("cd"), st.just("p"), st.just("k"),
    st.sampled_from("mn"), st.just("openai_chat"), st.just("chat"), st.just("C1"), st.sampled_from(["", "d-1"]),
)  # fmt: skip


@st.composite
def tried(draw):
    nanos = draw(st.integers(0, 10**15))
    tokens = tuple(draw(st.none() | st.integers(0, 10**7)) for _ in range(2))
    given = {
        "destination": draw(st.sampled_from(["x", "y"])), "vendor": "v", "contract": None, "model": "w",
        "tokens": vars(Tokens(*tokens)), "cost": nanos / 10**9, "currency": "EUR",
        "error": draw(st.none() | st.just("5xx")),
        "charged": [one or 0 for one in tokens], "price_version": draw(st.sampled_from(["1", "1, dearest", None])),
    }  # fmt: skip
    return nanos, Tried(NOON + timedelta(hours=draw(st.integers(0, 100))), draw(ASKED), given)


@given(st.lists(tried(), max_size=30), st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=3))
def test_every_cut_adds_up_to_the_attempts(made, dimensions):
    found = usage((one for _, one in made), Period(NOON, NOON + timedelta(days=9)))
    whole = total(found.cells)
    assert whole.nanos == sum(nanos for nanos, _ in made)
    assert whole.attempts == len(made)
    cut = by(found.cells, dimensions).values()
    for name in COUNTS:
        assert sum(getattr(one, name) for one in cut) == getattr(whole, name)


def test_the_page_says_what_is_estimated_and_assumed(folder):
    said = page(counted(folder), "en")
    assert "# Usage and cost, 2026-11" in said
    assert "| cost | **3.00 EUR** |" in said
    assert "| it | 3 | 8 | 10 | 0.0 % | 0.000000010*† | 0.0 % |" in said
    assert "of the cost, for drills | 0.000000006 EUR (0.0 %)" in said
    assert "Sums of the 4 ATTEMPT records" in said
    assert "| (none) | 1 | 0 | 0 |  | 0.00 | 0.0 % |" in said


def test_the_page_in_french(folder):
    said = page(counted(folder), "fr", [("team", "model")])
    assert "# Consommation et coût, 2026-11" in said and "## Par équipe et modèle" in said
    assert "**3,00 EUR**" in said


def test_an_empty_time(write):
    folder = write(intent("1"))
    assert "No call reached the gateway" in page(counted(folder), "en")


def test_attempts_of_nobody_are_told(write):
    folder = write(attempt("1"), outcome("1"))
    assert counted(folder).unknown == 1
    assert "Of 1 attempts the INTENT isn't" in page(counted(folder), "en")


def test_a_time_that_is_not_whole_is_told(folder):
    found = counted(folder)
    assert not found.lacks_beginning() and not found.lacks_end() and "begins at" not in page(found, "en")
    found.begins, found.made = NOVEMBER.since, NOVEMBER.until
    assert not found.lacks_beginning() and not found.lacks_end()
    found.begins, found.made = NOON, NOON + timedelta(days=1)
    said = page(found, "en")
    assert "**The ledger begins at 2026-11-20 12:00:00 UTC: what was before is not in these figures.**" in said
    assert "**The time is not over: these are the figures of 2026-11-21 12:00:00 UTC.**" in said
    assert "**Le registre commence le 2026-11-20 12:00:00 UTC" in page(found, "fr")


def test_long_tables_end_with_the_others(write):
    records = [r for n in range(60) for r in (intent(f"{n}", team=f"t{n}"), attempt(f"{n}", 60 - n), outcome(f"{n}"))]
    said = page(counted(write(*records)), "en", [("team",)])
    assert "| (10 others) | 10 | 100 | 200 | 0.0 % | 0.000000055 | 3.0 % |" in said and "| t50 |" not in said


def test_both_languages_have_all_words():
    assert WORDS["en"].keys() == WORDS["fr"].keys()


def test_ended_without_an_attempt_is_a_call():
    end = Ended(NOON, Asked("a", "t", "u", "", "", "m", "d", "chat", "", ""), {"outcome": "failed"}, None)
    whole = total(usage([end], NOVEMBER).cells)
    assert (whole.calls, whole.served, whole.attempts) == (1, 0, 0)
