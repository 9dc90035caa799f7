"""What a caller is told where a call can't be read, counted, recorded or known to be permitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.errors import BadRequest, NotFound, QuotaRefusal, Refusal, TooLarge, Unavailable, VendorFailed
from gateway.quota.words import exceeded_words, stops

if TYPE_CHECKING:
    from adapters.errors import BodyRefused
    from gateway.quota.units import Exceeded, Unknown


def unreadable(refused: BodyRefused) -> Refusal:
    """A body that can't be read safely."""
    words = {"en": refused.message, "fr": f"Corps de requête refusé ({refused.code}). {refused.message}"}
    if refused.code == "vendor_held":
        words["fr"] = (
            f"{refused.param} renvoie à quelque chose que le fournisseur conserve, ce que cette passerelle ne transmet "
            "pas ; envoyez le contenu."
        )
    if refused.code == "too_many_texts":
        words["fr"] = (
            "Le corps contient trop de chaînes, de noms et de nombres (limits.texts). Envoyez-en moins à la fois."
        )
    kind = TooLarge if refused.status == 413 else BadRequest
    refusal = kind(refused.code, words, param=refused.param)
    if refused.param:
        refusal.because = {"field": refused.param}
    return refusal


def internal() -> Refusal:
    """A bug of ours: says nothing but that it was one."""
    refusal = VendorFailed(
        "internal_error",
        {
            "en": "The gateway failed on this call. It was recorded; nothing more was sent.",
            "fr": "La passerelle a échoué sur cet appel. L'échec est consigné ; rien de plus n'a été envoyé.",
        },
    )
    refusal.status = 500
    return refusal


def cut(reason: str) -> Refusal:
    """An answer that the gateway breaks off."""
    en, fr = {
        "drain": ("The gateway is restarting.", "La passerelle redémarre."),
        "stopped": (
            "The operators have stopped this call. Ask them.",
            "L'exploitation a arrêté cet appel. Adressez-vous à elle.",
        ),
        "policy_age": (
            "The rules changed while this answer was under way, too long ago to go on under the old ones.",
            "Les règles ont changé pendant cette réponse, depuis trop longtemps pour continuer sous les anciennes.",
        ),
    }[reason]
    if reason == "stopped":
        return Unavailable(reason, {"en": en, "fr": fr}, retry=False)
    return Unavailable(reason, {"en": f"{en} Please try again.", "fr": f"{fr} Veuillez réessayer."}, retry_after=2)


def quota_refusal(exceeded: Exceeded, currency: str, *, unstated: bool = False) -> QuotaRefusal:
    """A limit that has no room. A call that can never fit says so, so that tools don't retry it."""
    words, retry = exceeded_words(exceeded, currency, unstated=unstated), not stops(exceeded)
    refusal = QuotaRefusal("quota_exceeded", words, retry_after=exceeded.retry_after, retry=retry)
    refusal.because = {
        "scope": exceeded.scope, "unit": exceeded.unit, "window": exceeded.window, "limit": exceeded.limit,
        "used": exceeded.used, "asked": exceeded.amount, "end": exceeded.end, "hopeless": exceeded.hopeless,
        "currency": currency,
    }  # fmt: skip
    return refusal


def quota_unknown(unknown: Unknown) -> Refusal:
    """The store that workers share doesn't say whether a limit has room."""
    return Unavailable(
        "quota_unknown",
        {
            "en": "Whether your quota has room can't be known now, so nothing was sent. Please try again.",
            "fr": "Impossible de savoir s'il reste du quota : rien n'a été envoyé. Veuillez réessayer.",
        },
        retry_after=unknown.retry_after,
    )


def files_busy() -> Refusal:
    """Too many documents wait to be read."""
    return Unavailable(
        "files_busy",
        {
            "en": "Too many documents wait to be inspected now. Please try again.",
            "fr": "Trop de documents attendent d'être inspectés. Veuillez réessayer.",
        },
        retry_after=5,
    )


def ledger_failed() -> Refusal:
    """No record, no call."""
    return Unavailable(
        "ledger_unavailable",
        {
            "en": "Calls can't be recorded now, so none is sent. The operators are told.",
            "fr": "Les appels ne peuvent pas être consignés, aucun n'est donc envoyé. L'exploitation est prévenue.",
        },
        retry_after=10,
    )


def state_stale() -> Refusal:
    """Keys may have been revoked and rules stopped elsewhere: until that is known, nobody is served."""
    return Unavailable(
        "state_stale",
        {
            "en": "The gateway has heard nothing from its siblings for too long. Please try again in a second.",
            "fr": "La passerelle est sans nouvelles des autres depuis trop longtemps. Réessayez dans une seconde.",
        },
        retry_after=1,
    )


def owners_unavailable() -> Refusal:
    """Whose an object is can't be known, or can't be noted."""
    return Unavailable(
        "owners_unavailable",
        {
            "en": "Whose this is can't be looked up or noted now, so nothing was sent on. Please try again.",
            "fr": "Impossible de savoir ou de noter à qui ceci appartient : rien n'a été transmis. Veuillez réessayer.",
        },
        retry_after=2,
    )


def no_object(param: str | None = None) -> Refusal:
    """There is no such object, or it is somebody else's: one answer for both."""
    return NotFound("object_not_found", _NO_OBJECT, param=param)


_NO_OBJECT = {
    "en": "There is nothing of this name that you had made through this gateway for this use case.",
    "fr": "Rien de ce nom n'a été créé par vous à travers cette passerelle pour ce cas d'usage.",
}
