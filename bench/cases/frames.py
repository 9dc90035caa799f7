"""Surroundings that any identifier occurs in (mail, lists, tables, records, logs), and those of lesser numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import cycle

_FR = (
    "@ : {value}",
    "Bonjour,\nmerci de compléter la fiche de {name} : @ {value}.\nCordialement,\n{first}",
    "Nom;Ville;@\n{name};{city};{value}",
    '{"contact": "{name}", "@": "{value}", "ville": "{city}"}',
    "{date} {time} INFO import terminé @={value} statut=ok",
    "| Ville | @ |\n|---|---|\n| {city} | {value} |",
    "Peux-tu vérifier que @ {value} est juste avant le {date} ?",
    "- Contact : {name}\n- @ : {value}\n- Ville : {city}",
    "Objet : dossier {order}\n> @ n° {value}\n> {name}",
    "<tr><td>@</td><td>{value}</td></tr>",
    "{name} ({city}) nous a transmis ceci : @ {value}, à classer",
    "Résume : réunion du {date} à {city}, présents {first} et {name}. @ : {value}. Prochaine réunion en mars.",
)
_EN = (
    "@: {value}",
    "Hello,\nplease complete the record of {name}: @ {value}.\nBest regards,\n{first}",
    "name,city,@\n{name},{city},{value}",
    '{"contact": "{name}", "@": "{value}", "city": "{city}"}',
    "{date} {time} INFO import done @={value} status=ok",
    "| City | @ |\n|---|---|\n| {city} | {value} |",
    "Can you check that @ {value} is right before {date}?",
    "- Contact: {name}\n- @: {value}\n- City: {city}",
    "Subject: file {order}\n> @ no. {value}\n> {name}",
    "record = Record(city='{city}', label='@', value='{value}')",
    "{name} ({city}) sent us this: @ {value}, please file it",
    "Summarise: meeting on {date} in {city} with {first} and {name}. @: {value}. Next meeting in March.",
)
_ORDERS_FR = (
    "La commande {near} a été expédiée le {date}.",
    "Colis {near}, livraison prévue le {date} à {city}",
    "Référence article {near}, {small} pièces en stock",
    "Le ticket {near} est clos depuis le {date}.",
    "id={near} statut=200 durée={small}ms",
    "Lot {near}, à consommer avant le {date}",
    '{"commande": "{near}", "quantité": {small}}',
    "article;quantité\n{near};{small}",
    "Que veut dire le code {near} affiché par l'imprimante ?",
    "Dossier technique {near} : voir l'annexe {small}.",
)
_ORDERS_EN = (
    "Order {near} was shipped on {date}.",
    "Parcel {near}, due on {date} in {city}",
    "Part number {near}, {small} in stock",
    "Ticket {near} has been closed since {date}.",
    "id={near} status=200 took={small}ms",
    "Batch {near}, use before {date}",
    '{"order": "{near}", "quantity": {small}}',
    "item,quantity\n{near},{small}",
    "What does the code {near} on the printer's display mean?",
    "Build {near} of release {small} failed.",
)


def french(labels: Sequence[str], *own: str) -> tuple[str, ...]:
    """French sentences around a value that one of the labels announces, then the type's own."""
    return (*_labelled(_FR, labels), *own)


def english(labels: Sequence[str], *own: str) -> tuple[str, ...]:
    """The same in English."""
    return (*_labelled(_EN, labels), *own)


def orders_fr(*own: str) -> tuple[str, ...]:
    """French sentences in which a number is an order, a parcel, a part; then the type's own."""
    return (*_ORDERS_FR, *own)


def orders_en(*own: str) -> tuple[str, ...]:
    """The same in English."""
    return (*_ORDERS_EN, *own)


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def drawn(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def groups(value: str, sizes: Sequence[int], separator: str) -> str:
    """The value cut into groups of these sizes."""
    parts, low = [], 0
    for size in sizes:
        parts.append(value[low : low + size])
        low += size
    if low != len(value):
        raise ValueError(f"groups of {low} characters, the value has {len(value)}")
    return separator.join(parts)


def spoilt(rng: random.Random, value: str, holds: Callable[[str], bool]) -> str:
    """The value with one digit changed so that its check no longer holds."""
    places = [index for index, char in enumerate(value) if char.isdigit()]
    while True:
        place = rng.choice(places)
        wrong = value[:place] + rng.choice("0123456789") + value[place + 1 :]
        if not holds(wrong):
            return wrong


def _labelled(frames: Sequence[str], labels: Sequence[str]) -> list[str]:
    return [frame.replace("@", label) for frame, label in zip(frames, cycle(labels), strict=False)]
