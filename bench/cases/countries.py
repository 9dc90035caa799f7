"""Numbers of people in other countries.

Sources: Belgium, royal decree of 3 April 1984 (birth, order, 97 - n mod 97, a 2 in front from the year 2000 on);
Switzerland, AHV/AVS of thirteen digits (756, EAN-13 check digit), Central Compensation Office; Luxembourg, grand-ducal
regulation of 28 November 2013 (birth, order, Luhn digit, Verhoeff digit); Germany, Steuerliche Identifikationsnummer,
section 139b AO (eleven digits, one occurs two or three times, ISO/IEC 7064 mod 11,10); Spain, royal decree 1553/2005
(DNI) and the NIE (letter of n mod 23); Italy, ministerial decree of 23 December 1976 (codice fiscale); United Kingdom,
HMRC's National Insurance Manual NIM39110 and the NHS data dictionary (modulus 11); United States, SSA (areas never
issued); Canada, Social Insurance Number (Luhn; no first digit 0 or 8).
"""

from __future__ import annotations

import random

from stdnum import verhoeff

from cases.form import Type, Value
from cases.frames import digits, drawn, english, french, groups, orders_en, orders_fr, spoilt

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _luhn(number: str) -> bool:
    total = 0
    for index, char in enumerate(reversed(number)):
        digit = int(char) * (1 + index % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _closed(body: str) -> str:
    return next(body + last for last in "0123456789" if _luhn(body + last))


# Belgium


def _nn_digits(rng: random.Random) -> str:
    year, month, day = rng.randint(1935, 2015), rng.randint(1, 12), rng.randint(1, 28)
    body = f"{year % 100:02d}{month:02d}{day:02d}{rng.randint(1, 997):03d}"
    return body + f"{97 - int(('2' if year >= 2000 else '') + body) % 97:02d}"


def _nn_holds(number: str) -> bool:
    return any(97 - int(front + number[:9]) % 97 == int(number[9:]) for front in ("", "2"))


def _nn_written(rng: random.Random, number: str) -> str:
    dotted = f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
    return rng.choice((number, dotted, dotted, f"{number[:6]}-{number[6:9]}-{number[9:]}", dotted.replace("-", " ")))


def _nn(rng: random.Random) -> str:
    return _nn_written(rng, _nn_digits(rng))


def _wrong_nn(rng: random.Random) -> str:
    return _nn_written(rng, spoilt(rng, _nn_digits(rng), _nn_holds))


# Switzerland


def _ean_holds(number: str) -> bool:
    return sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(number)) % 10 == 0


def _ahv_digits(rng: random.Random) -> str:
    body = "756" + digits(rng, 9)
    return next(body + last for last in "0123456789" if _ean_holds(body + last))


def _ahv_written(rng: random.Random, number: str) -> str:
    dotted = groups(number, (3, 4, 4, 2), ".")
    return rng.choice((number, dotted, dotted, groups(number, (3, 4, 4, 2), " ")))


def _ahv(rng: random.Random) -> str:
    return _ahv_written(rng, _ahv_digits(rng))


def _wrong_ahv(rng: random.Random) -> str:
    return _ahv_written(rng, spoilt(rng, _ahv_digits(rng), lambda n: n.startswith("756") and _ean_holds(n)))


# Luxembourg


def _nin_digits(rng: random.Random) -> str:
    body = f"{rng.randint(1935, 2015)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(1, 999):03d}"
    return _closed(body) + verhoeff.calc_check_digit(body)


def _nin_holds(number: str) -> bool:
    return _luhn(number[:12]) and verhoeff.is_valid(number[:11] + number[12])


def _nin_written(rng: random.Random, number: str) -> str:
    return rng.choice((number, number, groups(number, (8, 5), " "), groups(number, (4, 2, 2, 5), " ")))


def _nin(rng: random.Random) -> str:
    return _nin_written(rng, _nin_digits(rng))


def _wrong_nin(rng: random.Random) -> str:
    return _nin_written(rng, spoilt(rng, _nin_digits(rng), _nin_holds))


# Germany


def _idnr_check(body: str) -> str:
    product = 10
    for digit in body:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def _idnr_digits(rng: random.Random) -> str:
    """Ten digits of which one occurs twice and one is missing (before 2016), or one occurs three times."""
    while True:
        pool = rng.sample("0123456789", 9) if rng.random() < 0.7 else rng.sample("0123456789", 8)
        pool += [pool[0]] * (10 - len(pool))
        rng.shuffle(pool)
        body = "".join(pool)
        if body[0] != "0" and not any(digit * 3 in body for digit in body):
            return body + _idnr_check(body)


