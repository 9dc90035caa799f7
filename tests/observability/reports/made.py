"""Records of calls, made by a few words each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from observability.ledger import Attempt, Intent, Outcome, Tokens, Who

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def intent(call: str, team: str = "hr", model: str = "gpt", at: datetime = NOON, **more: Any) -> Intent:
    who = Who("acme", team, (), f"p_{team}", f"k_{team}", more.pop("use_case", "letters"))
    return Intent(call, at, who, "openai_chat", "chat", model, False, 10, **more)


def attempt(
    call: str, nanos: int = 1_000, tokens: tuple[int | None, int | None] = (10, 20), at: datetime = NOON, **more: Any
) -> Attempt:
    """One that went as its vendor counted; `more` as the record has it."""
    given = {
        "attempt": 1, "destination": "alpha/gpt", "vendor": "alpha", "contract": "alpha-us", "model": "gpt-4o",
        "tokens": Tokens(*tokens), "charged": tuple(one or 0 for one in tokens), "currency": "EUR",
        "price_version": "2026-11",
    }  # fmt: skip
    return Attempt(call, at, cost=nanos / 1_000_000_000, **{**given, **more})


def outcome(call: str, result: Any = "served", at: datetime = NOON, **more: Any) -> Outcome:
    return Outcome(call, at, result, 200 if result == "served" else 403, **more)
