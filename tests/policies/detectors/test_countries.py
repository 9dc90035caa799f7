from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_packs import engine
from stdnum import luhn, verhoeff
from stdnum.be import nn as stdnum_nn
from stdnum.ca import sin as stdnum_sin
from stdnum.us import ssn as stdnum_ssn

from policies.detectors import countries


@given(st.dates(), st.integers(1, 998), st.integers(-1, 1), st.booleans())
def test_a_belgian_number_that_we_accept_is_one_for_stdnum(born, order: int, off: int, late: bool) -> None:
    body = f"{born:%y%m%d}{order:03d}"
    number = f"{body}{(97 - int(('2' if late else '') + body) % 97 + off) % 100:02d}"
    # stdnum also asks that nobody be born tomorrow.
    if stdnum_nn.is_valid(number):
        assert countries.be_nn(number.encode()) is not None
    if off:
        keys = {97 - int(front + body) % 97 for front in ("", "2")}
        assert (countries.be_nn(number.encode()) is not None) == (int(number[9:]) in keys)


@given(st.text("0123456789", min_size=9, max_size=9))
def test_a_canadian_number_agrees_with_stdnum(number: str) -> None:
    if len(set(number)) > 2:
        assert (countries.ca_sin(number.encode()) is not None) == stdnum_sin.is_valid(number)


@given(st.text("0123456789", min_size=9, max_size=9))
def test_an_american_number_that_we_accept_is_one_for_stdnum(number: str) -> None:
    if countries.us_ssn(number.encode()) is not None:
        assert stdnum_ssn.is_valid(number)


@given(st.dates(), st.text("0123456789", min_size=5, max_size=5))
def test_a_luxembourg_number_has_a_luhn_and_a_verhoeff_digit(born, rest: str) -> None:
    number = f"{max(born.year, 1850):04d}{born:%m%d}{rest}"
    if int(number[:2]) <= 20:
        ok = luhn.is_valid(number[:12]) and verhoeff.is_valid(number[:11] + number[12:])
        assert (countries.lu_nin(number.encode()) is not None) == ok


@pytest.mark.parametrize(
    "check, right, wrong",
    [
        (countries.be_nn, b"85073003328", b"85073003329"),
        (countries.ch_ahv, b"7569217076985", b"7569217076984"),
        (countries.lu_nin, b"1893120105732", b"1893130105732"),
        (countries.de_idnr, b"36574261809", b"36574261890"),
        (countries.es_dni, b"54.362.315-K", b"54.362.315-Z"),
        (countries.es_dni, b"x-2482300W", b"x-2482300A"),
        (countries.it_codicefiscale, b"rcc mnl 83s18 d969h", b"RCCMNL83S18D969I"),
        (countries.gb_nino, b"AB 12 34 56 C", b"GB 12 34 56 C"),
        (countries.gb_nhs, b"9434765919", b"9434765918"),
        (countries.us_ssn, b"212-44-7319", b"666-37-1694"),
        (countries.ca_sin, b"123456782", b"023456784"),
    ],
)
def test_numbers_of_each_country(check, right: bytes, wrong: bytes) -> None:
    assert check(right) is not None
    assert check(wrong) is None


@pytest.mark.parametrize(
    "text, found",
    [
        ("dossier 85.07.30-033.28 de Gand", True),
        ("dossier 85073003328 de Gand", True),
        ("registre national 850730-033-28", True),
        # The coordinates of a drawing that pass birthday and key, in groups that no such number has.
        ("M11.1 12.08c-2.33-4.51-.5 27 2.2 1.98 6.59 1", False),
        ("commande 85073003328", False),
    ],
)
def test_a_belgian_number_is_grouped_as_on_the_card(text: str, found: bool) -> None:
    sure = [one for one in engine().scan([text])[0] if one.detector == "be.nn" and one.confidence >= 0.75]
    assert bool(sure) == found
