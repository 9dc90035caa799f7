"""What one call and its attempts tell metrics, and the line of its end in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.reply import Usage
from gateway.pricing.rates import NANOS
from gateway.pricing.spend import estimated, saved_by_cache
from observability.exposition import Exemplar

if TYPE_CHECKING:
    from adapters.errors import UpstreamError
    from gateway.exchange import Attempt, Exchange
    from gateway.pricing.rates import Tariff
    from observability.logs.fields import Field
    from observability.metrics import Metrics


def attempt(metrics: Metrics, exchange: Exchange, attempt: Attempt, error: UpstreamError | None, ended: float) -> None:
    """An attempt ended. ended: monotonic seconds."""
    name = attempt.candidate.destination.name
    result = attempt.error or "ok"
    metrics.inc("ecluse_attempts_total", (name, result))
    took, outcome = ended - attempt.started, "failed" if error else "left" if result != "ok" else "ok"
    metrics.observe("ecluse_attempt_seconds", (name, outcome), took, _shown(exchange, took, ended))
    gate = attempt.gate
    if gate is None:
        return
    if gate.restored:
        metrics.inc("ecluse_restored_total", (), float(gate.restored))
    if gate.most_held:
        metrics.observe("ecluse_held_characters", (), float(gate.most_held))
        metrics.observe("ecluse_held_seconds", (), exchange.held_seconds)
    _tokens(metrics, exchange, name, gate.usage)
    output = gate.usage.output
    if exchange.streamed and attempt.first_content and output is not None and output > 1:
        spent = (ended - attempt.first_content) / (output - 1)
        metrics.observe("ecluse_output_token_seconds", (name,), spent)
    if exchange.streamed:
        metrics.observe("ecluse_stream_gap_seconds", (name,), exchange.longest_gap)


def _tokens(metrics: Metrics, exchange: Exchange, destination: str, usage: Usage) -> None:
    """Where an attempt used them: what it cost is counted there, too."""
    for kind, count in zip(Usage._fields, usage, strict=True):
        if count:
            labels = (kind, destination, exchange.caller.team, exchange.use_case or "none")
            metrics.inc("ecluse_tokens_total", labels, float(count))


def spent(metrics: Metrics, exchange: Exchange, attempt: Attempt, tariff: Tariff) -> None:
    """What an attempt cost, and what its vendor's cache saved. tariff: by which it is priced."""
    name = attempt.candidate.destination.name
    if attempt.cost:
        labels, amount = (name, exchange.caller.team, exchange.use_case or "none"), attempt.cost / NANOS
        metrics.inc("ecluse_cost_total", labels, amount)
        metrics.inc("ecluse_model_cost_total", (exchange.counted or "none",), amount)
        if attempt.error is not None:
            metrics.inc("ecluse_cost_failed_total", (name, attempt.error), amount)
        if estimated(attempt):
            metrics.inc("ecluse_cost_estimated_total", (name,), amount)
    if saved := saved_by_cache(exchange, attempt, tariff):
        metrics.inc("ecluse_cache_saved_total", (name,), saved / NANOS)
    if tariff.assumed:
        metrics.inc("ecluse_price_assumed_total", (name,))


def call(metrics: Metrics, exchange: Exchange, total: float, overhead: float, trace: str) -> None:
    """A call is over. total, overhead: seconds. trace: where one is kept of it, else ""."""
    m, caller, dialect = metrics, exchange.caller, exchange.dialect.name
    model = exchange.counted or "none"
    m.inc("ecluse_requests_total", (exchange.outcome, dialect, model, caller.team, exchange.use_case or "none"))
    m.inc("ecluse_data_classes_total", (exchange.data_class or "none", exchange.outcome))
    ended = exchange.arrived + total
    m.observe("ecluse_request_seconds", (dialect, exchange.outcome), total, _shown(exchange, total, ended, trace))
    m.observe("ecluse_overhead_seconds", (dialect,), overhead, _shown(exchange, overhead, ended, trace))
    if exchange.plan is not None:
        m.inc("ecluse_route_requests_total", (exchange.plan.route, exchange.plan.split or "none", exchange.outcome))
        if exchange.first_content:
            split = (exchange.plan.route, exchange.plan.split or "none")
            m.observe("ecluse_route_first_token_seconds", split, exchange.first_content - exchange.arrived)
    if exchange.outcome == "refused":
        m.inc("ecluse_refusals_total", (exchange.code or "none", dialect))
    elif exchange.outcome == "failed":
        m.inc("ecluse_failures_total", (exchange.failure,))
    if exchange.left:
        m.inc("ecluse_client_gone_total", ("stream" if exchange.first_content else "before",))
    if not exchange.attempts:
        return
    destination = exchange.attempts[-1].candidate.destination.name
    if exchange.first_content:
        waited = exchange.first_content - exchange.arrived
        m.observe("ecluse_first_token_seconds", (destination,), waited, _shown(exchange, waited, ended, trace))


def at_door(metrics: Metrics, code: str, dialect: str, team: str, use_case: str | None) -> None:
    """A call failed before it was read: which model it asks for isn't known."""
    metrics.inc("ecluse_requests_total", ("failed", dialect, "none", team, use_case or "none"))
    metrics.inc("ecluse_failures_total", (code,))


def line(exchange: Exchange, status: int, total: float, overhead: float) -> dict[str, Field]:
    """What the log says of a call that is over. All of it is ours: names that are configured or published, and
    numbers."""
    caller, dialect, usage = exchange.caller, exchange.dialect, exchange.usage
    refused = exchange.refused_by.decided_by if exchange.refused_by is not None else None
    return {
        "outcome": exchange.outcome,
        "status": status,
        "code": exchange.failure if exchange.outcome == "failed" else exchange.code,
        "rule": refused.rule if refused is not None else None,
        "model": exchange.counted or None,
        "dialect": dialect.name,
        "operation": dialect.operation,
        "stream": exchange.streamed,
        "team": caller.team,
        "use_case": exchange.use_case or None,
        "key": caller.key_id,
        "destination": exchange.attempts[-1].candidate.destination.name if exchange.attempts else None,
        "attempts": len(exchange.attempts),
        "input": usage.input,
        "output": usage.output,
        "total_ms": round(total * 1000, 1),
        "overhead_ms": round(overhead * 1000, 1),
        "first_ms": round((exchange.first_content - exchange.arrived) * 1000, 1) if exchange.first_content else None,
    }


def _shown(exchange: Exchange, seconds: float, ended: float, trace: str = "") -> Exemplar:
    """The call as one that stands for others. ended: monotonic seconds."""
    return Exemplar(exchange.call, trace, seconds, exchange.at.timestamp() + ended - exchange.arrived)
