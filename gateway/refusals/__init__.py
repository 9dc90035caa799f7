"""What a caller is told when a call isn't served: words in English and French, in the shape of their dialect."""

from gateway.refusals.policies import policy_refusal, policy_words
from gateway.refusals.sending import headers, send
from gateway.refusals.states import (
    cut,
    files_busy,
    internal,
    ledger_failed,
    no_object,
    owners_unavailable,
    quota_refusal,
    quota_unknown,
    state_stale,
    unreadable,
)
from gateway.refusals.vendors import deadline, every_breaker_open, upstream

__all__ = [
    "cut",
    "deadline",
    "every_breaker_open",
    "files_busy",
    "headers",
    "internal",
    "ledger_failed",
    "no_object",
    "owners_unavailable",
    "policy_refusal",
    "policy_words",
    "quota_refusal",
    "quota_unknown",
    "send",
    "state_stale",
    "unreadable",
    "upstream",
]
