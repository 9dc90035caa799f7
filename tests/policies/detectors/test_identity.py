from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import nif as stdnum_nif

from policies.detectors import french, identity
from policies.detectors.model import TAKEN

CARD = b"IDFRAX4RTBPFW46<<<<<<<<<<<<<<<\n9007138F3002119FRA<<<<<<<<<<<6\nMARTIN<<MAELYS<GAELLE<MARIE<<<"
OLD_CARD = b"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6"
PASSPORT = b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
LICENCE = b"D1FRA13AA000026181231MARTIN<<9"
ZONES = [CARD, OLD_CARD, PASSPORT, LICENCE]


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(-1, 1))
def test_spi_agrees_with_stdnum(body: str, off: int) -> None:
    number = f"{body}{(int(body) + off) % 511:03d}"
    assert (identity.spi(number.encode()) is not None) == stdnum_nif.is_valid(number)


@given(st.text("0123456789AB", min_size=13, max_size=13))
def test_a_nir_without_key_is_what_some_key_completes(body: str) -> None:
    completed = any(french.nir(f"{body}{key:02d}".encode()) for key in range(100))
    assert (identity.nir_13(body.encode()) is not None) == (completed and body[0] in "12")


@pytest.mark.parametrize("written", ["2 95 10 99 126 111 / 93", "2951099126111 clé 93", "2.95.10.99.126.111|93"])
def test_a_nir_with_a_mark_before_its_key(written: str) -> None:
    assert french.written_nir(written.encode("latin-1")) is not None
    assert french.written_nir(written.replace("93", "94").encode("latin-1")) is None


@pytest.mark.parametrize("zone", ZONES)
def test_zones_of_specimens_hold(zone: bytes) -> None:
    assert identity.mrz(zone) is not None
    assert identity.mrz(zone.replace(b"\n", b"\\n")) is not None
    assert identity.mrz(zone.replace(b"\n", b" \r\n")) is not None


@given(st.sampled_from(ZONES), st.data())
def test_a_zone_with_one_digit_changed_is_none(zone: bytes, data: st.DataObject) -> None:
    places = [place for place, byte in enumerate(zone) if byte in b"0123456789"]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in b"0123456789" if digit != zone[place]]))
    assert identity.mrz(zone[:place] + bytes([other]) + zone[place + 1 :]) is None


@given(st.binary(max_size=120))
def test_checks_take_any_bytes(value: bytes) -> None:
    for check in (
        identity.mrz,
        identity.vin,
        identity.made_vin,
        identity.plate,
        identity.old_plate,
        identity.ine,
        identity.cni_old,
        identity.cni_new,
        identity.foreigner,
        identity.nir_13,
        identity.spi,
        french.written_nir,
    ):
        check(value)


def test_a_second_line_alone_is_enough() -> None:
    assert identity.mrz(PASSPORT[45:]) is not None
    assert identity.mrz(PASSPORT[45:-1] + b"1") is None


@pytest.mark.parametrize("value", ["AB-123-CD", "ab 123 cd", "WW-123-AA", "AB123CD", "ab - 123 - en"])
def test_plates(value: str) -> None:
    assert identity.plate(value.encode()) is not None


@pytest.mark.parametrize("value", ["AO-123-CD", "SS-123-AB", "AB-000-CD", "de 123 km", "la 308 sw", "AB-1234-C"])
def test_no_plates(value: str) -> None:
    assert identity.plate(value.encode()) is None


@pytest.mark.parametrize("value", [b"-AB-123-CD", b"AB-123-CD-72", b"AB-123-CD-X7"])
def test_part_of_a_longer_name_is_taken(value: bytes) -> None:
    assert identity.bare_plate(value) == TAKEN
    assert identity.bare_plate(b"AB-123-CD") == identity.plate(b"AB-123-CD")


@pytest.mark.parametrize("value, good", [
    ("1234 WX 75", True), ("12 ABC 2A", True), ("123 AB 971", True), ("1234wx75", True),
    ("12 DEC 22", False), ("12 rue 75", False), ("012 AB 75", False), ("12 AB 96", False), ("12 ABCD 75", False),
])  # fmt: skip
def test_old_plates(value: str, good: bool) -> None:
    assert (identity.old_plate(value.encode()) is not None) == good


def test_a_vehicle_number_needs_the_check_digit_where_its_region_writes_one() -> None:
    assert identity.vin(b"1HGCM82633A004352") is not None
    assert identity.vin(b"1HGCM82634A004352") is None
    assert identity.vin(b"VF1RFB00X56789012") is not None
    assert identity.made_vin(b"VF1RFB00X56789012") is not None
    assert identity.made_vin(b"XXXRFB00X56789012") is None


@pytest.mark.parametrize("check, value, good", [
    (identity.cni_old, b"880692310285", True), (identity.cni_old, b"881392310285", False),
    (identity.cni_new, b"X4RTBPFW4", True), (identity.cni_new, b"X4RTBPFA4", False),
    (identity.cni_new, b"123456789", False), (identity.cni_new, b"BCDFGHJKL", False),
    (identity.foreigner, b"9903123456", True), (identity.foreigner, b"0612345678", False),
    (identity.foreigner, b"FR0912345", True), (identity.foreigner, b"RECONDUIT", False),
    (identity.ine, b"0123456789K", True), (identity.ine, b"12345678901", False),
])  # fmt: skip
def test_shapes(check: object, value: bytes, good: bool) -> None:
    assert callable(check) and (check(value) is not None) == good
