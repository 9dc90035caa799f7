"""The sentences of the report on service levels, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from observability.reports.numbers import SIGNS

_EN = {
    **SIGNS["en"],
    "title": "Service levels in {month}",
    "made": "Made on {day} from the attempts in the ledger{over}. Attempts that drills made fail are left out. The "
    "terms are those of the bundle as it was then.",
    "so_far": ", of a month that isn't over: nothing is final",
    "begins": "The ledger begins on {day}: what was before that isn't counted.",
    "damaged": "**Damaged segments of the ledger: {n}. What can't be read of them is in no figure.**",
    "nothing": "There is no contract, and no attempt under one.",
    "contract": "contract",
    "promise": "promise",
    "promised": "promised",
    "measured": "measured",
    "verdict": "verdict",
    "credit": "credit",
    "claim_by": "claim by",
    "kept": "kept",
    "broken": "**broken**",
    "unjudged": "not judged: too few requests",
    "no_promise": "nothing promised",
    "availability": "availability",
    "first_token": "first word, {percentile} % of streamed answers",
    "total": "whole answer, {percentile} % of answers",
    "within": "within {seconds} s",
    "no_answers": "no such answers",
    "by": "{title}, by {processor}",
    "gone": "The bundle has no contract of this name; what its destinations did is measured all the same.",
    "quiet": "Nothing was sent under it.",
    "sent": "{requests} requests were counted, {failed} of them failed. Not counted: {throttled} that were throttled "
    "(429: no room is no fault), {aside} that ended by our doing or the client's.",
    "uncounted": "{uncounted} failed in a way that the contract doesn't count; they are among the requests, as ones "
    "that didn't fail.",
    "cost": "They cost {amounts}, by the prices that the gateway knows.",
    "requests_how": "Availability is the share of requests that didn't fail.",
    "minutes_how": "Availability is the share of the month's minutes that weren't lost: {lost} of {minutes} were. A "
    "minute is lost where at least {errors} % of its requests failed, of {least} at the least. Minutes without "
    "requests count as kept.",
    "faults": "Failed: {faults}. A request is counted when it was sent. Times are those of {zone}.",
    "worst": "The worst hours",
    "hour": "hour",
    "requests": "requests",
    "failed": "failed",
    "share": "share",
    "throttled": "throttled",
    "picture_days": "Requests of each day that failed, in percent, by contract",
    "picture_hours": "Failed requests of each hour, and throttled ones",
    "axis_days": "day of the month",
    "claim": "Claim",
    "claim_due": "A credit can be claimed{until}{to}.",
    "claim_until": " until {day}",
    "claim_to": ", at {to}",
    "claim_lapsed": "The time to claim ended on {day}.",
    "claim_none": "The promise was broken, but the contract states no credit for it.",
    "claim_later": "What may be claimed is settled when the month is over.",
    "claim_void": "**The claim doesn't hold as it stands**: {early} attempts began before the wait was over that the "
    "vendor or the contract asked for ({asked} waits). Some are listed below.",
    "claim_waited": "The gateway kept the waits that the vendor and the contract asked for: {asked} waits, no attempt "
    "within one.",
    "claim_unasked": "The contract asks for no wait before another attempt.",
    "claim_cut": "{cut} answers asked for a wait of more than {longest} s. It counts as that long "
    "(`claim.longest_seconds`): look whether the contract lets it.",
    "early": "- {destination}, sent at {began}, was to wait until {until}",
    "asks": "The vendor also asks for: {asks}",
    "letter": "Text of the claim",
    "letter_1": "Under contract {contract} with {processor} we claim a service credit for {month}.",
    "letter_2": "Promised was {what}, measured {measured}.",
    "letter_3": "We claim {percent} % of the charges of the month{amounts}.",
    "letter_amounts": ", by our records {amounts}",
    "letter_4": "Of {requests} requests {failed} failed by the contract's definition ({faults}). Throttled requests, "
    "and those that ended by our doing, are not counted. {attached}",
    "attached": "The list of failed requests, with your ids of them where you gave any, is attached (evidence.csv).",
    "attached_most": "A list of {kept} of the failed requests, with your ids of them where you gave any, is attached "
    "(evidence.csv); the other {more} can be named as well.",
    "substitutes": "Contracts that can take its place: {names}.",
    "evidence": "Evidence",
    "evidence_said": "The first {shown} of {failed} failed requests; all of them are in evidence.csv.",
    "evidence_most": "The first {shown} of {failed} failed requests. evidence.csv has {kept} of them, the most that it "
    "takes; the other {more} are in the figures and in the ledger.",
    "evidence_all": "All failed requests.",
    "time": "sent",
    "destination": "destination",
    "status": "status",
    "error": "error",
    "seconds": "seconds",
    "vendor_request": "vendor's id",
    "call": "call",
    "months": "January February March April May June July August September October November December",
    "none": "none",
}

_FR = {
    **SIGNS["fr"],
    "title": "Niveaux de service : {month}",
    "made": "Établi le {day} d'après les tentatives du registre{over}. Celles que les exercices ont fait échouer sont "
    "laissées de côté. Les conditions sont celles des règles à cette date.",
    "so_far": ", pour un mois qui n'est pas fini : rien n'est définitif",
    "begins": "Le registre commence le {day} : ce qui précède n'est pas compté.",
    "damaged": "**Segments endommagés du registre : {n}. Ce qui n'en peut être lu n'est dans aucun chiffre.**",
    "nothing": "Il n'y a ni contrat, ni tentative sous un contrat.",
    "contract": "contrat",
    "promise": "engagement",
    "promised": "promis",
    "measured": "mesuré",
    "verdict": "verdict",
    "credit": "avoir",
    "claim_by": "à demander avant le",
    "kept": "tenu",
    "broken": "**non tenu**",
    "unjudged": "non jugé : trop peu de requêtes",
    "no_promise": "rien n'est promis",
    "availability": "disponibilité",
    "first_token": "premier mot, {percentile} % des réponses en flux",
    "total": "réponse entière, {percentile} % des réponses",
    "within": "en {seconds} s",
    "no_answers": "aucune réponse de ce type",
    "by": "{title}, par {processor}",
    "gone": "Les règles n'ont pas de contrat de ce nom ; ses destinations sont mesurées malgré tout.",
    "quiet": "Rien n'a été envoyé sous ce contrat.",
    "sent": "{requests} requêtes comptées, dont {failed} en échec. Non comptées : {throttled} refusées faute de place "
    "(429 : ce n'est pas une panne), {aside} finies de notre fait ou de celui du client.",
    "uncounted": "{uncounted} ont échoué d'une façon que le contrat ne compte pas ; elles sont parmi les requêtes, "
    "comme si elles n'avaient pas échoué.",
    "cost": "Elles ont coûté {amounts}, aux prix que la passerelle connaît.",
    "requests_how": "La disponibilité est la part des requêtes qui n'ont pas échoué.",
    "minutes_how": "La disponibilité est la part des minutes du mois qui ne sont pas perdues : {lost} sur {minutes} le "
    "sont. Une minute est perdue si au moins {errors} % de ses requêtes ont échoué, pour {least} au moins. Une minute "
    "sans requête compte comme tenue.",
    "faults": "Échecs : {faults}. Une requête compte à l'heure de son envoi. Heures du fuseau {zone}.",
    "worst": "Les pires heures",
    "hour": "heure",
    "requests": "requêtes",
    "failed": "échecs",
    "share": "part",
    "throttled": "sans place",
    "picture_days": "Requêtes en échec chaque jour, en pour cent, par contrat",
    "picture_hours": "Requêtes en échec chaque heure, et refusées faute de place",
    "axis_days": "jour du mois",
    "claim": "Demande d'avoir",
    "claim_due": "Un avoir peut être demandé{until}{to}.",
    "claim_until": " jusqu'au {day}",
    "claim_to": ", auprès de {to}",
    "claim_lapsed": "Le délai de la demande a pris fin le {day}.",
    "claim_none": "L'engagement n'a pas été tenu, mais le contrat ne prévoit pas d'avoir.",
    "claim_later": "Ce qui peut être demandé se règle quand le mois est fini.",
    "claim_void": "**La demande ne tient pas en l'état** : {early} tentatives ont commencé avant la fin de l'attente "
    "que le fournisseur ou le contrat demandait ({asked} attentes). En voici quelques-unes.",
    "claim_waited": "La passerelle a respecté les attentes demandées par le fournisseur et le contrat : {asked} "
    "attentes, aucune tentative pendant l'une d'elles.",
    "claim_unasked": "Le contrat ne demande aucune attente avant une autre tentative.",
    "claim_cut": "{cut} réponses demandaient une attente de plus de {longest} s. Elle compte pour cette durée "
    "(`claim.longest_seconds`) : vérifiez que le contrat le permet.",
    "early": "- {destination}, envoyée à {began}, devait attendre {until}",
    "asks": "Le fournisseur demande aussi : {asks}",
    "letter": "Texte de la demande",
    "letter_1": "Au titre du contrat {contract} avec {processor}, nous demandons un avoir pour {month}.",
    "letter_2": "Promis : {what} ; mesuré : {measured}.",
    "letter_3": "Nous demandons {percent} % des frais du mois{amounts}.",
    "letter_amounts": ", soit {amounts} d'après nos relevés",
    "letter_4": "Sur {requests} requêtes, {failed} ont échoué au sens du contrat ({faults}). Les requêtes refusées "
    "faute de place et celles finies de notre fait ne sont pas comptées. {attached}",
    "attached": "La liste des requêtes en échec, avec vos identifiants quand vous en avez donné, est jointe "
    "(evidence.csv).",
    "attached_most": "Une liste de {kept} des requêtes en échec, avec vos identifiants quand vous en avez donné, est "
    "jointe (evidence.csv) ; les {more} autres peuvent être indiquées aussi.",
    "substitutes": "Contrats qui peuvent le remplacer : {names}.",
    "evidence": "Preuves",
    "evidence_said": "Les {shown} premières requêtes en échec sur {failed} ; toutes sont dans evidence.csv.",
    "evidence_most": "Les {shown} premières requêtes en échec sur {failed}. evidence.csv en a {kept}, le plus qu'il "
    "puisse contenir ; les {more} autres sont dans les chiffres et dans le registre.",
    "evidence_all": "Toutes les requêtes en échec.",
    "time": "envoi",
    "destination": "destination",
    "status": "statut",
    "error": "erreur",
    "seconds": "secondes",
    "vendor_request": "id. du fournisseur",
    "call": "appel",
    "months": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "none": "aucun",
}

WORDS: Mapping[str, Mapping[str, str]] = {"en": _EN, "fr": _FR}
