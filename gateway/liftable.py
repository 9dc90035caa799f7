"""Which rules a caller could lift for a call that they refused or changed, and for which values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.facts import facts
from policies.judging import MOST_LIFTED
from policies.transform.redact import CONFIDENTIAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.exchange import Exchange
    from policies.decide import FindingFacts, RuleHit, Ruling


def may_lift(exchange: Exchange, ruling: Ruling) -> bool:
    """Whether the call would pass the rule that a refusal names, were it lifted, and nothing else refuses the call for
    good."""
    hits = [hit for hit in ruling.rules if hit.action == "deny" and hit.mode == "enforce"]
    return ruling.decided_by in hits and ruling.overridable and all(values(exchange, hit) for hit in hits)


def also_changed(exchange: Exchange, hit: RuleHit, hits: Iterable[RuleHit]) -> str:
    """Another rule that changes what this one does, at its place or wherever the value stands; "" for none."""
    ask, found, policies = exchange.ask, exchange.classification, exchange.pair.policies
    if ask is None or found is None:
        return ""

    def matched(name: str) -> Sequence[FindingFacts]:
        rule = policies.rule(name)
        return policies.matching(rule, ask.passages, found) if rule is not None else ()

    own = matched(hit.rule)
    for other in hits:
        if other.rule != hit.rule and any(_same(a, b) for a in matched(other.rule) for b in own):
            return CONFIDENTIAL if CONFIDENTIAL in other.detectors else other.rule
    return ""


def _same(one: FindingFacts, other: FindingFacts) -> bool:
    meet = one.passage == other.passage and one.start < other.end and other.start < one.end
    return meet or bool(one.digest and one.digest == other.digest)


def values(exchange: Exchange, hit: RuleHit) -> tuple[str, ...]:
    """Keyed hashes (hex) of the values in a request without which the rule would do nothing to it; none where it can't
    be lifted for them."""
    ask, found, policies = exchange.ask, exchange.classification, exchange.pair.policies
    rule = policies.rule(hit.rule)
    if ask is None or found is None or rule is None or not rule.overridable or CONFIDENTIAL in hit.detectors:
        return ()
    if hit.place is None or hit.place.direction == "response":
        return ()

    def spared(finding: FindingFacts) -> bool:
        """What stays as it is: a refusal is lifted for new text, while earlier turns go on being redacted."""
        return hit.action == "deny" and ask.passages[finding.passage].history

    matched = policies.matching(rule, ask.passages, found)
    # What takes several values together is lifted for all of them, or for none.
    new = [one for one in matched if not spared(one)] if rule.singly else []
    wanted = new or list(matched)
    digests = {one.digest for one in wanted}
    # A mark is the same on every text that bears it: lifted on one, it would be lifted on all.
    if b"" in digests or len(digests) > MOST_LIFTED or any(one.label for one in wanted):
        return ()
    left = policies.left(rule, facts(exchange, ask), ask.passages, found, digests)
    passes = left is None or (not left.firm and all(map(spared, left.findings)))
    return tuple(sorted(digest.hex() for digest in digests)) if passes else ()
