"""Which calls are kept as traces, decided at their end, from what became of them."""

from __future__ import annotations

from typing import Literal, NamedTuple

Reason = Literal["error", "refused", "failover", "slow", "parent", "sampled", ""]
REASONS: tuple[Reason, ...] = ("error", "refused", "failover", "slow", "parent", "sampled")

_RANDOM_BITS = 56
_RANDOM_DIGITS = _RANDOM_BITS // 4


class Rules(NamedTuple):
    """ratio: share of the calls kept of which nothing else is to be said. slow, slow_overhead: seconds from which a
    call is slow as a whole, or by what the gateway added to it."""

    ratio: float
    slow: float
    slow_overhead: float


def why_kept(
    rules: Rules, trace: str, *, outcome: str, attempts: int, total: float, overhead: float, parent: bool | None
) -> Reason:
    """Why the trace of a call is kept; "" where it isn't. trace: 32 hex digits. total, overhead: seconds.

    parent: whether a caller that is believed keeps the trace; None where none said so. One that doesn't keep it would
    see spans without their beginning, so that only what is always kept is.
    """
    if outcome in ("failed", "cut"):
        return "error"
    if outcome == "refused":
        return "refused"
    if attempts > 1:
        return "failover"
    if total >= rules.slow or overhead >= rules.slow_overhead:
        return "slow"
    if parent is not None:
        return "parent" if parent else ""
    return "sampled" if sampled(trace, rules.ratio) else ""


def sampled(trace: str, ratio: float) -> bool:
    """Whether a trace is in the sample: decided by its id alone, so that everyone with this ratio keeps the same ones.

    OpenTelemetry's rule: the last 56 bits of the id are taken as a random number, and the upper share is kept.
    """
    return int(trace[-_RANDOM_DIGITS:], 16) >= round((1.0 - ratio) * (1 << _RANDOM_BITS))
