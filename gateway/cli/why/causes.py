"""What each code of a refusal means to the people who are asked about it, and what they can do: one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from gateway.config.kinds import Words


class Cause(NamedTuple):
    """A cause. why: a sentence. do: another; `{call}` stands for the call's id."""

    why: Words
    do: Words


def cause(code: str | None, outcome: str) -> Cause:
    """The cause of a code; a general one for codes that vendors make up."""
    found = CAUSES.get(code or "")
    return found or (_CUT if outcome == "cut" else _OTHER)


_REPORT = Words(
    "Right: take the data out, or use a model that may have it. Wrong: the caller says so with `ecluse report {call}`; "
    "`ecluse policy explain --call {call}` shows every rule's part.",
    "À raison : retirez la donnée, ou prenez un modèle autorisé. À tort : l'auteur le dit par `ecluse report {call}` ; "
    "`ecluse policy explain --call {call}` montre la part de chaque règle.",
)
_ASK_AGAIN = Words("Send it again.", "Renvoyez l'appel.")
_CLIENT = Words(
    "The tool or program sent something wrong: it has to be mended there.",
    "L'outil ou le programme a envoyé quelque chose de faux : c'est là qu'il faut corriger.",
)
_BODY = Cause(
    Words("The request's body couldn't be read safely.", "Le corps de la requête ne pouvait être lu sûrement."), _CLIENT
)
_SHAPE = Cause(
    Words("A field hasn't the form that the API asks for.", "Un champ n'a pas la forme que l'API veut."),
    _CLIENT,
)
_ROOM = Words(
    "See who takes the room with `ecluse quota show`; another limit for a while: `ecluse quota set`.",
    "Voyez qui prend la place avec `ecluse quota show` ; une autre limite pour un temps : `ecluse quota set`.",
)
_BUSY = Cause(
    Words("There wasn't room for all calls at that moment.", "Il n'y avait pas place pour tous les appels."),
    Words(
        "Send it again. Often: give the model another destination, or the use case a higher priority.",
        "Renvoyez l'appel. Si c'est fréquent : donnez au modèle une autre destination, ou une priorité au cas d'usage.",
    ),
)
_STARTED = Words(
    "`ecluse status` shows what is stopped, by whom asked and why; `ecluse start` lets it go on.",
    "`ecluse status` montre ce qui est suspendu et pourquoi ; `ecluse start` le relance.",
)
_OPEN = Words(
    "Its owner decides: the status stands in the bundle's use cases.",
    "Son responsable décide : l'état figure parmi les cas d'usage du bundle.",
)
_VENDOR = Cause(
    Words("Every vendor permitted for the call failed.", "Tous les fournisseurs autorisés ont échoué."),
    Words(
        "The attempts above tell which and how. Give the model a second destination that may have such calls.",
        "Les tentatives ci-dessus disent lesquels et comment. Donnez au modèle une seconde destination autorisée.",
    ),
)
_OURS = Words(
    "Renew our credential or budget at that vendor; `ecluse status` shows its breakers.",
    "Renouvelez notre accès ou notre budget chez ce fournisseur ; `ecluse status` montre les disjoncteurs.",
)
_HELD = Cause(
    Words(
        "It named something that a vendor keeps and that this caller can't have here.",
        "Il nommait une chose conservée chez un fournisseur, que cet appelant ne peut avoir ici.",
    ),
    Words("Send the content itself instead.", "Envoyez plutôt le contenu."),
)
_STORE = Words(
    "Mend the shared store (`ecluse status` says since when it is silent); calls then go on by themselves.",
    "Réparez le magasin partagé (`ecluse status` dit depuis quand il se tait) ; les appels reprennent seuls.",
)
_NAME = Words(
    "`ecluse models` lists the names; the client's own word is not on record.",
    "`ecluse models` donne les noms ; celui du client n'est pas consigné.",
)

_OTHER: Final = Cause(
    Words("The vendor, or the gateway, ended the call with this code.", "Le fournisseur ou la passerelle y a mis fin."),
    Words("`ecluse ledger show {call}` has the whole record.", "`ecluse ledger show {call}` a tout l'enregistrement."),
)
_CUT: Final = Cause(
    Words("The answer was broken off while it streamed.", "La réponse a été interrompue en cours de route."), _OTHER.do
)

