"""Errors as clients of each family expect them, and as vendors of each family tell them.

`kind` is one word of the taxonomy in `adapters.errors`, or the word of a refusal of the gateway's own
(`invalid_request_error`, `authentication_error`, ...). A word that isn't known here falls back on the HTTP status.

The vendor refusing the gateway's own credential or account (`auth`, `money`) is a server error to the client: it can
do nothing about it, and agent tools would take an authentication error for a failed login of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import orjson

from adapters.errors import BY_KIND, ServerFailed, UpstreamError
from adapters.wire.sse import encode


class Names(NamedTuple):
    """What one kind of failure is called. response_code: the code inside `response.failed` (a closed set there).
    google: the status of Google's APIs."""

    openai: str
    anthropic: str
    openai_code: str | None = None
    response_code: str = "server_error"
    google: str = "INVALID_ARGUMENT"


_INVALID = Names("invalid_request_error", "invalid_request_error", None, "invalid_prompt")
_CONTEXT = Names("invalid_request_error", "invalid_request_error", "context_length_exceeded", "context_length_exceeded")
_CONTENT = Names("invalid_request_error", "invalid_request_error", "content_policy_violation", "invalid_prompt")
_UNKNOWN_KEY = Names(
    "invalid_request_error", "authentication_error", "invalid_api_key", "invalid_prompt", "UNAUTHENTICATED"
)
_FORBIDDEN = Names("invalid_request_error", "permission_error", None, "invalid_prompt", "PERMISSION_DENIED")
_MISSING = Names("invalid_request_error", "not_found_error", None, "invalid_prompt", "NOT_FOUND")
_TOO_LARGE = Names("invalid_request_error", "request_too_large", "request_too_large", "invalid_prompt")
_RATE = Names(
    "rate_limit_error", "rate_limit_error", "rate_limit_exceeded", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"
)
_BUSY = Names("server_error", "overloaded_error", None, "server_is_overloaded", "UNAVAILABLE")
_LATE = Names("server_error", "timeout_error", None, google="DEADLINE_EXCEEDED")
_BROKEN = Names("server_error", "api_error", None, google="INTERNAL")

KINDS: dict[str, Names] = {
    "rate_limit": _RATE,
    "ramp": _RATE,
    "money": _BROKEN,
    "overload": _BUSY,
    "context_length": _CONTEXT,
    "content_policy": _CONTENT,
    "auth": _BROKEN,
    "invalid": _INVALID,
    "not_found": _MISSING,
    "gone": _MISSING,
    "server": _BROKEN,
    "timeout": _LATE,
    "connect": _BROKEN,
    "protocol": _BROKEN,
    "cut": _BROKEN,
    "schema": _INVALID,
    "invalid_request_error": _INVALID,
    "authentication_error": _UNKNOWN_KEY,
    "permission_error": _FORBIDDEN,
    "not_found_error": _MISSING,
    "request_too_large": _TOO_LARGE,
    "rate_limit_error": _RATE,
    "overloaded_error": _BUSY,
    "timeout_error": _LATE,
    "api_error": _BROKEN,
}

_BY_STATUS: dict[int, Names] = {
    401: _UNKNOWN_KEY,
    403: _FORBIDDEN,
    404: _MISSING,
    413: _TOO_LARGE,
    429: _RATE,
    503: _BUSY,
    504: _LATE,
    529: _BUSY,
}


def names(kind: str, status: int = 500) -> Names:
    """What `kind` is called in each family; by `status` where the word isn't known."""
    return KINDS.get(kind) or _BY_STATUS.get(status) or (_INVALID if 400 <= status < 500 else _BROKEN)


def openai_error(
    status: int, kind: str, message: str, *, param: str | None, code: str | None, call_id: str,
    wait: float | None = None,
) -> bytes:  # fmt: skip
    """`{"error": {message, type, param, code}}`; the call id travels in the `x-request-id` header."""
    known = names(kind, status)
    return orjson.dumps(
        {"error": {"message": message, "type": known.openai, "param": param, "code": code or known.openai_code}}
    )


def anthropic_error(
    status: int, kind: str, message: str, *, param: str | None, code: str | None, call_id: str,
    wait: float | None = None,
) -> bytes:  # fmt: skip
    """`{"type": "error", "error": {type, message}, "request_id"}`; this family has no place for param and code."""
    error = {"type": names(kind, status).anthropic, "message": message}
    return orjson.dumps({"type": "error", "error": error, "request_id": call_id})


# The HTTP status that goes with each status of Google's.
_GOOGLE: dict[str, int] = {
    "INVALID_ARGUMENT": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429, "INTERNAL": 500, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
}  # fmt: skip
_RPC = "type.googleapis.com/google.rpc."


