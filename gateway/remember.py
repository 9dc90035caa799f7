"""What is kept of a call that rules refused or changed, so that its caller can say that this was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.liftable import also_changed, values
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
    first = ruling.decided_by if refused is not None else next(iter(_changing(ruling)), None)
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
    decided = [ruling.decided_by] if ruling.decided_by is not None else []
    if ruling.verdict == "deny":
        hits = [hit for hit in ruling.rules if hit.action == "deny" and hit.mode == "enforce"]
    else:
        decided, hits = [hit for hit in decided if _of_texts(hit)], _changing(ruling)
    for hit in (*decided, *(hit for hit in hits if hit not in decided)):
        also = also_changed(exchange, hit, hits) if ruling.verdict != "deny" else ""
        yield Fired(hit.rule, hit.policy, hit.action, hit.detectors, values(exchange, hit), also)


def _changing(ruling: Ruling) -> list[RuleHit]:
    """The rules that change the call: those that did, what was redacted first, then those that others forestalled."""
    edits = sorted(ruling.rewrites, key=lambda edit: edit.action != "redact")
    did = list(dict.fromkeys(edit.rule for edit in edits))
    hits = [hit for hit in ruling.rules if hit.action in _CHANGES and hit.mode == "enforce" and _of_texts(hit)]
    return sorted(hits, key=lambda hit: did.index(hit.rule) if hit.rule in did else len(did))


def _of_texts(hit: RuleHit) -> bool:
    """Whether it is about something in a text; fields that only tell who asks are no matter of a report."""
    return not all(name.startswith("class.") for name in hit.detectors)
