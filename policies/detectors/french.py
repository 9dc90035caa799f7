"""Check of the French social security number.

Format: decree 91-1404 and the INSEE description of the RNIPP (sex, year, month, place, order, key 97 - n mod 97).
python-stdnum is the second opinion in the tests.
"""

from __future__ import annotations

from policies.detectors.model import Verdict

# 01-12; 20-42 and 50-99 where the civil record was incomplete.
_MONTHS = frozenset([*range(1, 13), *range(20, 43), *range(50, 100)])
# 1, 2 men and women; 3, 4 people being registered; 7, 8 provisional numbers.
_FIRST = b"123478"


def nir(value: bytes) -> Verdict | None:
    """A social security number of 15 characters, key included; Corsica writes 2A or 2B for the department."""
    body = _numeric(value[:13])
    if len(value) != 15 or not value[13:].isdigit() or not is_nir_body(value[:13]):
        return None
    if 97 - int(body) % 97 != int(value[13:]):
        return None
    # Other first digits are so rare that a number without a word beside it is more likely to be another one.
    return Verdict(0.85 if value[:1] in (b"1", b"2") else 0.65, "key ok")


def written_nir(value: bytes) -> Verdict | None:
    """A social security number with marks or a word before its key: `2 95 10 99 126 111 / 93`, `... clé 93`."""
    return nir(bytes(byte for byte in value.upper() if byte in b"0123456789AB"))


def is_nir_body(value: bytes) -> bool:
    """Whether 13 characters can be a social security number without its key."""
    body = _numeric(value)
    if len(body) != 13 or not body.isdigit() or body[0] not in _FIRST:
        return False
    return int(body[3:5]) in _MONTHS and body[5:7] != b"00" and body[10:] != b"000"


def _numeric(body: bytes) -> bytes:
    """INSEE: for the key, 2A is read 19 and 2B is read 18."""
    place = body[5:7]
    return body[:5] + (b"19" if place == b"2A" else b"18") + body[7:] if place in (b"2A", b"2B") else body
