"""What a caller is told when a call isn't served: words in English and French, in the shape of their dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway import places
from gateway.errors import (
    BadRequest,
    NotFound,
    PolicyRefusal,
    QuotaRefusal,
    Refusal,
    TimedOut,
    TooLarge,
    Unavailable,
    VendorFailed,
    whole_seconds,
)
from gateway.http import JSON
from gateway.liftable import may_lift
from gateway.quota.words import exceeded_words, stops
from gateway.reading import reasons
from gateway.routing.breakers import LONGEST_STATED

if TYPE_CHECKING:
    from adapters.errors import BodyRefused, UpstreamError
    from gateway.exchange import Candidate, Exchange
    from gateway.http import Headers, Responder
    from gateway.quota.units import Exceeded, Unknown
    from policies.decide import Place, RuleHit, Ruling


async def send(exchange: Exchange, responder: Responder, refusal: Refusal) -> None:
    """Answers with the refusal: a whole error, or an in-band one where the answer had begun."""
    exchange.outcome, exchange.code, exchange.because = refusal.outcome, refusal.code, refusal.because
    exchange.failure = refusal.counted
    words = refusal.message(exchange.pair.settings.server.language)
    dialect = exchange.dialect
    if responder.complete:  # an error after a whole answer would only break it
        await responder.end()
        return
    if responder.started:
        gate = exchange.attempts[-1].gate
        assert gate is not None, "an answer only begins with a reader"
        error = gate.reader.stream_error(
            refusal.kind, words, code=refusal.code, call_id=exchange.call, unsent=gate.unsent
        )
        if error:
            await responder.part(error)
            await responder.end()
        return  # without an end, the connection is closed in mid answer
    body = dialect.error(
        refusal.status, refusal.kind, words, param=refusal.param, code=refusal.code, call_id=exchange.call,
        wait=refusal.wait,
    )  # fmt: skip
    policy = (b"x-ecluse-policy", exchange.pair.bundle.revision.encode())
    responder.whole(refusal.status, [*headers(exchange.call, refusal), policy], body)


def headers(call: str, refusal: Refusal) -> Headers:
    """Headers of a refusal: the call's id under every name that clients look for, and when to come back."""
    name = call.encode()
    found = [JSON, (b"x-ecluse-call-id", name), (b"x-request-id", name), (b"request-id", name)]
    if refusal.retry_after is not None:
        found.append((b"retry-after", b"%d" % whole_seconds(refusal.retry_after)))
    if not refusal.retry:
        found.append((b"x-should-retry", b"false"))
    return found


def unreadable(refused: BodyRefused) -> Refusal:
    """A body that can't be read safely."""
    words = {"en": refused.message, "fr": f"Corps de requête refusé ({refused.code}). {refused.message}"}
    if refused.code == "vendor_held":
        words["fr"] = (
            f"{refused.param} renvoie à quelque chose que le fournisseur conserve, ce que cette passerelle ne transmet "
            "pas ; envoyez le contenu."
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


_NO_OBJECT = {
    "en": "There is nothing of this name that you had made through this gateway for this use case.",
    "fr": "Rien de ce nom n'a été créé par vous à travers cette passerelle pour ce cas d'usage.",
}
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
