"""What a caller is told of a rule that refused: its name, types, count and place, whom to ask and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway import places
from gateway.errors import PolicyRefusal
from gateway.liftable import may_lift
from gateway.reading import reasons

if TYPE_CHECKING:
    from gateway.exchange import Candidate, Exchange
    from policies.decide import Place, RuleHit, Ruling


def policy_refusal(exchange: Exchange, candidate: Candidate) -> PolicyRefusal:
    """The refusal that quotes a ruling: rule, types, count, place, whom to ask, the call's id and what to do."""
    said = policy_words(exchange, candidate.ruling)
    hit = candidate.ruling.decided_by
    unread = exchange.unread if hit is not None and "class.not_inspectable" in hit.detectors else ""
    if unread:
        why = reasons.words(exchange.unread)
        said = {language: f"{why[language]} {words}" for language, words in said.items()}
    refusal = PolicyRefusal("policy_refused", said, retry=False)
    if hit is not None:
        refusal.param = hit.rule
    if unread:
        refusal.because = {"unread": unread}
    return refusal


def policy_words(exchange: Exchange, ruling: Ruling) -> dict[str, str]:
    """The words of a ruling that denies. Never characters of what was found."""
    hit, call = ruling.decided_by, exchange.call
    en, fr = [ruling.message.get("en", "Refused by policy.")], [ruling.message.get("fr", "Refusé par une règle.")]
    if hit is not None:
        en.append(f"Rule {hit.rule}{_found(hit, 'found')}.")
        fr.append(f"Règle {hit.rule}{_found(hit, 'trouvé ')}.")
        if hit.place is not None:
            place = _place(exchange, hit.place)
            en.append(place["en"])
            fr.append(place["fr"])
    if ruling.contact:
        en.append(f"Questions: {ruling.contact}.")
        fr.append(f"Questions : {ruling.contact}.")
    en.append(f"Call {call}. Wrong? Say so: ecluse report {call} (or POST /ecluse/report/{call}).")
    fr.append(f"Appel {call}. Une erreur ? Dites-le : ecluse report {call} (ou POST /ecluse/report/{call}).")
    if may_lift(exchange, ruling):
        en.append("You may lift this rule for this value and an hour: add --override --reason WHY.")
        fr.append("Vous pouvez lever la règle pour cette valeur et une heure : ajoutez --override --reason POURQUOI.")
    return {"en": " ".join(en), "fr": " ".join(fr)}


def _found(hit: RuleHit, word: str) -> str:
    return f" ({word}: {', '.join(hit.detectors)} x {hit.count})" if hit.detectors else ""


def _place(exchange: Exchange, place: Place) -> dict[str, str]:
    ask, classification = exchange.ask, exchange.classification
    where = places.Spot() if ask is None or classification is None else places.spot(ask, classification, place)
    return places.words(place, where)
