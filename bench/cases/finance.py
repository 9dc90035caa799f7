"""Accounts, cards, securities, wallets and pay.

Sources: IBAN, ISO 13616 and the SWIFT registry's structures; RIB, the French bankers' committee (bank, branch, account,
key 97 - (89 b + 15 g + 3 c) mod 97, letters read as digits); BIC, ISO 9362; cards, ISO/IEC 7812 and the networks'
published ranges; ISIN, ISO 6166 (Luhn over letters read as two digits); wallets as in `cases.wallets`. Pay has no
format: amounts as people write them.
"""

from __future__ import annotations

import random

from cases import wallets
from cases.form import Type
from cases.frames import digits, drawn, english, french, groups, orders_en, orders_fr, spoilt

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ANY = _LETTERS + "0123456789"


def _mod97(text: str) -> int:
    return int("".join(str(int(char, 36)) for char in text)) % 97


# IBAN: the part behind the check digits, n a digit, a a letter, c either.
_STRUCTURES = {
    "FR": "", "MC": "", "DE": "n" * 18, "GB": "aaaa" + "n" * 14, "ES": "n" * 20, "IT": "a" + "n" * 10 + "c" * 12,
    "BE": "n" * 12, "NL": "aaaa" + "n" * 10, "CH": "n" * 5 + "c" * 12, "LU": "nnn" + "c" * 13, "PT": "n" * 21,
    "AT": "n" * 16, "IE": "aaaa" + "n" * 14, "PL": "n" * 24, "SE": "n" * 20, "DK": "n" * 14, "NO": "n" * 11,
    "FI": "n" * 14, "CZ": "n" * 20, "RO": "aaaa" + "c" * 16, "GR": "n" * 7 + "c" * 16, "TN": "n" * 20,
    "MT": "aaaa" + "n" * 5 + "c" * 18,
}  # fmt: skip


def _filled(rng: random.Random, structure: str) -> str:
    kinds = {"n": "0123456789", "a": _LETTERS, "c": _ANY}
    return "".join(rng.choice(kinds[kind]) for kind in structure)


def _iban_digits(rng: random.Random) -> str:
    country = rng.choice((*_STRUCTURES, "FR", "FR", "FR", "FR", "FR"))
    rest = _filled(rng, _STRUCTURES[country]) if _STRUCTURES[country] else "".join(_rib_parts(rng))
    return f"{country}{98 - _mod97(rest + country + '00'):02d}{rest}"


def _fours(number: str, separator: str) -> str:
    return separator.join(number[low : low + 4] for low in range(0, len(number), 4))


def _iban_written(rng: random.Random, number: str) -> str:
    return rng.choice(
        (
            number,
            number,
            _fours(number, " "),
            _fours(number, " "),
            _fours(number, "\u00a0"),
            _fours(number, "-"),
            _fours(number, "."),
            number.lower(),
        )
    )


def _iban(rng: random.Random) -> str:
    return _iban_written(rng, _iban_digits(rng))


def _iban_holds(number: str) -> bool:
    return _mod97(number[4:] + number[:4]) == 1


def _wrong_iban(rng: random.Random) -> str:
    return _iban_written(rng, spoilt(rng, _iban_digits(rng), _iban_holds))


_AS_DIGITS = {letter: str((index % 9 if index < 18 else (index + 1) % 9) + 1) for index, letter in enumerate(_LETTERS)}


def _rib_parts(rng: random.Random) -> tuple[str, str, str, str]:
    bank = rng.choice(("30006", "30004", "20041", "10278", "14505", "16607")) if rng.random() < 0.5 else digits(rng, 5)
    branch, account = digits(rng, 5), digits(rng, 11)
    if rng.random() < 0.3:
        account = account[:7] + rng.choice(_LETTERS) + account[8:]
    plain = "".join(_AS_DIGITS.get(char, char) for char in account)
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(plain)) % 97
    return bank, branch, account, f"{key:02d}"


