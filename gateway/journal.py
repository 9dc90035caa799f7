"""From the exchange to the ledger: what is written before a byte leaves, after each attempt, and at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from adapters.ask import MANAGING
from adapters.transport import KEPT_ALIVE
from gateway import admission, refusals
from gateway.config.failures import class_of
from gateway.features import features
from gateway.pricing.rates import NANOS
from gateway.pricing.spend import cost_of, spent
from gateway.routing.health import MENDED_BY_PEOPLE
from gateway.tracing.facts import Ended
from observability.ledger import Attempt as AttemptRecord
from observability.ledger import AttemptStart, Intent, LedgerFailed, Outcome, Ruled, RuleFired, Tokens, Who

if TYPE_CHECKING:
    from adapters.errors import UpstreamError
    from adapters.reply import Usage
    from gateway.exchange import Attempt, Candidate, Exchange
    from gateway.gate import Gate
    from gateway.http import Responder
    from gateway.runtime import Runtime
    from gateway.sent import Outgoing
    from policies.decide import RuleHit


async def before_egress(
    runtime: Runtime, exchange: Exchange, candidate: Candidate, outgoing: Outgoing, before: UpstreamError | None
) -> None:
    """Returns when the attempt is on record. No record, no call (unless the configuration says open)."""
    record = (
        _attempt_start(exchange, candidate, outgoing, before.kind, runtime)
        if before is not None
        else _intent(runtime, exchange, candidate, outgoing)
    )
    if before is not None:
        last = exchange.attempts[-1].candidate.destination.name
        runtime.measure.failed_over(last, candidate.destination.name, before.kind)
    begun = runtime.monotonic()
    try:
        await runtime.ledger.write(record)
        runtime.measure.recorded(runtime.monotonic() - begun)
    except LedgerFailed:
        runtime.measure.shed("ledger")
        if exchange.pair.settings.ledger.on_failure == "closed":
            raise refusals.ledger_failed() from None
    exchange.intended = True


def attempt_ended(runtime: Runtime, exchange: Exchange, attempt: Attempt, error: UpstreamError | None) -> None:
    """Writes how an attempt ended, once; adds what it used to the call."""
    if attempt.closed:
        return
    attempt.closed = True
    exchange.reads_on = False
    gate = attempt.gate
    if gate is not None:
        exchange.usage = _added(exchange.usage, gate.usage)
        exchange.edits_out += gate.edited
        exchange.restored += gate.restored
    if attempt.drill:  # what it made up must teach nothing to what orders and bounds the calls of others
        runtime.capacity.slots.leave(exchange)
    else:
        runtime.capacity.slots.ended(exchange, attempt, error)
    runtime.router.ended(runtime, exchange, attempt, error)
    attempt.used = spent(exchange, attempt, error)
    attempt.cost, tariff = cost_of(exchange, attempt, attempt.used)
    attempt.price_version = tariff.version
    admission.settle_attempt(runtime, attempt)
    ended = attempt.ended = runtime.monotonic()
    attempt.error = _went_wrong(exchange, error)
    attempt.fault = error.fault if error else None
    _tell_health(runtime, exchange, attempt, error)
    runtime.measure.attempt(exchange, attempt, error, ended)
    runtime.measure.spent(exchange, attempt, tariff)
    runtime.ledger.post(_attempt_record(runtime, exchange, attempt, error, ended))


def _went_wrong(exchange: Exchange, error: UpstreamError | None) -> str | None:
    return error.kind if error else ("left" if exchange.left else exchange.cutting or None)


def _attempt_record(
    runtime: Runtime, exchange: Exchange, attempt: Attempt, error: UpstreamError | None, ended: float
) -> AttemptRecord:
    destination, gate = attempt.candidate.destination, attempt.gate
    crossing = gate.crossing if gate is not None else None
    return AttemptRecord(
        call=exchange.call,
        at=runtime.now(),
        attempt=attempt.number,
        destination=destination.name,
        vendor=destination.vendor,
        contract=destination.contract,
        model=destination.model,
        status=attempt.status if attempt.status is not None else (error.status if error else None),
        error=attempt.error,
        fault=attempt.fault,
        committed=bool(error and error.committed),
        retry_after=error.retry_after if error else None,
        first_byte_ms=_ms(attempt.started, attempt.first_byte),
        first_content_ms=_ms(attempt.started, attempt.first_content),
        total_ms=round((ended - attempt.started) * 1000, 3),
        tokens=_tokens(gate.usage) if gate is not None else Tokens(),
        cost=attempt.cost / NANOS,
        vendor_request=attempt.vendor_request,
        price_version=attempt.price_version,
        currency=exchange.pair.tariffs.currency,
        charged=attempt.used[:2],
        drill=attempt.drill,
        translated=f"{exchange.dialect.name}>{asked_in}" if (asked_in := attempt.candidate.dialect) else None,
        lost=attempt.lost + (crossing.lost if crossing is not None else ()),
        streamed=exchange.streamed if gate is not None else None,
        credential=attempt.turn.credential if len(exchange.epoch.upstream(destination).credentials) > 1 else None,
    )


def attempts_over(runtime: Runtime, exchange: Exchange) -> None:
    """No attempt is under way any more: none keeps its slot while the client takes its time to read why."""
    for attempt in exchange.attempts:
        if not attempt.closed:
            attempt_ended(runtime, exchange, attempt, None)


def _tell_health(runtime: Runtime, exchange: Exchange, attempt: Attempt, error: UpstreamError | None) -> None:
    """What an attempt's end says of its destination: nothing where the client left or was in haste, or where a
    connection had been kept for too long."""
    health, turn = exchange.health, attempt.turn
    # What is made in the background may be waited for as long as it takes.
    patient = error is not None and (error.fault == "client" or exchange.dialect.operation in MANAGING)
    if error is not None and ((error.kind == "timeout" and patient) or error.code == KEPT_ALIVE):
        health.left(turn)
    elif error is not None and exchange.epoch is not runtime.epoch and class_of(error.kind) in MENDED_BY_PEOPLE:
        health.left(turn)  # a load since then may have brought what mends it
    elif error is not None and error.kind == "not_found" and attempt.candidate.destination.template:
        health.left(turn)  # one of its models isn't there
        runtime.absent.add(attempt.candidate.destination)
    elif error is not None:
        health.failed(turn, error.kind, error.retry_after, attempt.candidate.destination.backoff_seconds)
    elif exchange.outcome == "served":
        health.ended(turn)
    else:
        health.left(turn)


def close(runtime: Runtime, exchange: Exchange, responder: Responder) -> None:
    """Writes the outcome. Called exactly once for every identified call, whatever became of it; never waits."""
    attempts_over(runtime, exchange)
    admission.settle(runtime, exchange)
    ended = runtime.monotonic()
    total = ended - exchange.arrived
    overhead = max(total - exchange.waited, 0.0)
    runtime.measure.said(exchange, responder.status, total, overhead)
    refused, gate = exchange.refused_by, exchange.attempts[-1].gate if exchange.attempts else None
    said = refused.rules if refused is not None else _answer_hits(runtime, exchange, gate)
    hits = (*said, *(hit for hit in exchange.form_hits if hit not in said))
    runtime.measure.matched(hits if refused is None or gate is not None else ())
    runtime.ledger.post(
        Outcome(
            call=exchange.call,
            at=runtime.now(),
            outcome=exchange.outcome,  # type: ignore[arg-type]
            status=responder.status,
            code=exchange.code,
            rules=_fired(hits),
            destination=exchange.attempts[-1].candidate.destination.name if exchange.attempts else None,
            attempts=len(exchange.attempts),
            tokens=_tokens(exchange.usage),
            cost=sum(a.cost for a in exchange.attempts) / NANOS if exchange.attempts else None,
            price_version=", ".join(dict.fromkeys(a.price_version for a in exchange.attempts)) or None,
            currency=exchange.pair.tariffs.currency if exchange.attempts else None,
            extended=exchange.steps.extended if exchange.steps is not None else 0,
            first_content_ms=_ms(exchange.arrived, exchange.first_content),
            total_ms=round(total * 1000, 3),
            overhead_ms=round(overhead * 1000, 3),
            edits={"transformation": exchange.edits_out} if exchange.edits_out else {},
            bytes_out=responder.sent,
            intent=None if exchange.intended else _intent(runtime, exchange, None, None),
            restored=exchange.restored,
            waited_ms=round(exchange.queued * 1000, 3),
            because=exchange.because,
        )
    )
    traced = runtime.tracing.ended(exchange, Ended(responder.status, ended, total, overhead, hits))
    runtime.measure.call(exchange, total, overhead, exchange.trace if traced else "")


def _answer_hits(runtime: Runtime, exchange: Exchange, gate: Gate | None) -> Sequence[RuleHit]:
    if gate is None:
        return ()
    try:
        return gate.hits()
    except Exception as bug:  # noqa: BLE001 - rules that are only watched must not cost the call its record
        runtime.measure.bug(exchange, bug)
        return ()


def _intent(runtime: Runtime, exchange: Exchange, candidate: Candidate | None, outgoing: Outgoing | None) -> Intent:
    caller, ask, classification = exchange.caller, exchange.ask, exchange.classification
    kept = features(exchange, lambda blob: runtime.states.issuer(caller.organisation, blob))
    return Intent(
        call=exchange.call,
        at=exchange.at,
        who=Who(
            caller.organisation,
            caller.team,
            tuple(sorted(caller.groups)),
            caller.pseudonym,
            caller.key_id,
            exchange.use_case,
        ),
        dialect=exchange.dialect.name,
        operation=exchange.dialect.operation,
        # A model name that isn't published is the client's own words: it stays out of the record.
        model=exchange.model,
        stream=ask.stream if ask is not None else False,
        bytes_in=exchange.bytes_in,
        passages=len(ask.passages) if ask is not None else 0,
        classes=(exchange.data_class,) if exchange.data_class else (),
        labels=tuple(sorted({f.label for f in classification.findings if f.label})) if classification else (),
        findings=kept.findings,
        rulings=tuple(_ruled(c) for c in exchange.candidates),
        policy_revision=exchange.pair.bundle.revision,
        detection_revision=exchange.pair.bundle.engine.revision,
        config_revision=exchange.pair.revision,
        destination=candidate.destination.name if candidate else None,
        contract=candidate.destination.contract if candidate else None,
        digest=outgoing.digest if outgoing else None,
        bytes_out=len(outgoing.body) if outgoing else 0,
        edits=outgoing.edits if outgoing else {},
        reserved=exchange.reserved,
        places=kept.places,
        failed=classification.failed if classification is not None else None,
        kept=kept.kept,
        **_planned(exchange),
        drill=exchange.drill.id if exchange.drill is not None else None,
        retired=exchange.retired or None,
    )


def _planned(exchange: Exchange) -> dict[str, str]:
    plan = exchange.plan
    return {} if plan is None else {"route": plan.route, "split": plan.split, "why": plan.why}


def _attempt_start(
    exchange: Exchange, candidate: Candidate, outgoing: Outgoing, reason: str, runtime: Runtime
) -> AttemptStart:
    return AttemptStart(
        call=exchange.call,
        at=runtime.now(),
        attempt=len(exchange.attempts) + 1,
        destination=candidate.destination.name,
        contract=candidate.destination.contract,
        reason=reason,
        digest=outgoing.digest,
        bytes_out=len(outgoing.body),
        edits=outgoing.edits,
        ruling=_ruled(candidate),
    )


def _ruled(candidate: Candidate) -> Ruled:
    ruling = candidate.ruling
    return Ruled(
        candidate.destination.name, ruling.verdict, _fired(ruling.rules), len(ruling.rewrites), ruling.reroute,
        ruling.pseudonyms(), candidate.known, candidate.rerouted_from,
        candidate.destination.model if candidate.destination.template else None, len(candidate.left_out),
    )  # fmt: skip


def _fired(hits: Iterable[RuleHit]) -> tuple[RuleFired, ...]:
    return tuple(
        RuleFired(
            rule=h.rule,
            policy=h.policy,
            action=h.action,
            mode=h.mode,
            detectors=h.detectors,
            count=h.count,
            place="" if h.place is None else _place(*h.place[:3]),
            lifted_by=h.lifted_by,
        )
        for h in hits
    )


def _place(message: int | None, role: str, direction: str) -> str:
    return f"{direction}/{role}" if message is None else f"{direction}/{role}/message {message}"


def _tokens(usage: Usage) -> Tokens:
    return Tokens(*usage)


def _added(one: Usage, other: Usage) -> Usage:
    return type(one)(*(b if a is None else a if b is None else a + b for a, b in zip(one, other, strict=True)))


def _ms(start: float, end: float) -> float | None:
    return round((end - start) * 1000, 3) if end else None
