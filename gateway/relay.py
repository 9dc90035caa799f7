"""The way back: what the vendor says goes to the client as it comes, through the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.errors import UpstreamError
from adapters.wire.headers import incoming
from gateway import journal, refusals, retiring
from gateway.errors import PolicyRefusal
from gateway.extending import extend
from gateway.gate import Stopped
from gateway.owned import noted
from gateway.quota import standing
from gateway.routing.order import routed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gateway.exchange import Exchange
    from gateway.gate import Gate
    from gateway.http import Headers, Responder
    from gateway.reply import Reply
    from gateway.runtime import Runtime
    from policies.decide import Ruling


async def relay(runtime: Runtime, exchange: Exchange, reply: Reply, responder: Responder) -> None:
    """Sends the answer. An error after it began becomes an in-band error event, never a clean end."""
    exchange.first_content = reply.attempt.first_content
    try:
        await noted(runtime, exchange, reply)
        if reply.body is not None:
            responder.whole(200, _headers(runtime, exchange, reply), reply.body)
        else:
            await _stream(runtime, exchange, reply, responder)
        exchange.outcome = "left" if exchange.left else "served"
        journal.attempt_ended(runtime, exchange, reply.attempt, None)
    except UpstreamError as error:
        error.committed = True
        journal.attempt_ended(runtime, exchange, reply.attempt, error)
        raise refusals.upstream(error, "") from None
    except Stopped as stopped:
        exchange.refused_by = stopped.ruling
        words = refusals.policy_words(exchange, stopped.ruling)
        raise PolicyRefusal("response_refused", words, retry=False) from None
    finally:
        if reply.reading is not None:
            reply.reading.cancel()
        if reply.gate.over:
            reply.answer.finish()
        else:
            reply.answer.close()
        _remember_states(runtime, exchange, reply)


async def _stream(runtime: Runtime, exchange: Exchange, reply: Reply, responder: Responder) -> None:
    await responder.start(200, _headers(runtime, exchange, reply))
    if reply.held:
        await responder.part(b"".join(reply.held))
    if reply.failure is not None:
        raise reply.failure
    if reply.chunks is not None:
        await _rest(runtime, exchange, reply, reply.chunks, responder)
    await responder.end()


async def _rest(
    runtime: Runtime, exchange: Exchange, reply: Reply, chunks: AsyncIterator[bytes], responder: Responder
) -> None:
    reply.patience.relayed(content=reply.gate.content)
    try:
        if reply.patience.endless:
            await _pass_on(runtime, exchange, reply, chunks, responder)
        else:
            async with reply.patience:
                await _pass_on(runtime, exchange, reply, chunks, responder)
    except UpstreamError as error:
        # How the connection of a whole answer ends is nobody's matter; what can't be read is.
        if error.kind not in ("timeout", "cut") or not reply.gate.complete:
            raise
    last: list[bytes] = []
    try:
        reply.gate.finish(last)
        await noted(runtime, exchange, reply)
    finally:
        await _send(last, responder)


async def _pass_on(
    runtime: Runtime, exchange: Exchange, reply: Reply, chunks: AsyncIterator[bytes], responder: Responder
) -> None:
    gate, patience, steps, now = reply.gate, reply.patience, exchange.steps, runtime.monotonic
    waiting, held = now(), 0.0
    async for data in _until_over(gate, chunks):
        arrived = now()
        gap = arrived - waiting
        exchange.waited += gap
        if gap > exchange.longest_gap:
            exchange.longest_gap = gap
        parts: list[bytes] = []
        try:
            gate.feed(data, parts)
        except UpstreamError:
            await _send(parts, responder)
            raise
        patience.waited(gap, gate.progress)
        if gate.waiting:
            held = held or arrived
        elif held:
            exchange.held_seconds, held = max(exchange.held_seconds, arrived - held), 0.0
        if parts:
            if exchange.keeping:
                await noted(runtime, exchange, reply)
            if not exchange.first_content and gate.content:
                exchange.first_content = reply.attempt.first_content = arrived
                patience.relayed(content=True)
            await _send(parts, responder)
        if steps is not None and gate.size > steps.due and not gate.reader.stopped():
            await extend(runtime, exchange, reply.attempt, gate.size)
        waiting = now()
    exchange.waited += now() - waiting


async def _until_over(gate: Gate, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What comes until the clean end has been read: the client then has a whole answer, and nothing after it counts."""
    while not gate.read_out:
        try:
            yield await anext(chunks)
        except StopAsyncIteration:
            return


async def _send(parts: list[bytes], responder: Responder) -> None:
    if parts:
        await responder.part(parts[0] if len(parts) == 1 else b"".join(parts))


def _headers(runtime: Runtime, exchange: Exchange, reply: Reply) -> Headers:
    name = exchange.call.encode()
    candidate = reply.attempt.candidate
    headers = incoming(reply.answer.headers)
    headers += [
        (b"x-ecluse-call-id", name),
        (b"x-ecluse-destination", candidate.destination.name.encode()),
        (b"x-ecluse-policy", exchange.pair.bundle.revision.encode()),
        (b"request-id" if exchange.dialect.family == "anthropic" else b"x-request-id", name),
    ]
    if (crossing := reply.gate.crossing) is not None:
        headers.append((b"x-ecluse-translated", crossing.route.encode()))
        if lost := dict.fromkeys((*reply.attempt.lost, *crossing.lost)):
            headers.append((b"x-ecluse-lost", ",".join(lost).encode()))
    headers += retiring.headers(exchange)
    if (route := routed(exchange.plan)) is not None:
        headers.append((b"x-ecluse-route", route))
    if exchange.grants:
        uses = runtime.quotas.of(exchange.grants[-1].scopes)
        headers += standing.headers(uses, exchange.dialect.family, runtime.now().timestamp())
    if candidate.rerouted_from is not None:
        headers.append((b"x-ecluse-rerouted-from", candidate.rerouted_from.encode()))
    if candidate.left_out:
        headers.append((b"x-ecluse-left-out", b"%d" % len(candidate.left_out)))
    if candidate.ruling.rewrites:
        headers += _replaced(candidate.ruling)
    if candidate.ruling.notices:
        headers.append((b"x-ecluse-notice", ",".join(n.rule for n in candidate.ruling.notices).encode()))
    return headers


def _replaced(ruling: Ruling) -> Headers:
    """How many stretches of the request were replaced for good, and by tokens."""
    counts = [(b"x-ecluse-redacted", "redact"), (b"x-ecluse-pseudonymised", "pseudonymise")]
    return [(name, str(count).encode()) for name, action in counts if (count := ruling.replaced(action))]


def _remember_states(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    vendor = reply.attempt.candidate.destination.vendor
    for blob in reply.gate.states:
        runtime.states.issued(exchange.caller.organisation, blob, vendor)
