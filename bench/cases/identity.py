"""Cases of identity numbers, each value made from the format's official description.

NIR: INSEE, description of the RNIPP (97 - n mod 97). SPI: DGFiP, 13 digits, key = first ten mod 511 (as the European
Commission's TIN page and python-stdnum have it). Identity card before 2021: 12 digits (year, month, place, order).
Identity card of 2021 and passport: Council of the EU, PRADO (FRA-BO-03001, FRA-AO-03003). Driving licence: ministerial
order of 20 April 2012 (12 digits before 2013, then as passports). Foreigners: AGDREF number of 10 digits; cards of 9
characters. Machine-readable zones: ICAO doc 9303 parts 4 to 6, the French card of 2 x 36, ISO/IEC 18013-2 with
regulation EU 383/2012 for licences. INE: the forms that student services of the State accept (RNIE, BEA, SIFA, base
36). Plates: order of 9 February 2009 (SIV) and the FNI before it. VIN: ISO 3779, check digit of 49 CFR 565.
"""

from __future__ import annotations

import random

from cases.form import Type, Value

FR = (
    "<L> : {value}",
    "Bonjour, voici mon <l> : {value}. Pouvez-vous mettre le dossier à jour ? Cordialement, {name}",
    "{name}, de {city}, <l> {value}, demande une attestation.",
    "Dossier de {name} ({city}) - <L> {value} - reçu le {date}.",
    "| Nom | <L> |\n|---|---|\n| {last} | {value} |",
    "nom;prenom;<l>\n{last};{first};{value}",
    '{"nom": "{last}", "<k>": "{value}", "ville": "{city}"}',
    "{date} {time} INFO usager={small} <k>={value} statut=ok",
    "Rédige un courrier à {name} : son <l> est {value} et il habite {city}.",
    "- {first} {last}\n- <L>: {value}\n- {city}",
    "<k> = '{value}'  # {name}",
    "<L> n° : {value}, facture jointe, tél 06 12 34 56 78, ref 12.",
    "Vérifie l'orthographe : « Le <l> de Mme {last} est le {value}, celui de son fils suivra. »",
)
EN = (
    "<L>: {value}",
    "Hi, here is my <l>: {value}. Could you update the file? Thanks, {name}",
    "{name} from {city}, <l> {value}, asks for a certificate.",
    "Case of {name} ({city}) - <L> {value} - received {date}.",
    "| Name | <L> |\n|---|---|\n| {last} | {value} |",
    "name,first,<k>\n{last},{first},{value}",
    '{"name": "{last}", "<k>": "{value}", "city": "{city}"}',
    "{date} {time} INFO user={small} <k>={value} status=ok",
    "Write to {name}: the <l> is {value} and the address is in {city}.",
    "* {first} {last}\n* <L> = {value}\n* {city}",
    'person["<k>"] = "{value}"  # {name}',
    "<L> no. : {value}, invoice attached, phone +33 6 12 34 56 78, order 12.",
    "Fix the spelling: the <l> of Ms {last} is {value}, her son's will follow.",
)
BARE_FR = (
    "{value}",
    "Dossier RH : {name}, {city}, {value}. Rédige le contrat de travail.",
    "{last};{first};{value};{city}",
    "Peux-tu ranger ces données : {name} ; {value} ; {city} ?",
)
BARE_EN = ("{name}, {city}, {value}. Write the letter.", "{last},{first},{value},{city}")
ELSEWHERE_FR = (
    "Commande {near} expédiée le {date}.",
    "Suivi du colis {near}, livraison prévue à {city}.",
    "EAN {near} en rupture chez {company}.",
    "La facture {near} de {company} n'est pas réglée.",
    "Référence produit {near} épuisée.",
    "Le ticket {near} est clos depuis le {date}.",
    "Numéro de lot {near}, imprimante du troisième étage.",
    "ref;quantite\n{near};{small}",
    "{date} {time} DEBUG requete={near} duree={small}ms",
    "Que veut dire {near} dans ce tableau ?",
)
ELSEWHERE_EN = (
    "Order {near} shipped on {date}.",
    "Tracking {near}, due in {city}.",
    "The invoice {near} from {company} is unpaid.",
    "Part {near} is out of stock.",
    "Ticket {near} was closed on {date}.",
    '{"sku": "{near}", "stock": {small}}',
    "build {near} finished in {small} s",
    "What does {near} mean in this sheet?",
)
ABOUT_FR = (
    "Qu'est-ce qu'un <l> et où le trouver ?",
    "Écris une fonction Python qui valide un <l>.",
    "Le champ <k> est obligatoire dans le formulaire depuis {year}.",
    "Notre <l> n'est demandé qu'une fois, le {date} au plus tard, pour {amount} euros.",
)
ABOUT_EN = (
    "What is a <l> and where do I find it?",
    "Write a function that validates a <l>, with {small} tests.",
    "The column <k> must not be empty since {year}.",
    "No <l> is needed before {date} for amounts under {amount}.",
)