def _idnr_holds(number: str) -> bool:
    return _idnr_check(number[:10]) == number[10]


def _idnr_written(rng: random.Random, number: str) -> str:
    return rng.choice((number, number, groups(number, (2, 3, 3, 3), " "), groups(number, (2, 3, 3, 3), " ")))


def _idnr(rng: random.Random) -> str:
    return _idnr_written(rng, _idnr_digits(rng))


def _wrong_idnr(rng: random.Random) -> str:
    return _idnr_written(rng, spoilt(rng, _idnr_digits(rng), _idnr_holds))


# Spain

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"


def _dni_plain(rng: random.Random) -> str:
    if rng.random() < 0.3:
        first, rest = rng.choice("XYZ"), digits(rng, 7)
        return first + rest + _DNI[int("XYZ".index(first) * 10**7 + int(rest)) % 23]
    body = str(rng.randint(10**6, 99_999_999)).zfill(8)
    return body + _DNI[int(body) % 23]


def _dni_written(rng: random.Random, value: str) -> str:
    body, letter = value[:-1], value[-1]
    forms = [value, value, f"{body}-{letter}", f"{body} {letter}", value.lower()]
    if body.isdigit():
        forms += [f"{groups(body, (2, 3, 3), '.')}-{letter}", f"{groups(body, (2, 3, 3), '.')} {letter}"]
    else:
        forms += [f"{body[0]}-{body[1:]}-{letter}"]
    return rng.choice(forms)


def _dni(rng: random.Random) -> str:
    return _dni_written(rng, _dni_plain(rng))


def _wrong_dni(rng: random.Random) -> str:
    value = _dni_plain(rng)
    return _dni_written(rng, value[:-1] + rng.choice(_DNI.replace(value[-1], "") + "IOU"))


# Italy

_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def _cf_check(body: str) -> str:
    total = 0
    for index, char in enumerate(body):
        value = int(char) if char.isdigit() else ord(char) - 65
        total += value if index % 2 else _ODD[value]
    return _LETTERS[total % 26]


def _cf_plain(rng: random.Random) -> str:
    consonants = "BCDFGLMNPRSTVZ"
    name = drawn(rng, consonants, 3) + drawn(rng, consonants, 2) + rng.choice("AEIOU" + consonants)
    day = rng.randint(1, 28) + rng.choice((0, 40))
    body = f"{name}{digits(rng, 2)}{rng.choice('ABCDEHLMPRST')}{day:02d}{rng.choice('ABCDEFGHLZ')}{digits(rng, 3)}"
    return body + _cf_check(body)


def _cf_written(rng: random.Random, value: str) -> str:
    return rng.choice((value, value, value, value.lower(), groups(value, (3, 3, 5, 5), " ")))


def _cf(rng: random.Random) -> str:
    return _cf_written(rng, _cf_plain(rng))


def _wrong_cf(rng: random.Random) -> str:
    value = _cf_plain(rng)
    return _cf_written(rng, value[:-1] + rng.choice(_LETTERS.replace(value[-1], "")))


# United Kingdom


def _nino_plain(rng: random.Random) -> str:
    while True:
        front = rng.choice("ABCEGHJKLMNOPRSTWXYZ") + rng.choice("ABCEGHJKLMNPRSTWXYZ")
        if front not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"):
            return front + digits(rng, 6) + rng.choice("ABCD")


def _nino_written(rng: random.Random, value: str) -> str:
    spaced = groups(value, (2, 2, 2, 2, 1), " ")
    return rng.choice((value, value, spaced, spaced, spaced.replace(" ", "-"), value.lower()))


def _nino(rng: random.Random) -> str:
    return _nino_written(rng, _nino_plain(rng))


def _wrong_nino(rng: random.Random) -> str:
    value = _nino_plain(rng)
    wrong = rng.choice(
        (
            rng.choice(("BG", "GB", "NK", "KN", "TN", "NT", "ZZ", "DA", "FQ", "QA", "UB", "AO", "VI")) + value[2:],
            value[:8] + rng.choice("EFGHXZ"),
        )
    )
    return _nino_written(rng, wrong)


def _nhs_check(body: str) -> int:
    return (11 - sum(int(digit) * (10 - index) for index, digit in enumerate(body)) % 11) % 11


