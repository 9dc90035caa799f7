"""What a call is charged, try by try."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from adapters.reply import Usage
from gateway.admission import settle, used_tokens
from gateway.quota.store import MemoryQuotas


@dataclass
class Line:
    scope: str = "user"
    match: str = "*"
    unit: str = "tokens"
    window: str = "minute"
    limit: int = 100_000


@dataclass
class Call:
    """What settling reads of an exchange."""

    grants: list[Any]
    used_before: list[int]
    usage: Usage
    attempts: list[Any] = field(default_factory=list)
    bytes_in: int = 400
    characters_out: int = 0
    outcome: str = "served"


def test_a_try_in_a_new_window_is_paid_for_there() -> None:
    now = [60_000.0]
    quotas = MemoryQuotas([Line()], lambda: now[0])
    first = quotas.reserve((("user", "u"),), requests=1, tokens=500)
    now[0] += 60
    second = quotas.reserve((("user", "u"),), requests=0, tokens=500, concurrent=0)
    call = Call([first, second], [300], Usage(250, 200), [SimpleNamespace(sent=1, gate=object())])
    settle(SimpleNamespace(quotas=quotas), call)  # type: ignore[arg-type]
    (account,) = quotas._accounts.values()
    assert (account.settled, account.reserved) == (150, 0)


def test_without_counts_of_the_vendor_each_answered_try_is_estimated() -> None:
    tries = [SimpleNamespace(sent=400, gate=object()), SimpleNamespace(sent=800, gate=object())]
    failed = SimpleNamespace(sent=10_000, gate=None)
    assert used_tokens(Call([], [], Usage(), [failed, *tries])) == 300  # type: ignore[arg-type]
