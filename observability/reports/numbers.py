"""Numbers as reports write them: exact for programs, and for people with the signs of their language."""

from __future__ import annotations

from collections.abc import Mapping

from observability.ledger.records import NANOS

SIGNS: Mapping[str, Mapping[str, str]] = {
    "en": {"point": ".", "thousand": ","},
    "fr": {"point": ",", "thousand": "\u202f"},
}
"""By language; the words of each report have them."""

Words = Mapping[str, str]


def exact(nanos: int) -> str:
    """A cost as a decimal number with nothing rounded: `0.000000012`."""
    whole, rest = divmod(nanos, NANOS)
    return f"{whole}.{rest:09}".rstrip("0").rstrip(".") if rest else str(whole)


def number(value: int, words: Words) -> str:
    """A whole number, `1,529`."""
    return _signed(f"{value:,}", words)


def decimal(value: float, words: Words, places: int = 4) -> str:
    """At most so many places, one at the least, without noughts at the end: `99.9`, `25`."""
    return _signed(f"{value:,.{places}f}".rstrip("0").rstrip("."), words)


def seconds(value: float, words: Words) -> str:
    """`0.25`, `12`, `340`."""
    return _signed(f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}", words)


def share(part: int, of: int, words: Words) -> str:
    """A percentage, `3.0 %`; nothing where there is nothing to share."""
    return _signed(f"{part / of * 100:.1f}", words) + " %" if of else ""


def money(nanos: int, words: Words) -> str:
    """Cents from one unit on; below it, four figures that say something."""
    places = 2
    while 0 < nanos < NANOS and places < 9 and nanos < 10 ** (12 - places):
        places += 1
    cut, rest = divmod(round(nanos / 10 ** (9 - places)), 10**places)
    return _signed(f"{cut:,}.{rest:0{places}}", words)


def amounts(nanos: Mapping[str, int], words: Words) -> str:
    """Money of each currency: `3.72 EUR, 0.004000 USD`."""
    return ", ".join(f"{money(amount, words)} {currency}" for currency, amount in nanos.items())


def _signed(text: str, words: Words) -> str:
    """What Python wrote, with the signs of the language."""
    return text.translate({ord(","): words["thousand"], ord("."): words["point"]})
