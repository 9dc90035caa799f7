"""The first answer: one permitted destination after the other, until one begins to say something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.dialects.structured import schema_of
from adapters.errors import ProtocolBroken, SchemaBroken, TimedOut, UpstreamError
from adapters.transport import KEPT_ALIVE
from adapters.vendors.rates import rates
from gateway import admission, journal, refusals
from gateway.course import Course
from gateway.drills.injecting import send as send_with
from gateway.errors import PolicyRefusal
from gateway.exchange import Attempt
from gateway.facts import facts
from gateway.gate import MOST_EVENTS, Gate, Stopped
from gateway.http import ClientGone
from gateway.outgoing import build
from gateway.patience import Patience
from gateway.stopping.enforcing import before_attempt
from gateway.structured import form_of, held_to_form
from policies.transform.restoring import restoring

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.errors import Fault
    from gateway.course import Step
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
    buffered: nothing is sent before the whole has been looked at. progress: of the gate, when it was last looked at.
    """

    attempt: Attempt
    answer: Answering
    gate: Gate
    patience: Patience
    body: bytes | None = None
    held: list[bytes] = field(default_factory=list)
    chunks: AsyncIterator[bytes] | None = None
    failure: UpstreamError | None = None
    reading: asyncio.Future[bytes] | None = None
    buffered: bool = False
    progress: int = 0


async def first_answer(
    runtime: Runtime, exchange: Exchange, ask: Ask, candidates: list[Candidate], request: Request
) -> Reply:
    """Makes one attempt after the other within one deadline; raises a Refusal when none is answered.

    Ends at the first content-bearing event: from then on an error belongs into the answer. Where the next attempt goes,
    and whether there is one, the course says.
    """
    failure: UpstreamError | None = None
    course = Course(runtime, exchange, ask, candidates)
    try:
        async with asyncio.timeout(exchange.deadline.left(runtime.monotonic())):
            while (step := await course.next(failure)) is not None:
                try:
                    return await _answered(runtime, exchange, ask, step, request, failure)
                except UpstreamError as error:
                    failure = error
                    _there(exchange)
    except TimeoutError:
        course.in_vain()
        _out_of_time(runtime, exchange)
        raise refusals.deadline() from None
    if failure is None and exchange.no_room is not None:
        raise exchange.no_room
    if failure is None:
        raise refusals.every_breaker_open(course.wait())
    course.in_vain()
    raise refusals.upstream(failure, _guarded(runtime, exchange, ask, failure))


def _there(exchange: Exchange) -> None:
    """Raises ClientGone where the client left while a vendor was to be read to its end: nobody else is asked for it."""
    if exchange.left:
        raise ClientGone


def _out_of_time(runtime: Runtime, exchange: Exchange) -> None:
    """The deadline fell into an attempt, in the moment in which the attempt itself was about to say so."""
    fault: Fault | None = "client" if exchange.deadline.hasty else None
    for attempt in exchange.attempts[-1:]:
        journal.attempt_ended(runtime, exchange, attempt, TimedOut(code="deadline", fault=fault))


async def _answered(
    runtime: Runtime, exchange: Exchange, ask: Ask, step: Step, request: Request, before: UpstreamError | None
) -> Reply:
    """One destination's answer, of the form that rules hold it to."""

    async def again(ask: Ask, candidate: Candidate, before: SchemaBroken) -> Reply:
        _there(exchange)
        second = step._replace(candidate=candidate, turn=exchange.health.again(step.turn))
        return await _attempt(runtime, exchange, ask, second, request, before)

    reply = await _attempt(runtime, exchange, ask, step, request, before)
    if not reply.buffered:
        return reply
    return await held_to_form(runtime, exchange, ask, step.candidate, reply, again)


