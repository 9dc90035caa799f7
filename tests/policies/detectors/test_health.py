from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_packs import engine
from stdnum import luhn as stdnum_luhn

from policies.detectors import health
from policies.detectors.model import Check

CHECKS = (health.rpps, health.bare_rpps, health.adeli, health.finess, health.vitale, health.ins, health.icd10)


@given(st.text("0123456789", min_size=10, max_size=10))
def test_rpps_agrees_with_stdnum(body: str) -> None:
    number = f"1{body}"
    assert (health.rpps(number.encode()) is not None) == stdnum_luhn.is_valid(number)


@given(st.integers(1, 95), st.text("0123456789", min_size=7, max_size=7))
def test_finess_agrees_with_stdnum(department: int, rest: str) -> None:
    number = f"{department:02}{rest}"
    assert (health.finess(number.encode()) is not None) == stdnum_luhn.is_valid(number)


def test_an_rpps_that_begins_otherwise_needs_a_word() -> None:
    assert health.bare_rpps(b"10100345676") is not None
    assert health.bare_rpps(b"12345678903") is None
    assert health.rpps(b"12345678903") is not None
    assert health.bare_rpps(b"10.115.846.387") is not None
    assert health.bare_rpps(b"103.100.045.678") is None


@given(st.binary(max_size=40))
def test_checks_take_any_bytes(value: bytes) -> None:
    for check in CHECKS:
        check(value)


@pytest.mark.parametrize("check, value, good", [
    (health.adeli, b"759312345", True), (health.adeli, b"2A1234567", True), (health.adeli, b"009312345", False),
    (health.finess, b"2A0000123", True), (health.finess, b"750100043", False),
    (health.vitale, b"8025012345678901234", True), (health.vitale, b"8025112345678901234", False),
    (health.ins, b"295109912611193", True), (health.ins, b"2951099126111 / 93", True),
    (health.ins, b"295109912611194", False), (health.icd10, b"F32", True), (health.icd10, b"F32.1", True),
    (health.icd10, b"E1190", True), (health.icd10, b"F32.", False), (health.icd10, b"F9870.38", False),
])  # fmt: skip
def test_shapes(check: Check, value: bytes, good: bool) -> None:
    assert (check(value) is not None) == good


def test_an_ins_is_reported_as_the_nir_that_it_is_too() -> None:
    found = {one.detector for one in engine().scan(["INS 295109912611193"])[0] if one.confidence >= 0.75}
    assert found == {"fr.ins", "fr.nir"}
