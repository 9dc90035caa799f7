"""The report of a drill: first what a manager wants to know, then the figures, then how they were found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from gateway.drills.measuring import Findings, Phase
from gateway.drills.running import Drill
from gateway.drills.words import WORDS
from observability.reports.forms import ending, markdown
from observability.reports.numbers import number, seconds

_MOST_NAMED = 20


class Facts(NamedTuple):
    """What a report is made from, beside the calls. ended: Unix seconds. own: pseudonym of the drill's own calls.

    within: seconds in which calls must be served again."""

    drill: Drill
    ended: float
    own: str
    within: float
    organisation: str


def report(facts: Facts, findings: Findings, language: str) -> str:
    """Markdown, `en` or `fr`. It names calls, destinations and rules, and nothing that anybody wrote."""
    words = WORDS[language]
    parts = [
        _head(facts, findings, words),
        _answers(facts, findings, words),
        _pictures(findings, language, words),
        _figures(findings, words),
        _proof(facts, findings, words),
    ]
    return "\n\n".join(parts) + "\n"


def _head(facts: Facts, findings: Findings, words: Mapping[str, str]) -> str:
    drill = facts.drill
    verdict = words["nothing_met"] if not findings.met else words["not_held"]
    if findings.held(facts.within):
        verdict = words["held_after"].format(n=len(findings.lost)) if findings.lost else words["held"]
    said = words["what_" + drill.fault.kind].format(amount=f"{drill.fault.amount:g}")
    lasted = min(drill.mended, max(facts.ended, drill.fails)) - drill.fails
    story = words["story"].format(
        day=_day(drill.fails), time=_clock(drill.fails), destination=drill.destination, said=said,
        seconds=seconds(lasted, words), model=drill.model, users=", ".join(drill.users),
    )  # fmt: skip
    if facts.ended < drill.mended:
        story += words["early"].format(seconds=seconds(drill.mended - drill.fails, words))
    lines = [f"# {words['title'].format(destination=drill.destination)}", "", f"**{verdict}**", "", story]
    if drill.reason or drill.by or drill.scheduled:
        why = drill.reason or words["no_reason"]
        lines += ["", words["asked"].format(by=drill.by or drill.scheduled or words["nobody"], reason=why)]
    return "\n".join(lines)


def _answers(facts: Facts, findings: Findings, words: Mapping[str, str]) -> str:
    during = findings.phases[1]

    def took(value: float) -> str:
        return seconds(value, words)

    others = ", ".join(f"{name}: {count}" for name, count in sorted(during.by_destination.items())) or words["none"]
    recovered = words["never"] if findings.recovered is None else words["seconds"].format(n=took(findings.recovered))
    if findings.recovered == 0.0:
        recovered = words["at_once"]
    back = words["not_back"] if findings.back is None else words["seconds"].format(n=took(findings.back))
    widened = words["no_wider"] if not (findings.widened or findings.differing) else words["wider"]
    rows = [
        (words["q_met"], words["met_of"].format(met=findings.met, calls=during.calls)),
        (words["q_lost"], f"{len(findings.lost)} / {during.calls}"),
        (words["q_recovered"], recovered),
        (words["q_slowest"], words["slowest"].format(n=took(findings.slowest), usual=took(findings.phases[0].p50))),
        (words["q_others"], others),
        (words["q_back"], back),
        (words["q_wider"], widened),
        (words["q_aim"], words["aim"].format(n=took(facts.within))),
    ]
    return "\n".join(markdown((words["question"], words["answer"]), rows))


def _pictures(findings: Findings, language: str, words: Mapping[str, str]) -> str:
    if not findings.calls:
        return words["no_calls"]
    shown = [f"![{words['see_calls']}](calls{ending(language)}.svg)", words["see_calls"]]
    shown += [f"![{words['see_times']}](times{ending(language)}.svg)", words["see_times"]]
    return "\n\n".join(shown)


def _figures(findings: Findings, words: Mapping[str, str]) -> str:
    head = tuple(words[name] for name in ("part", "calls", "served", "lost", "refused", "p50", "p95", "worst"))
    rows = [_row(phase, words) for phase in findings.phases]
    return "\n".join([f"## {words['figures']}", "", *markdown(head, rows)])


def _row(phase: Phase, words: Mapping[str, str]) -> tuple[str, ...]:
    counts = (phase.calls, phase.served, phase.lost, phase.refused)
    return (
        words[phase.name],
        *(number(n, words) for n in counts),
        *(seconds(n, words) for n in (phase.p50, phase.p95, phase.worst)),
    )


def _proof(facts: Facts, findings: Findings, words: Mapping[str, str]) -> str:
    drill = facts.drill
    lines = [f"## {words['proof']}", "", words["how"].format(id=drill.id)]
    revisions = ", ".join(f"`{one}`" for one in findings.revisions) or words["none"]
    lines += ["", words["under"].format(organisation=facts.organisation, revisions=revisions)]
    begun, over = (f"{_day(at)} {_clock(at)}" for at in (drill.began, facts.ended))
    lines += ["", words["between"].format(begun=begun, over=over)]
    for name, calls in (("lost_calls", [call.id for call in findings.lost]), ("wider_calls", list(findings.widened))):
        if calls:
            lines += ["", words[name], "", *(f"- `ecluse ledger show {call}`" for call in calls[:_MOST_NAMED])]
            if len(calls) > _MOST_NAMED:
                lines += ["", words["more"].format(n=len(calls) - _MOST_NAMED)]
    if findings.differing:
        lines += ["", words["differing"].format(names=", ".join(findings.differing))]
    return "\n".join(lines)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S UTC")
