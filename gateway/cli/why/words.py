"""The words of answers, in English and French."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from gateway.quota import words as quotas


class Words(NamedTuple):
    """All words of one language. The mappings go by the names that the ledger uses."""

    outcomes: Mapping[str, str]
    counts: Mapping[str, tuple[str, str]]
    colon: str
    semicolon: str
    sent: str
    not_sent: str
    directions: Mapping[str, str]
    roles: Mapping[str, str]
    message: str
    earlier: str
    verdicts: Mapping[str, str]
    no_contract: str
    answered: str
    faults: Mapping[str, str]
    drill: str
    owner_of_policy: str
    for_use_case: str
    field: str
    failed: str
    titles: Mapping[str, str]
    rule: str
    titled: str
    who: str
    states: Mapping[str, str]
    told: str
    days: tuple[str, ...]
    span: str
    days_apart: str
    none: str
    nearest: str
    others: tuple[str, str, str, str, str]
    around: str
    orders: str
    unnamed: str
    same: str
    newer: str
    unread: str
    not_recorded: str
    damaged: str


_EN = Words(
    outcomes={
        "refused": "refused",
        "failed": "failed",
        "cut": "broken off",
        "left": "the client left",
        "served": "served",
    },
    counts={
        "refused": ("refused", "refused"),
        "failed": ("failed", "failed"),
        "cut": ("broken off", "broken off"),
        "left": ("left by the client", "left by the client"),
        "served": ("served", "served"),
    },
    colon=": ",
    semicolon="; ",
    sent="something had been sent to a vendor",
    not_sent="nothing was sent",
    directions={
        "request": "in the request",
        "tool_arguments": "in what a tool was given",
        "tool_results": "in what a tool returned",
        "response": "in the answer",
    },
    roles={
        "system": "instructions",
        "user": "user",
        "assistant": "assistant",
        "tool": "tool",
        "tool_definition": "definition of a tool",
        "reasoning": "reasoning",
    },
    message="message {}",
    earlier="earlier turn",
    verdicts={"allow": "permitted", "deny": "denied", "reroute": "rerouted to"},
    no_contract="no contract in force",
    answered="answered",
    faults={"vendor": "the vendor's fault", "ours": "ours to mend", "client": "the client's mistake"},
    drill="a drill made it",
    owner_of_policy="{} (owner of policy {})",
    for_use_case="{} (for use case {})",
    field="It is about the field {}.",
    failed="The request could not be inspected ({}).",
    titles={
        "who": "who",
        "asked": "asked",
        "what": "outcome",
        "why": "why",
        "found": "found",
        "where": "where",
        "tries": "attempts",
        "rules": "rules",
        "ask": "ask",
        "do": "do",
        "more": "more",
    },
    rule="Rule {rule} of policy {policy}",
    titled=": {}",
    who="team {team}, use case {use_case}, {person}, key {key}",
    states={
        "same": "it says the same now",
        "changed": "it has been CHANGED since",
        "gone": "it is NO LONGER in the bundle",
        "unknown": "",
        "": "",
    },
    told='The caller was told: "{}"',
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    span="between {since} and {until} on {day} ({zone})",
    days_apart="between {since} on {day} and {until} on {later} ({zone})",
    none="No such call {}.",
    nearest="The nearest is at {at} on {day}: `ecluse ledger why {call}`.",
    others=("time", "call", "team", "outcome", "by"),
    around="What else happened around then:",
    orders="Stops in the day before:",
    unnamed="a model that isn't on record",
    same="bundle {then}, which is in force now too",
    newer="bundle {then}; in force now is {now}",
    unread="bundle {then}; the bundle of now can't be read, so titles and owners are missing",
    not_recorded="Callers without a valid key and calls turned away at the door leave no record each, only a sum.",
    damaged="Damaged segments of the ledger: {}. What can't be read of them is missing here.",
)
_FR = Words(
    outcomes={
        "refused": "refusé",
        "failed": "échoué",
        "cut": "interrompu",
        "left": "le client est parti",
        "served": "servi",
    },
    counts={
        "refused": ("refusé", "refusés"),
        "failed": ("en échec", "en échec"),
        "cut": ("interrompu", "interrompus"),
        "left": ("abandonné par le client", "abandonnés par le client"),
        "served": ("servi", "servis"),
    },
    colon=" : ",
    semicolon=" ; ",
    sent="quelque chose était parti chez un fournisseur",
    not_sent="rien n'a été envoyé",
    directions={
        "request": "dans la requête",
        "tool_arguments": "dans les arguments d'un outil",
        "tool_results": "dans le résultat d'un outil",
        "response": "dans la réponse",
    },
    roles={
        "system": "consignes",
        "user": "utilisateur",
        "assistant": "assistant",
        "tool": "outil",
        "tool_definition": "définition d'un outil",
        "reasoning": "raisonnement",
    },
    message="message {}",
    earlier="tour précédent",
    verdicts={"allow": "permis", "deny": "refusé", "reroute": "détourné vers"},
    no_contract="aucun contrat en vigueur",
    answered="a répondu",
    faults={"vendor": "faute du fournisseur", "ours": "à nous de réparer", "client": "erreur du client"},
    drill="un exercice en est la cause",
    owner_of_policy="{} (responsable de la politique {})",
    for_use_case="{} (pour le cas d'usage {})",
    field="Il s'agit du champ {}.",
    failed="La requête n'a pas pu être inspectée ({}).",
    titles={
        "who": "qui",
        "asked": "demande",
        "what": "issue",
        "why": "pourquoi",
        "found": "trouvé",
        "where": "où",
        "tries": "tentatives",
        "rules": "règles",
        "ask": "demander",
        "do": "que faire",
        "more": "de plus",
    },
    rule="Règle {rule} de la politique {policy}",
    titled=" : {}",
    who="équipe {team}, cas d'usage {use_case}, {person}, clé {key}",
    states={
        "same": "elle dit la même chose aujourd'hui",
        "changed": "elle a CHANGÉ depuis",
        "gone": "elle n'est PLUS dans le bundle",
        "unknown": "",
        "": "",
    },
    told="L'appelant a lu : « {} »",
    days=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    span="entre {since} et {until} le {day} ({zone})",
    days_apart="entre {since} le {day} et {until} le {later} ({zone})",
    none="Aucun appel de ce genre {}.",
    nearest="Le plus proche est à {at} le {day} : `ecluse ledger why {call}`.",
    others=("heure", "appel", "équipe", "issue", "par"),
    around="Ce qui s'est passé d'autre à ce moment :",
    orders="Suspensions dans les 24 heures qui précèdent :",
    unnamed="un modèle qui n'est pas consigné",
    same="bundle {then}, encore en vigueur",
    newer="bundle {then} ; en vigueur aujourd'hui : {now}",
    unread="bundle {then} ; le bundle actuel est illisible : titres et responsables manquent",
    not_recorded="Les appelants sans clé valable et les appels refoulés à la porte ne laissent qu'une somme.",
    damaged="Segments endommagés du registre : {}. Ce qui n'en peut être lu manque ici.",
)
WORDS: Final[Mapping[str, Words]] = {"en": _EN, "fr": _FR}

_NAMED: Final = {"team": "team", "use_case": "use_case", "user": "person", "key": "key", "organisation": "organisation"}


def quota_words(because: Mapping[str, Any], who: Mapping[str, Any], model: str, language: str) -> str:
    """Which limit had no room, and how much of it was used. because: as OUTCOME has it."""
    scope, unit, currency = because["scope"], because["unit"], because.get("currency") or ""
    whole = quotas.limit(because["limit"], unit, because["window"], currency)[language]
    name = who.get(_NAMED.get(scope, ""), model if scope == "model" else "")
    used = because.get("used")
    spent = quotas.amount(used, unit, currency)[language] if used is not None else ""
    needs = quotas.amount(because["asked"], unit, currency)[language]
    end = because.get("end")
    until = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%d %H:%M UTC") if end else ""
    if language == "fr":
        said = f"Limite ({quotas.SCOPES_FR[scope]}{f' {name}' if name else ''}) : {whole}"
        said += f", dont {spent} pris ou réservés" if spent else ""
        said += f" ; l'appel en demandait {needs}" if because["asked"] else ""
        return said + (f" ; à zéro le {until}." if until and not because.get("hopeless") else ".")
    said = f"Limit of {scope.replace('_', ' ')}{f' {name}' if name else ''}: {whole}"
    said += f", of which {spent} were used or held" if spent else ""
    said += f"; the call needed {needs}" if because["asked"] else ""
    return said + (f"; anew at {until}." if until and not because.get("hopeless") else ".")
