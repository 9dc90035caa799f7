"""The first answer: one permitted destination after the other, until one begins to say something."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from adapters.ask import MANAGING, NOT_INSPECTABLE, Passage
from adapters.dialects.structured import schema_of
from adapters.errors import Gone, ProtocolBroken, SchemaBroken, TimedOut, UpstreamError
from adapters.translate.crossing import Crossing
from adapters.transport import KEPT_ALIVE
from adapters.vendors.rates import rates
from gateway import admission, journal, refusals
from gateway.course import Course
from gateway.drills.injecting import send as send_with
from gateway.errors import PolicyRefusal
from gateway.exchange import Attempt
from gateway.facts import facts
from gateway.gate import Gate, Stopped
from gateway.http import ClientGone
from gateway.outgoing import build
from gateway.patience import Patience
from gateway.reply import Reply, until_content, whole
from gateway.signing import signed
from gateway.stopping.enforcing import before_attempt, ruling_now
from gateway.structured import form_of, held_to_form
from policies.transform.restoring import restoring
from policies.words import BUILT_IN, refusal

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.errors import Fault
    from gateway.course import Step
    from gateway.drills.injecting import Answering
    from gateway.exchange import Candidate, Exchange
    from gateway.http import Request
    from gateway.runtime import Runtime
    from gateway.sent import Outgoing
    from policies.ruling import Ruling
    from policies.transform.guard import Guard

MOST_ERROR_BYTES = 1024 * 1024


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
    raise refusals.upstream(failure, _guarded(runtime, exchange, ask, failure), course.too_long)


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
    if outgoing.translated is not None:
        attempt.lost = outgoing.translated.lost
    exchange.reads_on = upstream.on_abort == "drain" and ask.operation not in MANAGING
    exchange.attempts.append(attempt)
    admission.begin(exchange, attempt)
    runtime.router.begun(exchange, attempt)
    runtime.measure.pseudonymised(candidate.ruling.pseudonyms())
    patience = Patience(
        runtime.monotonic, exchange.deadline, upstream, step.share, candidate.destination.deadline_seconds
    )
    try:
        with nullcontext() if before is None or before.code == KEPT_ALIVE else exchange.retries.trying():
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
        if upstream.identities:
            outgoing = await signed(upstream, attempt.turn.credential, outgoing)
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
            raise await _failure(exchange, ask, attempt, answer)
        gate = attempt.gate = _gate(runtime, exchange, ask, attempt, outgoing)
        reply = Reply(attempt, answer, gate, patience, buffered=buffered)
        exchange.streamed = _is_stream(answer, gate)
        if exchange.streamed and not ask.stream:
            raise ProtocolBroken(status=answer.status, code="unasked_stream")
        if exchange.streamed:
            await until_content(runtime, exchange, reply)
        else:
            await whole(runtime, exchange, reply)
        exchange.health.begun(attempt.turn, attempt.started)
        runtime.router.answered(exchange, attempt)
        return reply
    except BaseException:
        answer.close()
        raise


async def _failure(exchange: Exchange, ask: Ask, attempt: Attempt, answer: Answering) -> UpstreamError:
    """What an answer with another status than 200 means."""
    failed = await answer.read(MOST_ERROR_BYTES)
    if answer.status == 404 and ask.operation in MANAGING:
        return Gone(status=answer.status)
    return exchange.epoch.upstream(attempt.candidate.destination).vendor.classify(answer.status, answer.headers, failed)


def _gate(runtime: Runtime, exchange: Exchange, ask: Ask, attempt: Attempt, outgoing: Outgoing) -> Gate:
    """What the answer goes through: the vendor's form, its dialect, the rules, the client's dialect."""
    candidate = attempt.candidate
    json = schema_of(ask) is not None
    guard = restoring(outgoing.issued, _guard(runtime, exchange, ask, candidate), json=json)
    envelope = exchange.epoch.upstream(candidate.destination).envelopes.get(candidate.dialect or ask.dialect)
    crossing = _crossing(runtime, exchange, attempt, outgoing)
    unread = partial(_unread, runtime, exchange, ask, candidate)
    return Gate(exchange.dialect.reader(ask), guard, envelope, crossing, unread)


def _unread(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate) -> Ruling | None:
    """The refusal of a picture or sound that a model made unasked; the rules are asked as if the call had."""
    made = (Passage("", "other", NOT_INSPECTABLE, "media output", note="media output"),)
    pair = exchange.pair
    found = pair.classifier.classify(exchange.caller.organisation, made)
    ruling = ruling_now(runtime, pair.policies.judge(facts(exchange, ask), made, found, candidate.destination))
    if ruling.verdict == "allow":
        return None
    hit = ruling.decided_by and ruling.decided_by._replace(place=None)  # it stands nowhere in what was sent
    return replace(ruling, verdict="deny", message=refusal(BUILT_IN["answer_unread"]), decided_by=hit)


def _crossing(runtime: Runtime, exchange: Exchange, attempt: Attempt, outgoing: Outgoing) -> Crossing | None:
    """What turns the answer into the client's dialect, where the destination was asked in another."""
    candidate, made = attempt.candidate, outgoing.translated
    if made is None:
        return None
    return Crossing(
        exchange.dialect.name, candidate.dialect, made.custom,
        call=exchange.call, model=candidate.destination.model, created=int(runtime.now().timestamp()),
    )  # fmt: skip


async def _send(runtime: Runtime, exchange: Exchange, attempt: Attempt, outgoing: Outgoing) -> Answering:
    """The one place where bytes leave; a drill may stand in their way."""
    upstream = exchange.epoch.upstream(attempt.candidate.destination)
    if exchange.drill is not None:
        fault = runtime.drills.fault(exchange.drill, attempt.candidate.destination.name)
        if fault is not None:
            attempt.drill = exchange.drill.id
            return await send_with(runtime, exchange, attempt, outgoing, fault)
    return await runtime.transport.send(
        upstream.endpoint, outgoing.method, outgoing.path, outgoing.headers, outgoing.body
    )


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


def _is_stream(answer: Answering, gate: Gate) -> bool:
    for name, value in answer.headers:
        if name.lower() == b"content-type":
            kind = value.split(b";")[0].strip().lower()
            if kind == gate.stream_type:
                return True
            if kind in (b"application/json", b""):
                return False
            return gate.other_form(kind.decode("latin-1"))
    return False
