"""Which edits redact or pseudonymise the findings of a request, and which findings no edit can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from policies.findings import IDENTITY_CLASS
from policies.rules import Rule
from policies.ruling import FindingFacts, PassageFacts, Rewrite
from policies.transform.redact import (
    Span,
    breaks_strings,
    is_json_source,
    joined,
    placeholder,
    trimmed_escapes,
    whole_escapes,
)

Redactions = Sequence[tuple[Rule, list[FindingFacts]]]
Shown = Callable[[Iterable[str]], tuple[str, ...]]


class Plan(NamedTuple):
    """rewrites: sorted, not overlapping. stuck: findings that stand where nothing can be rewritten."""

    rewrites: tuple[Rewrite, ...]
    stuck: list[FindingFacts]


def plan(passages: Sequence[PassageFacts], redactions: Redactions, shown: Shown) -> Plan:
    """Rewrites for all redactions of a request; a finding of several rules goes by the first of them that redacts, else
    by the first.

    A value may be seen in two passages of the same body string (tool arguments as they stand, and decoded): both are
    rewritten, since neither reading is sure to show every place; the edits then meet in the same bytes.
    """
    spans: dict[int, list[Span]] = {}
    stuck: list[FindingFacts] = []
    sources: dict[int, bool] = {}
    for finding, rule in _first_rules(redactions):
        index = finding.passage
        passage = passages[index]
        action = "pseudonymise" if rule.action == "pseudonymise" else "redact"
        if finding.detector == IDENTITY_CLASS:
            spans.setdefault(index, []).append(Span(0, len(passage.text), IDENTITY_CLASS, rule.id, action))
            continue
        if index not in sources:
            sources[index] = _is_source(passage)
        reached = _reached(passage, finding, action, source=sources[index])
        if reached is None:
            stuck.append(finding)
        else:
            span = Span(*reached, finding.detector, rule.id, action, rule.surrogate)
            spans.setdefault(index, []).append(span)
    return Plan(tuple(_rewrites(spans, shown)), stuck)


def editable(passage: PassageFacts, finding: FindingFacts) -> str:
    """What can be done to a finding where it stands: any | pseudonymise (a token can, a placeholder can't) | none."""
    if finding.detector == IDENTITY_CLASS:
        return "any"
    source = _is_source(passage)
    if _reached(passage, finding, "redact", source=source) is not None:
        return "any"
    return "none" if _reached(passage, finding, "pseudonymise", source=source) is None else "pseudonymise"


def _is_source(passage: PassageFacts) -> bool:
    return passage.role == "tool_arguments" and is_json_source(passage.text)


def _reached(passage: PassageFacts, finding: FindingFacts, action: str, *, source: bool) -> tuple[int, int] | None:
    """The characters that an edit of this finding replaces; None where none can. source: the text is JSON source."""
    start, end = finding.start, finding.end
    if source:
        # The decoded reading of such a string is a passage too: a value that comes back goes by that.
        own = trimmed_escapes if action == "pseudonymise" else whole_escapes
        start, end = own(passage.text, start, end)
    reached = passage.rewritable(start, end) or (action == "pseudonymise" and passage.renamable(start, end))
    return None if not reached or (source and breaks_strings(passage.text, start, end)) else (start, end)


def _first_rules(redactions: Redactions) -> Iterable[tuple[FindingFacts, Rule]]:
    """Each finding once, with the rule that it goes by."""
    chosen: dict[tuple[int, int, int, str], tuple[FindingFacts, Rule]] = {}
    lists: set[int] = set()
    for rule, findings in sorted(redactions, key=lambda r: r[0].action == "pseudonymise"):
        if id(findings) in lists:
            continue  # rules that ask the same share one list
        lists.add(id(findings))
        for finding in findings:
            chosen.setdefault((finding.passage, finding.start, finding.end, finding.detector), (finding, rule))
    return chosen.values()


def _rewrites(spans: dict[int, list[Span]], shown: Shown) -> Iterator[Rewrite]:
    for index in sorted(spans):
        for span in joined(spans[index]):
            (name,) = shown((span.detector,))
            new = placeholder(name) if span.action == "redact" else ""
            yield Rewrite(index, span.start, span.end, new, name, span.rule, span.action, span.surrogate)
