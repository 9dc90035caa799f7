"""Checks of French identifiers: the NIR of a person, the SIRET of an establishment, the VAT number of a company.

Formats: NIR, decree 91-1404 and the INSEE description of the RNIPP (sex, year, month, place, order, key 97 - n mod 97);
SIREN and SIRET, INSEE (Luhn; the establishments of La Poste sum to a multiple of 5); VAT number, directive 2006/112/EC
article 215 and BOI-TVA-DECLA-20-10 (FR, key, SIREN). python-stdnum is the second opinion in the tests, and decides on
the rare new-style VAT keys.
"""

from __future__ import annotations

from stdnum.fr import tva as stdnum_tva

from policies.detectors.finance import luhn
from policies.detectors.model import Verdict

# 01-12; 20-42 and 50-99 where the civil record was incomplete.
_MONTHS = frozenset([*range(1, 13), *range(20, 43), *range(50, 100)])
# 1, 2 men and women; 3, 4 people being registered; 7, 8 provisional numbers.
_FIRST = b"123478"
_LA_POSTE = b"356000000"


def nir(value: bytes) -> Verdict | None:
    """A social security number of 15 characters, key included; Corsica writes 2A or 2B for the department."""
    if len(value) != 15 or value[0] not in _FIRST or not value[13:].isdigit():
        return None
    body = value[:13]
    place = body[5:7]
    if place in (b"2A", b"2B"):
        # INSEE: read 2A as 19 and 2B as 18 for the key.
        body = body[:5] + (b"19" if place == b"2A" else b"18") + body[7:]
    if not body.isdigit() or int(body[3:5]) not in _MONTHS or place == b"00" or body[10:] == b"000":
        return None
    if 97 - int(body) % 97 != int(value[13:]):
        return None
    return Verdict(0.85, "key ok")


def siret(value: bytes) -> Verdict | None:
    """An establishment's number of 14 digits. A random number passes both checksums once in a hundred."""
    if len(value) != 14 or not value.isdigit() or value[:9] == b"000000000":
        return None
    if value.startswith(_LA_POSTE) and value != b"35600000000048":
        return Verdict(0.7, "checksum ok") if sum(digit - 48 for digit in value) % 5 == 0 else None
    if not luhn(value[:9]) or not luhn(value):
        return None
    return Verdict(0.7, "checksums ok")


def tva(value: bytes) -> Verdict | None:
    """A VAT number: FR, a key of two characters, a SIREN."""
    number = value.translate(None, b" .-\t").upper()
    key, siren = number[2:4], number[4:]
    if key.isdigit():
        ok = luhn(siren) and int(key) == int(siren + b"12") % 97
    else:
        ok = stdnum_tva.is_valid(number.decode("ascii"))
    return Verdict(0.9, "key ok") if ok else None
