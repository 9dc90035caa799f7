"""Checks of accounts, cards, securities and pay.

IBAN: ISO 13616 (the registry's length for each country, check digits modulo 97), then the country's own structure as
python-stdnum knows it. RIB: the French bankers' committee (key 97). BIC: ISO 9362. Cards: ISO/IEC 7812 (Luhn) and the
networks' published ranges and lengths. ISIN: ISO 6166. Pay has no format: the size of an amount is all there is to
check.
"""

from __future__ import annotations

from bisect import bisect_right

from stdnum import bic as stdnum_bic
from stdnum import cusip as stdnum_cusip
from stdnum import iban as stdnum_iban
from stdnum import isin as stdnum_isin

from policies.detectors.model import Verdict

# Length of an IBAN by country, SWIFT IBAN registry.
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip

# (first number, last number of the first six digits, lengths, network), sorted.
_NETWORKS = (
    (180000, 180099, (15,), "jcb"),
    (213100, 213199, (15,), "jcb"),
    (222100, 272099, (16,), "mastercard"),
    (300000, 305999, (14,), "diners"),
    (309500, 309599, (14,), "diners"),
    (340000, 349999, (15,), "amex"),
    (352800, 358999, (16, 17, 18, 19), "jcb"),
    (360000, 369999, (14,), "diners"),
    (370000, 379999, (15,), "amex"),
    (380000, 399999, (14, 16), "diners"),
    (400000, 499999, (13, 16, 19), "visa"),
    (500000, 509999, (12, 13, 14, 15, 16, 17, 18, 19), "maestro"),
    (510000, 559999, (16,), "mastercard"),
    (560000, 589999, (12, 13, 14, 15, 16, 17, 18, 19), "maestro"),
    (601100, 601199, (16, 19), "discover"),
    (620000, 629999, (16, 17, 18, 19), "unionpay"),
    (630000, 639999, (12, 13, 14, 15, 16, 17, 18, 19), "maestro"),
    (644000, 659999, (16, 19), "discover"),
    (670000, 679999, (12, 13, 14, 15, 16, 17, 18, 19), "maestro"),
)
_STARTS = [first for first, _, _, _ in _NETWORKS]

# Numbers that card processors publish for tests.
_TEST_CARDS = frozenset(
    b"4111111111111111 4242424242424242 4012888888881881 4000056655665556 4000000000000002 5555555555554444 "
    b"5105105105105100 2223003122003222 2223000048400011 5200828282828210 378282246310005 371449635398431 "
    b"378734493671000 6011111111111117 6011000990139424 3056930009020004 36227206271667 30569309025904 38520000023237 "
    b"3530111333300000 3566002020360505 6200000000000005 4222222222222 5019717010103742".split()
)
_DOUBLED = bytes(48 + (digit * 2 if digit < 5 else digit * 2 - 9) for digit in range(10))
_DOUBLE = bytes.maketrans(b"0123456789", _DOUBLED)


def _network(value: bytes) -> str:
    place = bisect_right(_STARTS, int(value[:6])) - 1
    _, last, lengths, network = _NETWORKS[max(place, 0)]
    return network if place >= 0 and int(value[:6]) <= last and len(value) in lengths else ""


def luhn(digits: bytes) -> bool:
    """Whether a number of digits passes the Luhn check."""
    doubled = digits[-2::-2].translate(_DOUBLE)
    return (sum(doubled) + sum(digits[-1::-2]) - 48 * len(digits)) % 10 == 0


# Letters and digits as the numbers that the check digits of an IBAN are worked out from.
_VALUES = {letter: str(int(letter, 36)) for letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def iban(value: bytes) -> Verdict | None:
    """An IBAN at the beginning of the value, with or without separators, any case: the country says where it ends."""
    number = value.translate(None, b" .-").upper().decode("ascii", "replace")
    size = IBAN_LENGTHS.get(number[:2], 0)
    end = _end(value, size)
    if not end:
        return None
    number = number[:size]
    turned = number[4:] + number[:4]
    if int("".join([_VALUES[letter] for letter in turned])) % 97 != 1:
        return None
    # The country's own structure: where it fails, the check digits alone still say that this is hardly chance.
    if stdnum_iban.is_valid(number):
        return Verdict(0.95, "checksum ok", end)
    return Verdict(0.8, "checksum ok; structure not", end)


def _end(value: bytes, size: int) -> int:
    """Where the first `size` letters and digits end, if nothing of a word follows them; 0 if not."""
    count = 0
    for index, byte in enumerate(value):
        if byte not in b" .-":
            if count == size:
                return 0 if value[index - 1] not in b" .-" else len(value[:index].rstrip(b" .-"))
            count += 1
    return len(value) if size and count == size else 0


def card(value: bytes) -> Verdict | None:
    """A card number of a known network that passes Luhn; published test numbers are none."""
    if not value.isdigit() or not luhn(value) or value in _TEST_CARDS or len(set(value)) < 3:
        return None
    network = _network(value)
    if not network:
        return Verdict(0.45, "checksum ok; no known network") if len(value) in (15, 16) else None
    # Sixteen digits, and the fifteen of Amex, are what cards have today; the rest needs a word that says card.
    sure = len(value) == 16 or network == "amex"
    return Verdict(0.8 if sure and network != "maestro" else 0.5, f"checksum ok; {network}")


# A RIB's key is worked out with letters read as digits: A and J are 1, B, K and S are 2 ... I, R and Z are 9.
_RIB_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"12345678912345678923456789")
_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def rib(value: bytes) -> Verdict | None:
    """French bank details: bank, branch, account and key, with separators or words between them."""
    spaced = bytes(code if code in _ALNUM else 0x20 for code in value.upper())
    # Words between the parts have no digit: `code guichet`, `compte n`.
    number = b"".join(part for part in spaced.split() if any(0x30 <= code <= 0x39 for code in part))
    if len(number) != 23 or len(set(number)) < 4:
        return None
    plain = number.translate(_RIB_LETTERS)
    return Verdict(0.9, "key ok") if int(plain[:21]) * 100 % 97 == (97 - int(plain[21:])) % 97 else None


