"""The facts of a call that its trace tells: taken from the exchange, names of our own tables only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from gateway.pricing.rates import NANOS
from observability.tracing.facts import TracedAttempt, TracedCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.exchange import Attempt, Exchange
    from policies.decide import RuleHit

_PORTS = {"http": 80, "https": 443}


class Ended(NamedTuple):
    """How a call ended. status: that the client saw. ended: monotonic seconds. total, overhead: seconds."""

    status: int
    ended: float
    total: float
    overhead: float
    hits: Sequence[RuleHit]


def traced(exchange: Exchange, ended: Ended, kept: str) -> TracedCall:
    """What is told of a call that is over."""
    began = int(exchange.at.timestamp() * 1e9)
    caller, route, pair = exchange.caller, exchange.route, exchange.pair

    def wall(moment: float) -> int:
        return began + int((moment - exchange.arrived) * 1e9)

    return TracedCall(
        call=exchange.call,
        trace=exchange.trace,
        parent=exchange.parent.span if exchange.parent is not None else "",
        started=began,
        ended=wall(ended.ended),
        kept=kept,
        method=route.method,
        route=route.path,
        status=ended.status,
        outcome=exchange.outcome,
        # What a caller is told may be the vendor's own code; what is counted is ours.
        code=exchange.failure if exchange.outcome == "failed" else exchange.code or "",
        team=caller.team,
        use_case=exchange.use_case,
        model=exchange.counted,
        dialect=exchange.dialect.name,
        data_class=exchange.data_class,
        rules=_enforced(ended.hits),
        config=pair.revision,
        policy=pair.bundle.revision,
        overhead=ended.overhead,
        queued=exchange.queued,
        attempts=tuple(
            _attempt(exchange, attempt, wall(attempt.started), wall(attempt.ended or ended.ended))
            for attempt in exchange.attempts
        ),
    )


def _attempt(exchange: Exchange, attempt: Attempt, started: int, ended: int) -> TracedAttempt:
    candidate, gate = attempt.candidate, attempt.gate
    destination, ruling = candidate.destination, candidate.ruling
    where = urlsplit(destination.base_url)
    usage = gate.usage if gate is not None else None
    # Where a pattern of names was asked for, a name that isn't known is the client's own words.
    own = destination.template and exchange.counted != exchange.model
    return TracedAttempt(
        number=attempt.number,
        started=started,
        ended=ended,
        operation=exchange.dialect.operation,
        dialect=candidate.dialect or exchange.dialect.name,
        kind=destination.kind,
        model=destination.template if own else destination.model,
        destination=destination.name,
        vendor=destination.vendor,
        contract=destination.contract or "",
        address=where.hostname or "",
        port=where.port or _PORTS.get(where.scheme, 0),
        stream=exchange.ask.stream if exchange.ask is not None else False,
        status=attempt.status,
        error=attempt.error or "",
        fault=attempt.fault or "",
        first_chunk=round(attempt.first_content - attempt.started, 6) if attempt.first_content else None,
        input=usage.input if usage is not None else None,
        output=usage.output if usage is not None else None,
        cached=usage.cached if usage is not None else None,
        written=usage.written if usage is not None else None,
        reasoning=usage.reasoning if usage is not None else None,
        cost=attempt.cost / NANOS,
        currency=exchange.pair.tariffs.currency,
        verdict=ruling.verdict,
        rules=_enforced(ruling.rules),
        pseudonyms=sum(ruling.pseudonyms().values()),
        translated=bool(candidate.dialect),
        drill=attempt.drill is not None,
    )


def _enforced(hits: Iterable[RuleHit]) -> tuple[str, ...]:
    """The rules that held, in their order, each once."""
    return tuple(dict.fromkeys(hit.rule for hit in hits if hit.mode == "enforce"))
