"""Postal addresses: French ones, those of the United States and of the United Kingdom.

Formats: NF Z10-011 (number, street, BP and CS, postcode, town, CEDEX), USPS Publication 28, Royal Mail PAF.
"""

from __future__ import annotations

import random

from cases.form import Type

Rng = random.Random


def _d(rng: Rng, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


_STREETS = (
    "rue de la République", "avenue Jean Jaurès", "bd Voltaire", "boulevard Saint-Michel", "place Bellecour",
    "quai de Saône",
    "impasse des Lilas", "allée des Tilleuls", "chemin du Moulin", "route de Vannes", "rue Victor-Hugo",
    "cours Lafayette",
    "av. du Général Leclerc", "RUE DES ACACIAS", "square Pasteur", "Rue de l'Église", "rue du 8 Mai 1945",
    "passage Pommeraye",
    "esplanade Charles de Gaulle", "rue Roussel", "rond-point de l'Europe", "sentier des Douaniers",
    "faubourg Saint-Honoré", "sente des Vergers", "venelle du Four", "clos des Chênes", "rue du 11 novembre 1918",
    "mail François Mitterrand",
)  # fmt: skip
_TOWNS = (
    ("69002", "Lyon"), ("75011", "Paris"), ("13008", "Marseille"), ("35000", "RENNES"), ("44000", "Nantes"),
    ("59160", "Lomme"), ("20090", "Ajaccio"), ("97400", "Saint-Denis"), ("63190", "Saint-Jean-d'Heurs"),
    ("01000", "Bourg-en-Bresse"),
    ("78000", "Versailles"), ("06400", "Cannes"), ("72650", "La Bazoge"), ("56470", "La Trinité-sur-Mer"),
    ("76600", "Le Havre"),
)  # fmt: skip


def _address_fr(rng: Rng) -> str:
    street, (code, town) = rng.choice(_STREETS), rng.choice(_TOWNS)
    number = str(rng.randint(1, 250)) + rng.choice(("", "", "", " bis", "ter", " B"))
    gap = rng.choice((" ", " ", ", "))
    line = f"{number}{gap}{street}"
    sort = rng.random()
    if sort < 0.5:
        return f"{line}{rng.choice((', ', ' ', ' - ', chr(10), ' – '))}{code} {town}"
    if sort < 0.62:
        post = f"{rng.choice(('BP', 'CS', 'B.P.'))} {_d(rng, 5)}"
        return f"{line}\n{post}\n{code} {town.upper()} CEDEX {rng.randint(1, 20):02}"
    if sort < 0.7:
        return f"{rng.choice(('BP', 'CS'))} {_d(rng, 5)}, {code} {town} Cedex"
    if sort < 0.78:
        return f"lieu-dit {rng.choice(('Kerbihan', 'Le Bourg', 'La Croix Blanche'))}, {code} {town}"
    if sort < 0.86:
        return f"{line}, {rng.choice(('bâtiment C', 'Bât. B, appt 12', 'étage 3', '2e étage'))}, {code} {town}"
    if sort < 0.93:
        return f"{line}, F-{code} {town}"
    if sort < 0.97:
        return f"{line}, {town} ({code})"
    return f"{line} à {town}"


def _no_address_fr(rng: Rng) -> str:
    code, town = rng.choice(_TOWNS)
    return rng.choice(
        (
            f"la {rng.choice(_STREETS)}",
            f"{rng.randint(2, 40)} rues piétonnes",
            f"{rng.randint(2, 40)} places disponibles à {town}",
            f"{code} unités",
            f"{rng.randint(2, 9)} cours de yoga, {town}",
            f"{town} ({code[:2]})",
            f"{rng.randint(2, 9)} avenues et {rng.randint(2, 9)} boulevards",
            f"article {rng.randint(1, 99)}, route départementale",
            f"{rng.randint(1, 9)} impasse budgétaire",
            f"{rng.randint(2, 9)} rue et {rng.randint(2, 9)} quais à balayer",
        )
    )


ADDRESS_FR = Type(
    "contact.address_fr",
    fr=(
        "J'habite {value}.",
        "Adresse : {value}",
        "Le siège est situé {value}, depuis {year}.",
        "Merci de livrer au {value} avant {time}.",
        "nom;adresse;date\nDurand;{value};{date}",
        "Destinataire :\nSociété Armor\n{value}\nFrance",
        '{"nom": "Dupont", "adresse": "{value}"}',
        "Le contrat porte sur le logement sis {value} ; loyer {amount} €.",
        "| Site | Adresse |\n|---|---|\n| Agence | {value} |",
        "Où se trouve « {value} » par rapport à la gare ?",
        "Dossier 12, {value}, à classer",
    ),
    en=(
        "I live at {value}.",
        "Address: {value}",
        "Our Paris office moved to {value} last week.",
        "Please ship it to {value} before noon.",
        'name,address\nDurand,"{value}"',
        "Ship to:\nArmor SAS\n{value}\nFrance",
        '{"name": "Dupont", "address": "{value}"}',
        "The registered office is {value}.",
        "| Site | Address |\n|---|---|\n| Branch | {value} |",
        "How far is ({value}) from the station?",
    ),
    value=_address_fr,
    miss=_no_address_fr,
    near_fr=(
        "La rue de Rivoli est fermée à la circulation.",
        "Il y a {small} places de parking près de l'avenue.",
        "Le code postal 75011 correspond au 11e arrondissement.",
        "L'article 12 de la loi traite des routes nationales.",
        "Le projet est dans une impasse depuis {small} semaines.",
        "Suivre {small} cours en ligne à {city}",
        "Au {small}e tour, la place est libre.",
        "Passage de {small} à 75011 abonnés, quai non couvert",
    ),
    near_en=(
        "Rue de Rivoli is a street in Paris.",
        "Route 66 crosses {small} states.",
        "There are {small} places left on the course in {city}.",
        "The true value is 75011 units.",
        "if route == 12: return place",
    ),
)

_US = (
    ("Springfield", "IL 62704"), ("Boston", "MA 02108"), ("Austin", "TX 78701"), ("New York", "NY 10001-1234"),
    ("San Jose", "CA 95112"), ("Portland", "OR 97205"),
)  # fmt: skip
_GB = (
    ("London", "NW1 6XE"), ("Leeds", "LS1 4DY"), ("Bristol", "BS1 5TR"), ("Edinburgh", "EH1 1YZ"),
    ("Manchester", "M1 1AE"),
)  # fmt: skip
_ROADS_US = ("Main Street", "Oak Ave", "Elm St.", "N Lincoln Blvd", "Sunset Boulevard", "Cedar Ln", "West 42nd Street",
             "Pine Ridge Rd", "Maple Drive", "Washington Ct", "MLK Jr. Pkwy", "Old Mill Road")  # fmt: skip
_ROADS_GB = ("Baker Street", "High Street", "Station Road", "Church Lane", "Victoria Crescent", "Park Avenue",
             "King's Road", "The Grove Terrace", "Abbey Close", "Mill Gardens")  # fmt: skip


def _address_en(rng: Rng) -> str:
    sort = rng.random()
    if sort < 0.5:
        town, code = rng.choice(_US)
        unit = rng.choice(("", "", ", Apt 4B", ", Suite 210", " Apt. 12", " #5", ", Unit 9"))
        gap = rng.choice((", ", "\n", ", "))
        return f"{rng.randint(1, 9999)} {rng.choice(_ROADS_US)}{unit}{gap}{town}, {code}"
    if sort < 0.8:
        town, code = rng.choice(_GB)
        flat = rng.choice(("", "", "Flat 3, ", "Unit 12, "))
        gap = rng.choice((", ", "\n"))
        return f"{flat}{rng.randint(1, 300)}{rng.choice(('', '', 'a'))} {rng.choice(_ROADS_GB)}{gap}{town}{gap}{code}"
    if sort < 0.9:
        town, code = rng.choice(_US)
        return f"{rng.choice(('P.O. Box', 'PO Box'))} {rng.randint(10, 9999)}, {town}, {code}"
    return f"{rng.randint(1, 999)} {rng.choice((*_ROADS_US, *_ROADS_GB))}"


def _no_address_en(rng: Rng) -> str:
    return rng.choice(
        (
            f"{rng.randint(2, 40)} streets downtown",
            f"the {rng.choice(_ROADS_GB)}",
            f"{rng.randint(2, 40)} cars on the road",
            f"{rng.randint(2, 40)} people drive to work",
            f"{rng.randint(2, 9)} court cases",
            f"{rng.randint(2, 40)} hours of way too much",
            f"Suite {rng.randint(1, 9)} in D minor",
            f"{rng.randint(2, 40)} close calls",
            f"{rng.randint(1, 99)} lane markings",
        )
    )


ADDRESS_EN = Type(
    "contact.address_en",
    fr=(
        "Expédiez le colis à {value}.",
        "Adresse du client américain : {value}",
        "Notre filiale se trouve {value}, depuis {year}.",
        "nom;adresse\nSmith;{value}",
        "Livrer :\nAcme Ltd\n{value}",
        '{"nom": "Smith", "adresse": "{value}"}',
        "Réunion au {value} à {time}.",
        "| Site | Adresse |\n|---|---|\n| Bureau | {value} |",
        "Est-ce que « {value} » est une adresse valable ?",
        "Son nouveau domicile : {value} (à confirmer)",
    ),
    en=(
        "I live at {value}.",
        "Address: {value}",
        "Please ship it to {value} before noon.",
        'name,address\nSmith,"{value}"',
        "Ship to:\nAcme Ltd\n{value}",
        '{"name": "Smith", "address": "{value}"}',
        "Our office is at {value}; come by at {time}.",
        "| Site | Address |\n|---|---|\n| Branch | {value} |",
        "Is ({value}) a valid address?",
        "We moved from {value} in {year}.",
        "Meet me at {value}!",
    ),
    value=_address_en,
    miss=_no_address_en,
    near_fr=(
        "Wall Street a clôturé en hausse de {small} points.",
        "La suite {small} de l'hôtel est libre.",
        "Il y a {small} street-artistes à {city}.",
        "Le Road 66 Bar ouvre à {time}.",
    ),
    near_en=(
        "Wall Street fell {small} points on {date}.",
        "We drove {small} miles down the road.",
        "In {year} Court TV was launched.",
        "Version 12 Drive mode is broken.",
        "The top {small} places to visit in {city}.",
        "The Supreme Court heard {small} cases.",
        "Step 4 Close the window",
        "the film 48 Elm Street scared {first}",
    ),
)

TYPES = (ADDRESS_FR, ADDRESS_EN)