# The word is there, and another one right beside the value.
BESIDE_FR = (
    "Le <l> est vérifié ; commande {near} expédiée.",
    "Copie du <l> reçue, facture {near} jointe.",
    "<L> à fournir avant le {date}, ticket {near}.",
)
BESIDE_EN = (
    "The <l> was checked; order {near} shipped.",
    "Copy of the <l> received with invoice {near}.",
    "<L> needed by {date}, ticket {near}.",
)


def around(frames: tuple[str, ...], labels: tuple[str, ...]) -> tuple[str, ...]:
    """The sentences with labels put in, each in turn: <L> begins a line, <l> is in a sentence, <k> is a key."""
    filled = []
    for number, frame in enumerate(frames):
        label = labels[number % len(labels)]
        key = label.lower().replace("n° ", "num ").translate(_PLAIN).replace(" ", "_")
        filled.append(frame.replace("<L>", label[:1].upper() + label[1:]).replace("<l>", label).replace("<k>", key))
    return tuple(filled)


_PLAIN = str.maketrans("éèêôçàî'’/", "eeeocai___")


def of(
    detector: str,
    fr: tuple[str, ...],
    en: tuple[str, ...],
    value: Value,
    *,
    miss: Value | None = None,
    bare: bool = False,
    near: Value | None = None,
) -> Type:
    """The cases of a number with these labels. bare: it must also be found with no label at all."""
    return Type(
        detector,
        fr=(*around(FR, fr), *(BARE_FR if bare else ())),
        en=(*around(EN, en), *(BARE_EN if bare else ())),
        value=value,
        miss=miss,
        near_fr=(*ELSEWHERE_FR, *around(ABOUT_FR, fr), *around(BESIDE_FR, fr)),
        near_en=(*ELSEWHERE_EN, *around(ABOUT_EN, en), *around(BESIDE_EN, en)),
        near=near,
    )


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def grouped(rng: random.Random, value: str, *groups: int, spaced: float = 0.5) -> str:
    """The value in these groups with a separator people use, or in one piece."""
    if rng.random() > spaced:
        return value
    parts, place = [], 0
    for size in groups:
        parts.append(value[place : place + size])
        place += size
    return rng.choice((" ", " ", " ", "\u00a0", "\u202f", "-", ".")).join(parts)


def turned(rng: random.Random, value: str, place: int) -> str:
    """The value with another digit at a place."""
    digit = str((int(value[place]) + rng.randint(1, 9)) % 10)
    return value[:place] + digit + value[place + 1 :][: len(value) - place - 1]


# --- social security, taxes


def nir_body(rng: random.Random) -> str:
    department = rng.choice((*(f"{n:02}" for n in range(1, 96) if n != 20), "2A", "2B", "97", "99"))
    month = rng.choice((*range(1, 13), *range(1, 13), *range(1, 13), 31, 42, 62))
    commune = f"{rng.randint(1, 989):03}"
    return f"{rng.choice('12')}{rng.randint(0, 99):02}{month:02}{department}{commune}{rng.randint(1, 999):03}"


def nir_key(body: str) -> str:
    return f"{97 - int(body.replace('2A', '19').replace('2B', '18')) % 97:02}"


def nir_number(rng: random.Random) -> str:
    body = nir_body(rng)
    return body + nir_key(body)


def nir_written(rng: random.Random, number: str) -> str:
    form = rng.randrange(10)
    if form < 4:
        return number
    if form < 8:
        return grouped(rng, number, 1, 2, 2, 2, 3, 3, 2, spaced=1)
    body = rng.choice((number[:13], grouped(rng, number[:13], 1, 2, 2, 2, 3, 3, spaced=1)))
    return body + rng.choice((" ", " / ", "/", " clé ", "-", " | clé : ")) + number[13:]


def nir(rng: random.Random) -> str:
    return nir_written(rng, nir_number(rng))


