from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum import luhn as stdnum_luhn
from stdnum.fr import nir as stdnum_nir
from stdnum.fr import siret as stdnum_siret
from stdnum.fr import tva as stdnum_tva

from policies.detectors import company, contact, finance, french

DIGITS = st.text("0123456789", min_size=1, max_size=20)


@given(DIGITS)
def test_luhn_agrees_with_stdnum(digits: str) -> None:
    assert finance.luhn(digits.encode()) == stdnum_luhn.is_valid(digits)


@given(st.text("0123456789", min_size=13, max_size=13), st.booleans())
def test_a_nir_that_we_accept_is_one_for_stdnum(body: str, corsica: bool) -> None:
    place = "2A" if corsica else body[5:7]
    body = body[:5] + place + body[7:]
    key = 97 - int(body.replace("2A", "19") if corsica else body) % 97
    number = f"{body}{key:02d}"
    if french.nir(number.encode()) is not None:
        assert stdnum_nir.is_valid(number)


@given(st.text("0123456789", min_size=15, max_size=15))
def test_a_nir_with_a_wrong_key_is_none(number: str) -> None:
    if not stdnum_nir.is_valid(number):
        assert french.nir(number.encode()) is None


def test_a_nir_of_ordinary_shape_is_one() -> None:
    assert french.nir(b"295109912611193") is not None
    assert french.nir(b"295109912611194") is None
    assert french.nir(b"2" * 15) is None


@given(st.text("0123456789", min_size=13, max_size=13))
def test_siret_agrees_with_stdnum(body: str) -> None:
    for digit in "0123456789":
        number = body + digit
        if number[:9] != "0" * 9:
            assert (company.siret(number.encode()) is not None) == stdnum_siret.is_valid(number)


def test_the_establishments_of_la_poste_have_their_own_sum() -> None:
    assert company.siret(b"35600000000048") is not None
    assert (company.siret(b"35600049837862") is not None) == stdnum_siret.is_valid("35600049837862")


KEYS = st.text(string.digits + "ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=2, max_size=2)


@given(KEYS, st.integers(100_000_000, 999_999_999))
def test_tva_agrees_with_stdnum(key: str, siren: int) -> None:
    number = f"FR{key}{siren}"
    assert (company.tva(number.encode()) is not None) == stdnum_tva.is_valid(number)


@given(st.sampled_from(sorted(finance.IBAN_LENGTHS)), st.data())
def test_an_iban_needs_its_countrys_length_and_its_check_digits(country: str, data: st.DataObject) -> None:
    size = finance.IBAN_LENGTHS[country] - 4
    rest = data.draw(st.text(string.digits + string.ascii_uppercase, min_size=size, max_size=size))
    turned = "".join(str(int(letter, 36)) for letter in f"{rest}{country}00")
    number = f"{country}{98 - int(turned) % 97:02d}{rest}"
    assert finance.iban(number.encode()) is not None
    assert finance.iban(number.lower().encode()) is not None
    assert finance.iban(f"{number}X".encode()) is None
    spaced = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    verdict = finance.iban(f"{spaced} et la suite".encode())
    assert verdict is not None and verdict.length == len(spaced)
    wrong = number[:3] + str((int(number[3]) + 1) % 10) + number[4:]
    assert finance.iban(wrong.encode()) is None
    if stdnum_iban.is_valid(number):
        assert finance.iban(number.encode()).confidence == 0.95  # type: ignore[union-attr]


def test_cards_of_the_networks_and_those_printed_for_tests() -> None:
    assert finance.card(b"4970101122334455").confidence == 0.8  # type: ignore[union-attr]
    assert finance.card(b"347415977307943").why == "checksum ok; amex"  # type: ignore[union-attr]
    assert finance.card(b"4242424242424242") is None
    assert finance.card(b"4970101122334456") is None
    assert finance.card(b"630427373398").confidence == 0.5  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [b"a@b.fr", b"marcel.durand+x@sous.domaine.exemple.com"])
def test_addresses(value: bytes) -> None:
    assert contact.email(value) is not None


@pytest.mark.parametrize("value", [b"a..b@c.fr", b".a@c.fr", b"logo@2x.png", b"a@-c.fr", b"a@c-.fr"])
def test_what_looks_like_an_address_and_is_none(value: bytes) -> None:
    assert contact.email(value) is None


@pytest.mark.parametrize("value", [b"2024-01-15", b"15.01.2024", b"12 345 678", b"1 250 000"])
def test_dates_and_amounts_are_no_telephone_numbers(value: bytes) -> None:
    assert contact.national_phone(value) is None


@given(st.binary(max_size=80))
def test_no_check_breaks_on_any_bytes(value: bytes) -> None:
    from policies.detectors.checks import CHECKS

    for name, check in CHECKS.items():
        if name not in ("card", "nir", "siren", "siret", "rcs", "phone", "national_phone", "tva"):
            check(value)