def _nhs_digits(rng: random.Random) -> str:
    while True:
        body = rng.choice("4679") + digits(rng, 8)
        if _nhs_check(body) != 10:
            return body + str(_nhs_check(body))


def _nhs_holds(number: str) -> bool:
    return str(_nhs_check(number[:9])) == number[9]


def _nhs_written(rng: random.Random, number: str) -> str:
    spaced = groups(number, (3, 3, 4), " ")
    return rng.choice((number, spaced, spaced, spaced.replace(" ", "-")))


def _nhs(rng: random.Random) -> str:
    return _nhs_written(rng, _nhs_digits(rng))


def _wrong_nhs(rng: random.Random) -> str:
    return _nhs_written(rng, spoilt(rng, _nhs_digits(rng), _nhs_holds))


# United States


def _ssn_written(rng: random.Random, area: int, group: int, serial: int) -> str:
    dashed = f"{area:03d}-{group:02d}-{serial:04d}"
    return rng.choice((dashed, dashed, dashed, dashed.replace("-", " "), dashed.replace("-", "")))


def _ssn_area(rng: random.Random) -> int:
    return rng.choice([*range(1, 666), *range(667, 900)])


def _ssn(rng: random.Random) -> str:
    return _ssn_written(rng, _ssn_area(rng), rng.randint(1, 99), rng.randint(1, 9999))


def _wrong_ssn(rng: random.Random) -> str:
    return _ssn_written(
        rng,
        *rng.choice(
            (
                (rng.choice((0, 666, 900, 950, 999)), rng.randint(1, 49), rng.randint(1, 9999)),
                (_ssn_area(rng), 0, rng.randint(1, 9999)),
                (_ssn_area(rng), rng.randint(1, 99), 0),
            )
        ),
    )


# Canada


def _sin_digits(rng: random.Random) -> str:
    return _closed(rng.choice("12345679") + digits(rng, 7))


def _sin_written(rng: random.Random, number: str) -> str:
    spaced = groups(number, (3, 3, 3), " ")
    return rng.choice((number, spaced, spaced, spaced.replace(" ", "-")))


def _sin(rng: random.Random) -> str:
    return _sin_written(rng, _sin_digits(rng))


def _wrong_sin(rng: random.Random) -> str:
    return _sin_written(rng, spoilt(rng, _sin_digits(rng), _luhn))


_ABOUT_FR = (
    "À quoi sert @ ?",
    "Combien de caractères a @ ?",
    "Le champ « @ » est vide dans {small} fiches.",
)
_ABOUT_EN = (
    "What is @ used for?",
    "How many characters has @?",
    'The field "@" is empty in {small} records.',
)


def _type(
    detector: str,
    labels_fr: tuple[str, ...],
    labels_en: tuple[str, ...],
    value: Value,
    miss: Value,
    own_fr: tuple[str, ...],
    own_en: tuple[str, ...],
    near: Value | None = None,
) -> Type:
    return Type(
        detector,
        french(labels_fr, *own_fr),
        english(labels_en, *own_en),
        value,
        miss,
        orders_fr(*(t.replace("@", labels_fr[0]) for t in _ABOUT_FR)),
        orders_en(*(t.replace("@", labels_en[0]) for t in _ABOUT_EN)),
        near,
    )


def _digits_of(*counts: int) -> Value:
    return lambda rng: digits(rng, rng.choice(counts))


