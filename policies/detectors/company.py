"""Checks of the numbers of companies: SIREN, SIRET, trade register, VAT, LEI, and of their energy delivery points.

Formats: SIREN and SIRET, INSEE (Luhn; the establishments of La Poste sum to a multiple of 5); French VAT number,
directive 2006/112/EC article 215 and BOI-TVA-DECLA-20-10 (FR, key, SIREN); the other member states' as VIES publishes
them; LEI, ISO 17442 (ISO/IEC 7064 mod 97-10); delivery points, Enedis and GRDF (fourteen digits, no published key).
python-stdnum decides on the VAT keys of other states and on new-style French ones, and is the second opinion in tests.
"""

from __future__ import annotations

from stdnum.eu import vat as stdnum_vat
from stdnum.fr import tva as stdnum_tva

from policies.detectors.finance import luhn
from policies.detectors.model import Verdict

_LA_POSTE = b"356000000"
_DIGITS = b"0123456789"
_SEPARATORS = b" .-\t"
# Fewest characters behind the country of a VAT number whose shape and key are hardly met by chance.
_SHAPED = 9
# Letters and digits as ISO/IEC 7064 reads them.
_VALUES = {code: str(int(chr(code), 36)) for code in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def siren(value: bytes) -> Verdict | None:
    """A company's number of nine digits. One random number in ten passes: it needs a word beside it."""
    if len(value) != 9 or not value.isdigit() or len(set(value)) < 3 or not luhn(value):
        return None
    return Verdict(0.6, "checksum ok")


def siret(value: bytes) -> Verdict | None:
    """An establishment's number of 14 digits. A random number passes both checksums once in a hundred."""
    if len(value) != 14 or not value.isdigit() or value[:9] == b"000000000":
        return None
    if value.startswith(_LA_POSTE) and value != b"35600000000048":
        return Verdict(0.7, "checksum ok") if sum(digit - 48 for digit in value) % 5 == 0 else None
    if not luhn(value[:9]) or not luhn(value):
        return None
    return Verdict(0.7, "checksums ok")


def rcs(value: bytes) -> Verdict | None:
    """An entry of the trade register: whatever the words around it, its digits are a SIREN."""
    number = bytes(code for code in value if code in _DIGITS)
    return Verdict(0.95, "checksum ok") if siren(number) is not None else None


def tva(value: bytes) -> Verdict | None:
    """A French VAT number: FR, a key of two characters, a SIREN."""
    number = value.translate(None, _SEPARATORS).upper()
    key, company = number[2:4], number[4:]
    if key.isdigit():
        ok = luhn(company) and int(key) == int(company + b"12") % 97
    else:
        ok = stdnum_tva.is_valid(number.decode("ascii"))
    return Verdict(0.9, "key ok") if ok else None


def eu_vat(value: bytes) -> Verdict | None:
    """A VAT number of a member state other than France, or of Northern Ireland, with the country in front."""
    number = value.translate(None, _SEPARATORS).upper().decode("ascii", "replace")
    if number.startswith("FR") or not stdnum_vat.is_valid(number):
        return None
    return Verdict(0.85 if len(number) - 2 >= _SHAPED and value[:2].isupper() else 0.6, "format and key ok")


def lei(value: bytes) -> Verdict | None:
    """A legal entity's identifier: twenty letters and digits, the last two a key."""
    number = value.translate(None, b" -").upper()
    if len(number) != 20 or number.isdigit() or not number.isalnum():
        return None
    if int("".join([_VALUES[code] for code in number])) % 97 != 1:
        return None
    return Verdict(0.9, "key ok")


def delivery_point(value: bytes) -> Verdict | None:
    """Fourteen digits of a meter's place. Nothing in them can be checked: it needs a word beside it."""
    if len(value) != 14 or not value.isdigit() or len(set(value)) < 3:
        return None
    return Verdict(0.6, "fourteen digits")
