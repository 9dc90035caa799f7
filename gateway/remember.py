"""What is kept of a call that rules refused or changed, so that its caller can say that this was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.liftable import values
from gateway.state.judged import Fired, Judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.exchange import Candidate, Exchange
    from gateway.runtime import Runtime
    from policies.decide import RuleHit, Ruling

_CHANGES = ("redact", "pseudonymise")


def remember(runtime: Runtime, exchange: Exchange) -> None:
    """Keeps facts of the call, if rules refused it or replaced some of its text."""
    try:
        _remember(runtime, exchange)
    except Exception as bug:  # noqa: BLE001 - the call is over: what fails here only keeps it from being reported
        runtime.measure.bug(exchange, bug)


def _remember(runtime: Runtime, exchange: Exchange) -> None:
    refused = exchange.refused_by
    candidate = _asked(exchange)
    ruling = refused if refused is not None else candidate.ruling if candidate and exchange.attempts else None
    if ruling is None:
        return
    fired = tuple(_fired(exchange, ruling))
    if not fired:
        return
    first = ruling.decided_by if refused is not None else _first(ruling)
    place = first.place if first is not None else None
    caller = exchange.caller
    runtime.judged.add(
        Judged(
            call=exchange.call,
            at=exchange.at.isoformat(),
            person=caller.pseudonym,
            key=caller.key_id,
            team=caller.team,
            groups=caller.groups,
            use_case=exchange.use_case,
            model=exchange.model,
            destination=candidate.destination.name if candidate is not None else "",
            direction=place.direction if place is not None else "request",
            role=place.role if place is not None else "",
            refused=refused is not None,
            fired=fired,
        )
    )


def _asked(exchange: Exchange) -> Candidate | None:
    """Where the call went, or would have gone."""
    if exchange.attempts:
        return exchange.attempts[-1].candidate
    return next((c for c in exchange.candidates if c.ruling is exchange.refused_by), None)


def _fired(exchange: Exchange, ruling: Ruling) -> Iterator[Fired]:
    """The rule that decided, then the others that refused or changed the call. Shadow and lifted ones did neither."""
    hits = [ruling.decided_by] if ruling.decided_by is not None else []
    wanted = ("deny",) if ruling.verdict == "deny" else _CHANGES
    hits += [hit for hit in ruling.rules if hit.action in wanted and hit.mode == "enforce" and hit not in hits]
    for hit in hits:
        if hit.action == "deny" or not all(name.startswith("class.") for name in hit.detectors):
            yield Fired(hit.rule, hit.policy, hit.action, hit.detectors, values(exchange, hit))


def _first(ruling: Ruling) -> RuleHit | None:
    return next((hit for hit in ruling.rules if hit.action in _CHANGES and hit.mode == "enforce"), None)