def _rib_written(rng: random.Random, parts: tuple[str, str, str, str]) -> str:
    bank, branch, account, key = parts
    return rng.choice(
        (
            "".join(parts),
            " ".join(parts),
            " ".join(parts),
            "  ".join(parts),
            " | ".join(parts),
            "\t".join(parts),
            ";".join(parts),
            "-".join(parts),
            f"{bank} {branch} {groups(account, (3, 3, 3, 2), ' ')} {key}",
            f"{bank}, code guichet {branch}, compte n° {account}, clé {key}",
            f"{bank}\nCode guichet : {branch}\nNuméro de compte : {account}\nClé RIB : {key}",
            f"{bank}\nGuichet : {branch}\nN° de compte : {account}\nClé : {key}",
            f'{bank}", "codeGuichet": "{branch}", "numeroCompte": "{account}", "cleRib": "{key}',
        )
    )


def _rib(rng: random.Random) -> str:
    return _rib_written(rng, _rib_parts(rng))


def _wrong_rib(rng: random.Random) -> str:
    bank, branch, account, key = _rib_parts(rng)
    return _rib_written(rng, (bank, branch, account, f"{(int(key) + rng.randint(1, 90)) % 97 + 1:02d}"))


_BANKS = (
    "BNPA AGRI SOGE CMCI CRLY PSST CCBP CEPA DEUT COBA BARC HSBC INGB ABNA UNCR BCIT CHAS CITI UBSW KRED BCEE".split()
)
_COUNTRIES = "FR FR FR FR DE GB ES IT BE NL CH LU PT US IE AT PL SE MC".split()


def _bic(rng: random.Random) -> str:
    bank = rng.choice(_BANKS) if rng.random() < 0.6 else drawn(rng, _LETTERS, 4)
    place = rng.choice(("PP", "2A", "FF", "22", "BB", "MM", "P1", drawn(rng, _ANY, 2)))
    branch = rng.choice(("", "", "XXX", "XXX", drawn(rng, _ANY, 3), "882"))
    country = rng.choice(_COUNTRIES)
    value = bank + country + place + branch
    return rng.choice(
        (value, value, value, value, value.lower(), " ".join(p for p in (bank, country, place, branch) if p))
    )


def _wrong_bic(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{rng.choice(_BANKS)}{rng.choice(('ZZ', 'QQ', 'XQ', 'OO'))}PP",
            f"{rng.choice(_BANKS)}FR{drawn(rng, _ANY, rng.choice((1, 3, 4, 6)))}",
            f"{rng.choice(_BANKS)}4R2A",
            digits(rng, 8),
            rng.choice(
                ("VIREMENT", "PAIEMENT", "DOCUMENT", "à remplir", "INTERNATIONAL", "manquant", "TRANSFERTS", "N/A")
            ),
        )
    )


_PREFIXES = (
    ("4", 16), ("4", 16), ("4970", 16), ("4973", 16), ("51", 16), ("53", 16), ("55", 16), ("2221", 16), ("2720", 16),
    ("34", 15), ("37", 15), ("6011", 16), ("65", 16), ("3528", 16), ("3589", 16), ("36", 14), ("3000", 14),
    ("5018", 16), ("6304", 12), ("6759", 13), ("622126", 16), ("4", 13),
)  # fmt: skip


def _luhn(number: str) -> bool:
    total = 0
    for index, char in enumerate(reversed(number)):
        digit = int(char) * (1 + index % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _closed(body: str) -> str:
    return next(body + last for last in "0123456789" if _luhn(body + last))


def _card_digits(rng: random.Random) -> str:
    prefix, size = rng.choice(_PREFIXES)
    return _closed(prefix + digits(rng, size - len(prefix) - 1))


def _card_written(rng: random.Random, number: str) -> str:
    sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}.get(len(number))
    if sizes is None:
        return number
    separator = rng.choice((" ", " ", "-", "\u00a0", "."))
    return rng.choice((number, groups(number, sizes, separator), groups(number, sizes, separator)))


