"""Checks of identity numbers: taxes, cards, permits, pupils, machine-readable zones, plates and vehicles.

Formats: SPI, DGFiP (13 digits, the last three are the first ten modulo 511; the European Commission's TIN page says the
same); identity card before 2021, decree 55-1397 as issued since 1988 (year, month, place, order); card of 2021 and
passport, Council of the EU, PRADO; foreigners' number, AGDREF; INE, the forms that the State's student services accept;
plates, order of 9 February 2009 (SIV) and the FNI before it; VIN, ISO 3779 and 49 CFR 565 for the check digit;
machine-readable zones, ICAO doc 9303 parts 4 to 6, the French card of two lines of 36, and ISO/IEC 18013 for licences.
"""

from __future__ import annotations

from policies.detectors.french import is_nir_body
from policies.detectors.model import TAKEN, Verdict

_DIGITS = frozenset(b"0123456789")
_BLANK = b" \t\r\n.-"


def nir_13(value: bytes) -> Verdict | None:
    """A social security number without its key: plausible sex, month, place and order. Needs a word beside it.

    Provisional ones (3, 4, 7, 8) only count with their key: Swiss numbers begin with 756.
    """
    own = value[:1] in (b"1", b"2") and is_nir_body(value)
    return Verdict(0.6, "shape of a social security number") if own else None


def spi(value: bytes) -> Verdict | None:
    """A tax number of 13 digits. A random number passes once in about 1,200."""
    if len(value) != 13 or not value.isdigit() or value[0] not in b"0123":
        return None
    return Verdict(0.8, "key ok") if int(value[:10]) % 511 == int(value[10:]) else None


def cni_old(value: bytes) -> Verdict | None:
    """An identity card number of before 2021: month of issue, then department. Needs a word beside it."""
    digits = value.replace(b"A", b"0").replace(b"B", b"0") if value[4:6] in (b"2A", b"2B") else value
    if len(value) != 12 or not digits.isdigit() or not 1 <= int(value[2:4]) <= 12 or value[4:6] == b"00":
        return None
    return Verdict(0.62, "shape of an identity card number")


def cni_new(value: bytes) -> Verdict | None:
    """An identity card number of 2021: nine digits and consonants, both present, as its specimens have. Needs a word
    beside it."""
    number = value.translate(None, _BLANK)
    digits = sum(byte in _DIGITS for byte in number)
    if len(number) != 9 or not 0 < digits < 9 or any(byte in b"aeiouAEIOU" for byte in number):
        return None
    return Verdict(0.62, "shape of an identity card number")


def driving_12(value: bytes) -> Verdict | None:
    """A driving licence number of before 2013: month of issue, then department. Needs a word beside it."""
    return Verdict(0.62, "shape of a licence number") if cni_old(value) is not None else None


def foreigner(value: bytes) -> Verdict | None:
    """A foreigner's number of ten digits (no telephone number), or a permit's of nine characters. Needs a word."""
    number = value.translate(None, _BLANK)
    digits = sum(byte in _DIGITS for byte in number)
    ten = len(number) == 10 and digits == 10 and number[:1] != b"0"
    nine = len(number) == 9 and 3 <= digits < 9
    return Verdict(0.62, "shape of a residence permit number") if ten or nine else None


def ine(value: bytes) -> Verdict | None:
    """A pupil's or student's number of eleven characters, digits and letters. Needs a word beside it."""
    number = value.translate(None, _BLANK)
    digits = sum(byte in _DIGITS for byte in number)
    return Verdict(0.5, "shape of a student number") if len(number) == 11 and 2 <= digits < 11 else None


def matricule(value: bytes) -> Verdict | None:
    """An employee's number behind its word, with what digits follow: dates and the numbers of Luxembourg's people are
    none."""
    if [len(part) for part in value.replace(b".", b"-").split(b"-")] in ([4, 2, 2], [2, 2, 4]):
        return None
    first = value.split(b" ")[0]
    digits = bytes(byte for byte in value if byte in _DIGITS)
    if len(digits) == 13 and len(first) < 13 and digits[:2] in (b"18", b"19", b"20"):
        return None
    return Verdict(0.5, "behind a word for employee numbers", len(first))


