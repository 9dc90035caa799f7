"""What went wrong in the bridge, in OpenAI's words: a status and a body that the gateway's taxonomy reads back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from adapters.errors import UpstreamError
from adapters.vendors import taxonomy
from gateway.bridge.parameters import Refused
from gateway.bridge.way_out import Sending


class Failure(NamedTuple):
    """A failed answer. error: the member of that name. retry_after: seconds, None where unsaid."""

    status: int
    error: Mapping[str, str | None]
    retry_after: float | None = None

    def body(self) -> bytes:
        """As JSON."""
        return orjson.dumps({"error": dict(self.error)})

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Of the answer."""
        waits = [] if self.retry_after is None else [(b"retry-after", f"{self.retry_after:.0f}".encode())]
        return [(b"content-type", b"application/json"), *waits]


class _Said(NamedTuple):
    status: int
    type: str
    code: str | None


_KINDS: Mapping[str, _Said] = {
    "rate_limit": _Said(429, "rate_limit_error", "rate_limit_exceeded"),
    "ramp": _Said(429, "rate_limit_error", "slow_down"),
    "money": _Said(429, "insufficient_quota", "insufficient_quota"),
    "overload": _Said(503, "overloaded_error", "overloaded"),
    "context_length": _Said(400, "invalid_request_error", "context_length_exceeded"),
    "content_policy": _Said(400, "invalid_request_error", "content_policy_violation"),
    "auth": _Said(401, "authentication_error", "invalid_api_key"),
    "invalid": _Said(400, "invalid_request_error", None),
    "not_found": _Said(404, "not_found_error", "model_not_found"),
    "timeout": _Said(408, "timeout_error", None),
}
_BROKEN = _Said(502, "server_error", None)
_BARRED = "Stopped in the bridge: for this call litellm tried {}."

# What litellm finds by itself, before or instead of an answer, by the name of its exception; the words are ours, since
# its own repeat the call.
_OWN: Mapping[str, tuple[str, str]] = {
    "UnsupportedParamsError": ("invalid", "A parameter of this call isn't supported for this vendor's model."),
    "BadRequestError": ("invalid", "litellm can't make this call for this vendor."),
    "NotFoundError": ("not_found", "The vendor has no such model."),
    "ContextWindowExceededError": ("context_length", "The call is longer than the model's context."),
    "ContentPolicyViolationError": ("content_policy", "The vendor's policy on contents stopped the call."),
    "AuthenticationError": ("auth", "The vendor needs another credential than the one that is configured."),
    "RateLimitError": ("rate_limit", "The vendor takes no more calls for now."),
    "Timeout": ("timeout", "The vendor took too long."),
    "ServiceUnavailableError": ("overload", "The vendor isn't available."),
}


def refused(refusal: Refused) -> Failure:
    """Of a body that isn't passed on."""
    return _failure("invalid", str(refusal), param=refusal.param)


def failure(sending: Sending, problem: BaseException, secret: str) -> Failure:
    """Of a call. secret: the vendor's credential, which the answer repeats in no case."""
    if sending.failed is not None:
        return _vendors(taxonomy.classify(*sending.failed), secret)
    if sending.broken or sending.barred:
        words = f"The way to the vendor failed: {sending.broken}." if sending.broken else _BARRED.format(sending.barred)
        return _failure("server", words)
    kind, words = _OWN.get(type(problem).__name__, ("server", "The vendor's answer was cut or couldn't be read."))
    return _failure(kind, words)


def _vendors(error: UpstreamError, secret: str) -> Failure:
    words = error.message or "The vendor refused without saying why."
    if secret and secret in words:
        words = "The vendor refused."
    return _failure(error.kind, words, param=error.param, retry_after=error.retry_after, code=error.code)


def _failure(
    kind: str, words: str, *, param: str | None = None, retry_after: float | None = None, code: str | None = None
) -> Failure:
    said = _KINDS.get(kind, _BROKEN)
    code = said.code or (code if kind == "invalid" else None)
    return Failure(said.status, {"message": words, "type": said.type, "param": param, "code": code}, retry_after)
