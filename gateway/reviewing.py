"""Reading review samples: by name, on record before anything is shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from gateway.documents import nearest
from observability.ledger import Event, LedgerFailed

if TYPE_CHECKING:
    from gateway.runtime import Runtime

LONGEST_NAME, LONGEST_REASON = 128, 200


class ReviewRefused(Exception):
    """The samples aren't shown. Its words are for the officer."""


async def review(runtime: Runtime, rule: str, who: str, reason: str) -> list[dict[str, Any]]:
    """The samples of a rule, once it is durable who reads them and why. Raises ReviewRefused."""
    if not who.strip() or len(who) > LONGEST_NAME or not who.isprintable():
        raise ReviewRefused(f"say who reads: one line of at most {LONGEST_NAME} characters")
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise ReviewRefused(f"a reason is one line of at most {LONGEST_REASON} characters")
    if not runtime.samples.kept:
        raise ReviewRefused("the keyring has no samples key: ecluse init --complete KEYRING adds it")
    now, pair = runtime.now(), runtime.epoch.pair
    if runtime.samples.waiting:
        await asyncio.to_thread(runtime.samples.write)
    found = await asyncio.to_thread(runtime.samples.read, rule, now.date())
    if not found and pair.policies.rule(rule) is None:
        near = nearest(rule, [one.id for one in pair.policies.rules])
        raise ReviewRefused(f"there is no rule {rule}" + (f" (did you mean {near}?)" if near else ""))
    actor = runtime.keyring.pseudonym_of(pair.settings.organisation, who)
    event = Event(now, "samples.read", actor=actor, detail={"rule": rule, "samples": len(found), "reason": reason})
    try:
        await runtime.ledger.write(event)
    except LedgerFailed:
        raise ReviewRefused("the ledger can't write now, so nothing is shown") from None
    return [
        {"call": one.call, "at": one.at.isoformat(), "until": one.until.isoformat(), "text": one.text} for one in found
    ]
