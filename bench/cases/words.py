"""Fillers of sentences: names, places, days, numbers that mean nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_FIRST = (
    "Amélie Bernard Camille David Élodie François Gaëlle Hugo Inès Julien Karim Léa Marc Nadia Olivier Pauline Quentin "
    "Rachid Sophie Thomas Ursula Valérie William Yasmine Zoé Emily James Olivia Noah Charlotte Liam Grace Henry"
).split()
_LAST = (
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia Roux "
    "Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Benali Diallo Nguyen Smith Johnson Williams Brown Taylor "
    "Wilson Walker Wright Hughes Murphy"
).split()
_CITY = "Paris Lyon Marseille Lille Nantes Toulouse Rennes Bordeaux Strasbourg Dijon London Leeds Dublin Boston".split()
_COMPANY = (
    "Dupont SA",
    "Martin & Fils",
    "Société Armor",
    "Transports Leroy",
    "Acme Ltd",
    "Wright Supplies",
    "Cobalt SAS",
)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2019, 2027)
    return rng.choice((f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}", f"{day:02}.{month:02}.{year}"))


_FILLERS: dict[str, Callable[[random.Random], str]] = {
    "first": lambda rng: rng.choice(_FIRST),
    "last": lambda rng: rng.choice(_LAST),
    "name": lambda rng: f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
    "city": lambda rng: rng.choice(_CITY),
    "company": lambda rng: rng.choice(_COMPANY),
    "date": _date,
    "time": lambda rng: f"{rng.randint(8, 18)}h{rng.randint(0, 59):02}",
    "amount": lambda rng: f"{rng.randint(12, 9800)},{rng.randint(0, 99):02}",
    "small": lambda rng: str(rng.randint(2, 99)),
    "order": lambda rng: f"CMD-{_digits(rng, 6)}",
    "year": lambda rng: str(rng.randint(1950, 2026)),
}
_SLOT = re.compile(r"\{([a-z]+)\}")


def fill(text: str, rng: random.Random) -> str:
    """The sentence with every filler's place filled; an unknown name raises KeyError."""
    return _SLOT.sub(lambda slot: _FILLERS[slot.group(1)](rng), text)