TYPES = (
    _type(
        "be.nn",
        ("numéro national", "numéro de registre national", "NISS", "rijksregisternummer", "n° national"),
        ("Belgian national number", "national register number", "NISS", "rijksregisternummer"),
        _nn,
        _wrong_nn,
        ("Le collaborateur belge {name}, registre national {value}, arrive le {date}.",),
        ("Our Belgian colleague {name}, national number {value}, starts on {date}.",),
        _digits_of(10, 12),
    ),
    _type(
        "ch.ahv",
        ("numéro AVS", "AVS", "n° AVS", "NAVS13", "numéro d'assuré"),
        ("AHV number", "AHV-Nr.", "Swiss social security number", "AVS number", "OASI number"),
        _ahv,
        _wrong_ahv,
        ("Le frontalier {name} a reçu le numéro {value} de la caisse suisse.", "Assuré {value}, canton de Vaud"),
        ("The Swiss insured {name}: {value}",),
        lambda rng: "76" + digits(rng, 11),
    ),
    _type(
        "lu.nin",
        ("matricule", "matricule national", "numéro d'identification national", "n° matricule luxembourgeois"),
        ("national identification number", "matricule", "Luxembourg national ID", "Luxembourg matricule"),
        _nin,
        _wrong_nin,
        ("Le salarié luxembourgeois {name}, matricule {value}, part le {date}.",),
        ("Our colleague in Luxembourg, {name}, has the matricule {value}.",),
        lambda rng: f"20{digits(rng, 10)}",
    ),
    _type(
        "de.idnr",
        ("Steuer-ID", "identifiant fiscal allemand", "Steueridentifikationsnummer", "IdNr", "Steuer-IdNr."),
        ("Steuer-ID", "German tax ID", "tax identification number", "IdNr.", "Steueridentifikationsnummer"),
        _idnr,
        _wrong_idnr,
        ("Le contribuable allemand {name}, Steuer-ID {value}, habite {city}.",),
        (
            "The German employee {name} has the tax ID {value}.",
            "site,steuerId,owner\nBerlin,,\nHamburg,,\nDresden,,\nLeipzig,,\nErfurt,,\nRostock,{value},{last}",
        ),
        _idnr,
    ),
    _type(
        "es.dni",
        ("DNI", "NIE", "DNI espagnol", "numéro DNI", "NIF"),
        ("DNI", "NIE", "Spanish DNI", "DNI number", "NIF"),
        _dni,
        _wrong_dni,
        ("Le salarié espagnol {name}, DNI {value}, arrive le {date}.", "D. {name}, con DNI {value}, vecino de Madrid"),
        (
            "The Spanish employee {name} (DNI {value}) starts on {date}.",
            "D.ª {name}, con NIE {value}, firma",
            "| Ciudad | DNI | Turno |\n|---|---|---|\n| Vigo | | noche |\n| Soria | | tarde |\n| Jaca | {value} | 3 |",
        ),
        _dni,
    ),
    _type(
        "it.codicefiscale",
        ("codice fiscale", "code fiscal italien", "CF", "C.F."),
        ("codice fiscale", "Italian tax code", "CF", "fiscal code"),
        _cf,
        _wrong_cf,
        ("{name}, {value}, {city}", "Nous attendons {value} pour le contrat italien."),
        ("{name}, {value}, {city}",),
        lambda rng: drawn(rng, _LETTERS, 6) + digits(rng, 10),
    ),
    _type(
        "gb.nino",
        ("National Insurance Number", "NINO", "numéro d'assurance nationale britannique", "NI number"),
        ("National Insurance number", "NINO", "NI number", "NI No", "National Insurance"),
        _nino,
        _wrong_nino,
        ("Le salarié britannique {name}, NI number {value}, arrive le {date}.",),
        (
            "HMRC wrote to {name} about the National Insurance number {value}.",
            "P45 of {name}: NINO {value}",
            "workerNino={value}",
        ),
        _nino,
    ),
    _type(
        "gb.nhs",
        ("numéro NHS", "NHS", "NHS number", "n° NHS"),
        ("NHS number", "NHS no", "NHS", "NHS Number"),
        _nhs,
        _wrong_nhs,
        ("Le patient {name} de {city} a le numéro NHS {value}.",),
        (
            "The patient {name} (NHS {value}) was referred on {date}.",
            "ward;nhsNo;bed\nEast wing;;12\nWest wing;;7\nNorth wing, upper floor;;3\nSouth wing;{value};9",
            "<patientNhsNumber>{value}</patientNhsNumber>",
        ),
        _nhs,
    ),
    _type(
        "us.ssn",
        ("SSN", "Social Security Number", "numéro de sécurité sociale américain", "social security"),
        ("SSN", "Social Security number", "social security no", "SSN#", "social security"),
        _ssn,
        _wrong_ssn,
        ("L'expatrié {name}, SSN {value}, remplit un W-2.",),
        (
            "My SSN is {value}.",
            "Form W-2 of {name}, social security number {value}",
            "branch\tworkerSsn\tgrade\nDenver\t\t4\nTulsa\t\t2\nOmaha and the plains\t\t5\nReno\t{value}\t1",
        ),
        _digits_of(9),
    ),
    _type(
        "ca.sin",
        ("NAS", "numéro d'assurance sociale", "N.A.S.", "assurance sociale", "SIN"),
        ("SIN", "Social Insurance Number", "SIN number", "social insurance", "Canadian SIN"),
        _sin,
        _wrong_sin,
        ("La salariée canadienne {name}, NAS {value}, habite Montréal.",),
        ("Service Canada asks for the SIN {value} of {name}.",),
        _sin,
    ),
)
