"""Checks of postal addresses and coordinates."""

from __future__ import annotations

from itertools import pairwise

from policies.detectors.model import Verdict

# Units and things that stand behind five digits where a town would.
_NO_TOWN = frozenset(
    b"euros euro eur usd dollars personnes unites clients lignes mots caracteres ans jours heures km metres kg m2 "
    b"exemplaires habitants visiteurs abonnes tonnes points pages items rows".split()
)
# Streets that are nothing else: what follows a number and one of them is an address without a postcode too.
_STREETS = (
    b"rue",
    b"avenue",
    b"av",
    b"boulevard",
    b"bd",
    b"impasse",
    b"allee",
    b"quai",
    b"chemin",
    b"faubourg",
    b"sente",
    b"venelle",
    b"ruelle",
)
_AGAIN = (b"bis", b"ter", b"quater")
_OF = (b"du", b"des", b"de", b"le", b"les", b"la")
_ROADS = (
    b"street", b"st", b"avenue", b"ave", b"boulevard", b"blvd", b"road", b"rd", b"lane", b"ln", b"crescent", b"terrace",
    b"drive", b"close", b"gardens", b"parkway", b"pkwy", b"ct",
)  # fmt: skip


def french_address(value: bytes) -> Verdict | None:
    """A French address with postcode and town."""
    words = value.translate(_BLANKS).split()
    if words and words[-1].endswith(b")") and _postcode(words[-1].strip(b"()")):
        return Verdict(0.95, "street, town and postcode")
    code = next((index for index in range(len(words) - 1, -1, -1) if _postcode(words[index])), -1)
    if code < 0 or code + 1 >= len(words) or words[code + 1].lower() in _NO_TOWN:
        return None
    return Verdict(0.95, "street, postcode and town")


def french_street(value: bytes) -> Verdict | None:
    """Number, kind of street and name, without a postcode: an address where the kind is no other word's."""
    words = value.translate(_BLANKS).split()
    place = next((index for index, word in enumerate(words) if word.lower().rstrip(b".") in _STREETS), 0)
    # The name begins with a capital, or is a day behind an article (`rue du 8 mai 1945`).
    named = any(
        word[:1].isupper() or (word.isdigit() and before.lower() in _OF) for before, word in pairwise(words[place:])
    )
    # Of a square or a road only with a town behind it; `2 cours Python a Lyon` is none even then: nobody takes so many.
    courses = b"cours" in words and len(words[0]) < 3
    town = b"a" in words[2:-1] and words[-1][:1].isupper() and not courses
    again = any(word.lower() in _AGAIN for word in words[1:2])
    if (place or town or again) and named:
        return Verdict(0.86, "number and street", len(value.rstrip(b"'-")))
    return Verdict(0.5, "number and street, perhaps")


def _postcode(word: bytes) -> bool:
    digits = word.upper().removeprefix(b"F-")
    return len(digits) == 5 and digits.isdigit() and digits[:2] not in (b"00", b"96", b"99")


def english_street(value: bytes) -> Verdict | None:
    """Number, name and kind of street without a town: years before a road's name are none."""
    words = value.translate(None, b")").replace(b".", b" ").split()
    if len(words) < 2:
        return None
    number = words[0].rstrip(b"abcdefghABCDEFGH")
    year = len(number) == 4 and number[:2] in (b"19", b"20")
    if year or words[-1].lower() not in _ROADS:
        return Verdict(0.5, "number and street, perhaps")
    return Verdict(0.86, "number and street")


_BLANKS = bytes.maketrans(b",\n\t;", b"    ")


def coordinates(value: bytes) -> Verdict | None:
    """A latitude and a longitude in degrees with decimals. Needs a word beside it, or names of its own."""
    numbers = [float(part) for part in _numbers(value)]
    if len(numbers) != 2 or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        return None
    return Verdict(0.6, "latitude and longitude")


def _numbers(value: bytes) -> list[bytes]:
    """The decimal numbers in a candidate, with their signs."""
    kept = bytes(byte if byte in b"0123456789.-" else 0x20 for byte in value)
    return [part for part in kept.split() if part.removeprefix(b"-").replace(b".", b"", 1).isdigit()]
