"""What a stop concerns: calls that are under way, and rulings in which a stopped rule had a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.exchange import Candidate, Exchange
    from gateway.state.stops import Stop
    from policies.ruling import RuleHit


def concerns(stop: Stop, exchange: Exchange) -> bool:
    """Whether what was stopped has a part in a call that is under way."""
    caller = exchange.caller
    if stop.kind in ("key", "user", "use_case"):
        return stop.name == {"key": caller.key_id, "user": caller.user, "use_case": exchange.use_case}[stop.kind]
    for attempt in exchange.attempts[-1:]:
        if stop.kind == "destination":
            return attempt.candidate.destination.name == stop.name
        answer = attempt.gate.hits() if attempt.gate is not None else ()
        return any(stop.name in named(hit) for hit in (*hits(attempt.candidate, exchange.candidates), *answer))
    return False


def hits(candidate: Candidate, among: Sequence[Candidate]) -> Iterable[RuleHit]:
    """What had a part in a candidate's ruling, and in its being one at all."""
    yield from candidate.ruling.rules
    for other in among if candidate.rerouted_from is not None else ():
        if other.destination.name == candidate.rerouted_from:
            yield from other.ruling.rules


def named(hit: RuleHit) -> tuple[str, ...]:
    """The rule and what lifted it; neither where the hit is only watched."""
    return (hit.rule, hit.lifted_by) if hit.mode != "shadow" else ()