def nir_miss(rng: random.Random) -> str:
    number = nir_number(rng)
    kind = rng.randrange(4)
    if kind == 0:
        return nir_written(rng, number[:13] + f"{(int(number[13:]) + rng.randint(1, 96)) % 97:02}")
    if kind == 1:
        return number + digits(rng, 1)
    if kind == 2:
        return nir_written(rng, rng.choice("0569") + number[1:])
    return number[:3] + rng.choice(("00", "13", "14", "15", "19")) + number[5:]


def nir_13(rng: random.Random) -> str:
    return grouped(rng, nir_body(rng), 1, 2, 2, 2, 3, 3, spaced=0.6)


def nir_13_miss(rng: random.Random) -> str:
    body = nir_body(rng)
    kind = rng.randrange(3)
    if kind == 0:
        return body[:3] + rng.choice(("00", "13", "15", "19", "43", "49")) + body[5:]
    if kind == 1:
        return rng.choice("0569") + body[1:]
    return digits(rng, rng.choice((11, 16, 17)))


def spi_number(rng: random.Random) -> str:
    body = rng.choice("0123") + digits(rng, 9)
    return f"{body}{int(body) % 511:03}"


def spi(rng: random.Random) -> str:
    number = spi_number(rng)
    return grouped(rng, number, *rng.choice(((2, 2, 3, 3, 3), (1, 3, 3, 3, 3))))


def spi_miss(rng: random.Random) -> str:
    number = spi_number(rng)
    kind = rng.randrange(3)
    if kind == 0:
        return number[:10] + f"{(int(number[10:]) + rng.randint(1, 510)) % 511:03}"
    if kind == 1:
        return rng.choice("456789") + number[1:]
    return number + digits(rng, 2)


def spi_elsewhere(rng: random.Random) -> str:
    """Numbers of 13 digits that are something else: EAN, milliseconds."""
    while True:
        body = rng.choice(("3", "20", "17", "97")) + digits(rng, 12)
        number = body[:12]
        key = -sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(number)) % 10
        number = rng.choice((f"{number}{key}", f"17{digits(rng, 11)}"))
        if int(number[:10]) % 511 != int(number[10:]):
            return number


# --- cards, passports, licences, permits


def cni_old(rng: random.Random) -> str:
    number = f"{rng.randint(88, 120) % 100:02}{rng.randint(1, 12):02}{rng.randint(1, 95):02}{rng.randint(0, 9)}"
    return grouped(rng, number + digits(rng, 5), *rng.choice(((4, 3, 5), (4, 4, 4), (2, 2, 3, 5))), spaced=0.25)


def cni_old_miss(rng: random.Random) -> str:
    number = f"{rng.randint(88, 120) % 100:02}{rng.choice((0, *range(13, 99))):02}{digits(rng, 8)}"
    return rng.choice((number, digits(rng, 11), digits(rng, 14)))


_CARD = "BCDFGHJKLMNPRTVWXYZ"


def cni_new(rng: random.Random) -> str:
    while True:
        value = rng.choice(_CARD) + "".join(rng.choice(_CARD + "0123456789") for _ in range(8))
        if any(letter.isdigit() for letter in value):
            return rng.choice((value, value, value, value.lower()))


def cni_new_miss(rng: random.Random) -> str:
    value = cni_new(rng).upper()
    kind = rng.randrange(4)
    if kind == 0:
        place = rng.randrange(9)
        return value[:place] + rng.choice("AEIOU") + value[place + 1 :]
    if kind == 1:
        return value + rng.choice(_CARD)
    if kind == 2:
        return value[:7]
    return "".join(rng.choice("BCDFGHJKLMNPRTVWXZ") for _ in range(9))


def passport(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(2))
    parts = (f"{rng.randint(5, 26):02}", letters, digits(rng, 5))
    value = rng.choice(("", "", "", " ")).join(parts)
    return rng.choice((value, value, value, value.lower()))


def passport_miss(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(3))
    return rng.choice((f"{digits(rng, 2)}{letters}{digits(rng, 4)}", f"{letters}{digits(rng, 5)}{digits(rng, 2)}",
                       f"{digits(rng, 2)}{letters[:2]}{digits(rng, 7)}"))  # fmt: skip


def driving(rng: random.Random) -> str:
    if rng.random() < 0.5:
        return f"{rng.randint(13, 26):02}{rng.choice(_PLATE)}{rng.choice(_PLATE)}{digits(rng, 5)}"
    number = f"{rng.randint(60, 112) % 100:02}{rng.randint(1, 12):02}{rng.randint(1, 95):02}{digits(rng, 6)}"
    return grouped(rng, number, *rng.choice(((2, 2, 2, 6), (2, 2, 2, 3, 3), (4, 4, 4))), spaced=0.3)


