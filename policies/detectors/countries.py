"""Checks of people's numbers in other countries.

Formats: Belgium, royal decree of 3 April 1984; Switzerland, Central Compensation Office (756, an EAN-13 check digit);
Luxembourg, regulation of 28 November 2013 (birth, order, a Luhn digit, a Verhoeff digit); Germany, section 139b AO
(ISO/IEC 7064 mod 11,10); Spain, royal decree 1553/2005; Italy, decree of 23 December 1976; United Kingdom, HMRC
NIM39110 and the NHS data dictionary; United States, SSA; Canada, Service Canada (Luhn). python-stdnum knows all of them
but Luxembourg's and the National Insurance number.
"""

from __future__ import annotations

from stdnum import verhoeff
from stdnum.ch import ssn as stdnum_ahv
from stdnum.de import idnr as stdnum_idnr
from stdnum.es import dni as stdnum_dni
from stdnum.es import nie as stdnum_nie
from stdnum.gb import nhs as stdnum_nhs
from stdnum.it import codicefiscale as stdnum_cf

from policies.detectors.finance import luhn
from policies.detectors.model import Verdict

_SEPARATORS = b" .-"
# Prefixes that HMRC never gives, and letters that stand in none.
_NO_NINO = frozenset((b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"))
# Numbers that were printed on specimen cards and used by thousands.
_SPECIMEN_SSN = frozenset((b"078051120", b"219099999", b"457555462"))


def _plain(value: bytes) -> bytes:
    return value.translate(None, _SEPARATORS).upper()


def _birthday(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def be_nn(value: bytes) -> Verdict | None:
    """A Belgian national number: a birthday (a month or day of 0 where it is unknown), an order, 97 - n mod 97."""
    value = _plain(value)
    if len(value) != 11 or not value.isdigit():
        return None
    # The bis number of somebody outside the register has 20 or 40 added to its month.
    month, day = int(value[2:4]) % 20, int(value[4:6])
    if int(value[2:4]) >= 60 or month > 12 or day > 31 or value[6:9] in (b"000", b"999"):
        return None
    key = int(value[9:])
    if all(97 - int(front + value[:9]) % 97 != key for front in (b"", b"2")):
        return None
    return Verdict(0.8 if month and day else 0.6, "birthday and key ok")


def ch_ahv(value: bytes) -> Verdict | None:
    """A Swiss social security number: 756 is given to no article, so that it can't be an EAN."""
    if len(value) != 13 or not value.isdigit() or value[:3] != b"756" or not stdnum_ahv.is_valid(value.decode("ascii")):
        return None
    return Verdict(0.85, "checksum ok")


def lu_nin(value: bytes) -> Verdict | None:
    """A Luxembourg identification number of thirteen digits."""
    if len(value) != 13 or not value.isdigit() or value[:2] not in (b"18", b"19", b"20"):
        return None
    if not _birthday(int(value[4:6]), int(value[6:8])) or not luhn(value[:12]):
        return None
    return Verdict(0.85, "checksums ok") if verhoeff.is_valid((value[:11] + value[12:]).decode("ascii")) else None


def de_idnr(value: bytes) -> Verdict | None:
    """A German tax identification number. Its key alone is met once in ten."""
    if len(value) != 11 or not value.isdigit() or not stdnum_idnr.is_valid(value.decode("ascii")):
        return None
    return Verdict(0.6, "checksum ok")


def es_dni(value: bytes) -> Verdict | None:
    """A Spanish DNI, or NIE of a foreigner: the letter is the rest of a division by 23."""
    number = _plain(value).decode("ascii", "replace")
    ok = stdnum_nie.is_valid(number) if number[:1] in "XYZ" else len(number) == 9 and stdnum_dni.is_valid(number)
    return Verdict(0.6, "letter ok") if ok else None


def it_codicefiscale(value: bytes) -> Verdict | None:
    """An Italian tax code of a person: sixteen characters of name, birth and place, the last one a key."""
    number = _plain(value).decode("ascii", "replace")
    if len(number) != 16 or not stdnum_cf.is_valid(number):
        return None
    return Verdict(0.9, "key ok")


def gb_nino(value: bytes) -> Verdict | None:
    """A British National Insurance number: no key, but prefixes and suffixes that are never given."""
    number = _plain(value)
    return None if number[:2] in _NO_NINO else Verdict(0.6, "format ok")


def gb_nhs(value: bytes) -> Verdict | None:
    """A British National Health Service number (modulus 11)."""
    if len(value) != 10 or not value.isdigit() or len(set(value)) < 3 or not stdnum_nhs.is_valid(value.decode("ascii")):
        return None
    return Verdict(0.6, "checksum ok")


def us_ssn(value: bytes) -> Verdict | None:
    """An American social security number: no key, but areas, groups and serials that were never issued."""
    number = _plain(value)
    if len(number) != 9 or number[:3] in (b"000", b"666") or number[:1] == b"9" or number in _SPECIMEN_SSN:
        return None
    if number[3:5] == b"00" or number[5:] == b"0000" or len(set(number)) < 3:
        return None
    return Verdict(0.55, "could have been issued")


def ca_sin(value: bytes) -> Verdict | None:
    """A Canadian social insurance number (Luhn). No first digit 0 or 8."""
    if len(value) != 9 or value[:1] in b"08" or len(set(value)) < 3 or not value.isdigit() or not luhn(value):
        return None
    return Verdict(0.6, "checksum ok")
