"""What a caller is told where vendors fail, refuse or take too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.errors import BadRequest, QuotaRefusal, Refusal, TimedOut, Unavailable, VendorFailed
from gateway.refusals.states import no_object
from gateway.routing.breakers import LONGEST_STATED

if TYPE_CHECKING:
    from adapters.errors import UpstreamError


def every_breaker_open(wait: float) -> Refusal:
    """All permitted destinations are being left alone after failures."""
    return Unavailable("destinations_unavailable", _UNAVAILABLE, retry_after=wait)


def deadline() -> Refusal:
    """The time for all attempts together is over."""
    return TimedOut(
        "deadline",
        {
            "en": "No vendor answered within the time allowed for this call.",
            "fr": "Aucun fournisseur n'a répondu dans le temps imparti à cet appel.",
        },
    )


def upstream(error: UpstreamError, guarded: str, too_long: int = 0) -> Refusal:
    """What is told of the last vendor error. `guarded`: the vendor's words after the response guard, "" where ours.
    too_long: how many found the ask too long."""
    if error.kind in ("invalid", "context_length", "content_policy"):
        said = f" {guarded}" if guarded else ""
        many = error.kind == "context_length" and too_long > 1
        words = {
            language: f"{told.format(too_long)}{said}" for language, told in (_TOO_LONG if many else _REFUSED).items()
        }
        refusal: Refusal = BadRequest(error.code or error.kind, words, param=error.param)
        refusal.kind = refusal.counted = error.kind
        refusal.outcome = "failed"
        return refusal
    wait = min(error.retry_after or 5.0, LONGEST_STATED)  # we ask again ourselves by then
    if error.kind in ("rate_limit", "ramp"):
        limited = QuotaRefusal("vendor_rate_limit", _THROTTLED, retry_after=wait)
        limited.outcome = "failed"
        return limited
    if error.kind == "overload":
        return Unavailable("vendor_overloaded", _UNAVAILABLE, retry_after=wait)
    if error.kind == "timeout":
        return deadline()
    if error.kind == "gone":
        return no_object()
    if error.kind in ("money", "auth", "not_found"):
        return VendorFailed(f"vendor_{error.kind}", _OURS, retry=False)
    return VendorFailed(f"vendor_{error.kind}", _UNAVAILABLE)


_REFUSED = {
    "en": "The model vendor refused this request.",
    "fr": "Le fournisseur a refusé la requête.",
}
_TOO_LONG = {
    "en": "This request is too long for every permitted model that answered ({}). Make it shorter.",
    "fr": "La requête est trop longue pour tous les modèles permis qui ont répondu ({}). Raccourcissez-la.",
}
_UNAVAILABLE = {
    "en": "The model vendors permitted for this call are failing or overloaded. Please try again later.",
    "fr": "Les fournisseurs autorisés pour cet appel sont en panne ou surchargés. Réessayez plus tard.",
}
_THROTTLED = {
    "en": "The model vendor is throttling the company's account. Please try again later.",
    "fr": "Le fournisseur limite le compte de l'entreprise. Réessayez plus tard.",
}
_OURS = {
    "en": "The gateway's own access to the vendor isn't in order. The operators are told; trying again won't help.",
    "fr": "L'accès de la passerelle au fournisseur n'est pas en ordre. L'exploitation est prévenue ; ne réessayez pas.",
}
