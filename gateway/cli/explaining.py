"""What is found in a call, what is ruled on it per destination, and why: the answer, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from gateway.bundle.destinations import Destination, Model
from gateway.bundle.workspace import Workspace
from gateway.cli.models import terms
from gateway.documents import nearest
from policies.decide import Policies
from policies.explain import Explained, told
from policies.findings import Finding
from policies.ruling import CallFacts, ClassificationFacts, PassageFacts, Ruling

DIALECT = "openai_chat"

Judged = Callable[[Destination], Ruling]


@dataclass(frozen=True, slots=True)
class Asked:
    """The policy-visible facts of an imagined call. What isn't told is missing."""

    organisation: str
    team: str | None = None
    groups: tuple[str, ...] | None = None
    user: str | None = None
    use_case: str | None = None
    model: str = ""
    size: int = 0
    now: datetime = datetime.min
    key: str | None = None
    dialect: str = DIALECT
    labels: tuple[str, ...] = ()


class At(NamedTuple):
    """One destination with its ruling and each rule's part in it."""

    destination: Destination
    ruling: Ruling
    why: Sequence[Explained]


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is explained. data_class: with what makes the call be of it, "" where the bundle has none.

    notes: what is to be said before. placed: whether findings stand where they say; of recorded calls that isn't kept.
    """

    policies: Policies
    passages: Sequence[PassageFacts]
    found: ClassificationFacts
    data_class: str
    at: Sequence[At]
    notes: Sequence[str] = ()
    placed: bool = True

    @property
    def permitted(self) -> bool:
        """Whether a destination would take the call."""
        return any(one.ruling.verdict == "allow" and one.destination.routable for one in self.at)


def explained(
    here: Workspace,
    asked: CallFacts,
    passages: Sequence[PassageFacts],
    found: ClassificationFacts,
    destinations: Sequence[Destination],
    judged: Judged | None = None,
) -> Answer:
    """A call explained at these destinations. Without a public model, it asks each for the model that it is.

    judged: how it is ruled on, where more is known of it than this.
    """
    policies, at = here.policies, []
    for destination in destinations:
        call = replace(asked, model=destination.model) if isinstance(asked, Asked) and not asked.model else asked
        ruling = judged(destination) if judged else policies.judge(call, passages, found, destination)
        at.append(At(destination, ruling, policies.explain(call, passages, found, destination)))
    of = policies.data_class(asked, passages, found)
    return Answer(policies, passages, found, told(of, policies.shown) if of is not None else "", at)


def model_of(here: Workspace, name: str | None) -> Model | None:
    """The public model of that name or alias."""
    return here.naming.model(name) if name else None


def destinations_of(here: Workspace, model: Model | None) -> Sequence[Destination]:
    """Where a call for the model may go; everywhere, without one."""
    return model.destinations if model else tuple(here.destinations.values())


def unknown(here: Workspace, asked: Asked, model: str | None = None) -> str | None:
    """A name that doesn't exist, with the nearest that does: an explanation of a typo would mislead."""
    names = here.names
    models = here.naming.spelt if model is None or model_of(here, model) is None else (model,)
    named = [("model", model, models), ("team", asked.team, names.teams)]
    named += [("use case", asked.use_case, tuple(here.bundle.use_cases))]
    named += [("group", group, names.groups) for group in asked.groups or ()]
    for what, name, known in named:
        if name is not None and name not in known:
            return none_such(what, name, nearest(name, known))
    return None


def none_such(what: str, name: str, near: str | None) -> str:
    """That something isn't there, with the nearest name."""
    return f"there is no {what} {name}" + (f" (did you mean {near}?)" if near else "")


def shown(answer: Answer, *, all_rules: bool) -> Iterator[str]:
    """The answer for people, line by line; never a value that was found. Messages and characters count from 1."""
    yield from answer.notes
    yield from _found(answer)
    if answer.data_class:
        yield f"Data class: {answer.data_class}"
    for one in answer.at:
        yield ""
        yield from _ruled(one, all_rules=all_rules)


def as_plain(answer: Answer) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "permitted": answer.permitted,
        "notes": list(answer.notes),
        "failed": answer.found.failed,
        "data_class": answer.data_class,
        "findings": [_plain(answer, finding) for finding in answer.found.findings],
        "destinations": [
            {
                "destination": one.destination.name,
                "routable": one.destination.routable,
                "verdict": one.ruling.verdict,
                "reason": one.ruling.reason,
                "reroute": one.ruling.reroute,
                "redacted": one.ruling.replaced("redact"),
                "pseudonymised": one.ruling.replaced("pseudonymise"),
                "message": dict(one.ruling.message),
                "rules": [rule._asdict() for rule in one.why],
            }
            for one in answer.at
        ],
    }


def _found(answer: Answer) -> Iterator[str]:
    found = answer.found
    if found.failed:
        yield f"Detection failed ({found.failed}): no destination would take this."
        return
    yield f"Found: {len(found.findings) or 'nothing'}"
    for finding in found.findings:
        told_of = _plain(answer, finding)
        said = [f"characters {finding.start + 1} to {finding.end}"] if answer.placed else []
        if len(answer.passages) > 1 or not said:
            said.insert(0, _where(answer.passages[finding.passage]))
        place = ", ".join(said)
        sure = f"confidence {finding.confidence:.2f}"
        yield f"  {told_of['detector']:<20} {place:<26} {sure}  {told_of['why']}"


def _where(passage: PassageFacts) -> str:
    said = [] if passage.message is None else [f"message {passage.message + 1}"]
    said += [passage.role, *(["earlier turn"] if passage.history else []), *([passage.file] if passage.file else [])]
    return ", ".join(said)


def _plain(answer: Answer, finding: Any) -> dict[str, Any]:
    (name,) = answer.policies.shown((finding.detector,))
    passage = answer.passages[finding.passage]
    return {
        "detector": name,
        "start": finding.start if answer.placed else None,
        "end": finding.end if answer.placed else None,
        "confidence": finding.confidence,
        "why": finding.why if isinstance(finding, Finding) else "",
        "message": passage.message,
        "role": passage.role,
        "direction": passage.direction,
        "part": passage.part,
        "history": passage.history,
        "file": passage.file,
    }


def _ruled(one: At, *, all_rules: bool) -> Iterator[str]:
    yield terms(one.destination)
    yield f"  verdict: {_verdict(one.ruling)}"
    if one.ruling.message:
        yield f"  message: {one.ruling.message.get('en', '')}"
    for rule in one.why:
        if rule.outcome != "no":
            lifted = f" by exception {rule.lifted_by}" if rule.lifted_by else ""
            yield f"  {rule.outcome:<8} {rule.policy}/{rule.rule} ({rule.action}){lifted}"
        elif all_rules or "findings" not in rule.condition or rule.actual != "none":
            yield f"  no       {rule.policy}/{rule.rule} ({rule.action}): {rule.condition}; it is: {rule.actual}"


def _verdict(ruling: Ruling) -> str:
    said = ruling.verdict + (f" to {ruling.reroute}" if ruling.reroute else "")
    if redacted := ruling.replaced("redact"):
        said += f", {_places(redacted)} redacted"
    if tokens := ruling.replaced("pseudonymise"):
        said += f", {_places(tokens)} pseudonymised"
    return said + (f" ({ruling.reason})" if ruling.reason else "")


def _places(count: int) -> str:
    return f"{count} place{'s' * (count != 1)}"
