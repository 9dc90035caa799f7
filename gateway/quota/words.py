"""Quotas in words, English and French: which limit, how much of it is used, when it begins anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.quota.units import Exceeded

Words = dict[str, str]

CENTS = 10_000
"""Millionths."""


def money(micros: int, currency: str) -> str:
    """An amount: to the cent, or exactly where it has less than one."""
    digits = 2 if micros % CENTS == 0 or micros >= 100 * CENTS else 6
    return f"{micros / 1_000_000:,.{digits}f} {currency}"


def amount(count: int, unit: str, currency: str) -> Words:
    """So much of a unit."""
    if unit == "cost":
        text = money(count, currency)
        return {"en": text, "fr": text.replace(",", " ").replace(".", ",")}
    en, fr = _UNITS[unit]
    return {"en": f"{count:,} {en}", "fr": f"{count:,} {fr}".replace(",", " ")}


def limit(count: int, unit: str, window: str, currency: str) -> Words:
    """A limit: so much of a unit in a window."""
    each = ("", "") if unit == "concurrent" else _SPANS[window]
    said = amount(count, unit, currency)
    return {"en": said["en"] + each[0], "fr": said["fr"] + each[1]}


def exceeded_words(exceeded: Exceeded, currency: str, *, unstated: bool = False) -> Words:
    """Why there is no room for a call. unstated: it says nothing of how long its answer may be."""
    whole = limit(exceeded.limit, exceeded.unit, exceeded.window, currency)
    scope_en, scope_fr = exceeded.scope.replace("_", " "), SCOPES_FR[exceeded.scope]
    en = [f"The quota of this {scope_en} has no room for this call: {whole['en']}"]
    fr = [f"Le quota ({scope_fr}) n'a plus de place pour cet appel : {whole['fr']}"]
    if exceeded.used is not None:
        used = amount(exceeded.used, exceeded.unit, currency)
        en[0] += f", of which {used['en']} are used or held"
        agree = "es" if exceeded.unit == "requests" else "s"  # requêtes
        fr[0] += f", dont {used['fr']} utilisé{agree} ou réservé{agree}"
    en[0], fr[0] = f"{en[0]}.", f"{fr[0]}."
    if exceeded.hopeless:
        needed = amount(exceeded.amount, exceeded.unit, currency)
        en.append(f"By itself the call may need {needed['en']}, so it can never be served: ask for less at once.")
        fr.append(
            f"À lui seul, l'appel peut demander {needed['fr']} : il ne passera jamais ; demandez moins à la fois."
        )
        return {"en": " ".join(en), "fr": " ".join(fr)}
    if exceeded.used is not None and exceeded.used < exceeded.limit and exceeded.unit in _SIZED:
        needed = amount(exceeded.amount, exceeded.unit, currency)
        less = _LESS if unstated and exceeded.unit != "input" else {"en": "", "fr": ""}
        en.append(f"This call may need {needed['en']}{less['en']}.")
        fr.append(f"Cet appel peut demander {needed['fr']}{less['fr']}.")
    if exceeded.end is not None:
        when = datetime.fromtimestamp(exceeded.end, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        en.append(f"It begins anew at {when}.")
        fr.append(f"Il repart à zéro le {when}.")
    return {"en": " ".join(en), "fr": " ".join(fr)}


def stops(exceeded: Exceeded) -> bool:
    """Whether trying again soon is of no use."""
    return exceeded.hopeless or (exceeded.window not in ("second", "minute", "hour") and exceeded.unit != "concurrent")


_SIZED = ("input", "output", "tokens", "cost")
"""What a call needs much or little of."""

_LESS = {
    "en": "; state a maximum (such as max_tokens) to need less",
    "fr": " ; indiquez un maximum (max_tokens, par exemple) pour demander moins",
}
_UNITS = {
    "requests": ("requests", "requêtes"),
    "input": ("input tokens", "jetons en entrée"),
    "output": ("output tokens", "jetons en sortie"),
    "tokens": ("tokens", "jetons"),
    "concurrent": ("concurrent calls", "appels simultanés"),
}
_SPANS = {
    "second": (" a second", " par seconde"),
    "minute": (" a minute", " par minute"),
    "hour": (" an hour", " par heure"),
    "day": (" a day", " par jour"),
    "week": (" a week", " par semaine"),
    "month": (" a month", " par mois"),
}
SCOPES_FR = {
    "organisation": "organisation",
    "team": "équipe",
    "use_case": "cas d'usage",
    "user": "utilisateur",
    "key": "clé",
    "model": "modèle",
    "contract": "contrat",
    "destination": "destination",
}
