"""What the findings of a stretch of an answer lead to: edits, hits, or the end of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from policies.asks import by_detector, in_order
from policies.rules import Rule
from policies.ruling import FindingFacts, Place, RuleHit, Ruling
from policies.transform.redact import Span, breaks_strings, joined, placeholder, whole_escapes
from policies.words import BUILT_IN, refusal

Shown = Callable[[Iterable[str]], tuple[str, ...]]


class Weighed(NamedTuple):
    """spans: to be redacted. stop: the refusal that ends the answer at `cut`; the spans are then all before it."""

    spans: tuple[Span, ...] = ()
    hits: tuple[RuleHit, ...] = ()
    stop: Ruling | None = None
    cut: int = 0


class Scale:
    """Weighs findings of one kind of channel. shown: names of detectors as they may be shown."""

    def __init__(self, role: str, shown: Shown, revision: str) -> None:
        self.role = role
        self.source = role == "tool_arguments"
        self.shown = shown
        self.revision = revision

    def each(self, text: str, findings: Sequence[FindingFacts], rules: Sequence[Rule], base: int) -> Weighed:
        """Findings that count one by one. The answer ends at the first that a rule denies or that can't be redacted.

        base: where `text` begins in its channel, for the places that hits name.
        """
        spans: list[Span] = []
        hits: list[RuleHit] = []
        for finding in sorted(findings, key=lambda f: (f.start, -f.end, f.detector)):
            for rule in rules:
                if not _counts(rule, finding):
                    continue
                span = self.span(text, finding, rule)
                stuck = rule.action == "redact" and self._stuck(text, span, finding, rule)
                action = "deny" if stuck else rule.action
                hit = self.hit(rule, action, "enforce", [finding], base)
                hits.append(hit)
                if action == "deny":
                    return _stopped(spans, span, hits, self.stop(rule, hit, stuck=stuck))
                if action == "redact":
                    spans.append(span)
        return Weighed(tuple(spans), tuple(hits))

    def together(self, text: str, findings: Sequence[FindingFacts], rules: Sequence[Rule]) -> Weighed:
        """Findings that count as a set, over a complete text. A denial withholds all of it."""
        spans: list[Span] = []
        hits: list[RuleHit] = []
        for rule, matched in matches(rules, findings):
            found = [self.span(text, f, rule) for f in matched]
            stuck = rule.action == "redact" and any(
                self._stuck(text, span, f, rule) for span, f in zip(found, matched, strict=True)
            )
            hit = self.hit(rule, "deny" if stuck else rule.action, "enforce", matched)
            hits.append(hit)
            if hit.action == "deny":
                return Weighed((), tuple(hits), self.stop(rule, hit, stuck=stuck), 0)
            spans += found if hit.action == "redact" else []
        return Weighed(tuple(spans), tuple(hits))

    def _stuck(self, text: str, span: Span, finding: FindingFacts, rule: Rule) -> bool:
        """Whether taking the span out is no way."""
        return _is_mark(rule, finding) or (self.source and breaks_strings(text, span.start, span.end))

    def span(self, text: str, finding: FindingFacts, rule: Rule) -> Span:
        """What a redaction of the finding takes out."""
        start, end = finding.start, finding.end
        if self.source:
            start, end = whole_escapes(text, start, end)
            end = min(end, len(text))
        return Span(start, end, finding.detector, rule.id)

    def edits(self, spans: Iterable[Span], base: int) -> tuple[tuple[int, int, str], ...]:
        """Spans as edits moved by `base`, overlapping ones joined."""
        return tuple((base + s.start, base + s.end, placeholder(*self.shown((s.detector,)))) for s in joined(spans))

    def hit(self, rule: Rule, action: str, force: str, findings: Sequence[FindingFacts], base: int = 0) -> RuleHit:
        """One match of a rule."""
        place = Place(None, self.role, "response", base + findings[0].start)
        detectors = self.shown(f.detector for f in findings)
        return RuleHit(rule.id, rule.policy, action, force, detectors, len(findings), place)

    def stop(self, rule: Rule, hit: RuleHit, *, stuck: bool = False) -> Ruling:
        """The refusal that ends an answer."""
        return Ruling(
            "deny",
            rules=(hit,),
            message=refusal(rule.message or BUILT_IN["answer"]),
            contact=rule.contact,
            revision=self.revision,
            reason="not_rewritable" if stuck else "rule",
            decided_by=hit,
        )

    def failed(self) -> Ruling:
        """The refusal where an answer could not be inspected."""
        hit = RuleHit("built-in.detection_failed", "built-in", "deny", "enforce", (), 0, None)
        message = refusal(BUILT_IN["answer_not_inspected"])
        return Ruling(
            "deny", rules=(hit,), message=message, revision=self.revision, reason="detection_failed", decided_by=hit
        )


def _stopped(spans: list[Span], last: Span, hits: list[RuleHit], stop: Ruling) -> Weighed:
    """Cut before the stretch that is denied, and before any redaction that reaches into it."""
    cut = next(group.start for group in joined([*spans, last]) if group.end > last.start)
    return Weighed(tuple(s for s in spans if s.end <= cut), tuple(hits), stop, cut)


def matches(rules: Iterable[Rule], findings: Sequence[FindingFacts]) -> Iterator[tuple[Rule, list[FindingFacts]]]:
    """The rules that a complete text's findings match, with the findings that count."""
    found = by_detector(findings)
    for rule in rules:
        matched = in_order([f for test in rule.tests_on_texts for f in test.met(found, ())])
        if matched and all(any(t.met(found, ()) for t in one.asked) for one in rule.criteria):
            yield rule, matched


def _counts(rule: Rule, finding: FindingFacts) -> bool:
    return any(test.counts(finding) for test in rule.tests_on_texts)


def _is_mark(rule: Rule, finding: FindingFacts) -> bool:
    """Whether it speaks for all of the answer: without it, that would be no other."""
    return rule.findings is None and any(test.counts(finding) for one in rule.criteria for test in one.marks)
