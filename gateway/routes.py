"""Every path that the data listener serves, in one table.

The coverage matrix in the docs and the test that no route skips a stage are generated from it. What isn't here is
refused: a path without inspection is not passed on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Route(NamedTuple):
    """One served path. dialect: how its body is read, None for routes that reach no vendor. stages: those of these.

    path: `{name}` stands for one segment, or for the beginning of one (`{model}:countTokens`). body: whether one is
    read; where none is, the query takes its place. says: parameters that the path gives by its own words, without a
    value. form: it may be multipart/form-data.
    """

    method: str
    path: str
    family: str
    dialect: str | None
    streams: bool
    purpose: str
    stages: tuple[str, ...] = ()
    body: bool = True
    says: tuple[str, ...] = ()
    form: bool = False


def _gemini(version: str) -> tuple[Route, ...]:
    model, family = f"/{version}/models/{{model}}", "gemini"
    return (
        Route("POST", f"{model}:generateContent", family, "gemini_generate", False, "content"),
        Route("POST", f"{model}:streamGenerateContent", family, "gemini_generate", True, "content", says=("stream",)),
        Route("POST", f"{model}:countTokens", family, "gemini_count_tokens", False, "token count"),
        Route("POST", f"{model}:embedContent", family, "gemini_embed", False, "one embedding"),
        Route("POST", f"{model}:batchEmbedContents", family, "gemini_batch_embed", False, "embeddings"),
    )


_RESPONSE = "/v1/responses/{response}"
_FILE, _BATCH = "/v1/files/{file}", "/v1/batches/{batch}"

ROUTES = (
    Route("POST", "/v1/chat/completions", "openai", "openai_chat", True, "chat"),
    Route("POST", "/v1/completions", "openai", "openai_completions", True, "text completion"),
    Route("POST", "/v1/responses", "openai", "openai_responses", True, "responses"),
    Route("POST", "/v1/responses/compact", "openai", "openai_responses_compact", False, "a shorter conversation"),
    Route("POST", "/v1/responses/input_tokens", "openai", "openai_input_tokens", False, "token count"),
    Route("GET", _RESPONSE, "openai", "openai_response_retrieve", True, "a response that is kept", body=False),
    Route("DELETE", _RESPONSE, "openai", "openai_response_delete", False, "delete a response", body=False),
    Route("POST", f"{_RESPONSE}/cancel", "openai", "openai_response_cancel", False, "cancel a response", body=False),
    Route(
        "GET", f"{_RESPONSE}/input_items", "openai", "openai_response_items", False, "input of a response", body=False
    ),
    Route("POST", "/v1/embeddings", "openai", "openai_embeddings", False, "embeddings"),
    Route("POST", "/v1/moderations", "openai", "openai_moderations", False, "moderations"),
    Route("POST", "/v1/rerank", "openai", "rerank", False, "rankings"),
    Route("POST", "/v2/rerank", "openai", "rerank", False, "rankings, as Cohere's clients ask"),
    Route("POST", "/v1/images/generations", "openai", "openai_images", True, "pictures from a text"),
    Route("POST", "/v1/images/edits", "openai", "openai_image_edits", True, "pictures from pictures", form=True),
    Route(
        "POST",
        "/v1/images/variations",
        "openai",
        "openai_image_variations",
        False,
        "pictures like a picture",
        form=True,
    ),
    Route("POST", "/v1/audio/transcriptions", "openai", "openai_transcriptions", True, "sound to text", form=True),
    Route("POST", "/v1/audio/translations", "openai", "openai_translations", False, "sound to English", form=True),
    Route("POST", "/v1/files", "openai", "openai_file_create", False, "a file for a batch", form=True),
    Route("GET", _FILE, "openai", "openai_file_retrieve", False, "a file that is kept", body=False),
    Route("DELETE", _FILE, "openai", "openai_file_delete", False, "delete a file", body=False),
    Route("GET", f"{_FILE}/content", "openai", "openai_file_content", False, "what a file holds", body=False),
    Route("POST", "/v1/batches", "openai", "openai_batch_create", False, "a batch of requests"),
    Route("GET", _BATCH, "openai", "openai_batch_retrieve", False, "a batch", body=False),
    Route("POST", f"{_BATCH}/cancel", "openai", "openai_batch_cancel", False, "cancel a batch", body=False),
    Route("POST", "/v1/audio/speech", "openai", "openai_speech", True, "a text read aloud"),
    Route("POST", "/v1/messages", "anthropic", "anthropic_messages", True, "messages"),
    Route("POST", "/v1/messages/count_tokens", "anthropic", "anthropic_count_tokens", False, "token count"),
    *_gemini("v1beta"),
    *_gemini("v1"),
    Route("GET", "/v1/models", "openai", None, False, "models that the caller may use", ("identity",)),
    Route("GET", "/v1/models/{model}", "openai", None, False, "one model", ("identity",)),
    Route("GET", "/v1beta/models", "gemini", None, False, "models that the caller may use", ("identity",)),
    Route("GET", "/v1beta/models/{model}", "gemini", None, False, "one model", ("identity",)),
    Route(
        "POST",
        "/ecluse/report/{call}",
        "openai",
        None,
        False,
        "say a rule was wrong, or lift it for an hour",
        ("identity",),
    ),
    Route("GET", "/v1/files", "openai", None, False, "files that the caller had kept", ("identity", "metrics")),
    Route("GET", "/v1/batches", "openai", None, False, "batches that the caller had made", ("identity", "metrics")),
    Route("GET", "/ecluse/me", "openai", None, False, "who the caller is here, and his quotas", ("identity",)),
    Route("GET", "/charter", "openai", None, False, "what staff may send where", ("identity", "metrics")),
    Route("HEAD", "/", "openai", None, False, "is anybody there"),
)

CALLS = {(r.method, r.path): r for r in ROUTES if r.dialect}
PATHS = frozenset(r.path for r in ROUTES)

_NOTHING: Mapping[str, str] = MappingProxyType({})
_PLACE = re.compile(r"\{([a-z_]+)\}")
_SEGMENT = r"([A-Za-z0-9][A-Za-z0-9._@+-]{0,255})"
_MADE = tuple(
    (
        route.method,
        re.compile(_SEGMENT.join(re.escape(part) for part in _PLACE.split(route.path)[::2])),
        tuple(_PLACE.findall(route.path)),
        route,
    )
    for route in CALLS.values()
    if "{" in route.path
)


def match(method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """The call that a path is, with what it says in the places of its template; None where it is none.

    What stands there is one plain segment: no slash, no dots alone, nothing that a vendor's path could be bent with.
    """
    route = CALLS.get((method, path))
    if route is not None and "{" not in path:
        return route, _NOTHING
    for wanted, pattern, names, made in _MADE:
        if wanted == method and (found := pattern.fullmatch(path)):
            return made, dict(zip(names, found.groups(), strict=True)) | dict.fromkeys(made.says, "")
    return None


def family_of(path: str, headers: dict[bytes, bytes], query: bytes = b"") -> str:
    """Which error shape a client expects: `anthropic`, `gemini` or `openai`."""
    if path.startswith(_GOOGLES) or (models_at(path) is not None and googles(headers, query)):
        return "gemini"
    if path.startswith("/v1/models/") and path.rpartition(":")[2] in _VERBS:
        return "gemini"
    return "anthropic" if path.startswith("/v1/messages") or b"anthropic-version" in headers else "openai"


_GOOGLES = ("/v1alpha/", "/v1beta/", "/upload/")
_VERBS = frozenset(route.path.rpartition(":")[2] for route in _gemini("v1"))


def googles(headers: dict[bytes, bytes], query: bytes) -> bool:
    """Whether a client shows its key as only clients of Google's APIs do."""
    return b"x-goog-api-key" in headers or query.startswith(b"key=") or b"&key=" in query


def models_at(path: str) -> str | None:
    """What a path says of the models served: "" for all, the name of one; None where it is another path."""
    for listed in ("/v1/models", "/v1beta/models"):
        if path == listed:
            return ""
        if path.startswith(f"{listed}/"):
            return path[len(listed) + 1 :]
    return None
