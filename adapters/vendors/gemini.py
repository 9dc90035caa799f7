"""Google's Gemini API, and servers that speak its dialect. Vertex AI is a kind of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from adapters.dialects.google_failures import google_failure
from adapters.errors import UpstreamError
from adapters.vendors import taxonomy
from adapters.vendors.base import Option, OptionError, RawHeaders, Vendor, VendorKind

VERBS: Mapping[str, str] = {
    "gemini_generate": "generateContent",
    "gemini_count_tokens": "countTokens",
    "gemini_embed": "embedContent",
    "gemini_batch_embed": "batchEmbedContents",
}
_VERSIONS = ("v1beta", "v1")
OPTIONS = (Option("api_version", "v1beta, or v1, which knows fewer fields; v1beta where nothing is said."),)


def action(dialect: str, *, stream: bool) -> str:
    """What follows a model in the path. Streams are always asked for as events, however the client wants them."""
    verb = VERBS[dialect]
    return ":streamGenerateContent?alt=sse" if stream else f":{verb}"


@dataclass(frozen=True, slots=True)
class Gemini:
    """The model and what is asked of it stand in the path."""

    version: str = _VERSIONS[0]
    kind: str = "gemini"
    stores: bool = False
    trace_headers: bool = False

    @property
    def dialects(self) -> frozenset[str]:
        """What it speaks."""
        return frozenset(VERBS)

    def path(self, dialect: str, model: str, query: Mapping[str, str], *, stream: bool = False) -> str:
        """By the version; nothing of the client's query is passed on, its key least of all."""
        return f"/{self.version}/models/{quote(model, safe='')}{action(dialect, stream=stream)}"

    def credential_headers(self, secret: str) -> list[tuple[str, str]]:
        """`x-goog-api-key`."""
        return [("x-goog-api-key", secret)] if secret else []

    def fixed_headers(self) -> list[tuple[str, str]]:
        """None."""
        return []

    def classify(self, status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
        """By what Google's errors say; by the shared taxonomy where a body isn't one."""
        return classify(status, headers, body)


def classify(status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
    """The failure in an answer of one of Google's APIs; never raises, whatever the body is."""
    error = _error(body)
    if error is None:
        return taxonomy.classify(status, headers, body)
    named = {key.decode("latin-1").lower(): value.decode("latin-1").strip() for key, value in headers}
    return google_failure(error, status=status, retry_after=taxonomy.wait(named))


def _error(body: bytes) -> dict[str, Any] | None:
    """The error of a body; an array of one, as array streams fail, counts too."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    error = value.get("error") if isinstance(value, dict) else None
    return error if isinstance(error, dict) else None


def build(options: Mapping[str, str]) -> Vendor:
    """Gemini; OptionError for a version that there isn't."""
    version = options.get("api_version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise OptionError("api_version", f"must be {' or '.join(_VERSIONS)}", nearest=_VERSIONS[0])
    return Gemini(version)


GEMINI = VendorKind("gemini", frozenset(VERBS), OPTIONS, "https://generativelanguage.googleapis.com", build)