CAUSES: Final[Mapping[str, Cause]] = {
    # rules
    "policy_refused": Cause(
        Words("A rule of the company's policy doesn't let it leave.", "Une règle ne permet pas cet envoi."), _REPORT
    ),
    "response_refused": Cause(Words("A rule stopped the answer.", "Une règle a arrêté la réponse."), _REPORT),
    "answer_form_refused": Cause(
        Words("The answer hadn't the form (JSON schema) asked for.", "La réponse n'avait pas la forme voulue."),
        Words("Send it again, or use a model that keeps to schemas.", "Renvoyez-le, ou prenez un autre modèle."),
    ),
    "pseudonyms_kept": Cause(
        Words(
            "What a vendor would keep holds values that leave as pseudonyms only.",
            "Ce que le fournisseur garderait contient des valeurs qui ne partent que sous pseudonyme.",
        ),
        _REPORT,
    ),
    "rules_changed": Cause(
        Words("The rules changed since the vendor made what is asked for.", "Les règles ont changé entre-temps."),
        Words("Have it made again under the rules of now.", "Faites-le refaire sous les règles actuelles."),
    ),
    "policy_age": Cause(
        Words("The rules changed while the answer streamed.", "Les règles ont changé pendant la réponse."), _ASK_AGAIN
    ),
    # quotas
    "quota_exceeded": Cause(Words("A quota had no room.", "Un quota n'avait plus de place."), _ROOM),
    "quota_exhausted": Cause(
        Words("A quota ran out while the answer streamed.", "Un quota s'est épuisé pendant la réponse."), _ROOM
    ),
    "quota_unknown": Cause(
        Words("Whether a quota had room couldn't be known.", "Impossible de savoir s'il restait du quota."), _STORE
    ),
    # stopped by people
    "caller_stopped": Cause(
        Words("Operators had stopped the key or user.", "L'exploitation avait suspendu la clé ou l'utilisateur."),
        _STARTED,
    ),
    "use_case_stopped": Cause(
        Words("Operators had stopped the use case.", "L'exploitation avait suspendu le cas d'usage."), _STARTED
    ),
    "destination_stopped": Cause(
        Words("Operators had stopped every permitted destination.", "Toutes les destinations étaient suspendues."),
        _STARTED,
    ),
    "stopped": Cause(
        Words("Operators ended the call while it ran.", "L'exploitation a mis fin à l'appel en cours."), _STARTED
    ),
    "use_case_suspended": Cause(Words("The use case was suspended.", "Le cas d'usage était suspendu."), _OPEN),
    "use_case_retired": Cause(Words("The use case was retired.", "Le cas d'usage était retiré."), _OPEN),
    "use_case_unknown": Cause(
        Words("The key's use case isn't in the bundle.", "Le cas d'usage de la clé n'est pas dans le bundle."),
        Words("Add it there, or issue a key for another one.", "Ajoutez-l'y, ou émettez une clé pour un autre."),
    ),
    "unknown_use_case": Cause(
        Words("It named a use case that the key isn't for.", "Il nommait un cas d'usage étranger à la clé."),
        Words("`ecluse keys list` shows which it is for.", "`ecluse keys list` montre lesquels."),
    ),
    # where it may go
    "no_destination": Cause(
        Words(
            "Every permitted destination is under no contract in force.",
            "Aucune destination permise n'est sous contrat en vigueur.",
        ),
        Words("`ecluse models` says why each isn't routable.", "`ecluse models` dit pourquoi, pour chacune."),
    ),
    "route_closed": Cause(
        Words("The model's route let it go to no permitted destination.", "La route du modèle n'en permettait aucune."),
        Words("`ecluse explain --model MODEL` shows both.", "`ecluse explain --model MODELE` montre les deux."),
    ),
    "model_not_found": Cause(
        Words("The model isn't published, or not to this key.", "Le modèle n'est pas publié, ou pas pour cette clé."),
        _NAME,
    ),
    "model_retired": Cause(
        Words("The model has been retired.", "Le modèle a été retiré."),
        Words("Use the one that the refusal named.", "Prenez celui que le refus indiquait."),
    ),
    "dialect_not_served": Cause(
        Words("The model can't be asked in this API.", "Ce modèle ne s'interroge pas par cette API."), _NAME
    ),
    "untranslatable": Cause(
        Words(
            "No permitted destination speaks the API, nor can it be translated.",
            "Aucune destination permise ne parle cette API, et elle ne se traduit pas.",
        ),
        _NAME,
    ),
    "translation_lost": Cause(
        Words("A translation would have lost something.", "Une traduction aurait perdu quelque chose."),
        Words("Leave it out, or take `translation: strict` off the model.", "Retirez-le, ou `translation: strict`."),
    ),
    "destinations_unavailable": Cause(
        Words("Every permitted destination was left alone after failures.", "Toutes étaient à l'écart (pannes)."),
        Words(
            "`ecluse status` shows the breakers; they try again by themselves. `ecluse ledger why --at TIME --outcome "
            "failed` shows what failed before.",
            "`ecluse status` montre les disjoncteurs ; ils réessaient seuls. `ecluse ledger why --at HEURE --outcome "
            "failed` montre ce qui a échoué avant.",
        ),
    ),
    # vendors
    "vendor_rate_limit": Cause(
        Words("The vendor was throttling the company's account.", "Le fournisseur limitait le compte de l'entreprise."),
        Words("Ask the vendor for more, or give the model a second destination.", "Demandez plus, ou doublez-le."),
    ),
    "vendor_overloaded": _VENDOR,
    "vendor_server": _VENDOR,
    "vendor_connect": _VENDOR,
    "vendor_cut": _VENDOR,
    "vendor_protocol": _VENDOR,
    "vendor_schema": Cause(
        Words("No model gave an answer of the form asked for.", "Aucun modèle n'a répondu dans la forme voulue."),
        Words("Send it again, or use a model that keeps to schemas.", "Renvoyez-le, ou prenez un autre modèle."),
    ),
    "vendor_auth": Cause(Words("The vendor refused our credential.", "Le fournisseur a refusé notre accès."), _OURS),
    "vendor_money": Cause(
        Words("Our account at the vendor had no budget left.", "Notre compte n'avait plus de budget."), _OURS
    ),
    "vendor_not_found": Cause(
        Words("The vendor doesn't know the model or path.", "Le fournisseur ne connaît pas ce modèle ou ce chemin."),
        Words("`ecluse models discover` lists what it offers.", "`ecluse models discover` montre ce qu'il offre."),
    ),
    "deadline": Cause(
        Words("No vendor answered in the time that calls have.", "Aucun fournisseur n'a répondu à temps."),
        Words(
            "The attempts above tell who was waited for. The time is `limits.deadline_seconds`, or the client's own.",
            "Les tentatives ci-dessus disent qui fut attendu. Le délai : `limits.deadline_seconds`, ou le client.",
        ),
    ),
    "invalid": Cause(
        Words("The vendor found the request malformed.", "Le fournisseur a jugé la requête mal formée."), _CLIENT
    ),
    "context_length": Cause(
        Words("The request was too long for the model.", "La requête était trop longue pour le modèle."),
        Words("Shorten it, or name a `larger` model for it.", "Raccourcissez, ou donnez-lui un modèle `larger`."),
    ),
    "content_policy": Cause(
        Words("The vendor's own content policy refused it.", "La politique du fournisseur l'a refusée."),
        Words("Ours had let it pass: ask the vendor.", "La nôtre la permettait : demandez au fournisseur."),
    ),
    # the gateway itself
    "ledger_unavailable": Cause(
        Words("Calls couldn't be recorded, so none was sent.", "Les appels ne pouvaient être consignés."),
        Words("Make room on the ledger's disk; `ecluse status` says more.", "Faites de la place sur son disque."),
    ),
    "state_stale": Cause(
        Words("The worker had heard nothing from its siblings.", "Le processus était sans nouvelles."),
        _STORE,
    ),
    "owners_unavailable": Cause(
        Words("Whose object it was couldn't be looked up.", "Impossible de savoir à qui était l'objet."), _STORE
    ),
    "object_taken": Cause(
        Words("The vendor gave it another caller's name.", "Le fournisseur lui a donné le nom d'un autre objet."),
        Words("Send it again; if it happens again, ask the vendor.", "Renvoyez ; si cela dure, voir le fournisseur."),
    ),
    "files_busy": Cause(
        Words("Too many documents waited to be read.", "Trop de documents attendaient d'être lus."),
        Words("Send it again. Often: raise `files.workers`.", "Renvoyez. Si c'est fréquent : plus de `files.workers`."),
    ),
    "internal_error": Cause(
        Words("The gateway failed; that is a fault of ours.", "La passerelle a échoué ; c'est une faute à nous."),
        Words(
            "The log has a `fault` line with this call's id: report it.",
            "Le journal a une ligne `fault` avec cet identifiant : signalez-la.",
        ),
    ),
    "drain": Cause(Words("The gateway was restarting.", "La passerelle redémarrait."), _ASK_AGAIN),
    "draining": Cause(Words("The gateway was restarting.", "La passerelle redémarrait."), _ASK_AGAIN),
    "queue_full": _BUSY,
    "queue_slow": _BUSY,
    "queue_time": _BUSY,
    "displaced": _BUSY,
    "busy": _BUSY,
    "bodies": _BUSY,
    # requests that can't be read or acted on
    "not_json": _BODY,
    "duplicate_key": _BODY,
    "invalid_utf8": _BODY,
    "bom": _BODY,
    "not_a_number": _BODY,
    "lone_surrogate": _BODY,
    "trailing_bytes": _BODY,
    "too_deep": _BODY,
    "bad_multipart": _BODY,
    "bad_json": _BODY,
    "wrong_type": _SHAPE,
    "wrong_value": _SHAPE,
    "missing_field": _SHAPE,
    "bad_deadline": _SHAPE,
    "background_form": _SHAPE,
    "schema_unusable": Cause(
        Words("The JSON schema can't be used to check answers.", "Le schéma JSON ne permet pas de vérifier."), _CLIENT
    ),
    "too_large": Cause(Words("The request was too large.", "La requête était trop grande."), _CLIENT),
    "body_too_large": Cause(Words("The request was too large.", "La requête était trop grande."), _CLIENT),
    "too_many_texts": Cause(
        Words("The request had too many texts.", "La requête avait trop de textes."),
        Words("Send fewer at once; the limit is `limits.texts`.", "Envoyez-en moins ; la limite : `limits.texts`."),
    ),
    "body_late": Cause(Words("The body came too slowly.", "Le corps est arrivé trop lentement."), _ASK_AGAIN),
    "body_not_taken": Cause(Words("The path takes no body.", "Ce chemin ne prend pas de corps."), _CLIENT),
    "vendor_held": _HELD,
    "object_not_found": _HELD,
    "object_out_of_reach": _HELD,
    "object_elsewhere": _HELD,
    "objects_apart": _HELD,
    "wrong_endpoint": _HELD,
}