def gemini_error(
    status: int, kind: str, message: str, *, param: str | None, code: str | None, call_id: str,
    wait: float | None = None,
) -> bytes:  # fmt: skip
    """`{"error": {code, message, status, details}}`: our own code as an ErrorInfo, `wait` as a RetryInfo."""
    info = {"@type": f"{_RPC}ErrorInfo", "reason": (code or kind).upper(), "domain": "ecluse"}
    details: list[dict[str, object]] = [info | {"metadata": {"call": call_id} | ({"param": param} if param else {})}]
    if wait is not None:
        details.append({"@type": f"{_RPC}RetryInfo", "retryDelay": f"{max(1, round(wait))}s"})
    error = {"code": status, "message": message, "status": names(kind, status).google, "details": details}
    return orjson.dumps({"error": error})


def gemini_stream_error(kind: str, message: str, *, code: str | None, call_id: str, unsent: int = 0) -> bytes:
    """An in-band `data: {"error": ...}` event."""
    status = _GOOGLE[names(kind).google]
    return encode(None, gemini_error(status, kind, message, param=None, code=code, call_id=call_id))


def openai_stream_error(kind: str, message: str, *, code: str | None, call_id: str, unsent: int = 0) -> bytes:
    """An in-band `data: {"error": ...}` event, as chat and text completions have it."""
    return encode(None, openai_error(500, kind, message, param=None, code=code, call_id=call_id))


def anthropic_stream_error(kind: str, message: str, *, code: str | None, call_id: str) -> bytes:
    """An in-band `event: error`."""
    return encode("error", anthropic_error(500, kind, message, param=None, code=code, call_id=call_id))


def error(
    family: str, status: int, kind: str, message: str, *, param: str | None, code: str | None, call_id: str,
    wait: float | None = None,
) -> bytes:  # fmt: skip
    """A whole-body error for a family, for refusals that come before a dialect is known."""
    shape = {"anthropic": anthropic_error, "gemini": gemini_error}.get(family, openai_error)
    return shape(status, kind, message, param=param, code=code, call_id=call_id, wait=wait)


# What vendors call things, in `code` and in `type`, in the words of our taxonomy. `code` says more, so it goes first.
_VENDOR_WORDS: dict[str, str] = {
    "insufficient_quota": "money",
    "billing_hard_limit_reached": "money",
    "billing_not_active": "money",
    "billing_error": "money",
    "enforced_spend_limit_reached": "money",
    "usage_limit_reached": "money",
    "slow_down": "ramp",
    "rate_limit_exceeded": "rate_limit",
    "rate_limit_error": "rate_limit",
    "rate_limit_reached": "rate_limit",
    "tokens": "rate_limit",
    "requests": "rate_limit",
    "overloaded_error": "overload",
    "overloaded": "overload",
    "server_is_overloaded": "overload",
    "service_unavailable": "overload",
    "service_unavailable_error": "overload",
    "context_length_exceeded": "context_length",
    "string_above_max_length": "invalid",
    "content_filter": "content_policy",
    "content_policy_violation": "content_policy",
    "cyber_policy": "content_policy",
    "invalid_prompt": "content_policy",
    "invalid_api_key": "auth",
    "authentication_error": "auth",
    "permission_error": "auth",
    "permission_denied": "auth",
    "model_not_found": "not_found",
    "not_found_error": "not_found",
    "deployment_not_found": "not_found",
    "invalid_request_error": "invalid",
    "request_too_large": "invalid",
    "timeout_error": "timeout",
    "server_error": "server",
    "internal_error": "server",
    "api_error": "server",
    # The status as the code, where an error comes inside an answer that began well.
    "400": "invalid",
    "401": "auth",
    "402": "money",
    "404": "not_found",
    "408": "timeout",
    "429": "rate_limit",
    "503": "overload",
    "529": "overload",
}


def vendor_failure(error: object, *, status: int | None = None) -> UpstreamError:
    """The failure that a vendor's `error` member tells of, wherever it stood: a body, an event, a failed response.

    Unknown words are a failure of the vendor's server. Nothing of the vendor's words decides but `code` and `type`,
    and Anthropic's "prompt is too long", which has no code of its own.
    """
    if not isinstance(error, dict):
        return ServerFailed(status=status)
    code, kind, message = (_word(error.get(field)) for field in ("code", "type", "message"))
    known = _VENDOR_WORDS.get(code or "") or _VENDOR_WORDS.get(kind or "") or "server"
    if known == "invalid" and message and message.startswith("prompt is too long"):
        known = "context_length"
    return BY_KIND[known](message or "", status=status, type=kind, code=code, param=_word(error.get("param")))


def _word(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None
