"""The first answer: one permitted destination after the other, until one begins to say something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.dialects.structured import schema_of
from adapters.errors import ProtocolBroken, TimedOut, UpstreamError
from gateway import admission, journal, refusals
from gateway.drills.injecting import send as send_with
from gateway.errors import PolicyRefusal
from gateway.exchange import Attempt
from gateway.facts import facts
from gateway.gate import Gate, Stopped
from gateway.outgoing import build
from gateway.structured import form_of, held_to_form
from policies.transform.restoring import restoring

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.drills.injecting import Answering
    from gateway.exchange import Candidate, Exchange
    from gateway.http import Request
    from gateway.outgoing import Outgoing
    from gateway.runtime import Runtime
    from policies.transform.guard import Guard

MOST_ANSWER_BYTES = 64 * 1024 * 1024
MOST_ERROR_BYTES = 1024 * 1024


@dataclass(slots=True)
class Reply:
    """An answer that has begun. body: the whole of it where it isn't a stream. held: events seen so far.

    failure: what went wrong after the first word, to be told in the answer. reading: bytes that are still waited for.
    buffered: nothing is sent before the whole has been looked at.
    """

    attempt: Attempt
    answer: Answering
    gate: Gate
    body: bytes | None = None
    held: list[bytes] = field(default_factory=list)
    chunks: AsyncIterator[bytes] | None = None
    failure: UpstreamError | None = None
    reading: asyncio.Future[bytes] | None = None
    buffered: bool = False


async def first_answer(
    runtime: Runtime, exchange: Exchange, ask: Ask, candidates: list[Candidate], request: Request
) -> Reply:
    """Tries the candidates in order within one deadline; raises a Refusal when none answers.

    Ends at the first content-bearing event: from then on an error belongs into the answer. Errors that would be the
    same anywhere (the client's own, a content refusal) end it at once.
    """
    failure: UpstreamError | None = None
    try:
        async with asyncio.timeout(exchange.pair.settings.limits.deadline_seconds):
            async for candidate in runtime.capacity.slots.turns(exchange, candidates, runtime.health.wait):
                if failure is not None and not runtime.retries.allows(len(runtime.live)):
                    break
                if not runtime.health.admits(candidate.destination.name):
                    continue
                try:
                    if not await admission.room_at(runtime, exchange, ask, candidate):
                        runtime.health.left(candidate.destination.name)
                        continue
                    return await _answered(runtime, exchange, ask, candidate, request, failure)
                except UpstreamError as error:
                    failure = error
                    if not error.retryable:
                        break
                except BaseException:
                    # Nothing was learnt of the destination: the next call may try it.
                    runtime.health.left(candidate.destination.name)
                    raise
    except TimeoutError:
        _out_of_time(runtime, exchange)
        raise refusals.deadline() from None
    if failure is None and exchange.no_room is not None:
        raise exchange.no_room
    if failure is None:
        waits = [runtime.health.wait(c.destination.name) for c in candidates]
        raise refusals.every_breaker_open(min(waits))
    raise refusals.upstream(failure, _guarded(exchange, ask, failure))


def _out_of_time(runtime: Runtime, exchange: Exchange) -> None:
    """The deadline fell into an attempt: it failed, and its destination is told so."""
    for attempt in exchange.attempts[-1:]:
        if not attempt.closed:
            runtime.health.failed(attempt.candidate.destination.name, TimedOut.kind, None)
            journal.attempt_ended(runtime, exchange, attempt, TimedOut(code="deadline"))


async def _answered(
    runtime: Runtime,
    exchange: Exchange,
    ask: Ask,
    candidate: Candidate,
    request: Request,
    before: UpstreamError | None,
) -> Reply:
    """One destination's answer, of the form that rules hold it to."""

    def attempt(ask: Ask, candidate: Candidate, before: UpstreamError | None) -> Awaitable[Reply]:
        return _attempt(runtime, exchange, ask, candidate, request, before)

    reply = await attempt(ask, candidate, before)
    if not reply.buffered:
        return reply
    return await held_to_form(runtime, exchange, ask, candidate, reply, attempt)


async def _attempt(
    runtime: Runtime,
    exchange: Exchange,
    ask: Ask,
    candidate: Candidate,
    request: Request,
    before: UpstreamError | None,
) -> Reply:
    buffered = form_of(exchange, ask, candidate) is not None
    await runtime.capacity.slots.hold(exchange, candidate.destination)
    outgoing = build(runtime, exchange, ask, candidate, request)
    await journal.before_egress(runtime, exchange, candidate, outgoing, before)
    attempt = Attempt(len(exchange.attempts) + 1, candidate, runtime.monotonic(), len(outgoing.body))
    exchange.reads_on = exchange.epoch.upstream(candidate.destination).on_abort == "drain"
    exchange.attempts.append(attempt)
    admission.begin(exchange, attempt)
    runtime.router.begun(attempt)
    runtime.measure.pseudonymised(candidate.ruling.pseudonyms())
    retry = before is not None
    runtime.retries.retries += retry
    try:
        reply = await _ask(runtime, exchange, ask, attempt, outgoing, buffered=buffered)
    except UpstreamError as error:
        runtime.health.failed(candidate.destination.name, error.kind, error.retry_after)
        journal.attempt_ended(runtime, exchange, attempt, error)
        raise
    except Stopped as stopped:
        runtime.health.succeeded(candidate.destination.name)
        exchange.refused_by = stopped.ruling
        raise PolicyRefusal("response_refused", refusals.policy_words(exchange, stopped.ruling), retry=False) from None
    finally:
        runtime.retries.retries -= retry
    runtime.health.succeeded(candidate.destination.name)
    return reply


async def _ask(
    runtime: Runtime, exchange: Exchange, ask: Ask, attempt: Attempt, outgoing: Outgoing, *, buffered: bool
) -> Reply:
    upstream = exchange.epoch.upstream(attempt.candidate.destination)
    waiting = runtime.monotonic()
    try:
        answer = await _send(runtime, exchange, attempt, outgoing)
    finally:
        exchange.waited += runtime.monotonic() - waiting
    attempt.status = answer.status
    attempt.first_byte = runtime.monotonic()
    attempt.vendor_request = _request_id(answer)
    try:
        if answer.status != 200:
            failed = await answer.read(MOST_ERROR_BYTES)
            raise upstream.vendor.classify(answer.status, answer.headers, failed)
        json = schema_of(ask) is not None
        guard = restoring(outgoing.issued, _guard(exchange, ask, attempt.candidate), json=json)
        gate = attempt.gate = Gate(exchange.dialect.reader(ask), guard)
        reply = Reply(attempt, answer, gate, buffered=buffered)
        exchange.streamed = _is_stream(answer)
        if exchange.streamed and not ask.stream:
            raise ProtocolBroken(status=answer.status, code="unasked_stream")
        if exchange.streamed:
            await _until_content(runtime, exchange, reply)
        else:
            await _whole(runtime, exchange, reply)
        runtime.router.answered(attempt)
        return reply
    except BaseException:
        answer.close()
        raise


async def _send(runtime: Runtime, exchange: Exchange, attempt: Attempt, outgoing: Outgoing) -> Answering:
    """The one place where bytes leave; a drill may stand in their way."""
    upstream = exchange.epoch.upstream(attempt.candidate.destination)
    if exchange.drill is not None:
        fault = runtime.drills.fault(exchange.drill, attempt.candidate.destination.name)
        if fault is not None:
            attempt.drill = exchange.drill.id
            return await send_with(runtime, upstream, outgoing, fault)
    return await runtime.transport.send(upstream.endpoint, "POST", outgoing.path, outgoing.headers, outgoing.body)


async def _whole(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    waiting = runtime.monotonic()
    raw = await reply.answer.read(MOST_ANSWER_BYTES)
    exchange.waited += runtime.monotonic() - waiting
    reply.body = reply.gate.body(raw)
    if exchange.ask is not None and exchange.ask.stream:
        # Clients that read events find none in it, and take that for an answer without a word.
        raise ProtocolBroken(status=reply.answer.status, code="no_stream")
    reply.attempt.first_content = runtime.monotonic()


async def _until_content(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    """Reads until the first content-bearing event, or until lifecycle frames were held long enough; a buffered answer
    to its end."""
    chunks = reply.chunks = reply.answer.chunks()
    until = runtime.monotonic() + exchange.pair.settings.limits.hold_lifecycle_seconds
    size = 0
    while (reply.buffered or not reply.gate.content) and not reply.gate.over:
        waiting = runtime.monotonic()
        patient = reply.buffered or not reply.held
        try:
            data = await (anext(chunks) if patient else _next_until(reply, chunks, until - waiting))
            if data is None:
                return
        except StopAsyncIteration:
            reply.chunks = None
            reply.gate.finish(reply.held)
            reply.attempt.first_content = reply.attempt.first_content or runtime.monotonic()
            return
        finally:
            exchange.waited += runtime.monotonic() - waiting
        try:
            reply.gate.feed(data, reply.held)
            if reply.gate.content and not reply.attempt.first_content:
                reply.attempt.first_content = runtime.monotonic()
            size += len(data)
            if size > MOST_ANSWER_BYTES:
                raise ProtocolBroken(code="too_large")
        except UpstreamError as error:
            if reply.buffered or not reply.gate.content:
                raise
            # The first word and the failure came together: the answer had begun, so the failure belongs into it.
            reply.failure = error
    reply.attempt.first_content = runtime.monotonic()


async def _next_until(reply: Reply, chunks: AsyncIterator[bytes], seconds: float) -> bytes | None:
    """The next bytes, or None when lifecycle frames were held long enough; then `reply.chunks` goes on from there."""
    reading = asyncio.ensure_future(anext(chunks))
    try:
        done, _ = await asyncio.wait({reading}, timeout=max(seconds, 0.0))
    except asyncio.CancelledError:
        reading.cancel()
        raise
    if done:
        return reading.result()
    reply.reading = reading
    reply.chunks = _resumed(reading, chunks)
    return None


async def _resumed(reading: asyncio.Future[bytes], chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        yield await reading
    except StopAsyncIteration:
        return
    async for data in chunks:
        yield data


def _guard(exchange: Exchange, ask: Ask, candidate: Candidate) -> Guard | None:
    pair = exchange.pair
    return pair.policies.guard(facts(exchange, ask), candidate.destination, pair.bundle.engine)


def _guarded(exchange: Exchange, ask: Ask, error: UpstreamError) -> str:
    """The vendor's words after the response guard: it may quote the prompt or the company's account."""
    if not error.message or error.kind in ("auth", "money"):
        return ""
    guard = _guard(exchange, ask, exchange.attempts[-1].candidate)
    text = error.message[:2_000]
    if guard is None:
        return text
    release = guard.whole("error", "text", text)
    if release.stop is not None:
        return ""
    for start, end, new in reversed(release.edits):
        text = text[:start] + new + text[end:]
    return text


def _request_id(answer: Answering) -> str | None:
    """The vendor's own name for the call, for its support."""
    for name, value in answer.headers:
        if name.lower() in (b"x-request-id", b"request-id"):
            return value[:128].decode("latin-1")
    return None


def _is_stream(answer: Answering) -> bool:
    for name, value in answer.headers:
        if name.lower() == b"content-type":
            kind = value.split(b";")[0].strip().lower()
            if kind == b"text/event-stream":
                return True
            if kind in (b"application/json", b""):
                return False
            raise ProtocolBroken(status=answer.status)
    return False
