"""Reservations of answers whose length nobody stated: held in steps while they stream, or capped before they are sent.

A stream for which nothing is left is broken off in its client's dialect, never ended as if it were whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from adapters.dialects.serving import answers
from gateway.errors import QuotaRefusal
from gateway.pricing.spend import most, most_input
from gateway.quota.steps import Steps
from gateway.quota.units import Amounts, Unknown

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Attempt, Exchange
    from gateway.quota.quotas import Use
    from gateway.runtime import Runtime

CUT = "quota"
"""What the record of an attempt says that was broken off for want of room."""
LEAST_ANSWER = 16
"""Output tokens of an answer that is worth asking for; some vendors take no smaller limit."""
GROWING = ("output", "tokens", "cost")
"""Units of which a longer answer uses more."""


def caps(exchange: Exchange) -> bool:
    """Whether answers of this model are capped where a quota lacks room, rather than cut."""
    settings = exchange.pair.settings
    own = settings.models[exchange.entry].when_exhausted if exchange.entry in settings.models else None
    return (own or settings.when_exhausted) == "cap"


def steps_of(runtime: Runtime, exchange: Exchange, ask: Ask, held: int) -> Steps | None:
    """The steps of an answer that is to grow; None where it can't outgrow what is held, or nobody counts."""
    if not ask.stream or ask.max_output or exchange.cap or not any(map(runtime.quotas.counts, GROWING)):
        return None
    return Steps(held)


def room_for_output(uses: Sequence[Use], bound: Amounts, price: Callable[[int], int]) -> int:
    """Output tokens, at most those of `bound`, that the tightest of these limits has room for. price: micros of a call
    with so much output."""
    room = bound.output
    for use in uses:
        left, unit = use.limit - use.used, use.account.line.unit
        if unit == "output":
            room = min(room, left)
        elif unit == "tokens":
            room = min(room, left - bound.input)
        elif unit == "cost":
            room = min(room, _affordable(left, room, price))
    return max(room, 0)


async def extend(runtime: Runtime, exchange: Exchange, attempt: Attempt, size: int) -> None:
    """Holds the next step of an answer of which `size` bytes of text have come; raises QuotaRefusal where none is left.

    Asks ahead, so that the stream seldom waits.
    """
    steps = exchange.steps
    assert steps is not None
    while size > steps.due:
        tokens = await _next(runtime, exchange, attempt, steps)
        if tokens:
            steps.grew(tokens)
            runtime.measure.extended("held")
        elif steps.over(size):
            runtime.measure.extended("cut")
            exchange.cutting = CUT
            raise _cut()
        else:
            steps.ended()


async def _next(runtime: Runtime, exchange: Exchange, attempt: Attempt, steps: Steps) -> int:
    """Holds more: a step, or what there is room for; 0 where there is none, or nobody can say."""
    try:
        for tokens in steps.wanted():
            if await _held(runtime, exchange, attempt, steps.held, tokens):
                return tokens
    except Unknown as unknown:
        runtime.measure.quota_unknown(unknown)
    return 0


async def _held(runtime: Runtime, exchange: Exchange, attempt: Attempt, held: int, tokens: int) -> bool:
    ask, cost = exchange.ask, 0
    assert ask is not None
    if runtime.quotas.counts("cost"):
        tariffs, at = exchange.pair.tariffs, (attempt.candidate.destination,)
        sent = most_input(ask, attempt.sent)
        before, after = (most(tariffs, ask, at, sent, output) for output in (held, held + tokens))
        cost = after - before + 1
    more = Amounts(output=tokens, tokens=tokens, cost=cost)
    for grant in (*exchange.grants[-1:], attempt.grant):
        if grant is not None and not await runtime.quotas.extend(grant, more):
            return False
    return True


def each(ask: Ask, output: int) -> int:
    """What each of the answers that are asked for at once may have of `output`."""
    return output // answers(ask.document.value)


def _affordable(left: int, most_output: int, price: Callable[[int], int]) -> int:
    """The largest output, up to `most_output`, whose price is within `left`."""
    low, high = -1, most_output
    while low < high:
        middle = (low + high + 1) // 2
        if price(middle) <= left:
            low = middle
        else:
            high = middle - 1
    return low


def _cut() -> QuotaRefusal:
    refusal = QuotaRefusal(
        "quota_exhausted",
        {
            "en": "The quota has no room for more of this answer, so it was broken off here. It is not complete.",
            "fr": "Le quota n'a plus de place pour la suite de cette réponse : elle est interrompue et incomplète.",
        },
        retry=False,
    )
    refusal.outcome = "cut"
    return refusal