# --- machine-readable zones

_VALUES = {code: (code - 48 if code < 58 else code - 55) for code in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_WEIGHTS = (7, 3, 1)


def _sum(text: bytes) -> int:
    return sum(_VALUES.get(byte, 0) * _WEIGHTS[place % 3] for place, byte in enumerate(text)) % 10


def _agrees(text: bytes, digit: int) -> bool:
    """Whether the check digit (a byte) is that of the text; `<` stands for the digit of an empty field."""
    return digit - 48 == _sum(text) or (digit == 0x3C and not text.strip(b"<"))


def mrz(value: bytes) -> Verdict | None:
    """A machine-readable zone whose check digits hold: passport, visa, identity card, permit, licence."""
    zone = value.replace(b"\\n", b"").replace(b"\\r", b"").translate(None, b" \t\r\n")
    match len(zone):
        case 90:
            good = _cards(zone)
        case 88:
            good = _passport(zone[44:])
        case 72:
            good = _french_card(zone) or _two_lines(zone[36:])
        case 44:
            good = _passport(zone)
        case 30:
            good = _licence(zone)
        case 36:
            good = _two_lines(zone)
        case _:
            good = False
    return Verdict(0.95, "check digits ok") if good else None


def _cards(zone: bytes) -> bool:
    """Three lines of 30 (TD1). A number longer than nine goes on behind its `<`, and its own digit is not tried."""
    first, second = zone[:30], zone[30:60]
    number = first[14] == 0x3C or _agrees(first[5:14], first[14])
    whole = first[5:] + second[:7] + second[8:15] + second[18:29]
    return (
        number and _agrees(second[:6], second[6]) and _agrees(second[8:14], second[14]) and _agrees(whole, second[29])
    )


def _two_lines(second: bytes) -> bool:
    """The second of two lines of 36 (TD2)."""
    return _dated(second) and _agrees(second[:10] + second[13:20] + second[21:35], second[35])


def _passport(second: bytes) -> bool:
    """The second of two lines of 44 (TD3); visas of that size have no digit over the whole."""
    whole = _agrees(second[:10] + second[13:20] + second[21:43], second[43])
    return _dated(second) and (whole or second[43] == 0x3C)


def _dated(second: bytes) -> bool:
    """Document number, birth and expiry of a second line, where TD2 and TD3 both have them."""
    fields = ((0, 9), (13, 19), (21, 27))
    return all(_agrees(second[low:high], second[high]) for low, high in fields)


def _licence(zone: bytes) -> bool:
    """The one line of a French driving licence: number, expiry, surname, and a single digit over all of it."""
    dated = zone[5:7].isdigit() and zone[15:21].isdigit() and 1 <= int(zone[17:19]) <= 12
    return zone.startswith(b"D1FRA") and dated and _agrees(zone[:29], zone[29])


def _french_card(zone: bytes) -> bool:
    """The French identity card of before 2021."""
    second = zone[36:]
    return (
        zone.startswith(b"IDFRA")
        and _agrees(second[:12], second[12])
        and _agrees(second[27:33], second[33])
        and _agrees(zone[:71], zone[71])
    )


# --- vehicles

_NEVER = frozenset(b"IOU")
# Words in front of a number and units behind it, in lower case with spaces: "de 123 km", "la 308 sw".
_WORDS = frozenset(b"la le de du en et au un ma sa ta il on ce ne se te me to of at by in is".split())
_UNITS = frozenset(b"km kg cm mm ml cv ch kw hp gt sw go mo kb mb gb ms".split())
_MONTHS = frozenset(b"JAN FEV FEB MAR AVR APR MAI MAY JUN JUL JUI AOU AUG SEP OCT NOV DEC".split())


def plate(value: bytes) -> Verdict | None:
    """A plate of the SIV: two letters, three digits, two letters; never I, O, U, nor SS."""
    bare = value.translate(None, _BLANK)
    first, middle, last = bare[:2].upper(), bare[2:5], bare[5:].upper()
    letters = first + last
    if len(bare) != 7 or not letters.isalpha() or not middle.isdigit() or middle == b"000":
        return None
    if _NEVER & frozenset(letters) or b"SS" in (first, last):
        return None
    if value[2:3] == b" " and b"-" not in value and (bare[:2] in _WORDS or bare[5:] in _UNITS):
        return None
    return Verdict(0.8, "shape of a plate")


def bare_plate(value: bytes) -> Verdict | None:
    """A plate that is no part of something longer: `X7-AB-123-CD` and `AB-123-CD-72` are names of other things."""
    longer = value.startswith(b"-") or len(value.translate(None, _BLANK)) > 7
    return TAKEN if longer else plate(value)


def old_plate(value: bytes) -> Verdict | None:
    """A plate of the FNI: one to four digits, two or three letters, a department. Needs a word beside it."""
    if value.startswith(b"-"):
        return TAKEN
    bare = value.translate(None, _BLANK).upper()
    number = bare[: len(bare) - len(bare.lstrip(b"0123456789"))]
    letters = bare[len(number) : -3] if bare[-3:].isdigit() else bare[len(number) : -2]
    if not number or number[:1] == b"0" or not 2 <= len(letters) <= 3 or not letters.isalpha():
        return None
    if _NEVER & frozenset(letters) or letters in _MONTHS or (b" " in value and value != value.upper()):
        return None
    department = bare[len(number) + len(letters) :]
    known = department in (b"2A", b"2B") or (department.isdigit() and (b"01" <= department <= b"95"))
    return Verdict(0.55, "shape of a plate") if known or department[:2] in (b"97", b"98") else None


_WORTH = dict(
    zip(b"ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, *range(9, 10), *range(2, 10)), strict=True)
)
_PLACES = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
# North America and China write a check digit; Europe does not.
_CHECKED = frozenset(b"12345L")


def vin(value: bytes) -> Verdict | None:
    """A vehicle's number of 17 characters, letters and digits; the check digit where the maker's region writes one."""
    number = value.translate(None, _BLANK).upper()
    if len(number) != 17 or number.isdigit() or sum(byte in _DIGITS for byte in number) < 4:
        return None
    if number[0] not in _CHECKED:
        return Verdict(0.8, "shape of a vehicle number")
    total = sum(_WORTH.get(byte, byte - 48) * weight for byte, weight in zip(number, _PLACES, strict=True))
    return Verdict(0.9, "check digit ok") if b"0123456789X"[total % 11] == number[8] else None


# Codes of makers (ISO 3780) whose vehicles are frequent in France.
_MAKERS = frozenset(
    b"VF1 VF2 VF3 VF4 VF5 VF6 VF7 VF8 VF9 VR1 VR3 VR7 VNK VSS VSE VSK VS6 W0L W0V WAU WBA WBS WBY WDB WDC WDD WDF W1K "
    b"W1N W1V WF0 WMW WMA WP0 WP1 WVW WV1 WV2 WV3 WVG WME ZAR ZFA ZFF ZLA TMB TMA TRU TSM TW1 NM0 SAL SAJ SHH SJN SB1 "
    b"YS2 YS3 YV1 YV2 YV4 UU1 XLR JTD JTM JTH JHM JMZ JN1 JSA KMH KNA KNE U5Y U6Y VWV LRW L6T LSJ LGX".split()
)


def made_vin(value: bytes) -> Verdict | None:
    """As `vin`, with nothing beside it: the maker is a known one, or the check digit holds."""
    verdict = vin(value)
    return verdict if verdict is not None and (value[:3] in _MAKERS or verdict.confidence > 0.8) else None