def driving_miss(rng: random.Random) -> str:
    return rng.choice((passport_miss(rng), cni_old_miss(rng)))


def permit(rng: random.Random) -> str:
    kind = rng.randrange(3)
    if kind == 0:
        return grouped(rng, rng.choice(("99", "75", "69", "13", "93", "77")) + digits(rng, 8), 2, 8, spaced=0.2)
    if kind == 1:
        return rng.choice(("FR", "AA", "XY", "RT")) + digits(rng, 7)
    while True:
        value = "".join(rng.choice(_CARD + "0123456789") for _ in range(9))
        if any(letter.isalpha() for letter in value) and sum(letter.isdigit() for letter in value) >= 3:
            return value


def permit_miss(rng: random.Random) -> str:
    return rng.choice(
        (digits(rng, 8), digits(rng, 12), f"{rng.choice(_CARD)}{digits(rng, 4)}", "RECONDUIT", digits(rng, 5))
    )


# --- machine-readable zones


def check_digit(text: str) -> str:
    values = [0 if letter == "<" else int(letter, 36) for letter in text]
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


_SURNAMES = ("MARTIN", "DE<LA<TOUR", "BERTHIER", "NGUYEN", "BENALI", "O<BRIEN", "LEFEBVRE<DUBOIS", "DUPOND", "ROUX")
_GIVEN = ("MARIE", "MAELYS<GAELLE<MARIE", "JEAN<PIERRE", "KARIM", "ANNE<SOPHIE", "THOMAS", "LINH")


def _day(rng: random.Random, low: int, high: int) -> str:
    return f"{rng.randint(low, high) % 100:02}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"


def _names(rng: random.Random, size: int) -> str:
    return f"{rng.choice(_SURNAMES)}<<{rng.choice(_GIVEN)}"[:size].ljust(size, "<")


def zone_lines(rng: random.Random) -> list[str]:
    born, ends, sex = _day(rng, 40, 107), _day(rng, 124, 135), rng.choice("MF<")
    state = rng.choice(("FRA", "FRA", "FRA", "DEU", "BEL", "GBR", "ESP", "D<<"))
    kind = rng.randrange(5)
    if kind == 0:
        number = cni_new(rng).upper()
        first = (f"{rng.choice(('ID', 'IR', 'I<'))}{state}{number}{check_digit(number)}").ljust(30, "<")
        second = f"{born}{check_digit(born)}{sex}{ends}{check_digit(ends)}{state}".ljust(29, "<")
        whole = check_digit(first[5:30] + second[:7] + second[8:15] + second[18:29])
        return [first, second + whole, _names(rng, 30)]
    if kind == 1:
        number = cni_new(rng).upper()
        second = f"{number}{check_digit(number)}{state}{born}{check_digit(born)}{sex}{ends}{check_digit(ends)}<<<<<<<"
        whole = check_digit(second[:10] + second[13:20] + second[21:35])
        return [f"I<{state}{_names(rng, 31)}", second + whole]
    if kind == 2:
        first = f"IDFRA{rng.choice(_SURNAMES).ljust(25, '<')}{rng.choice(('<<<<<<', '756012', '92C001'))}"
        number = (
            cni_old(rng).replace(" ", "").replace("-", "").replace(".", "").replace("\u00a0", "").replace("\u202f", "")
        )
        second = f"{number}{check_digit(number)}{rng.choice(_GIVEN)[:14].ljust(14, '<')}{born}{check_digit(born)}{sex}"
        return [first, second + check_digit(first + second)]
    if kind == 3:
        number = f"{rng.randint(13, 26)}{rng.choice('ABCD')}{rng.choice('ABCD')}{digits(rng, 5)}"
        line = f"D1FRA{number}{digits(rng, 1)}{ends}{rng.choice(_SURNAMES)[:6].ljust(8, '<')}"
        return [line + check_digit(line)]
    number = f"{rng.randint(10, 26)}{rng.choice('ABCDEF')}{rng.choice('ABCDEF')}{digits(rng, 5)}"
    own = rng.choice(("<" * 14, "<" * 14, digits(rng, 9).ljust(14, "<")))
    second = f"{number}{check_digit(number)}{state}{born}{check_digit(born)}{sex}{ends}{check_digit(ends)}{own}"
    second += rng.choice((check_digit(own), "<")) if own == "<" * 14 else check_digit(own)
    whole = check_digit(second[:10] + second[13:20] + second[21:43])
    return [f"P<{state}{_names(rng, 39)}", second + whole]


