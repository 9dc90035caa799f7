"""The one path of a call, top to bottom.

identify and let in (gateway/app.py, before anything is written) -> stopped? -> use case -> body -> parse -> whose is
what it names? -> read its files -> classify -> rule for each candidate -> plan -> reserve -> slot -> durable INTENT ->
first answer -> relay -> settle and close the record, always. The order is the security property: a stage is never
skipped, moved or plugged in. A call without a body is read from its query; nothing else differs.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from adapters.errors import BodyRefused
from gateway import admission, refusals
from gateway.answer import first_answer
from gateway.candidates import choose_model, permitted, rule, with_name
from gateway.deadline import deadline
from gateway.errors import Refusal
from gateway.http import ClientGone
from gateway.inspection import classified, read_files
from gateway.journal import attempts_over, close
from gateway.memories import recall_states
from gateway.owned import of_file, pin
from gateway.parsing import ask_of
from gateway.relay import relay
from gateway.remember import remember
from gateway.sampling import keep_samples
from gateway.sealed import at_home_first
from gateway.stopping.enforcing import admit, admit_use_case

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.config.server import Limits
    from gateway.exchange import Candidate, Exchange
    from gateway.http import Request, Responder
    from gateway.runtime import Runtime


async def answer(runtime: Runtime, exchange: Exchange, request: Request, responder: Responder) -> None:
    """Takes an identified call from its body to its closed record. Never raises, but for cancellation of the server."""
    request.scope["ecluse.gone"] = exchange.leave
    runtime.live.add(exchange)
    try:
        await _serve(runtime, exchange, request, responder)
    except Refusal as refusal:
        attempts_over(runtime, exchange)
        await refusals.send(exchange, responder, refusal)
    except asyncio.CancelledError:
        if not await _interrupted(runtime, exchange, responder):
            raise
    except ClientGone:
        exchange.left = True
        exchange.outcome = "left"
    except Exception as bug:  # noqa: BLE001 - the last line of defence: a bug fails one call, closed and recorded
        runtime.measure.bug(exchange, bug)
        await refusals.send(exchange, responder, refusals.internal())
    finally:
        try:
            runtime.capacity.leave(exchange)
            close(runtime, exchange, responder)
            remember(runtime, exchange)
            keep_samples(runtime, exchange)
        finally:
            runtime.live.discard(exchange)
            # A connection that stays open must not keep the call that it carried.
            del request.scope["ecluse.gone"]


async def _serve(runtime: Runtime, exchange: Exchange, request: Request, responder: Responder) -> None:
    limits = exchange.pair.settings.limits
    exchange.deadline = deadline(request, exchange.arrived, limits.deadline_seconds)
    try:
        async with asyncio.timeout(exchange.deadline.left(runtime.monotonic())):
            ask, candidates = await _planned(runtime, exchange, request, limits)
    except TimeoutError:
        raise refusals.deadline() from None
    reply = await first_answer(runtime, exchange, ask, candidates, request)
    await relay(runtime, exchange, reply, responder)


async def _planned(
    runtime: Runtime, exchange: Exchange, request: Request, limits: Limits
) -> tuple[Ask, list[Candidate]]:
    """What is asked, and where it may go in which order, with room for it held."""
    admit(runtime, exchange.caller, exchange)
    admission.choose_use_case(exchange, request)
    admit_use_case(runtime, exchange)
    exchange.body = runtime.capacity.bodies.of(exchange.rank)
    raw = await request.body(limits.body_bytes, limits.body_seconds, exchange.body)
    exchange.bytes_in = len(raw)
    await runtime.capacity.begin(exchange)
    try:
        exchange.ask = ask = await ask_of(exchange, request, raw, limits)
    except BodyRefused as refused:
        raise refusals.unreadable(refused) from None
    await pin(runtime, exchange, ask)
    exchange.ask = ask = of_file(exchange, ask)
    model = choose_model(runtime, exchange, ask)
    exchange.ask = ask = await read_files(runtime, exchange, with_name(ask, model))
    begun = runtime.monotonic()
    exchange.classification = await classified(exchange, ask.passages)
    runtime.measure.classified(exchange.classification, exchange, runtime.monotonic() - begun)
    await recall_states(runtime, exchange, ask)
    exchange.candidates = rule(runtime, exchange, ask, model, exchange.classification)
    allowed = permitted(runtime, exchange, ask)
    plan = exchange.plan = runtime.router.plan(runtime, exchange, ask, allowed, request)
    exchange.deadline.by(plan.deadline_seconds)
    runtime.capacity.work.end(exchange)
    candidates = at_home_first(plan.candidates)
    await admission.reserve(runtime, exchange, ask, candidates)
    return ask, candidates


async def _interrupted(runtime: Runtime, exchange: Exchange, responder: Responder) -> bool:
    """What a cancellation meant: True where it was the client leaving or a cut of ours, which end only this call."""
    if exchange.left:
        exchange.outcome = "left"
        return True
    if exchange.cutting:
        exchange.task.uncancel()
        exchange.outcome, exchange.code = "cut", exchange.cutting
        attempts_over(runtime, exchange)
        await refusals.send(exchange, responder, refusals.cut(exchange.cutting))
        exchange.outcome = "cut"
        return True
    return False
