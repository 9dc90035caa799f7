"""Checks of numbers of the French health system.

Formats: RPPS, Agence du numérique en santé (11 digits, Luhn key); ADELI, 9 characters, department first; FINESS, DREES
(9 characters, department first, Luhn key); Vitale card, GIE SESAM-Vitale (serial number of 19 digits that begins with
the ISO 7812 prefix 80250); INS, ANS référentiel INS: a NIR with its key, checked as such;
ICD-10, WHO, and ATIH's CIM-10, which writes codes without the point too.
"""

from __future__ import annotations

from policies.detectors.finance import luhn
from policies.detectors.french import nir, written_nir
from policies.detectors.model import Verdict

_CORSICA = (b"2A", b"2B")


def rpps(value: bytes) -> Verdict | None:
    """A health professional's number. Needs a word beside it: addresses of networks have its length and pass too."""
    if len(value) != 11 or not value.isdigit() or value[:1] != b"1" or not luhn(value):
        return None
    return Verdict(0.5, "key ok")


def bare_rpps(value: bytes) -> Verdict | None:
    """The same with nothing beside it, where it is written as such: known ones begin with 10."""
    groups = value.split(b".")
    if len(groups) == 4 and all(group.isdigit() and int(group) < 256 for group in groups):
        return None  # an address of a network
    number = value.translate(None, b" .-")
    return Verdict(0.78, "key ok") if number[:2] == b"10" and rpps(number) is not None else None


def adeli(value: bytes) -> Verdict | None:
    """A professional's number of the former register: a department, then digits. Needs a word beside it."""
    shaped = len(value) == 9 and value[2:].isdigit() and _department(value[:2])
    return Verdict(0.62, "shape of an ADELI number") if shaped else None


def finess(value: bytes) -> Verdict | None:
    """A health establishment's number. Needs a word beside it: one random number in ten passes."""
    if len(value) != 9 or not value[2:].isdigit() or not _department(value[:2]):
        return None
    if value[:2] in _CORSICA:
        return Verdict(0.62, "shape of a FINESS number")
    return Verdict(0.65, "key ok") if luhn(value) else None


def vitale(value: bytes) -> Verdict | None:
    """The serial number of a Vitale card. Needs a word beside it."""
    return Verdict(0.64, "prefix of Vitale cards") if len(value) == 19 and value.startswith(b"80250") else None


def ins(value: bytes) -> Verdict | None:
    """A national health identity's number, plain or with a mark before its key. Needs a word or the OID beside it."""
    return Verdict(0.65, "key ok") if nir(value) or written_nir(value) else None


def icd10(value: bytes) -> Verdict | None:
    """A disease's code: a letter, two digits, at most two more with or without a point. Needs a word beside it."""
    code = value.translate(None, b" ")
    category, point, rest = code[:3], code[3:4] == b".", code[3:].lstrip(b".")
    shaped = category[1:].isdigit() and len(rest) <= 2 and (rest.isdigit() or not (rest or point))
    return Verdict(0.5, "shape of a disease's code") if shaped else None


def _department(code: bytes) -> bool:
    return code in _CORSICA or (code.isdigit() and b"01" <= code <= b"98" and code != b"96")
