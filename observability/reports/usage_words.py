"""The words of the report on usage and cost, English and French."""

from __future__ import annotations

from collections.abc import Mapping

from observability.reports.numbers import SIGNS

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        **SIGNS["en"],
        "title": "Usage and cost, {period}",
        "of": "Organisation: {organisation}. Days and months are counted in {zone}.",
        "whole_of": "The whole, in {currency}",
        "no_currency": "no currency",
        "nothing": "No call reached the gateway in this time.",
        "begins": "The ledger begins at {at}: what was before is not in these figures.",
        "not_over": "The time is not over: these are the figures of {at}.",
        "damaged": "Damaged segments of the ledger: {n}. What can't be read of them is in no figure.",
        "several": "The configuration counted in several currencies in this time; each has its own tables.",
        "calls": "calls", "served": "served", "refused": "refused", "attempts": "attempts",
        "errors": "attempts without a whole answer", "input": "tokens in", "output": "tokens out",
        "cached": "of them from the vendors' caches", "reasoning": "of them reasoning", "cost": "cost",
        "per_call": "cost of a served call", "estimated": "of the cost, for tokens that vendors didn't count (*)",
        "assumed": "of the cost, at an assumed price (†)", "failed": "of the cost, for attempts without a whole answer",
        "drilled": "of the cost, for drills", "share": "share", "figure": "figure", "value": "value",
        "cached_share": "cached", "in": "tokens in", "out": "tokens out",
        "by": "By {name}", "and": " and ", "none": "(none)", "others": "({n} others)",
        "day": "day", "month": "month", "organisation": "organisation", "team": "team",
        "use_case": "use case", "person": "person", "key": "key", "model": "model",
        "destination": "destination", "vendor": "vendor", "contract": "contract",
        "vendor_model": "vendor's model", "dialect": "API of the tool", "operation": "operation",
        "data_class": "data class",
        "marks": "`*` a part of the cost is for tokens that the vendor didn't count, which were estimated. `†` a part "
        "is at the dearest known price, since none is known of the model: state one under `prices` of its contract.",
        "how": "How it was found",
        "sums": "Sums of the {attempts} ATTEMPT records of the ledger from {since} until before {until}, each added as "
        "the whole number of thousand millionths that it is. A call counts where it ended; its cost counts where each "
        "attempt went. Costs are by the price list of the configuration, not by invoices.",
        "ledgers": "Ledgers read: {n}. Each replica of the gateway has its own; what is in none of these is not in "
        "the figures.",
        "unknown": "Of {n} attempts the INTENT isn't in the ledger any more: nobody knows whose they were.",
        "see_days": "Cost by day", "see_teams": "Cost by team", "see_models": "Cost by model",
    },
    "fr": {
        **SIGNS["fr"],
        "title": "Consommation et coût, {period}",
        "of": "Organisation : {organisation}. Jours et mois sont comptés dans le fuseau {zone}.",
        "whole_of": "L'ensemble, en {currency}",
        "no_currency": "sans devise",
        "nothing": "Aucun appel n'est arrivé à la passerelle pendant cette période.",
        "begins": "Le registre commence le {at} : ce qui a précédé n'est pas dans ces chiffres.",
        "not_over": "La période n'est pas terminée : chiffres du {at}.",
        "damaged": "Segments endommagés du registre : {n}. Ce qui n'en peut être lu n'est dans aucun chiffre.",
        "several": "La configuration a compté en plusieurs devises pendant cette période ; chacune a ses tableaux.",
        "calls": "appels", "served": "servis", "refused": "refusés", "attempts": "tentatives",
        "errors": "tentatives sans réponse entière", "input": "jetons en entrée", "output": "jetons en sortie",
        "cached": "dont lus dans les caches des fournisseurs", "reasoning": "dont raisonnement", "cost": "coût",
        "per_call": "coût d'un appel servi",
        "estimated": "du coût, pour des jetons que le fournisseur n'a pas comptés (*)",
        "assumed": "du coût, à un prix supposé (†)", "failed": "du coût, pour des tentatives sans réponse entière",
        "drilled": "du coût, pour des exercices", "share": "part", "figure": "chiffre", "value": "valeur",
        "cached_share": "en cache", "in": "jetons entrée", "out": "jetons sortie",
        "by": "Par {name}", "and": " et ", "none": "(aucun)", "others": "({n} autres)",
        "day": "jour", "month": "mois", "organisation": "organisation", "team": "équipe", "use_case": "cas d'usage",
        "person": "personne", "key": "clé", "model": "modèle", "destination": "destination", "vendor": "fournisseur",
        "contract": "contrat", "vendor_model": "modèle du fournisseur", "dialect": "API de l'outil",
        "operation": "opération", "data_class": "classe de données",
        "marks": "`*` une partie du coût vient de jetons que le fournisseur n'a pas comptés et qui ont été estimés. "
        "`†` une partie est au prix connu le plus cher, faute d'un prix du modèle : mettez-le sous `prices`.",
        "how": "Comment c'est établi",
        "sums": "Sommes des {attempts} enregistrements ATTEMPT du registre du {since} jusqu'avant le {until}, chacun "
        "ajouté comme le nombre entier de milliardièmes qu'il est. Un appel compte là où il s'est terminé ; son coût "
        "compte là où chaque tentative est allée. Les coûts suivent les prix de la configuration, pas les factures.",
        "ledgers": "Registres lus : {n}. Chaque réplique de la passerelle a le sien ; ce qui n'est dans aucun d'eux "
        "n'est pas dans ces chiffres.",
        "unknown": "De {n} tentatives, l'INTENT n'est plus dans le registre : on ne sait plus de qui elles étaient.",
        "see_days": "Coût par jour", "see_teams": "Coût par équipe", "see_models": "Coût par modèle",
    },
}  # fmt: skip
"""By language, then by key."""
