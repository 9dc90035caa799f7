"""Why a call was not served: one tree, each with its HTTP status, code and safe words.

Refusal
├── BadRequest            400  the body or a parameter can't be acted on
├── Unidentified          401  no key, or a key that isn't known
├── NotFound              404  no such path or model
├── TooLarge              413
├── Unsupported           415 / 426
├── PolicyRefusal         400  a rule says no (400: agent tools misread 403 as a failed login)
├── QuotaRefusal          429  a limit is reached
├── Unavailable           503  no destination, draining, or the ledger can't write
├── VendorFailed          502  every permitted destination failed
└── TimedOut              504  the deadline passed

Words are for staff and never hold characters of what they sent.
"""

from __future__ import annotations

from collections.abc import Mapping

Value = str | int | float | bool | None
Words = Mapping[str, str]

_NOT_TODAY = 24 * 3600.0


def whole_seconds(retry_after: float) -> int:
    """When to come back, as `retry-after` and our words both say it."""
    return max(1, round(retry_after))


class Refusal(Exception):
    """A call ends here. `words` has English and French; `code` is stable and machine-readable. counted: what metrics
    count it as: the code, unless that is a vendor's word.

    because: what it rests on beside rules, as it goes on record: facts, never words of the client's.
    """

    status = 400
    kind = "invalid_request_error"
    outcome = "refused"

    def __init__(
        self, code: str, words: Words, *, param: str | None = None, retry_after: float | None = None, retry: bool = True
    ) -> None:
        super().__init__(code)
        self.code = self.counted = code
        self.words = words
        self.param = param
        self.retry_after = retry_after
        self.retry = retry
        self.because: Mapping[str, Value] = {}

    @property
    def wait(self) -> float | None:
        """Seconds after which trying again may help, for clients that read it in the error itself; a day: it won't."""
        return self.retry_after if self.retry or self.status < 429 else _NOT_TODAY

    def message(self, language: str) -> str:
        """The words in `language` (English where there are none)."""
        return self.words.get(language) or self.words["en"]


class BadRequest(Refusal):
    outcome = "refused"

    def __init__(self, code: str, words: Words, *, param: str | None = None, status: int = 400) -> None:
        super().__init__(code, words, param=param)
        self.status = status


class Unidentified(Refusal):
    status = 401
    kind = "authentication_error"
    outcome = "refused"


class NotFound(Refusal):
    status = 404
    kind = "not_found_error"
    outcome = "refused"


class TooLarge(Refusal):
    status = 413
    kind = "request_too_large"
    outcome = "refused"


class Unsupported(Refusal):
    outcome = "refused"

    def __init__(self, status: int, code: str, words: Words) -> None:
        super().__init__(code, words)
        self.status = status


class PolicyRefusal(Refusal):
    kind = "invalid_request_error"


class QuotaRefusal(Refusal):
    status = 429
    kind = "rate_limit_error"


class Unavailable(Refusal):
    status = 503
    kind = "overloaded_error"
    outcome = "failed"


class VendorFailed(Refusal):
    status = 502
    kind = "api_error"
    outcome = "failed"


class TimedOut(Refusal):
    status = 504
    kind = "timeout_error"
    outcome = "failed"
