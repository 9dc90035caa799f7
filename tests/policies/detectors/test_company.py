from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_packs import engine
from stdnum import lei as stdnum_lei
from stdnum.eu import vat as stdnum_vat
from stdnum.fr import siren as stdnum_siren

from policies.detectors import company


def sure(text: str) -> list[tuple[str, str]]:
    found = [one for one in engine().scan([text])[0] if one.confidence >= 0.75]
    return [(one.detector, text[one.start : one.end]) for one in found]


@given(st.text("0123456789", min_size=9, max_size=9))
def test_siren_agrees_with_stdnum(number: str) -> None:
    if len(set(number)) > 2:
        assert (company.siren(number.encode()) is not None) == stdnum_siren.is_valid(number)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18), st.integers(0, 99))
def test_lei_agrees_with_stdnum(body: str, key: int) -> None:
    number = f"{body}{key:02d}"
    if not number.isdigit():
        assert (company.lei(number.encode()) is not None) == stdnum_lei.is_valid(number)


@given(st.sampled_from(["AT", "BE", "DE", "EL", "IT", "NL", "RO", "SE", "XI"]), st.text("0123456789BU", max_size=12))
def test_what_is_a_vat_number_for_us_is_one_for_stdnum(country: str, rest: str) -> None:
    assert (company.eu_vat((country + rest).encode()) is not None) == stdnum_vat.is_valid(country + rest)


def test_a_french_vat_number_is_found_once() -> None:
    assert sure("TVA FR 33 526 564 604") == [("fr.tva", "FR 33 526 564 604")]


@pytest.mark.parametrize(
    "text, value",
    [
        ("Armor SAS, RCS Aix-en-Provence B 552 100 554, capital 5 000 €", "RCS Aix-en-Provence B 552 100 554"),
        ("Armor SAS, 552 100 554 RCS La Roche-sur-Yon, capital", "552 100 554 RCS La Roche-sur-Yon"),
        ("immatriculée au R.C.S. de Lyon sous le numéro 552100554.", "R.C.S. de Lyon sous le numéro 552100554"),
        (
            "registre du commerce et des sociétés de Lyon 552100554",
            "registre du commerce et des sociétés de Lyon 552100554",
        ),
    ],
)
def test_an_entry_of_the_trade_register_is_found_whole_and_its_number_not_again(text: str, value: str) -> None:
    assert sure(text) == [("fr.rcs", value)]


def test_fourteen_digits_are_what_the_word_beside_them_says() -> None:
    # Passes the checksums of a SIRET.
    number = "13997016400691"
    assert sure(f"SIRET {number}") == [("fr.siret", number)]
    assert sure(f"PDL Linky {number}") == [("fr.pdl_pce", number)]
    assert sure(number) == []
