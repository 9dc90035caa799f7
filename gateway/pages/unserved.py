"""Paths of vendors' APIs that are refused, each with the reason, in one table: the docs are made from it.

What a refusal says is no secret, but that somebody asked is worth knowing: each goes to the ledger and is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gateway.errors import NotFound
from observability.ledger import Event

if TYPE_CHECKING:
    from gateway.errors import Words
    from gateway.http import Request
    from gateway.identity.callers import Caller
    from gateway.runtime import Runtime

CREDENTIALS: Words = {
    "en": "This API hands out a credential of the vendor's, with which everything would pass by this gateway. It is "
    "refused.",
    "fr": "Cette API délivre un identifiant du fournisseur, avec lequel tout échapperait à cette passerelle. Elle est "
    "refusée.",
}
LIVE: Words = {
    "en": "Live sound and video can't be inspected on their way, so this API is refused. Send text, or a recording to "
    "/v1/audio/transcriptions.",
    "fr": "Le son et l'image en direct ne peuvent pas être inspectés en chemin ; cette API est donc refusée. Envoyez "
    "du texte, ou un enregistrement à /v1/audio/transcriptions.",
}
KEPT: Words = {
    "en": "With this API the vendor keeps what it is given and works on it later, where nothing can be inspected. "
    "It is refused: send the content in the request.",
    "fr": "Avec cette API, le fournisseur conserve ce qu'il reçoit et y travaille plus tard, hors de toute inspection. "
    "Elle est refusée : envoyez le contenu dans la requête.",
}
TRAINING: Words = {
    "en": "This API trains or measures models with what it is given. It is refused.",
    "fr": "Cette API entraîne ou évalue des modèles avec ce qu'elle reçoit. Elle est refusée.",
}
MEDIA: Words = {
    "en": "Videos and voices can't be inspected, and the vendor keeps them. This API is refused.",
    "fr": "Les vidéos et les voix ne peuvent pas être inspectées, et le fournisseur les conserve. Cette API est "
    "refusée.",
}
ACCOUNT: Words = {
    "en": "This API manages the company's account at the vendor, which is not for callers of this gateway.",
    "fr": "Cette API gère le compte de l'entreprise chez le fournisseur ; elle n'est pas ouverte aux appelants.",
}
PLAIN: Words = {
    "en": "This API can't be inspected here, so it is refused.",
    "fr": "Cette API ne peut pas être inspectée ici ; elle est donc refusée.",
}


class Unserved(NamedTuple):
    """Paths that begin like this. why: a word for the record. words: for the caller."""

    path: str
    why: str
    words: Words


UNSERVED = tuple(
    Unserved(path, why, words)
    for why, words, paths in (
        ("credentials", CREDENTIALS, (
            "/v1/realtime/client_secrets", "/v1/realtime/sessions", "/v1/realtime/transcription_sessions",
            "/v1/realtime/translations/client_secrets", "/v1/chatkit",
        )),
        ("live", LIVE, ("/v1/realtime", "/v1/live", "/ws/google.ai.generativelanguage")),
        ("kept", KEPT, (
            "/v1/assistants", "/v1/threads", "/v1/conversations", "/v1/vector_stores", "/v1/containers", "/v1/skills",
            "/v1/uploads", "/v1/responses/", "/v1/messages/batches", "/v1/agents", "/v1/sessions",
            "/v1/environments", "/v1/memory_stores", "/v1/vaults", "/v1/deployments", "/upload/",
        )),
        ("training", TRAINING, ("/v1/fine_tuning", "/v1/fine-tunes", "/v1/evals")),
        ("media", MEDIA, ("/v1/videos", "/v1/audio/voice", "/v1/images/videos")),
        ("account", ACCOUNT, (
            "/v1/organization", "/v1/organizations", "/v1/projects", "/v1/admin", "/v1/usage", "/v1/dashboard",
            "/v1/user_profiles", "/v1/webhooks",
        )),
        ("plain", PLAIN, (
            "/v1/files", "/v1/batches", "/v1/audio", "/v1/images", "/v1/decisions", "/v1/safety", "/v1alpha/",
            "/v1beta/",
        )),
    )
    for path in paths
)  # fmt: skip


def unserved(path: str) -> Unserved | None:
    """The row of a path, None where it is in none; the first that fits says most."""
    return next((one for one in UNSERVED if path.startswith(one.path)), None)


def anthropics(request: Request) -> bool:
    """Whether a path that two vendors have is meant as Anthropic's, whose files are not served."""
    return request.path.startswith("/v1/files") and b"anthropic-version" in request.headers


def refuse(runtime: Runtime, caller: Caller, request: Request) -> None:
    """Raises NotFound, on record, for a path that is known and refused; returns for any other."""
    found = unserved(request.path)
    if found is None:
        return
    runtime.measure.unserved(found.path)
    detail = {"path": found.path, "why": found.why, "key": caller.key_id}
    runtime.ledger.post(Event(runtime.now(), "path.refused", actor=caller.pseudonym, detail=detail))
    raise NotFound("path_not_served", found.words)
