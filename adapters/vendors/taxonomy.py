"""What a vendor's failed answer means, by family: the status, its own tokens, and when to come back.

Money, context length and content policy hide behind the same statuses as other failures, so the body decides first and
the status only where the body says nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, NamedTuple

import orjson

from adapters.dialects.failures import vendor_failure
from adapters.errors import BY_KIND, UpstreamError
from adapters.vendors.base import RawHeaders

_LONGEST_WAIT = 24 * 3600.0
_EPOCH = 1e9  # no wait is that long: a number above is a moment
_VAGUE = {"invalid", "server"}
_WORDS = 2_000  # characters of a vendor's message that are kept

# What only some kinds say (the words that the families share are in adapters.dialects.failures).
_TOKENS: Mapping[str, str] = {
    "responsibleaipolicyviolation": "content_policy",  # Azure
    "deploymentnotfound": "not_found",  # Azure
    "operationnotsupported": "not_found",  # Azure
    "notfounderror": "not_found",  # vLLM
    "too_many_requests": "rate_limit",
    "quota_exceeded": "money",
}

_STATUSES: Mapping[int, str] = {
    401: "auth", 402: "money", 403: "auth", 404: "not_found", 407: "auth", 408: "timeout",
    429: "rate_limit", 503: "overload", 504: "timeout", 529: "overload",
}  # fmt: skip

# Said in words only: Anthropic has one type for every invalid request, vLLM and Ollama one code.
_PHRASES: tuple[tuple[str, str], ...] = (
    ("prompt is too long", "context_length"),
    ("maximum context length", "context_length"),
    ("exceed context limit", "context_length"),
    ("exceeds the available context size", "context_length"),
    ("credit balance is too low", "money"),
    ("spend limit", "money"),
    ("usage limits", "money"),
    ("blocked by content filtering policy", "content_policy"),
    ("usage policies", "content_policy"),
)


class Words(NamedTuple):
    """What one kind of vendor calls its failures. statuses: its HTTP statuses. tokens: its codes and types, in lower
    case. phrases: parts of its messages, in lower case."""

    statuses: Mapping[int, str] = {}
    tokens: Mapping[str, str] = {}
    phrases: tuple[tuple[str, str], ...] = ()


NO_MORE = Words()


def classify(status: int, headers: RawHeaders, body: bytes, own: Words = NO_MORE, *, named: str = "") -> UpstreamError:
    """The failure in an answer with `status` outside 2xx; never raises, whatever the body is. own: the vendor's words,
    which go before those that all share. named: what a header calls the failure, where it does."""
    said = _error(body)
    if named:
        said = {"message": said.get("message") or said.get("Message"), "type": named}
    read = vendor_failure(said, status=status)
    words = read.message[:_WORDS]
    kind = read.kind if read.kind not in _VAGUE else _kind(status, said, words.lower(), own)
    return BY_KIND[kind](
        words, status=status, retry_after=wait(_named(headers)), type=_short(read.type), code=_short(read.code),
        param=_short(read.param),
    )  # fmt: skip


def _kind(status: int, said: Mapping[str, Any], words: str, own: Words) -> str:
    """The kind of a failure whose own tokens say little: an inner reason, then its words, then the status."""
    for token in (said.get("code"), said.get("type"), _inner_code(said)):
        if isinstance(token, str | int) and (kind := _token(str(token).lower(), own)) is not None:
            return kind
    if status < 500 or own.phrases:
        for phrase, kind in (*own.phrases, *(_PHRASES if status < 500 else ())):
            if phrase in words:
                return kind
    if (known := own.statuses.get(status) or _STATUSES.get(status)) is not None:
        return known
    if status >= 500:
        return "server"
    return "invalid" if status >= 400 else "protocol"


def _token(token: str, own: Words) -> str | None:
    return own.tokens.get(token) or _TOKENS.get(token)


def _inner_code(said: Mapping[str, Any]) -> str | None:
    """Azure puts the reason into `innererror`, Anthropic some of it into `details`."""
    for key, name in (("innererror", "code"), ("details", "error_code")):
        inner = said.get(key)
        if isinstance(inner, dict) and isinstance(inner.get(name), str):
            return str(inner[name])
    return None


def _error(body: bytes) -> Mapping[str, Any]:
    """The error object of a JSON body in any of the shapes seen; empty for plain text and HTML, which are not kept."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(value, dict):
        return {}
    inner = value.get("error", value.get("detail", value))
    if isinstance(inner, str):  # Ollama: {"error": "..."}; transformers serve: {"detail": "..."}
        return {"message": inner}
    return inner if isinstance(inner, dict) else {}


def _short(value: object) -> str | None:
    """A vendor's token: short, printable, without spaces; anything else could be prompt text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not 0 < len(value) <= 128:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def _named(headers: RawHeaders) -> dict[str, str]:
    return {key.decode("latin-1").lower(): value.decode("latin-1").strip() for key, value in headers}


def wait(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds until the vendor wants to be asked again, from the headers it sent (names in lower case); None: unsaid.

    `retry-after-ms`, `retry-after` as seconds or date (against the answer's own `date`), else the reset of a limit of
    which nothing remains (OpenAI `6m0s`, Anthropic RFC 3339). Between 0 and a day.
    """
    here = date(headers.get("date"))
    moment = now() if here is None else here
    seconds = number(headers.get("retry-after-ms"), 0.001)
    if seconds is None:
        seconds = number(headers.get("retry-after"))
    if seconds is None and (then := date(headers.get("retry-after"))) is not None:
        seconds = then - moment
    if seconds is None:
        seconds = _reset(headers, moment)
    return None if seconds is None else min(max(0.0, seconds), _LONGEST_WAIT)


def _reset(headers: Mapping[str, str], now: float) -> float | None:
    waits: list[float] = []
    for name, left in headers.items():
        if left != "0" or "ratelimit" not in name or "remaining" not in name:
            continue
        seconds = until_reset(headers.get(name.replace("remaining", "reset"), ""), lambda: now)
        if seconds is not None:
            waits.append(seconds)
    return max(waits, default=None)


def until_reset(text: str, now: Callable[[], float]) -> float | None:
    """Seconds from `now()` (Unix time) to the reset of a limit: `6m0s`, seconds, or a moment (Unix, RFC 3339)."""
    seconds = duration(text)
    if seconds is None and (seconds := number(text)) is not None and seconds > _EPOCH:
        seconds -= now()
    if seconds is None and (then := _rfc3339(text)) is not None:
        seconds = then - now()
    return seconds


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SPAN = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})(ms|s|m|h|d)")


def duration(text: str) -> float | None:
    """Seconds in `6m0s`, `1h2m`, `120ms` or `20.5s`; None where it isn't one."""
    total, at = 0.0, 0
    while at < len(text):
        found = _SPAN.match(text, at)
        if found is None:
            return None
        total, at = total + float(found[1]) * _UNITS[found[2]], found.end()
    return total if text else None


def number(text: str | None, scale: float = 1.0) -> float | None:
    """A finite number; None where it isn't one."""
    try:
        value = float(text) if text is not None and len(text) < 32 else None
    except ValueError:
        return None
    return value * scale if value is not None and isfinite(value) else None


def date(text: str | None) -> float | None:
    """Unix time of a date as HTTP writes it; None where it isn't one."""
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError):
        return None


def _rfc3339(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
