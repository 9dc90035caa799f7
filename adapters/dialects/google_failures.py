"""What the errors of Google's APIs mean: `{"error": {code, message, status, details}}`, whole or inside a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.errors import BY_KIND, UpstreamError

_STATUSES: Mapping[str, str] = {
    "INVALID_ARGUMENT": "invalid",
    "FAILED_PRECONDITION": "invalid",
    "OUT_OF_RANGE": "invalid",
    "UNIMPLEMENTED": "invalid",
    "UNAUTHENTICATED": "auth",
    "PERMISSION_DENIED": "auth",
    "NOT_FOUND": "not_found",
    "RESOURCE_EXHAUSTED": "rate_limit",
    "UNAVAILABLE": "overload",
    "DEADLINE_EXCEEDED": "timeout",
}

# Where a body has no status, or one that says nothing, its code.
_CODES: Mapping[int, str] = {
    400: "invalid", 401: "auth", 402: "money", 403: "auth", 404: "not_found", 408: "timeout", 413: "invalid",
    429: "rate_limit", 503: "overload", 504: "timeout", 529: "overload",
}  # fmt: skip

_PLAIN = frozenset((402, 529))  # codes that say more than the status beside them

_REASONS: Mapping[str, str] = {
    "API_KEY_INVALID": "auth",
    "API_KEY_EXPIRED": "auth",
    "API_KEY_SERVICE_BLOCKED": "auth",
    "API_KEY_IP_ADDRESS_BLOCKED": "auth",
    "SERVICE_DISABLED": "auth",
    "CONSUMER_SUSPENDED": "auth",
    "CONSUMER_INVALID": "auth",
    "BILLING_DISABLED": "money",
    "RATE_LIMIT_EXCEEDED": "rate_limit",
    "MODEL_CAPACITY_EXHAUSTED": "overload",
}

# Said in words only. The first that fits counts.
_PHRASES: tuple[tuple[str, str], ...] = (
    ("api key not valid", "auth"),
    ("api key expired", "auth"),
    ("user location is not supported", "auth"),
    ("input token count", "context_length"),
    ("exceeds the maximum number of tokens", "context_length"),
    ("exceeds the maximum number of input tokens", "context_length"),
    ("prohibited_content", "content_policy"),
    ("safety policies", "content_policy"),
    ("usage guidelines", "content_policy"),
    ("prepayment credits", "money"),
    ("spending cap", "money"),
    ("enable billing", "money"),
    ("billing account", "money"),
)
_SAID = frozenset({"invalid", "auth", "rate_limit"})  # kinds behind which others hide

_DAILY = ("PerDay", "Daily")
_NO_QUOTA = re.compile(r"limit: 0(?![\d.])")
_DELAY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)s")
_WORDS = 2_000
_LONGEST = 24 * 3600.0


def google_failure(error: object, *, status: int | None = None, retry_after: float | None = None) -> UpstreamError:
    """The failure that an `error` member tells of. status, retry_after: of the HTTP answer, where it has its own.

    A quota of a day, or none at all, is money: waiting doesn't help, another account does. One of a minute is a rate.
    """
    said: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    message, word, code = said.get("message"), said.get("status"), said.get("code")
    words = message[:_WORDS] if isinstance(message, str) else ""
    details = list(_details(said))
    kind = _kind(word, code if type(code) is int else status, words.lower(), details)
    reason = next(_reasons(details), None)
    return BY_KIND[kind](
        words, status=status, retry_after=_delay(details) if retry_after is None else retry_after,
        type=word if isinstance(word, str) and word in _STATUSES else None, code=reason,
    )  # fmt: skip


def _kind(word: object, code: int | None, words: str, details: list[Mapping[str, Any]]) -> str:
    kind = _STATUSES.get(word) if isinstance(word, str) and code not in _PLAIN else None
    if kind is None:
        kind = _CODES.get(code or 0) or "server"
    for reason in _reasons(details):
        kind = _REASONS.get(reason, kind)
    if kind in _SAID:
        kind = next((known for phrase, known in _PHRASES if phrase in words), kind)
    if kind == "rate_limit" and (_daily(details) or _NO_QUOTA.search(words)):
        return "money"
    return kind


def _details(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = said.get("details")
    if isinstance(found, list):
        yield from (one for one in found if isinstance(one, Mapping))


def _reasons(details: list[Mapping[str, Any]]) -> Iterator[str]:
    """The reasons of its ErrorInfo, of those that are known."""
    for one in details:
        reason = one.get("reason")
        if isinstance(reason, str) and reason in _REASONS:
            yield reason


def _daily(details: list[Mapping[str, Any]]) -> bool:
    """Whether a quota of a day is among those that were exceeded."""
    violations = [v for one in details if isinstance(v := one.get("violations"), list)]
    named = (one.get("quotaId") for found in violations for one in found if isinstance(one, Mapping))
    return any(isinstance(name, str) and any(word in name for word in _DAILY) for name in named)


def _delay(details: list[Mapping[str, Any]]) -> float | None:
    """Seconds of its RetryInfo (`34.07s`)."""
    for one in details:
        delay = one.get("retryDelay")
        if isinstance(delay, str) and (found := _DELAY.fullmatch(delay)):
            return min(float(found[1]), _LONGEST)
    return None
