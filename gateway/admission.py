"""Whether a call may use what it needs: the status of its use case, and room in the quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.bundle.use_cases import PRIORITIES
from gateway.errors import BadRequest, PolicyRefusal
from gateway.quota.store import Exceeded
from gateway.refusals import quota_refusal

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Exchange
    from gateway.http import Request
    from gateway.runtime import Runtime

BYTES_PER_TOKEN = 4
"""For estimates of what a vendor didn't count. The reservation uses one token a byte, which no tokenizer exceeds."""


def choose_use_case(exchange: Exchange, request: Request) -> None:
    """Picks the use case: the one that the header names among the caller's own, else their first, else the sandbox."""
    chosen = exchange.caller.use_case(request.header(b"x-ecluse-use-case") or None)
    if chosen is None:
        raise BadRequest("unknown_use_case", _NOT_YOURS)
    exchange.use_case = chosen
    use_case = exchange.pair.bundle.use_cases.get(exchange.use_case)
    status = use_case.status if use_case is not None else "unknown"
    if status not in ("pilot", "production"):
        raise PolicyRefusal(f"use_case_{status}", _closed(exchange.use_case, status), retry=False)
    assert use_case is not None, "one that is open is known"
    exchange.rank = PRIORITIES.index(use_case.priority)


def reserve(runtime: Runtime, exchange: Exchange, ask: Ask) -> None:
    """Holds room for the worst that the call can use. Counting tokens is free: agent tools fire dozens at once."""
    if ask.operation == "count_tokens":
        return
    output = 0 if ask.operation == "embeddings" else ask.max_output or exchange.pair.settings.reserve_output
    exchange.reserved = exchange.bytes_in + output
    _hold(runtime, exchange, exchange.reserved, requests=1)


def reserve_more(runtime: Runtime, exchange: Exchange, ask: Ask) -> None:
    """Holds room for one more try within the same call: its tokens, no further request."""
    tokens = len(ask.document.raw) + (ask.max_output or exchange.pair.settings.reserve_output)
    exchange.reserved += tokens
    exchange.used_before.append(used_tokens(exchange))
    _hold(runtime, exchange, tokens, requests=0)


def _hold(runtime: Runtime, exchange: Exchange, tokens: int, *, requests: int) -> None:
    caller = exchange.caller
    scopes = (("user", caller.user), ("team", caller.team), ("use_case", exchange.use_case))
    try:
        grant = runtime.quotas.reserve(scopes, requests=requests, tokens=tokens, concurrent=requests)
    except Exceeded as exceeded:
        runtime.measure.quota_refused(exceeded)
        raise quota_refusal(exceeded) from None
    exchange.grants.append(grant)


def settle(runtime: Runtime, exchange: Exchange) -> None:
    """Turns what was reserved into what was used, whatever became of the call: each try by itself, since the window of
    an earlier one may have ended."""
    ends = [*exchange.used_before, used_tokens(exchange)]
    settled = 0
    for grant, end in zip(exchange.grants, ends, strict=False):
        runtime.quotas.settle(grant, tokens=max(end - settled, 0))
        settled = max(end, settled)


def used_tokens(exchange: Exchange) -> int:
    """Tokens of all attempts: as the vendor counted, else estimated; an aborted call is never free."""
    if not exchange.attempts:
        return 0
    usage = exchange.usage
    sent = sum(attempt.sent for attempt in exchange.attempts if attempt.gate is not None) or exchange.bytes_in
    counted_in = usage.input if usage.input is not None else -(-sent // BYTES_PER_TOKEN)
    counted_out = usage.output if usage.output is not None else -(-exchange.characters_out // BYTES_PER_TOKEN)
    reached = exchange.outcome in ("served", "cut", "left") or usage.input is not None or exchange.characters_out > 0
    return counted_in + counted_out if reached else 0


_NOT_YOURS = {
    "en": "The header x-ecluse-use-case names a use case that isn't among those of your key.",
    "fr": "L'en-tête x-ecluse-use-case nomme un cas d'usage qui n'est pas parmi ceux de votre clé.",
}


def _closed(name: str, status: str) -> dict[str, str]:
    en = {"suspended": "is suspended", "retired": "is retired"}.get(status, "isn't registered")
    fr = {"suspended": "est suspendu", "retired": "est retiré"}.get(status, "n'est pas enregistré")
    return {"en": f"The use case {name} {en}: no call is served for it.", "fr": f"Le cas d'usage {name} {fr}."}