async def _attempt(
    runtime: Runtime, exchange: Exchange, ask: Ask, step: Step, request: Request, before: UpstreamError | None
) -> Reply:
    candidate, upstream = step.candidate, exchange.epoch.upstream(step.candidate.destination)
    try:
        buffered = form_of(runtime, exchange, ask, candidate) is not None
        await runtime.capacity.slots.hold(exchange, candidate.destination)
        before_attempt(runtime, exchange, candidate)
        outgoing = build(runtime, exchange, ask, candidate, request, step.turn.credential)
        await journal.before_egress(runtime, exchange, candidate, outgoing, before)
        before_attempt(runtime, exchange, candidate)  # also what was said while the disk was waited for
    except BaseException:
        # Nothing was learnt of the destination: the next call may try it.
        exchange.health.left(step.turn)
        raise
    attempt = Attempt(len(exchange.attempts) + 1, candidate, step.turn, runtime.monotonic(), len(outgoing.body))
    exchange.reads_on = upstream.on_abort == "drain"
    exchange.attempts.append(attempt)
    admission.begin(exchange, attempt)
    runtime.router.begun(exchange, attempt)
    runtime.measure.pseudonymised(candidate.ruling.pseudonyms())
    patience = Patience(
        runtime.monotonic, exchange.deadline, upstream, step.share, candidate.destination.deadline_seconds
    )
    try:
        with nullcontext() if before is None or before.code == KEPT_ALIVE else runtime.retries.trying():
            async with patience:
                return await _ask(runtime, exchange, ask, attempt, outgoing, patience, buffered=buffered)
    except UpstreamError as error:
        journal.attempt_ended(runtime, exchange, attempt, error)
        raise
    except Stopped as stopped:
        exchange.refused_by = stopped.ruling
        raise PolicyRefusal("response_refused", refusals.policy_words(exchange, stopped.ruling), retry=False) from None


async def _ask(
    runtime: Runtime,
    exchange: Exchange,
    ask: Ask,
    attempt: Attempt,
    outgoing: Outgoing,
    patience: Patience,
    *,
    buffered: bool,
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
    if told := rates(answer.headers):
        exchange.health.rooms(attempt.turn, told)
    try:
        if answer.status != 200:
            failed = await answer.read(MOST_ERROR_BYTES)
            raise upstream.vendor.classify(answer.status, answer.headers, failed)
        json = schema_of(ask) is not None
        guard = restoring(outgoing.issued, _guard(runtime, exchange, ask, attempt.candidate), json=json)
        gate = attempt.gate = Gate(exchange.dialect.reader(ask), guard)
        reply = Reply(attempt, answer, gate, patience, buffered=buffered)
        exchange.streamed = _is_stream(answer)
        if exchange.streamed and not ask.stream:
            raise ProtocolBroken(status=answer.status, code="unasked_stream")
        if exchange.streamed:
            await _until_content(runtime, exchange, reply)
        else:
            await _whole(runtime, exchange, reply)
        exchange.health.begun(attempt.turn, attempt.started)
        runtime.router.answered(exchange, attempt)
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
            return await send_with(runtime, exchange, attempt, outgoing, fault)
    return await runtime.transport.send(upstream.endpoint, "POST", outgoing.path, outgoing.headers, outgoing.body)


async def _whole(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    parts: list[bytes] = []
    size = said = 0
    waiting = runtime.monotonic()
    async for data in reply.answer.chunks():
        arrived = runtime.monotonic()
        exchange.waited += arrived - waiting
        parts.append(data)
        size += len(data)
        if size > MOST_ANSWER_BYTES:
            raise ProtocolBroken(status=reply.answer.status)
        if counts := len(data.strip()):  # some servers send blanks so that nobody hangs up
            if not said:
                reply.patience.word()
            said += counts
        reply.patience.brought(arrived - waiting, counts)
        waiting = arrived
    reply.body = reply.gate.body(b"".join(parts))
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
        patient = reply.buffered or not reply.gate.begun
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
            size += len(data)
            if size > MOST_ANSWER_BYTES or len(reply.held) > MOST_EVENTS:
                raise ProtocolBroken(code="too_large")
            if reply.buffered:
                _pace(runtime, reply, waiting, len(data))
        except UpstreamError as error:
            if reply.buffered or not reply.gate.content:
                raise
            # The first word and the failure came together: the answer had begun, so the failure belongs into it.
            reply.failure = error
    reply.attempt.first_content = reply.attempt.first_content or runtime.monotonic()


def _pace(runtime: Runtime, reply: Reply, since: float, size: int) -> None:
    """An answer that is read to its end before any of it is passed on has come on by some bytes."""
    now, attempt = runtime.monotonic(), reply.attempt
    if not reply.gate.content:
        return
    if not attempt.first_content:
        attempt.first_content = now
        reply.patience.word()
    progress, reply.progress = reply.progress, reply.gate.progress
    reply.patience.brought(now - since, size if reply.progress > progress else 0)


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


def _guard(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate) -> Guard | None:
    pair, stopped = exchange.pair, runtime.stops.rules
    return pair.policies.guard(facts(exchange, ask), candidate.destination, pair.bundle.engine, stopped)


def _guarded(runtime: Runtime, exchange: Exchange, ask: Ask, error: UpstreamError) -> str:
    """The vendor's words after the response guard: it may quote the prompt or the company's account."""
    if not error.message or error.kind in ("auth", "money"):
        return ""
    guard = _guard(runtime, exchange, ask, exchange.attempts[-1].candidate)
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
