"""Numbers of companies and of what is delivered to them.

Sources: SIREN and SIRET, INSEE (nine digits, and five of the establishment, Luhn; La Poste sums to a multiple of five);
VAT numbers, directive 2006/112/EC article 215, the structures published by VIES (frequently asked questions, Q11) and
BOI-TVA-DECLA-20-10-20 (key of a French one); trade register, code de commerce R. 123-237 (the word RCS, the town of
the registry, the number); LEI, ISO 17442 with check digits of ISO/IEC 7064 mod 97-10; delivery points, Enedis (PRM,
fourteen digits) and GRDF (PCE, fourteen digits, or GI and six digits).
"""

from __future__ import annotations

import random

from stdnum.eu import vat

from cases.form import Type
from cases.frames import digits, drawn, english, french, groups, orders_en, orders_fr, spoilt

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TOWNS = (
    "Paris,Lyon,Nanterre,Bobigny,Lille Métropole,Aix-en-Provence,Saint-Étienne,Évry,Le Mans,La Roche-sur-Yon,"
    "Bourg-en-Bresse,Nantes,Créteil,Montpellier,Saint-Denis de la Réunion,Clermont-Ferrand,Villefranche-Tarare"
).split(",")


def _luhn(number: str) -> bool:
    total = 0
    for index, char in enumerate(reversed(number)):
        digit = int(char) * (1 + index % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _closed(body: str) -> str:
    """The number with the last digit that Luhn asks for."""
    return next(body + last for last in "0123456789" if _luhn(body + last))


def _siren_digits(rng: random.Random) -> str:
    return _closed(rng.choice("345789") + digits(rng, 7))


def _siren_written(rng: random.Random, number: str) -> str:
    return rng.choice(
        (
            number,
            number,
            groups(number, (3, 3, 3), " "),
            groups(number, (3, 3, 3), " "),
            groups(number, (3, 3, 3), "."),
            groups(number, (3, 3, 3), "\u00a0"),
            groups(number, (3, 3, 3), "-"),
        )
    )


def siren(rng: random.Random) -> str:
    return _siren_written(rng, _siren_digits(rng))


def _wrong_siren(rng: random.Random) -> str:
    return _siren_written(rng, spoilt(rng, _siren_digits(rng), _luhn))


def _siret_digits(rng: random.Random) -> str:
    if rng.random() < 0.05:
        while True:
            number = "356000000" + digits(rng, 5)
            if sum(map(int, number)) % 5 == 0:
                return number
    return _closed(_siren_digits(rng) + "000" + digits(rng, 1))


def _siret_holds(number: str) -> bool:
    if number.startswith("356000000"):
        return sum(map(int, number)) % 5 == 0
    return _luhn(number[:9]) and _luhn(number)


def _siret_written(rng: random.Random, number: str) -> str:
    return rng.choice(
        (
            number,
            number,
            groups(number, (9, 5), " "),
            groups(number, (3, 3, 3, 5), " "),
            groups(number, (3, 3, 3, 5), "\u00a0"),
            groups(number, (3, 3, 3, 3, 2), " "),
            groups(number, (3, 3, 3, 5), "."),
            groups(number, (9, 5), "-"),
        )
    )


def _siret(rng: random.Random) -> str:
    return _siret_written(rng, _siret_digits(rng))


def _wrong_siret(rng: random.Random) -> str:
    return _siret_written(rng, spoilt(rng, _siret_digits(rng), _siret_holds))


def _tva_holds(number: str) -> bool:
    return _luhn(number[4:]) and int(number[2:4]) == int(number[4:] + "12") % 97


def _tva_digits(rng: random.Random) -> str:
    number = _siren_digits(rng)
    return f"FR{int(number + '12') % 97:02d}{number}"


def _tva_written(rng: random.Random, number: str) -> str:
    return rng.choice(
        (
            number,
            number,
            groups(number, (2, 2, 3, 3, 3), " "),
            groups(number, (2, 2, 9), " "),
            groups(number, (4, 3, 3, 3), " "),
            groups(number, (4, 9), " "),
            groups(number, (2, 2, 3, 3, 3), "."),
            groups(number, (2, 2, 3, 3, 3), "\u00a0"),
            number.lower(),
        )
    )


def _tva(rng: random.Random) -> str:
    return _tva_written(rng, _tva_digits(rng))


def _wrong_tva(rng: random.Random) -> str:
    return _tva_written(rng, spoilt(rng, _tva_digits(rng), _tva_holds))


def _rcs_around(rng: random.Random, number: str) -> str:
    town = rng.choice(_TOWNS)
    letter = rng.choice(("B ", "B ", "A ", "C ", "D ", "B", ""))
    return rng.choice(
        (
            f"RCS {town} {letter}{number}",
            f"RCS {town} {number}",
            f"R.C.S. {town} {letter}{number}",
            f"{number} RCS {town}",
            f"{number} R.C.S. {town.upper()}",
            f"RCS de {town} sous le numéro {number}",
            f"RCS de {town} {number}",
            f"rcs {town.lower()} {letter.lower()}{number}",
            f"RCS {town.upper()} {letter}{number}",
            f"RCS : {town} {number}",
            f"Registre du commerce et des sociétés de {town} sous le n° {number}",
            f"registre du commerce de {town} {letter}{number}",
        )
    )


def _rcs(rng: random.Random) -> str:
    return _rcs_around(rng, siren(rng).replace("-", " "))


def _wrong_rcs(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return f"RCS {rng.choice(_TOWNS)} {digits(rng, rng.choice((6, 7, 8, 11)))}"
    return _rcs_around(rng, _wrong_siren(rng).replace("-", " "))


_VAT_SHAPES = (
    "ATU########", "BE0#########", "BG#########", "BG##########", "CY########L", "CZ########", "CZ#########",
    "DE#########", "DK########", "EE#########", "EL#########", "ESL#######L", "ESL########", "ES########L",
    "FI########",
    "HR###########", "HU########", "IE#######L", "IE#######LL", "IT###########", "LT#########", "LT############",
    "LU########", "LV###########", "MT########", "NL#########B##", "PL##########", "PT#########", "RO########",
    "RO######", "SE##########01", "SI########", "SK##########", "XI#########",
)  # fmt: skip


def _drawn_vat(rng: random.Random) -> str:
    shape = rng.choice(_VAT_SHAPES)
    while True:
        body = "".join(
            digits(rng, 1) if c == "#" else rng.choice(_LETTERS) if c == "L" and i > 1 else c
            for i, c in enumerate(shape)
        )
        # The second opinion decides on the keys of countries that publish none.
        if vat.is_valid(body):
            return body


def _vat_written(rng: random.Random, number: str) -> str:
    country, rest = number[:2], number[2:]
    cut = len(rest) // 3
    return rng.choice(
        (
            number,
            number,
            number,
            f"{country} {rest}",
            f"{country}-{rest}",
            f"{country} {rest[:cut]} {rest[cut : 2 * cut]} {rest[2 * cut :]}",
            f"{country} {rest[:cut]}.{rest[cut : 2 * cut]}.{rest[2 * cut :]}",
        )
    )


def _vat(rng: random.Random) -> str:
    return _vat_written(rng, _drawn_vat(rng))


def _wrong_vat(rng: random.Random) -> str:
    while True:
        number = _drawn_vat(rng)
        # A Danish one of eight digits and its like have no wrong neighbours often enough; try another country.
        wrong = number[:2] + "".join(digits(rng, 1) if c.isdigit() else c for c in number[2:])
        if not vat.is_valid(wrong):
            return _vat_written(rng, wrong)


def _lei_key(body: str) -> str:
    return f"{98 - int(''.join(str(int(c, 36)) for c in body + '00')) % 97:02d}"


def _lei_plain(rng: random.Random) -> str:
    issuer = rng.choice(("969500", "549300", "213800", "529900", "254900", "635400", "724500", "9598" + "00"))
    body = issuer + drawn(rng, _LETTERS + "0123456789", 12)
    return body + _lei_key(body)


def _lei_holds(number: str) -> bool:
    return int("".join(str(int(c, 36)) for c in number)) % 97 == 1


def _lei_written(rng: random.Random, number: str) -> str:
    return rng.choice((number, number, number, number.lower(), groups(number, (4, 4, 4, 4, 4), " ")))


def _lei(rng: random.Random) -> str:
    return _lei_written(rng, _lei_plain(rng))


def _wrong_lei(rng: random.Random) -> str:
    return _lei_written(rng, spoilt(rng, _lei_plain(rng), _lei_holds))


def _pdl(rng: random.Random) -> str:
    number = rng.choice("012") + digits(rng, 13)
    return rng.choice(
        (
            number,
            number,
            number,
            groups(number, (2, 3, 3, 3, 3), " "),
            groups(number, (4, 4, 4, 2), " "),
            groups(number, (2, 2, 2, 2, 2, 2, 2), " "),
            groups(number, (3, 3, 3, 3, 2), "\u00a0"),
        )
    )


def _wrong_pdl(rng: random.Random) -> str:
    return digits(rng, rng.choice((8, 10, 12, 13, 15, 16)))


def _pce(rng: random.Random) -> str:
    return f"GI{digits(rng, 6)}" if rng.random() < 0.1 else _pdl(rng)


def _nine_digits(rng: random.Random) -> str:
    return siren(rng)


_ABOUT_FR = (
    "Où trouver le @ de {company} ?",
    "Le @ compte combien de chiffres ?",
    "Écris un modèle de mail pour demander le @ à un fournisseur.",
    "Le champ @ est vide dans {small} fiches sur 340.",
)
_ABOUT_EN = (
    "Where do I find the @ of {company}?",
    "How many digits has a @?",
    "Write a mail that asks a supplier for the @.",
    "The field @ is empty in {small} of 340 records.",
)


def _about(label_fr: str, label_en: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(t.replace("@", label_fr) for t in _ABOUT_FR), tuple(t.replace("@", label_en) for t in _ABOUT_EN)


_SIREN_FR, _SIREN_EN = _about("SIREN", "SIREN number")
_PDL_FR, _PDL_EN = _about("point de livraison", "delivery point")
_RCS_FR, _RCS_EN = _about("numéro RCS", "trade register number")
_LEI_FR, _LEI_EN = _about("code LEI", "LEI")
_VAT_FR, _VAT_EN = _about("numéro de TVA", "VAT number")

TYPES = (
    Type(
        "fr.siren",
        french(
            ("SIREN", "numéro SIREN", "n° SIREN", "siren"),
            "La société {company} (SIREN {value}) est à jour de ses cotisations.",
            "Entreprise immatriculée sous le SIREN {value} depuis {year}",
            "Extrait Kbis de {company}, {value}, {city}",
            "Fournisseur à créer : {company}, {city}, identifiant SIREN={value}",
            "{company}, immatriculée sous le numéro {value} au greffe de {city}",
        ),
        english(
            ("SIREN", "SIREN number", "siren", "French company number (SIREN)"),
            "The French supplier {company} (SIREN {value}) changed its name in {year}.",
            "Kbis extract of {company}: {value}, {city}",
        ),
        siren,
        _wrong_siren,
        orders_fr(
            *_SIREN_FR,
            "Le capital de {company} est de {near} euros.",
            "Serveur : {near} octets libres",
            "La sirène d'alarme {near} a sonné à {time}.",
        ),
        orders_en(*_SIREN_EN, "The file has {near} bytes.", "{company} sold {near} units in {year}."),
        _nine_digits,
    ),
    Type(
        "fr.siret",
        french(
            ("SIRET", "numéro SIRET", "n° SIRET", "siret"),
            "La société {company}, SIRET {value}, siège à {city}",
            "L'établissement {value} ferme le {date}.",
            "Attestation Urssaf de {company} pour {value}",
            "Facture de {company}, {city}, SIRET {value}, TVA non applicable",
        ),
        english(
            ("SIRET", "SIRET number", "siret", "French establishment number (SIRET)"),
            "Our supplier {company} has the SIRET {value} in {city}.",
        ),
        _siret,
        _wrong_siret,
        orders_fr("Le SIRET compte 14 chiffres.", "Où trouver le SIRET de {company} ?", "Horodatage 17{near}"),
        orders_en("How many digits has a SIRET?", "The SIRET of {company} is missing.", "timestamp 17{near}"),
        lambda rng: digits(rng, 12),
    ),
    Type(
        "fr.tva",
        french(
            ("TVA", "numéro de TVA", "TVA intracommunautaire", "N° TVA"),
            "Facture de {company} : {value}, total {amount} €",
            "{company}, {city}, {value}",
        ),
        english(
            ("VAT", "VAT number", "VAT no", "EU VAT number"),
            "{company}, {city}, {value}",
            "Please invoice us in France under {value}.",
        ),
        _tva,
        _wrong_tva,
        (*_VAT_FR, "Quelle est la TVA sur {amount} € HT ?", "FR {near}", "Vol FR {near} du {date}"),
        (*_VAT_EN, "VAT of 20 % on {amount} euros", "Locale fr-FR {near}", "Flight FR{near} on {date}"),
        lambda rng: digits(rng, rng.choice((4, 9, 10, 12))),
    ),
    Type(
        "fr.rcs",
        french(
            ("Mentions légales", "Immatriculation", "Pied de page", "Éditeur"),
            "{company}, société au capital de 50 000 euros, {value}",
            "SARL {company} - {city} - {value} - TVA FR",
            "La société {company} est immatriculée au {value}.",
            "Entre {company}, {value}, et {name}, il est convenu :",
        ),
        english(
            ("Legal notice", "Registration", "Footer", "Publisher"),
            "{company}, a French company registered as {value}, and {name} agree:",
        ),
        _rcs,
        _wrong_rcs,
        orders_fr(*_RCS_FR, "{company} doit s'immatriculer au RCS de {city} avant le {date}.", "Roulement RCS {small}"),
        orders_en(*_RCS_EN, "Messages over RCS reached {small} million users in {year}.", "RCS thruster {small} fired"),
        siren,
    ),
    Type(
        "eu.vat",
        french(
            ("TVA", "numéro de TVA", "TVA intracommunautaire", "N° TVA"),
            "Le client {company} nous a donné {value} pour ses factures.",
            "Autoliquidation pour {value}, montant {amount} €",
        ),
        english(
            ("VAT", "VAT number", "VAT ID", "USt-IdNr."),
            "{company} ({city}) is registered for VAT as {value}.",
            "Reverse charge applies to {value}, net {amount} euros.",
        ),
        _vat,
        _wrong_vat,
        (*_VAT_FR, "Le vol {near} part de {city}.", "Modèle {near}, {small} pièces", "La norme {near} s'applique."),
        (*_VAT_EN, "Flight {near} leaves {city}.", "Model {near}, {small} in stock", "Standard {near} applies."),
        lambda rng: rng.choice(("DE ", "IT", "ES", "SE", "PL")) + digits(rng, rng.choice((3, 4, 5, 6))),
    ),
    Type(
        "id.lei",
        french(
            ("LEI", "code LEI", "identifiant LEI", "Legal Entity Identifier"),
            "Contrepartie {company} ({value}), notionnel {amount} €",
            "{company};{value};{city}",
        ),
        english(
            ("LEI", "LEI code", "Legal Entity Identifier", "lei"),
            "Counterparty {company} ({value}), notional {amount} euros",
            "{company},{value},{city}",
        ),
        _lei,
        _wrong_lei,
        (*_LEI_FR, "La clé d'accès {near} est révoquée.", "Empreinte {near}, version {small}"),
        (*_LEI_EN, "Access key {near} was revoked.", "Serial {near}, version {small}"),
        lambda rng: drawn(rng, _LETTERS + "0123456789", rng.choice((16, 18, 19, 21, 24))),
    ),
    Type(
        "fr.pdl_pce",
        french(
            ("PDL", "point de livraison", "PRM", "numéro de PDL", "PCE"),
            "Ouvrir un contrat d'électricité chez Enedis pour le compteur Linky {value}",
            "Relève gaz GRDF du {date}, PCE {value}",
            "Le point de référence mesure {value} est hors tension depuis le {date}.",
            "Point de comptage et d'estimation : {value}",
        ),
        english(
            ("PDL", "delivery point", "PRM", "PDL number", "PCE"),
            "Open an electricity contract with Enedis for the Linky meter {value}",
            "Gas meter reading of {date}, PCE {value}",
        ),
        _pce,
        _wrong_pdl,
        orders_fr(*_PDL_FR, "Établissement SIRET {near} à {city}", "Le fichier pèse {near} octets"),
        orders_en(*_PDL_EN, "Establishment SIRET {near} in {city}", "The file has {near} bytes"),
        lambda rng: _siret(rng) if rng.random() < 0.5 else digits(rng, 14),
    ),
)
