"""Rows of a list: a primary cell and other cells of its row near it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_cases import found, list_bytes, staff, values

ROWS = [
    (
        "Dupont",
        "Jean-Pierre",
        "12/03/1985",
        "jp.dupont@example-corp.fr",
        "06 12 34 56 78",
        "FR7630006000011234567890189",
    ),
    ("Le Gall", "Soizic", "1990-02-01 00:00:00", "s.legall@example-corp.fr", "+33 7 11 22 33 44", "C-004512"),
    ("Martin", "Zoé", "30/11/1979", "z.martin@example-corp.fr", "01.40.50.60.70", "AB-123-CD"),
    ("Martin", "Éric", "05/06/1992", "e.martin@example-corp.fr", "", ""),
]
ONE = staff(ROWS)
TWO = staff(ROWS, near=2)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Le dossier de Jean Pierre DUPONT est clos.", ["Jean Pierre", "DUPONT"]),
        ("dupont;jean-pierre;F", ["dupont", "jean-pierre"]),
        ("Mme Le Gall, née le 1er février 1990", ["Le Gall", "1er février 1990"]),
        ("Le Gall, February 1st, 1990", ["Le Gall", "February 1st, 1990"]),
        ("Le Gall : +33711223344", ["Le Gall", "33711223344"]),
        ("Le Gall : 0033 711223344", ["Le Gall", "0033 711223344"]),
        ("Le Gall : 0711223344", ["Le Gall", "0711223344"]),
        ("Le Gall : 07112233449", []),
        ("Mme Le Gall, née le 1 février 1990", ["Le Gall", "1 février 1990"]),
        ("Le-Gall (born February 1, 1990)", ["Le-Gall", "February 1, 1990"]),
        ("LE GALL 01.02.90", []),
        ("LE GALL 01.02.1990", ["LE GALL", "01.02.1990"]),
        ("Le Gall 07 11 22 33 44", ["Le Gall", "07 11 22 33 44"]),
        ("Le Gall +33 (0)7 11.22.33.44", ["Le Gall", "33 (0)7 11.22.33.44"]),
        ("Le Gall, dossier C 004512", ["Le Gall", "C 004512"]),
        ("Dupont : FR76 3000 6000 0112 3456 7890 189", ["Dupont", "FR76 3000 6000 0112 3456 7890 189"]),
        ("Martin, Zoé", ["Martin", "Zoé"]),
        ("Mart\u200bin e\u0301ric", ["Mart\u200bin", "e\u0301ric"]),
        ("martin ab 123 cd", ["martin", "ab 123 cd"]),
        ("z.martin@example-corp.fr", []),
        ("Jean Martin et Zoé Dupont", ["Martin", "Zoé"]),
        ("Soizic Dupont", []),
        ("Dupont", []),
        ("Martina Zoé", []),
    ],
)
def test_a_row_is_found_however_it_is_written(text: str, expected: list[str]) -> None:
    assert values(ONE, text) == expected


def test_as_many_cells_of_one_row_are_asked_for_as_the_bundle_says() -> None:
    assert not values(TWO, "Zoé Martin, 05/06/1992")
    assert values(TWO, "Zoé Martin, 30/11/1979") == ["Zoé", "Martin", "30/11/1979"]
    almost = found(TWO, "Zoé Martin", 0.0)
    assert {one.confidence for one in almost} == {0.5}


def test_cells_far_away_confirm_nothing() -> None:
    filler = "autre chose " * 30
    assert not values(ONE, f"Dupont {filler} Jean-Pierre")
    assert values(staff(ROWS, within=1000), f"Dupont {filler} Jean-Pierre") == ["Dupont", "Jean-Pierre"]


def test_findings_say_the_list_and_never_the_value() -> None:
    texts = ["Dupont Jean-Pierre", "Dupont, Jean-Pierre, 12/03/1985, jp.dupont@example-corp.fr"]
    one, more = (found(ONE, text)[0] for text in texts)
    assert (one.why, more.why) == ("list staff, 1 supporting cell", "list staff, 3 supporting cells")
    assert one.confidence < more.confidence
    raw = list_bytes(ROWS)
    assert not [cell for row in ROWS for cell in row if cell and (cell.encode() in raw or cell.lower().encode() in raw)]


def test_a_primary_value_may_stand_for_itself() -> None:
    lookup = staff([("EMP-20417", "x"), ("EMP-20418", "y")], near=0)
    assert values(lookup, "le matricule emp 20417 et EMP-20419") == ["emp 20417"]


def test_a_value_that_half_the_list_has_confirms_nobody() -> None:
    lookup = staff([(f"Nom{index:04}", "Paris", f"ville{index}") for index in range(100)])
    assert not values(lookup, "nom0007 à Paris")
    assert values(lookup, "nom0007 à ville7") == ["nom0007", "ville7"]


def test_a_list_of_one_row() -> None:
    assert values(staff([("Quesnel", "Ninon")]), "ninon quesnel") == ["ninon", "quesnel"]


NAMES = st.text(alphabet="abcdeéf' -", min_size=3, max_size=12).filter(lambda name: sum(map(str.isalpha, name)) >= 3)


@given(NAMES, st.integers(10**6, 10**9), st.sampled_from([" ", ", ", " : ", " est le numéro "]))
def test_any_name_and_number_of_a_row_are_found_together(name: str, number: int, between: str) -> None:
    lookup = staff([(name, str(number)), ("autre", "valeur")])
    assert len(found(lookup, f"voici {name}{between}{number}.")) == 2
    assert not found(lookup, f"voici {name}{between}{number + 1}.")
