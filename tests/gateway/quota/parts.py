"""What tests of quotas are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.quota.accounts import Accounts, Limit
from gateway.quota.quotas import Quotas

ME = (("user", "anne"), ("team", "hr"), ("use_case", "letters"))


@dataclass(frozen=True)
class Line:
    """One limit."""

    scope: str
    unit: str
    limit: int
    window: str = "minute"
    match: str = "*"
    zone: str = "UTC"
    on_store_failure: str = "closed"
    soft: float | None = None


class Clock:
    """A clock that only the test moves."""

    def __init__(self, now: float = 1_000_000_020.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def alone(
    limits: Sequence[Limit],
    clock: Clock | None = None,
    overrun: Callable[[Limit, int], None] = lambda _line, _amount: None,
) -> Quotas:
    """A worker that shares its limits with nobody."""
    return Quotas(Accounts(limits, "acme", b"secret", whole=True), clock or Clock(), overrun=overrun)
