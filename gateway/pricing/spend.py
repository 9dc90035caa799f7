"""What a call spends: the tokens of each attempt, their cost, and the most that a call can come to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from adapters.ask import BATCH, MANAGING, UPLOAD
from adapters.dialects.serving import answers, kept_for_hours, service
from gateway.pricing.rates import Used, bound, cost, saved

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.errors import UpstreamError
    from gateway.bundle.destinations import Destination
    from gateway.exchange import Attempt, Exchange
    from gateway.pricing.rates import Tariff
    from gateway.pricing.resolve import Tariffs

BYTES_PER_TOKEN = 4
"""For estimates of what a vendor didn't count. Reservations take one token a byte, which no tokenizer exceeds."""

WITHOUT_OUTPUT = frozenset(("embeddings", "moderation", "rerank"))
"""Operations whose answers are numbers, which nobody counts as output."""

UNSEEN = frozenset(("image_generation", "speech"))
"""Operations whose output can't be measured here: where a vendor doesn't count it, it counts as what was held."""

WITH_TOOLS = 1024
"""Allowed for the instructions that a vendor adds of its own to a request with tools."""


def reserve_output(exchange: Exchange) -> int:
    """Output tokens to hold for one answer whose length nobody stated."""
    settings = exchange.pair.settings
    own = settings.models[exchange.entry].reserve_output if exchange.entry in settings.models else None
    return own or settings.reserve_output


def spent(exchange: Exchange, attempt: Attempt, error: UpstreamError | None) -> Used:
    """The tokens of an attempt: as the vendor counted, else estimated. One that was broken off is never free."""
    gate, ask = attempt.gate, exchange.ask
    if ask is None or ask.operation in ("count_tokens", UPLOAD) or ask.operation in MANAGING:
        return Used()
    if ask.operation == BATCH:  # what its requests used nobody says before it is done: it counts as what was held
        begun = gate is not None and gate.content
        return Used(input=_tokens(ask.most_input or 0), output=ask.max_output or 0) if begun else Used()
    if gate is None:
        return Used(input=_read(ask, attempt.sent)) if _was_read(exchange, error) else Used()
    usage = gate.usage
    counted = usage.output
    if counted is None and ask.operation in UNSEEN and gate.content:
        counted = most_output(ask, reserve_output(exchange))
    if ask.later and (counted is None or not gate.reader.stopped()):
        counted = most_output(ask, reserve_output(exchange), exchange.cap)  # nobody may ever ask what became of it
    if counted is None or not gate.reader.stopped():
        # What a vendor says before its end is what it had said by then.
        counted = max(counted or 0, _tokens(gate.characters))
    written = usage.written or 0
    return Used(
        input=usage.input if usage.input is not None else _read(ask, attempt.sent),
        output=counted,
        cached=usage.cached or 0,
        written=written,
        kept=written if usage.kept is None and kept_for_hours(ask.document.value) else usage.kept or 0,
        reasoning=usage.reasoning or 0,
    )


def cost_of(exchange: Exchange, attempt: Attempt, used: Used) -> tuple[int, Tariff]:
    """Nanos, and the tariff that they are by."""
    tariff = exchange.pair.tariffs.at(attempt.candidate.destination)
    ask = exchange.ask
    return cost(tariff.price(service(ask.document.value) if ask is not None else ""), used), tariff


def saved_by_cache(exchange: Exchange, attempt: Attempt, tariff: Tariff) -> int:
    """Nanos that an attempt, once its cost is known, cost less since its vendor read input from a cache."""
    ask = exchange.ask
    return saved(tariff.price(service(ask.document.value) if ask is not None else ""), attempt.used)


def estimated(attempt: Attempt) -> bool:
    """Whether tokens are in an attempt's cost that its vendor didn't count."""
    usage = attempt.gate.usage if attempt.gate is not None else None
    counted = (usage.input or 0, usage.output or 0) if usage is not None else (0, 0)
    return attempt.used[:2] != counted


def most(tariffs: Tariffs, ask: Ask, destinations: Iterable[Destination], input: int, output: int) -> int:
    """The most micros that a call of so many tokens can cost at any of these destinations."""
    asked = service(ask.document.value)
    nanos = max((bound(tariffs.at(one).price(asked), input, output) for one in destinations), default=0)
    return -(-nanos // 1000)


def most_input(ask: Ask, size: int) -> int:
    """Input tokens that a body of so many bytes can be: no tokenizer makes more than a token of a byte."""
    if ask.operation == UPLOAD:
        return 0
    if ask.most_input is not None:
        return ask.most_input
    return size + (WITH_TOOLS if ask.tools else 0)


def most_output(ask: Ask, assumed: int, cap: int = 0) -> int:
    """Output tokens that an ask can take: what it allows of each answer that it wants; `assumed` where it says nothing.
    cap: what the gateway allows of each, 0 where it doesn't."""
    if ask.operation in WITHOUT_OUTPUT or ask.operation in MANAGING or ask.operation == UPLOAD:
        return 0
    return (cap or ask.max_output or assumed) * answers(ask.document.value)


def _was_read(exchange: Exchange, error: UpstreamError | None) -> bool:
    """Whether a vendor may have read a request that it didn't answer: we broke off, or didn't wait any longer."""
    if error is None:
        return exchange.left or bool(exchange.cutting)
    return error.kind == "timeout" and error.code != "connect"


def _read(ask: Ask, sent: int) -> int:
    """Input tokens that a vendor read and didn't count."""
    return _tokens(sent) if ask.most_input is None else ask.most_input


def _tokens(size: int) -> int:
    return -(-size // BYTES_PER_TOKEN)
