"""Everything that can go wrong on the wire.

    BodyRefused            the client's body can't be read safely: refused before anything else happens
    UpstreamError          a vendor, or the way to it, failed
      RateLimited          429: wait or go elsewhere
      RampLimited          `slow_down`: traffic grew too fast for this account
      OutOfMoney           quota or spend limit: never retried on the same account
      Overloaded           503, 529: the vendor is short of capacity
      ContextTooLong       the ask doesn't fit the model
      ContentRefused       the vendor's own content policy: never retried elsewhere (that is policy shopping)
      AuthFailed           the vendor refused the gateway's credential
      InvalidRequest       the vendor found the request malformed
      NotFound             unknown model or path at the vendor
      Gone                 what the vendor kept for a caller is there no more
      ServerFailed         5xx of any other sort
      TimedOut             connect, first byte, idle or total time passed
      ConnectFailed        no connection, TLS failure
      ProtocolBroken       the answer isn't what the dialect promises
      CutShort             the answer ended before its terminal event

Vendor words are kept in `message` and may hold prompt text: neither `str` nor `repr` shows them.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Fault = Literal["vendor", "ours", "client"]


class BodyRefused(Exception):
    """A client's body that is not taken in.

    code: one of not_json, duplicate_key, invalid_utf8, bom, not_a_number, lone_surrogate, trailing_bytes, too_deep,
    too_large, too_many_texts, wrong_type, missing_field, vendor_held, bad_multipart. message: safe words (byte offsets
    and names of known fields, never content). param: the known field, where there is one.
    """

    def __init__(self, code: str, message: str, *, param: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.param = param
        self.status = 413 if code in ("too_large", "too_many_texts") else 400

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class UpstreamError(Exception):
    """A failed attempt at a vendor.

    kind: the taxonomy above in one word. status: HTTP status, None where none came. retry_after: seconds to wait.
    retryable: another destination may be tried. fault: whose it is. type, code, param: the vendor's own tokens.
    message: the vendor's words ("" where ours); they must pass the response guard before a client sees them.
    committed: content had already gone to the client.
    """

    kind: ClassVar[str] = "server"
    retries: ClassVar[bool] = True
    blames: ClassVar[Fault] = "vendor"

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        retryable: bool | None = None,
        fault: Fault | None = None,
        type: str | None = None,
        param: str | None = None,
        code: str | None = None,
        committed: bool = False,
    ) -> None:
        super().__init__()
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.retryable = self.retries if retryable is None else retryable
        self.fault: Fault = fault or self.blames
        self.type = type
        self.param = param
        self.code = code
        self.committed = committed

    def __str__(self) -> str:
        status = "no status" if self.status is None else f"status {self.status}"
        return f"{self.kind} ({status}, fault: {self.fault})"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class RateLimited(UpstreamError):
    """The vendor asks to wait; another destination may answer at once."""

    kind = "rate_limit"


class RampLimited(UpstreamError):
    """Traffic grew faster than the vendor lets it: slow down before anything else."""

    kind = "ramp"


class OutOfMoney(UpstreamError):
    """The account has no quota or budget left; only another account or vendor helps."""

    kind = "money"
    blames = "ours"


class Overloaded(UpstreamError):
    """The vendor is short of capacity."""

    kind = "overload"


class ContextTooLong(UpstreamError):
    """The ask doesn't fit the model; a larger one needs a ruling of its own."""

    kind = "context_length"
    retries = False
    blames = "client"


class ContentRefused(UpstreamError):
    """The vendor's content policy said no; going elsewhere would be policy shopping."""

    kind = "content_policy"
    retries = False
    blames = "client"


class AuthFailed(UpstreamError):
    """The vendor refused the gateway's credential: open the breaker and tell the operator."""

    kind = "auth"
    blames = "ours"


class InvalidRequest(UpstreamError):
    """The vendor found the request malformed; it would be so anywhere."""

    kind = "invalid"
    retries = False
    blames = "client"


class NotFound(UpstreamError):
    """The vendor doesn't know the model or path that the configuration names."""

    kind = "not_found"
    blames = "ours"


class Gone(UpstreamError):
    """What the vendor kept for a caller, and a call names, is there no more."""

    kind = "gone"
    retries = False
    blames = "client"


class ServerFailed(UpstreamError):
    """Any other failure inside the vendor."""


class TimedOut(UpstreamError):
    """A time limit passed: connect, first byte, idle or total."""

    kind = "timeout"


class ConnectFailed(UpstreamError):
    """No connection to the vendor could be made."""

    kind = "connect"


class ProtocolBroken(UpstreamError):
    """The answer isn't what its dialect promises: not passed on."""

    kind = "protocol"


class CutShort(UpstreamError):
    """The answer ended before its terminal event."""

    kind = "cut"


class SchemaBroken(UpstreamError):
    """The answer doesn't match the JSON schema in the ask, and a rule wants that it does."""

    kind = "schema"
    retries = False


BY_KIND: dict[str, type[UpstreamError]] = {
    error.kind: error
    for error in (
        RateLimited, RampLimited, OutOfMoney, Overloaded, ContextTooLong, ContentRefused, AuthFailed, InvalidRequest,
        NotFound, Gone, ServerFailed, TimedOut, ConnectFailed, ProtocolBroken, CutShort, SchemaBroken,
    )
}  # fmt: skip
