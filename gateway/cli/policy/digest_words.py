"""The words of the digest, in English and French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Section(NamedTuple):
    """One section. said: a sentence under the heading. head: of its table."""

    heading: str
    said: str
    head: tuple[str, ...]


class Words(NamedTuple):
    """All words of one language. The mappings go by the names that the ledger and the bundle use."""

    title: str
    calls: str
    ends: Mapping[str, str]
    came: Mapping[str, str]
    would: Mapping[str, str]
    gone: str
    modes: Mapping[str, str]
    what: Mapping[str, str]
    sections: Mapping[str, Section]


_EN = Words(
    title="Policies from {since} to {until}",
    calls="{calls} recorded calls: {ends}. The bundle's revision is {revision}.",
    ends={"served": "served", "refused": "refused", "failed": "failed", "cut": "cut off", "left": "left by the client"},
    came={
        "deny": "refused", "cut": "cut off", "kept": "kept from a destination, served by another",
        "reroute": "sent elsewhere", "redact": "redacted", "pseudonymise": "replaced by tokens",
        "warn": "told the caller", "allow": "permitted", "repair": "asked again",
    },
    would={
        "deny": "kept from the destination", "redact": "redacted", "pseudonymise": "replaced by tokens",
        "reroute": "sent elsewhere", "warn": "told the caller", "allow": "permitted", "repair": "asked again",
    },
    gone="no more in the bundle",
    modes={"enforce": "in force", "shadow": "in shadow"},
    what={"exception": "exception", "shadow": "shadow of rule", "contract": "contract"},
    sections={
        "rules": Section(
            "What the rules did",
            "Calls in which a rule in force did something. Matched: at any destination of the model, also where the "
            "call didn't go, or where another rule did more. Before: in the time before, of the same length.",
            ("rule", "policy", "did", "calls", "matched", "before", "most in teams"),
        ),
        "shadow": Section(
            "What rules in shadow would have done",
            "Nothing was changed. Calls: those that it met where they went. Put a rule in force when what it meets is "
            "what was meant; `ecluse policy replay` tells what would become of whole calls.",
            ("rule", "policy", "would have", "calls", "matched", "before", "in shadow until"),
        ),
        "reports": Section(
            "What callers reported",
            "`ecluse policy inbox` shows each report.",
            ("rule", "said to be wrong", "lifted for an hour"),
        ),
        "exceptions": Section(
            "Exceptions that were used",
            "One that isn't in this list lifted nothing, and may not be needed.",
            ("exception", "calls", "last day"),
        ),
        "ends_soon": Section(
            "What ends soon",
            "Within 30 days; a negative number is over already.",
            ("what", "name", "on", "days left"),
        ),
        "quiet": Section(
            "Rules that never matched",
            "Nothing of the kind happened, or the rule doesn't see it: `ecluse policy test --coverage` tells.",
            ("rule", "policy", "mode"),
        ),
        "without_a_rule": Section(
            "Refused without a rule",
            "What no rule permits, and what can't be inspected.",
            ("reason", "calls", "before"),
        ),
    },
)  # fmt: skip

_FR = Words(
    title="Règles du {since} au {until}",
    calls="{calls} appels enregistrés : {ends}. Révision des règles : {revision}.",
    ends={"served": "servis", "refused": "refusés", "failed": "échoués", "cut": "coupés", "left": "quittés"},
    came={
        "deny": "refusé", "cut": "coupé", "kept": "écarté d'une destination, servi par une autre",
        "reroute": "envoyé ailleurs", "redact": "masqué", "pseudonymise": "remplacé par des jetons",
        "warn": "averti", "allow": "permis", "repair": "redemandé",
    },
    would={
        "deny": "écarté de la destination", "redact": "masqué", "pseudonymise": "remplacé par des jetons",
        "reroute": "envoyé ailleurs", "warn": "averti", "allow": "permis", "repair": "redemandé",
    },
    gone="n'est plus dans les règles",
    modes={"enforce": "en vigueur", "shadow": "à l'essai"},
    what={"exception": "exception", "shadow": "essai de la règle", "contract": "contrat"},
    sections={
        "rules": Section(
            "Ce que les règles ont fait",
            "Appels où une règle en vigueur a eu un effet. Touchés : à une destination quelconque du modèle, même là "
            "où l'appel n'est pas allé, ou là où une autre règle a fait plus. Avant : même durée, juste avant.",
            ("règle", "politique", "effet", "appels", "touchés", "avant", "surtout les équipes"),
        ),
        "shadow": Section(
            "Ce que les règles à l'essai auraient fait",
            "Rien n'a été changé. Appels : ceux qu'elle a touchés là où ils sont allés. Mettez une règle en vigueur "
            "quand elle touche ce qui était visé ; `ecluse policy replay` dit ce que deviendraient les appels entiers.",
            ("règle", "politique", "aurait", "appels", "touchés", "avant", "à l'essai jusqu'au"),
        ),
        "reports": Section(
            "Ce qui a été signalé",
            "`ecluse policy inbox` montre chaque signalement.",
            ("règle", "dite fausse", "levée une heure"),
        ),
        "exceptions": Section(
            "Exceptions utilisées",
            "Celle qui n'est pas dans cette liste n'a rien levé ; peut-être ne sert-elle plus.",
            ("exception", "appels", "dernier jour"),
        ),
        "ends_soon": Section(
            "Ce qui finit bientôt",
            "Dans les 30 jours ; un nombre négatif est déjà passé.",
            ("quoi", "nom", "le", "jours restants"),
        ),
        "quiet": Section(
            "Règles qui n'ont rien touché",
            "Rien de tel n'est arrivé, ou la règle ne le voit pas : `ecluse policy test --coverage` le dit.",
            ("règle", "politique", "mode"),
        ),
        "without_a_rule": Section(
            "Refusé sans règle",
            "Ce qu'aucune règle ne permet, et ce qui ne peut être inspecté.",
            ("raison", "appels", "avant"),
        ),
    },
)  # fmt: skip

WORDS = {"en": _EN, "fr": _FR}
