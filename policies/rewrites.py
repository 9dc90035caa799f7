"""Which edits redact the findings of a request, and which findings no edit can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from policies.rules import Rule
from policies.ruling import FindingFacts, PassageFacts, Rewrite
from policies.transform.redact import Span, breaks_strings, is_json_source, joined, placeholder, whole_escapes

Redaction = tuple[FindingFacts, Rule]
Shown = Callable[[Iterable[str]], tuple[str, ...]]


class Plan(NamedTuple):
    """rewrites: sorted, not overlapping. stuck: findings that stand where nothing can be rewritten."""

    rewrites: tuple[Rewrite, ...]
    stuck: tuple[Redaction, ...]


def plan(passages: Sequence[PassageFacts], redactions: Sequence[Redaction], shown: Shown) -> Plan:
    """Rewrites for all redactions of a request.

    A value may be seen in two passages of the same body string (tool arguments as they stand, and decoded): both are
    rewritten, since neither reading is sure to show every place; the edits then meet in the same bytes.
    """
    reachable: list[Redaction] = []
    stuck: list[Redaction] = []
    sources: dict[int, bool] = {}
    for finding, rule in redactions:
        passage = passages[finding.passage]
        source = sources.get(finding.passage)
        if source is None:
            source = sources[finding.passage] = passage.role == "tool_arguments" and is_json_source(passage.text)
        start, end = _reach(passage, finding, source)
        fits = passage.rewritable(start, end) and not (source and breaks_strings(passage.text, start, end))
        (reachable if fits else stuck).append((finding, rule))
    return Plan(tuple(_rewrites(passages, reachable, sources, shown)), tuple(stuck))


def _rewrites(
    passages: Sequence[PassageFacts], redactions: Iterable[Redaction], sources: dict[int, bool], shown: Shown
) -> Iterator[Rewrite]:
    spans: dict[int, list[Span]] = {}
    for finding, rule in redactions:
        start, end = _reach(passages[finding.passage], finding, sources[finding.passage])
        spans.setdefault(finding.passage, []).append(Span(start, end, finding.detector, rule.id))
    for index in sorted(spans):
        for span in joined(spans[index]):
            (name,) = shown((span.detector,))
            yield Rewrite(index, span.start, span.end, placeholder(name), name, span.rule)


def _reach(passage: PassageFacts, finding: FindingFacts, source: bool) -> tuple[int, int]:
    return whole_escapes(passage.text, finding.start, finding.end) if source else (finding.start, finding.end)

