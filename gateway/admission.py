"""Whether a call may use what it needs: the status of its use case, and room in the quotas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway import extending
from gateway.errors import BadRequest, PolicyRefusal, Refusal
from gateway.pricing.spend import WITHOUT_OUTPUT, most, most_input, most_output, reserve_output
from gateway.quota.units import NOTHING, Amounts, Exceeded, Unknown
from gateway.refusals import quota_refusal, quota_unknown

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Attempt, Candidate, Exchange
    from gateway.http import Request
    from gateway.quota.quotas import Grant
    from gateway.quota.units import Scopes
    from gateway.runtime import Runtime


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


async def reserve(runtime: Runtime, exchange: Exchange, ask: Ask, candidates: Sequence[Candidate]) -> None:
    """Holds room for the worst that the call can use. Counting tokens is free: agent tools fire dozens at once."""
    if ask.operation == "count_tokens":
        return
    scopes = _scopes(exchange)
    bound = _bound(runtime, exchange, ask, exchange.bytes_in, candidates)
    if extending.caps(exchange) and exchange.dialect.cap(ask, 1):  # a picture can't be held to a length
        bound = _capped(runtime, exchange, ask, candidates, bound)
    exchange.grants.append(await _held(runtime, ask, scopes, bound))
    exchange.bound, exchange.reserved, exchange.most_cost = bound, bound.tokens, bound.cost
    exchange.steps = extending.steps_of(runtime, exchange, ask, bound.output)


async def reserve_more(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate) -> None:
    """Holds room for one more try within the same call: its tokens, no further request."""
    bound = _bound(runtime, exchange, ask, len(ask.document.raw), (candidate,))
    exchange.bound, exchange.reserved = bound, exchange.reserved + bound.tokens
    exchange.used_before.append(used(exchange))
    exchange.held_again, exchange.most_cost = NOTHING, bound.cost
    exchange.grants.append(await _held(runtime, ask, _scopes(exchange), bound._replace(requests=0, concurrent=0)))
    if not await room_at(runtime, exchange, ask, candidate):
        assert exchange.no_room is not None
        raise exchange.no_room


async def room_at(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate) -> bool:
    """Holds room for one attempt in what its destination and contract may be used; where there is none, another
    destination may have it."""
    release(runtime, exchange)
    if ask.operation == "count_tokens":
        return True
    if exchange.attempts and not await _room_again(runtime, exchange):
        return False
    if (candidate.larger or exchange.used_before) and not await _afforded(runtime, exchange, ask, candidate):
        return False
    destination = candidate.destination
    scopes = (("destination", destination.name), ("contract", destination.contract or ""))
    if not runtime.quotas.on(scopes):
        return True
    bound = exchange.bound  # at the dearest candidate, which this may be
    if candidate.larger or bound is None:
        bound = _bound(runtime, exchange, ask, len(ask.document.raw), (candidate,))
    try:
        exchange.at_destination = await _held(runtime, ask, scopes, bound)
    except Refusal as refusal:
        exchange.no_room = refusal
        return False
    return True


async def _afforded(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate) -> bool:
    """Holds what a destination may cost more that was none of the candidates when the call was admitted."""
    more = _bound(runtime, exchange, ask, len(ask.document.raw), (candidate,)).cost - exchange.most_cost
    if more <= 0 or not exchange.grants:
        return True
    held = await _more(runtime, exchange, Amounts(cost=more))
    exchange.most_cost += more if held else 0
    return held


async def _room_again(runtime: Runtime, exchange: Exchange) -> bool:
    """Holds anew what attempts that failed used of what was held for one."""
    gone = _less(used(exchange), exchange.used_before[-1] if exchange.used_before else NOTHING)._replace(requests=0)
    more = _less(gone, exchange.held_again)
    if more == NOTHING or not exchange.grants:
        return True
    held = await _more(runtime, exchange, more)
    if held:
        exchange.held_again = gone
    return held


async def _more(runtime: Runtime, exchange: Exchange, more: Amounts) -> bool:
    try:
        return await runtime.quotas.extend(exchange.grants[-1], more)
    except Unknown as unknown:
        runtime.measure.quota_unknown(unknown)
        return False


def begin(exchange: Exchange, attempt: Attempt) -> None:
    """Hands what is held at a destination to the attempt there."""
    attempt.grant, exchange.at_destination = exchange.at_destination, None


def release(runtime: Runtime, exchange: Exchange) -> None:
    """Gives back what was held for an attempt that was never made."""
    grant, exchange.at_destination = exchange.at_destination, None
    if grant is not None:
        runtime.quotas.settle(grant, NOTHING)


def settle_attempt(runtime: Runtime, attempt: Attempt) -> None:
    """Turns what was held at a destination into what the attempt used there, failed or not."""
    if attempt.grant is not None:
        runtime.quotas.settle(attempt.grant, _used_by([attempt]))


def settle(runtime: Runtime, exchange: Exchange) -> None:
    """Turns what was reserved into what was used, whatever became of the call: each try by itself, since the window of
    an earlier one may have ended."""
    release(runtime, exchange)
    settled = NOTHING
    for grant, end in zip(exchange.grants, [*exchange.used_before, used(exchange)], strict=False):
        runtime.quotas.settle(grant, end if settled is NOTHING else _less(end, settled))
        settled = end
    if runtime.soft.active:
        _warn(runtime, exchange)


def _warn(runtime: Runtime, exchange: Exchange) -> None:
    """Says which limits run low, where that was not said before."""
    tries = (attempt.grant for attempt in exchange.attempts)
    now = runtime.now().timestamp()
    for scopes in {grant.scopes for grant in (*exchange.grants, *tries) if grant is not None}:
        runtime.soft.look(runtime.quotas.of(scopes), exchange.caller, now)


def used(exchange: Exchange) -> Amounts:
    """What all attempts that ended used, and the one request that they are."""
    return _used_by(exchange.attempts)


def _used_by(attempts: Sequence[Attempt]) -> Amounts:
    put_in = came_out = nanos = 0
    for attempt in attempts:
        put_in += attempt.used.input
        came_out += attempt.used.output
        nanos += attempt.cost
    return Amounts(1, put_in, came_out, put_in + came_out, -(-nanos // 1000))


def _less(end: Amounts, before: Amounts) -> Amounts:
    return Amounts(*(max(a - b, 0) for a, b in zip(end, before, strict=True)))


def _capped(runtime: Runtime, exchange: Exchange, ask: Ask, candidates: Sequence[Candidate], bound: Amounts) -> Amounts:
    """The same with no more output than there is room for, which the request is then held to. Where there is no room
    for an answer worth having, it stays, to be refused."""

    def price(output: int) -> int:
        destinations = (candidate.destination for candidate in candidates)
        return most(exchange.pair.tariffs, ask, destinations, bound.input, output)

    uses = [use for use in runtime.quotas.of(_scopes(exchange)) if use.account.line.unit in extending.GROWING]
    if not uses:
        return bound
    room = extending.room_for_output(uses, bound, price)
    one = extending.each(ask, room)
    if one < min(extending.LEAST_ANSWER, extending.each(ask, bound.output)):
        return bound
    if not ask.max_output or room < bound.output:
        exchange.cap = one
    return _bound(runtime, exchange, ask, exchange.bytes_in, candidates)


def _scopes(exchange: Exchange) -> Scopes:
    caller = exchange.caller
    return (
        ("organisation", caller.organisation),
        ("team", caller.team),
        ("use_case", exchange.use_case),
        ("user", caller.user),
        ("key", caller.key_id),
        ("model", exchange.model, exchange.counted),
    )


def _bound(runtime: Runtime, exchange: Exchange, ask: Ask, sent: int, candidates: Sequence[Candidate]) -> Amounts:
    """The most that one try can use. Cost: at the dearest candidate."""
    pair, put_in = exchange.pair, most_input(ask, sent)
    output = most_output(ask, reserve_output(exchange), exchange.cap)
    cost = 0
    if runtime.quotas.counts("cost"):
        cost = most(pair.tariffs, ask, (one.destination for one in candidates), put_in, output)
    return Amounts(requests=1, input=put_in, output=output, tokens=put_in + output, cost=cost, concurrent=1)


async def _held(runtime: Runtime, ask: Ask, scopes: Scopes, amounts: Amounts) -> Grant:
    try:
        return await runtime.quotas.reserve(scopes, amounts)
    except Exceeded as exceeded:
        runtime.measure.quota_refused(exceeded)
        unstated = not ask.max_output and ask.operation not in WITHOUT_OUTPUT
        raise quota_refusal(exceeded, runtime.epoch.pair.tariffs.currency, unstated=unstated) from None
    except Unknown as unknown:
        runtime.measure.quota_unknown(unknown)
        raise quota_unknown(unknown) from None


_NOT_YOURS = {
    "en": "The header x-ecluse-use-case names a use case that isn't among those of your key.",
    "fr": "L'en-tête x-ecluse-use-case nomme un cas d'usage qui n'est pas parmi ceux de votre clé.",
}


def _closed(name: str, status: str) -> dict[str, str]:
    en = {"suspended": "is suspended", "retired": "is retired"}.get(status, "isn't registered")
    fr = {"suspended": "est suspendu", "retired": "est retiré"}.get(status, "n'est pas enregistré")
    return {"en": f"The use case {name} {en}: no call is served for it.", "fr": f"Le cas d'usage {name} {fr}."}
