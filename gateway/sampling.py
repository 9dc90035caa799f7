"""Review samples of a call: cut when it is over, for rules that ask for them in a bundle that allows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.state.samples import Sample, until
from policies.samples import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.exchange import Exchange
    from gateway.runtime import Runtime
    from policies.decide import FindingFacts, PassageFacts, Policies
    from policies.rules import Rule
    from policies.samples import ReviewSample

_TEXT = "text"


def keep_samples(runtime: Runtime, exchange: Exchange) -> None:
    """Puts a sample of each rule that matched new text of the request, in force or in shadow, into the queue."""
    policies = exchange.pair.policies
    if not policies.sampled or not runtime.samples.kept or exchange.classification is None or exchange.ask is None:
        return
    matched = {hit.rule for candidate in exchange.candidates for hit in candidate.ruling.rules}
    for rule in policies.sampled:
        if rule.id in matched and rule.review_sample is not None:
            try:
                _keep(runtime, exchange, rule, rule.review_sample)
            except Exception as bug:  # noqa: BLE001 - the call is over: what fails here only keeps no sample
                runtime.measure.bug(exchange, bug)


def _keep(runtime: Runtime, exchange: Exchange, rule: Rule, wanted: ReviewSample) -> None:
    ask, found, policies = exchange.ask, exchange.classification, exchange.pair.policies
    assert ask is not None and found is not None
    today = exchange.at.date()
    for finding in policies.matching(rule, ask.passages, found):
        passage = ask.passages[finding.passage]
        new = passage.part == _TEXT and not passage.history and finding.detector not in policies.confidential
        if not new or not finding.digest or not runtime.samples.wants(rule.id, finding.digest, wanted.per_day, today):
            continue
        text = _excerpt(policies, ask.passages, finding, found.findings)
        sample = Sample(rule.id, exchange.call, exchange.at, until(today, wanted.days), text)
        runtime.samples.take(sample, finding.digest)
        runtime.measure.sampled(rule.id)
        return


def _excerpt(
    policies: Policies, passages: Sequence[PassageFacts], finding: FindingFacts, findings: Sequence[FindingFacts]
) -> str:
    others = [one for one in findings if one.passage == finding.passage]
    values = {
        (one.detector, passages[one.passage].text[one.start : one.end])
        for one in findings
        if one.passage != finding.passage and passages[one.passage].part == _TEXT
    }
    names = {detector: policies.shown([detector])[0] for detector in {one.detector for one in findings}}
    return excerpt(passages[finding.passage].text, finding, others, names, values)