def zone(rng: random.Random) -> str:
    return rng.choice(("\n", "\n", "\n", "\r\n", " ", "\\n")).join(zone_lines(rng))


def zone_miss(rng: random.Random) -> str:
    """A zone with every digit of its data wrong, or what only looks like one."""
    kind = rng.randrange(3)
    if kind == 0:
        return f"{'<' * 7} HEAD\n    return {digits(rng, 3)}\n=======\n    return 0\n{'>' * 7} main"
    if kind == 1:
        return f"cat <<<EOF {digits(rng, 12)} <<< {digits(rng, 6)}"
    while True:
        lines = zone_lines(rng)
        wrong = "\n".join("".join(turned(rng, one, 0) if one.isdigit() else one for one in line) for line in lines)
        if "<<<" in wrong:
            return wrong


# --- pupils, staff


_BEA = "ABCDEFGHJKLMNPRSTUVWXYZ"


def ine(rng: random.Random) -> str:
    kind = rng.randrange(6)
    if kind < 2:
        value = digits(rng, 9) + rng.choice("ABCDEFGHJK") + rng.choice("ABCDEFGHJK")
    elif kind < 4:
        value = digits(rng, 10) + rng.choice(_BEA)
    elif kind == 4:
        value = digits(rng, 4) + "A" + digits(rng, 5) + rng.choice(_BEA)
    else:
        value = (
            digits(rng, 2)
            + "".join(rng.choice("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(8))
            + digits(rng, 1)
        )
        if value.isdigit():
            value = "0" + rng.choice(_BEA) + value[2:]
    return rng.choice((value, value, value.lower()))


def ine_miss(rng: random.Random) -> str:
    return rng.choice(
        (digits(rng, 11), digits(rng, 8) + "AB", digits(rng, 10) + "AB", digits(rng, 9) + "XZ", digits(rng, 10) + "O")
    )


def matricule(rng: random.Random) -> str:
    letter = rng.choice("ABCMXYZ")
    return rng.choice((
        digits(rng, 5), digits(rng, 6), digits(rng, 8), f"E{digits(rng, 5)}", f"{letter}{digits(rng, 6)}",
        f"RH-{digits(rng, 5)}", f"EMP{digits(rng, 4)}", f"{digits(rng, 4)}-{digits(rng, 3)}",
        f"{digits(rng, 3)}{letter}{digits(rng, 3)}",
    ))  # fmt: skip


# --- vehicles


_PLATE = "ABCDEFGHJKLMNPQRSTVWXYZ"


def _pair(rng: random.Random, never: tuple[str, ...] = ("SS",)) -> str:
    while (pair := rng.choice(_PLATE) + rng.choice(_PLATE)) in never:
        pass
    return pair


def plate(rng: random.Random) -> str:
    return f"{_pair(rng)}-{rng.randint(1, 999):03}-{_pair(rng)}"


def plate_labelled(rng: random.Random) -> str:
    """As people write it where a word says what it is."""
    kind = rng.randrange(8)
    if kind < 4:
        value = rng.choice(("-", "-", " ", "", " - ")).join(plate(rng).split("-"))
        return rng.choice((value, value, value.lower()))
    if kind < 6:
        return plate(rng)
    letters = "".join(rng.choice(_PLATE) for _ in range(rng.choice((2, 2, 3))))
    department = rng.choice((*(f"{n:02}" for n in range(1, 96) if n != 20), "2A", "2B", "971", "974"))
    return rng.choice((" ", " ", "-", "")).join((str(rng.randint(2, 9999)), letters, department))


def plate_miss(rng: random.Random) -> str:
    kind = rng.randrange(6)
    first, middle, last = plate(rng).split("-")
    if kind == 4:
        return f"{first}-{middle}-{last}-{digits(rng, 2)}"
    if kind == 5:
        return f"{rng.choice('XQ')}{digits(rng, 1)}-{first}-{middle}-{last}"
    if kind == 0:
        return f"{first}-{middle}-{rng.choice('IOU')}{last[1:]}"
    if kind == 1:
        return f"SS-{middle}-{last}"
    if kind == 2:
        return f"{first}-{middle}{digits(rng, 1)}-{last}"
    return f"{rng.choice('IOU')}{first[1:]}-{middle}-{last}"


_MAKERS = (
    "VF1",
    "VF3",
    "VF7",
    "VR1",
    "VR3",
    "VF6",
    "VNK",
    "WBA",
    "WVW",
    "WDB",
    "WAU",
    "ZFA",
    "TMB",
    "VSS",
    "WF0",
    "SAL",
    "YV1",
    "W0L",
)
_VIN = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_WORTH = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin_check(value: str) -> str:
    total = sum(weight * _WORTH.get(letter, int(letter, 36)) for letter, weight in zip(value, _WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def vin_number(rng: random.Random) -> str:
    middle = "".join(rng.choice(_VIN) for _ in range(6))
    if rng.random() < 0.7:
        return rng.choice(_MAKERS) + middle + rng.choice(_VIN) + rng.choice(_VIN) + digits(rng, 6)
    maker = rng.choice(("1HG", "1FT", "2T1", "3VW", "4T1", "5YJ", "1G1", "LSV"))
    value = maker + middle[:5] + "0" + rng.choice("HJKLMNPRST") + rng.choice(_VIN) + digits(rng, 6)
    return value[:8] + vin_check(value) + value[9:]


def vin(rng: random.Random) -> str:
    return vin_number(rng)


def vin_miss(rng: random.Random) -> str:
    value = vin_number(rng)
    kind = rng.randrange(4)
    if kind == 0:
        return value[:5] + rng.choice("IOQ") + value[6:]
    if kind == 1:
        return value[:16]
    if kind == 2:
        return value + digits(rng, 1)
    american = "1HG" + value[3:8] + "0" + value[9:]
    good = vin_check(american)
    return american[:8] + rng.choice([one for one in "0123456789X" if one != good]) + american[9:]


TYPES = (
    of("fr.nir", ("numéro de sécurité sociale", "NIR", "n° sécu", "numéro d'immatriculation"),
       ("social security number", "NIR", "French social security number"), nir,
       miss=nir_miss, bare=True, near=nir_miss),
    of("fr.nir_13", ("numéro de sécurité sociale", "NIR", "n° sécu sans clé", "n° SS"),
       ("social security number", "NIR", "French SSN without key"), nir_13, miss=nir_13_miss),
    of("fr.spi", ("numéro fiscal", "SPI", "numéro SPI", "n° fiscal de référence"),
       ("tax number", "SPI", "French tax ID", "TIN"), spi, miss=spi_miss, bare=True, near=spi_elsewhere),
    of("fr.cni_old", ("numéro de carte d'identité", "CNI", "n° CNI", "carte nationale d'identité"),
       ("identity card number", "ID card no", "French national ID"), cni_old, miss=cni_old_miss),
    of("fr.cni_new", ("numéro de carte d'identité", "CNI", "n° CNI", "carte nationale d'identité"),
       ("identity card number", "ID card", "national identity card"), cni_new, miss=cni_new_miss),
    of("fr.passport", ("numéro de passeport", "passeport", "passeport n°"),
       ("passport number", "passport", "passport no"), passport, miss=passport_miss),
    of("fr.driving", ("numéro de permis de conduire", "permis de conduire", "permis n°"),
       ("driving licence number", "driver's license", "driving licence"), driving, miss=driving_miss),
    of("fr.titre_sejour", ("numéro de titre de séjour", "numéro étranger", "numéro AGDREF", "carte de résident"),
       ("residence permit number", "AGDREF number", "residence card"), permit, miss=permit_miss),
    of("id.mrz", ("bande MRZ", "MRZ", "zone de lecture optique"), ("MRZ", "machine readable zone"), zone,
       miss=zone_miss, bare=True, near=zone_miss),
    of("fr.ine", ("numéro INE", "INE", "identifiant national étudiant", "n° BEA"),
       ("INE", "INE number", "national student number"), ine, miss=ine_miss),
    of("fr.matricule", ("matricule", "numéro de matricule", "matricule salarié", "matricule agent"),
       ("employee number", "employee ID", "staff number", "personnel number"), matricule),
    of("fr.plate", ("plaque d'immatriculation", "immatriculation", "plaque", "numéro d'immatriculation du véhicule"),
       ("licence plate", "license plate", "registration plate"), plate_labelled, miss=plate_miss, near=plate_miss),
    of("id.vin", ("numéro VIN", "VIN", "numéro de châssis", "numéro d'identification du véhicule"),
       ("VIN", "vehicle identification number", "chassis number"), vin, miss=vin_miss, bare=True, near=vin_miss),
)  # fmt: skip