# Words that have a bank's place in an identifier code, and are none's name.
_NO_BANK = frozenset(b"CODE BANK IBAN NAME DATE PAYS TYPE VOIR CASE MAIL CHIF".split())
_VOWELS = b"AEIOUY"
# Pairs of consonants that words begin with, in French and English.
_BEGINS = frozenset(
    b"BL BR CH CL CR DR DW FL FR GH GL GN GR KL KN KR LL PF PH PL PN PR PS RH SC SH SK SL SM SN SP SQ ST SW TH TR TS TW"
    b" VL VR WH WR".split()
)
_HARDLY_ENDS = (b"BB", b"DD", b"FF", b"GG", b"HH", b"KK", b"MM", b"PP", b"XX", b"ZZ")


def bic(value: bytes) -> Verdict | None:
    """A bank's identifier code: four letters, a country, two letters or digits of a place, maybe three of a branch.

    A word in three of eight or eleven letters has this shape (`DOCUMENT`, `REQUIRED`): one of letters only must look
    like no word.
    """
    number = value.translate(None, b" -").upper()
    if number[:4] in _NO_BANK or not stdnum_bic.is_valid(number.decode("ascii", "replace")):
        return None
    if number.isalpha() and number[4:6] != b"FR" and not number[6:8].endswith(_HARDLY_ENDS) and _pronounced(number):
        return None
    return Verdict(0.6, "format and country ok")


def _pronounced(letters: bytes) -> bool:
    """Whether nowhere four consonants follow each other, and those that it begins with begin words."""
    first, second = letters[:1], letters[1:2]
    if first not in _VOWELS and second not in _VOWELS and letters[:2] not in _BEGINS:
        return False
    run = 0
    for letter in letters:
        run = 0 if letter in _VOWELS else run + 1
        if run == 4:
            return False
    return True


# How the numbers that agencies give begin, behind the country.
_GIVEN = {"FR": "00", "GB": "00", "IE": "00", "NL": "00", "IT": "00", "DE": "000", "ES": "0", "JP": "3"}
_GIVEN_DIGITS = ("XS", "LU", "CH", "BE")


def isin(value: bytes) -> Verdict | None:
    """A security's number: a country, nine characters, a Luhn digit over letters read as two digits.

    One code in ten of that length passes: it needs a word where it isn't built as the country's agency builds them.
    """
    number = value.translate(None, b" ").upper().decode("ascii", "replace")
    if len(number) != 12 or sum(char.isdigit() for char in number) < 3 or not stdnum_isin.is_valid(number):
        return None
    country, given = number[:2], number[2:11]
    if country in ("US", "CA"):
        usual = stdnum_cusip.is_valid(given)
    elif country in _GIVEN_DIGITS:
        usual = given.isdigit()
    else:
        usual = country in _GIVEN and given.startswith(_GIVEN[country])
    return Verdict(0.85, "check digit and agency ok") if usual else Verdict(0.7, "check digit ok")


def cvv(value: bytes) -> Verdict | None:
    """Three or four digits behind a word that says card code, and no year, price or longer number."""
    if not value.isdigit() or len(value) not in (3, 4) or (len(value) == 4 and value[:2] in (b"19", b"20")):
        return None
    return Verdict(0.85, "card code")


# Pay by the hour is at least this, pay by the year at most that.
_LEAST_PAY, _MOST_PAY = 8, 20_000_000


def pay(value: bytes) -> Verdict | None:
    """An amount that may be somebody's pay: nothing of its format but its size can be checked."""
    whole = value.lower()
    thousands = 1000 if b"k" in whole else 1
    digits = bytes(code for code in _without_cents(whole) if 0x30 <= code <= 0x39)
    if not digits or len(digits) > 9 or not _LEAST_PAY <= int(digits) * thousands <= _MOST_PAY:
        return None
    return Verdict(0.6, "an amount")


def sure_pay(value: bytes) -> Verdict | None:
    """The same where the pattern has the words that say pay."""
    return Verdict(0.85, "an amount that is pay") if pay(value) is not None else None


def bare_pay(value: bytes) -> Verdict | None:
    """A number without a currency in a field of that name; four digits that could be a year are none."""
    return None if len(value) == 4 and value[:2] in (b"19", b"20") else sure_pay(value)


def _without_cents(amount: bytes) -> bytes:
    kept = amount.strip(b"abcdefghijklmnopqrstuvwxyz$ \x1a")
    return kept[:-3] if len(kept) > 3 and kept[-3] in b".," else kept