def _card(rng: random.Random) -> str:
    return _card_written(rng, _card_digits(rng))


_TESTS = ("4242 4242 4242 4242", "4111111111111111", "5555 5555 5555 4444", "378282246310005", "5105-1051-0510-5100")


def _wrong_card(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return rng.choice(_TESTS)
    return _card_written(rng, spoilt(rng, _card_digits(rng), _luhn))


def _not_a_card(rng: random.Random) -> str:
    """An article's EAN-13, a device's IMEI (they pass Luhn), a time in milliseconds, digits of a parcel."""
    return rng.choice(
        (
            "3" + digits(rng, 12),
            _closed("35" + digits(rng, 12)),
            "17" + digits(rng, 11),
            "9" + digits(rng, 15),
            spoilt(rng, _card_digits(rng), _luhn),
        )
    )


def _cvv(rng: random.Random) -> str:
    return digits(rng, 4 if rng.random() < 0.15 else 3)


def _isin_holds(number: str) -> bool:
    return _luhn("".join(str(int(char, 36)) for char in number))


def _isin_plain(rng: random.Random) -> str:
    country = rng.choice(
        ("FR", "FR", "FR", "US", "DE", "LU", "IE", "XS", "GB", "NL", "CH", "BE", "ES", "IT", "JP", "CA")
    )
    body = {
        "FR": "00" + digits(rng, 7) if rng.random() < 0.8 else "00" + drawn(rng, _ANY, 7),
        "US": digits(rng, 9) if rng.random() < 0.6 else digits(rng, 5) + drawn(rng, _ANY, 4),
        "GB": "00B" + drawn(rng, "BCDFGHJKLMNPQRSTVWXYZ0123456789", 6),
        "IE": "00B" + drawn(rng, "BCDFGHJKLMNPQRSTVWXYZ0123456789", 6),
        "DE": "000" + drawn(rng, _ANY, 6),
    }.get(country, digits(rng, 9))
    return next(country + body + last for last in "0123456789" if _isin_holds(country + body + last))


def _isin_written(rng: random.Random, number: str) -> str:
    return rng.choice((number, number, number, number, number.lower(), groups(number, (2, 9, 1), " ")))


def _isin(rng: random.Random) -> str:
    return _isin_written(rng, _isin_plain(rng))


def _wrong_isin(rng: random.Random) -> str:
    return _isin_written(rng, spoilt(rng, _isin_plain(rng), _isin_holds))


def _wrong_wallet(rng: random.Random) -> str:
    """One character another, or the case of one letter of an Ethereum address."""
    value = wallets.drawn(rng)
    if value.startswith("0x"):
        places = [index for index, char in enumerate(value) if char.isalpha() and index > 1]
        place = rng.choice(places)
        return value[:place] + value[place].swapcase() + value[place + 1 :]
    place = rng.randrange(8, len(value) - 1)
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l" if value.startswith(("bc1", "ltc1")) else wallets.BITCOIN
    return value[:place] + rng.choice(alphabet.replace(value[place], "")) + value[place + 1 :]


def _wallet(rng: random.Random) -> str:
    value = wallets.drawn(rng)
    return value.lower() if value.startswith("0x") and rng.random() < 0.3 else value


def _not_a_wallet(rng: random.Random) -> str:
    return rng.choice(
        (
            drawn(rng, "0123456789abcdef", 40),
            drawn(rng, "0123456789abcdef", 64),
            "0x" + drawn(rng, "0123456789abcdef", rng.choice((8, 16, 32, 64))),
            "1" + drawn(rng, wallets.BITCOIN, 32),
            "3" + drawn(rng, wallets.BITCOIN, 30),
        )
    )


def _pay(rng: random.Random) -> str:
    year, month = rng.randint(18, 140) * 1000 + rng.choice((0, 0, 500, 250)), rng.randint(1300, 9200)
    cents = rng.randint(0, 99)
    spaced = f"{year // 1000} {year % 1000:03d}"
    return rng.choice(
        (
            f"{spaced} €",
            f"{spaced} euros",
            f"{spaced.replace(' ', chr(0x202F))} €",
            f"{year} €",
            f"{year // 1000} k€",
            f"{year // 1000}K€",
            f"{month // 1000} {month % 1000:03d},{cents:02d} €",
            f"{month},{cents:02d} euros",
            f"{month} €",
            f"{month // 1000}.{month % 1000:03d},{cents:02d} EUR",
            f"EUR {month}",
        )
    )


def _pay_en(rng: random.Random) -> str:
    year = rng.randint(28, 190) * 1000 + rng.choice((0, 0, 500))
    sign = rng.choice("$£€")
    return rng.choice(
        (
            f"{sign}{year // 1000},{year % 1000:03d}",
            f"{sign}{year // 1000},{year % 1000:03d}.00",
            f"{sign}{year // 1000}k",
            f"{sign}{year}",
            f"{year // 1000},{year % 1000:03d} {rng.choice(('USD', 'GBP', 'EUR', 'dollars', 'pounds'))}",
            f"USD {year // 1000},{year % 1000:03d}",
        )
    )


def _either_pay(rng: random.Random) -> str:
    return _pay(rng) if rng.random() < 0.6 else _pay_en(rng)


_BANK_FR = ("RIB", "relevé d'identité bancaire", "coordonnées bancaires", "Compte")
_BANK_EN = ("RIB", "French bank details (RIB)", "bank account", "RIB (bank code, branch, account, key)")

TYPES = (
    Type(
        "fin.iban",
        french(
            ("IBAN", "compte", "virement vers", "RIB"),
            "Merci de virer {amount} € sur {value} avant le {date}.",
            "{name} a changé de banque : {value}",
        ),
        english(
            ("IBAN", "account", "transfer to", "bank details"),
            "Please wire {amount} euros to {value} before {date}.",
            "{name} changed banks: {value}",
        ),
        _iban,
        _wrong_iban,
        orders_fr("Que veut dire IBAN ?", "L'IBAN de {name} manque.", "le document DE12 de {date}"),
        orders_en("What does IBAN stand for?", "The IBAN of {name} is missing.", "ticket GB29 of {date}"),
        lambda rng: rng.choice(("FR", "DE", "GB", "PO")) + digits(rng, rng.choice((4, 8, 12, 16))),
    ),
    Type(
        "fin.rib",
        french(
            _BANK_FR,
            "Banque | Guichet | N° de compte | Clé\n{value}",
            "Code banque {value}",
            "Code banque : {value}\nTitulaire : {name}",
            "Titulaire : {name}\nDomiciliation : {city}\n{value}",
            "Nouveau RIB de {name} pour la paie : {value}",
        ),
        english(
            _BANK_EN,
            "The employee {name} gave a new RIB for payroll: {value}",
            "bank code, branch, account number, key\n{value}",
        ),
        _rib,
        _wrong_rib,
        orders_fr(
            "Que contient un RIB ?", "Le RIB de {name} manque.", "Merci d'envoyer un RIB à {name} avant le {date}"
        ),
        orders_en("What is on a RIB?", "The RIB of {name} is missing.", "Please send {name} a RIB before {date}"),
        lambda rng: digits(rng, rng.choice((21, 22, 24, 25))),
    ),
    Type(
        "fin.bic",
        french(
            ("BIC", "code BIC", "SWIFT", "BIC/SWIFT", "code SWIFT"),
            "Merci de virer sur l'IBAN FR7630006000011234567890189 (BIC {value}).",
            "IBAN : voir RIB joint\nBIC : {value}",
            "Virement international : banque {value}, compte de {name}",
        ),
        english(
            ("BIC", "BIC code", "SWIFT", "SWIFT/BIC", "SWIFT code"),
            "Wire it to IBAN GB29NWBK60161331926819 (BIC {value}).",
            "Beneficiary bank {value}, account of {name}",
        ),
        _bic,
        _wrong_bic,
        orders_fr(
            "Que veut dire BIC ?", "Le BIC manque.", "Un stylo BIC bleu", "Le serveur {near} redémarre.", "{near}"
        ),
        orders_en(
            "What is a BIC?", "The SWIFT code is missing.", "A BIC pen", "An app in Swift {small}", "Host {near}"
        ),
        _bic,
    ),
    Type(
        "fin.card",
        french(
            ("carte", "carte bancaire", "CB", "n° de carte", "Visa"),
            "Carte {value}, exp 09/28 : le paiement est refusé, pourquoi ?",
            "Le client {name} a payé par carte bleue {value} le {date}.",
        ),
        english(
            ("card", "credit card", "card number", "Mastercard", "debit card"),
            "I have lost my card {value}",
            "Charge {amount} euros to card {value}, expiry 09/28.",
        ),
        _card,
        _wrong_card,
        orders_fr(
            "Carte de fidélité perdue le {date}", "Quelle carte choisir ?", "IMEI {near}", "EAN {near} en rupture."
        ),
        orders_en("Which card is best?", "Business card of {name}", "IMEI {near}", "EAN {near} out of stock"),
        _not_a_card,
    ),
    Type(
        "fin.cvv",
        french(
            ("CVV", "CVC", "cryptogramme", "cryptogramme visuel", "code CVV", "CVV2"),
            "Carte 4970 1011 2233 4455, exp 09/28, cvv {value} : refusée, pourquoi ?",
            "Le code de sécurité de la carte est {value}",
            "Au dos de la carte, les trois chiffres : {value} (cryptogramme)",
            "cvv={value}&exp=0928",
        ),
        english(
            ("CVV", "CVC", "CVV2", "card security code", "security code", "CVC code"),
            "Card 4970 1011 2233 4455, exp 09/28, cvv {value}: declined, why?",
            "The CVV is {value} and the card expires 09/28",
            "cvc: {value}",
        ),
        _cvv,
        lambda rng: rng.choice(("non saisi", "***", digits(rng, 2), digits(rng, 5), digits(rng, 6), "absent", "XXX")),
        orders_fr(
            "Le CVV a 3 chiffres.",
            "Ne donnez jamais le CVV.",
            "Le champ cvv est obligatoire depuis {year}.",
            "Page {near}",
            "Il y a {near} salariés à {city}.",
            "La résistance CVC {small} du chauffage",
        ),
        orders_en(
            "The CVV has 3 digits.",
            "Never share the CVV.",
            "The field cvv is required since {year}.",
            "Page {near}",
            "Error {near}",
            "{near} people live there.",
        ),
        _cvv,
    ),
    Type(
        "fin.isin",
        french(
            ("ISIN", "code ISIN", "valeur", "titre"),
            "Acheter {small} parts de {value} au cours du {date}",
            "Le fonds {value} gagne {small} % en {year}.",
        ),
        english(
            ("ISIN", "ISIN code", "security", "fund"),
            "Buy {small} shares of {value} at the price of {date}",
            "The fund {value} gained {small} % in {year}.",
        ),
        _isin,
        _wrong_isin,
        orders_fr("Que veut dire ISIN ?", "Le code ISIN manque."),
        orders_en("What does ISIN stand for?", "The ISIN is missing."),
        lambda rng: rng.choice(
            (
                "ZZ" + digits(rng, 10),
                "FR" + digits(rng, 9),
                "US" + digits(rng, 11),
                drawn(rng, _LETTERS, 12),
                spoilt(rng, _isin_plain(rng), _isin_holds),
            )
        ),
    ),
    Type(
        "fin.crypto",
        french(
            ("adresse bitcoin", "portefeuille crypto", "adresse Ethereum", "wallet"),
            "La rançon est à verser en BTC à {value}",
            "Envoie {small} ETH à {value} avant le {date}",
        ),
        english(
            ("bitcoin address", "crypto wallet", "Ethereum address", "wallet"),
            "The ransom is to be paid in BTC to {value}",
            "Send {small} ETH to {value} before {date}",
        ),
        _wallet,
        _wrong_wallet,
        orders_fr("Commit {near} de la branche main", "Empreinte {near}", "Le bitcoin gagne {small} % en {year}."),
        orders_en("Commit {near} on main", "sha256 {near}", "Bitcoin gained {small} % in {year}."),
        _not_a_wallet,
    ),
    Type(
        "fin.salary",
        (
            "Le salaire brut annuel de {name} est de {value}.",
            "{name} gagne {value} net par mois.",
            "Rémunération fixe : {value} brut annuel",
            "Salaire de base : {value}",
            "Bulletin de paie de {name}, {date} : net imposable {value}",
            "Prétentions salariales : {value}",
            "Nom;Poste;Salaire\n{name};Technicien;{value}",
            '{"employe": "{name}", "salaire_mensuel": "{value}"}',
            "Offre d'embauche pour {name} : CDI à {city}, {value} brut par an sur 13 mois",
            "Elle est payée {value} par mois et demande une augmentation.",
            "| Nom | Salaire brut |\n|---|---|\n| {name} | {value} |",
            "Rédige un avenant : la rémunération de {name} passe à {value} à compter du {date}.",
            "Prime annuelle de {name} : {value}",
            "On lui propose un package de {value}, fixe et variable",
            "Il touchait un salaire mensuel net de {value} chez {company}.",
        ),
        (
            "The gross annual salary of {name} is {value}.",
            "{name} earns {value} a year.",
            "Base salary: {value}",
            "Her annual compensation is {value} plus bonus.",
            "name,role,salary\n{name},engineer,{value}",
            '{"employee": "{name}", "salary": "{value}"}',
            "Offer to {name}: permanent contract in {city}, {value} gross per year",
            "He is paid {value} per year and asks for a raise.",
            "| Name | Gross salary |\n|---|---|\n| {name} | {value} |",
            "Payslip of {name}, {date}: net pay {value}",
            "Salary expectations: {value}",
            "Write an amendment: the salary of {name} rises to {value} from {date}.",
            "Annual bonus of {name}: {value}",
        ),
        _either_pay,
        lambda rng: rng.choice(("à négocier", "confidentiel", "selon grille", "voir annexe 12", "3 %", "n° 4", "n/a")),
        (
            "Le prix net est de {near} par mois.",
            "Total brut de la facture : {near}",
            "Le chiffre d'affaires brut de {company} atteint {near} par an.",
            "Le loyer est de {near} par mois, charges comprises.",
            "Abonnement : {near} par an",
            "Devis de {company} : {near} HT",
            "La marge brute est de {near} en {year}.",
            "Net à payer de la facture {order} : {near}",
            "Les salaires de {small} employés seront versés le {date}.",
            "La hausse des salaires est de {small} % en {year}.",
            "Le logiciel de paie coûte {near} par an.",
            "Comment négocier son salaire à {city} ?",
            "Le salarié {name} a acheté un ordinateur à {near}.",
            "Virer {near} à {company} avant le {date}",
            "Budget formation : {near}",
        ),
        (
            "The net price is {near} per month.",
            "Gross total of the invoice: {near}",
            "{company} has a gross revenue of {near} per year.",
            "The rent is {near} per month.",
            "Subscription: {near} per year",
            "Quote from {company}: {near}",
            "Net profit was {near} in {year}.",
            "The salaries of {small} people are paid on {date}.",
            "Salaries rose by {small} % in {year}.",
            "The payroll software costs {near} per year.",
            "How do I negotiate my salary in {city}?",
            "The employee {name} bought a laptop for {near}.",
        ),
        _either_pay,
    ),
)
