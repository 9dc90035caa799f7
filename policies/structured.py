"""Rules on answers that must have the form that the client asked for (`class.schema_invalid`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.rules import Rule
from policies.ruling import Place, RuleHit, Ruling
from policies.schemas import Checker
from policies.words import BUILT_IN, refusal

SCHEMA_INVALID: Final = "class.schema_invalid"

_COMPLAINT: Final = (
    "The answer above does not match the JSON schema that was asked for ({faults}). "
    "Answer again with JSON that matches it, and with nothing else."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one answer. faults: empty where it has the form asked for.

    repair: a rule wants the model to be asked once more; stop: the refusal that follows where it isn't, or where the
    second answer is no better; None where rules only watch. complaint: what the model is told. said: the text that
    is wrong.
    """

    hits: tuple[RuleHit, ...] = ()
    stop: Ruling | None = None
    repair: bool = False
    complaint: str = ""
    said: str = ""


def asks_for_schema(rule: Rule) -> bool:
    """Whether a rule looks at the form of answers."""
    return rule.findings is not None and SCHEMA_INVALID in rule.findings.detectors


def judge(rules: Iterable[tuple[Rule, str]], checker: Checker, texts: Mapping[str, str], revision: str) -> Verdict:
    """The verdict on the texts of an answer by channel. rules: each with how it counts for this call."""
    for said in texts.values():
        faults = checker.faults(said)
        if faults:
            return ruled(tuple(rules), faults, said, revision)
    return Verdict()


def ruled(rules: Sequence[tuple[Rule, str]], faults: Sequence[str], said: str, revision: str) -> Verdict:
    """The verdict on an answer that is wrong in these places."""
    hits = tuple(_hit(rule, force) for rule, force in rules)
    enforced = [rule for rule, force in rules if force == "enforce" and rule.action in ("deny", "repair")]
    if not enforced:
        return Verdict(hits)
    # A rule that refuses outright is stricter than one that lets the model try again.
    first = min(enforced, key=lambda rule: (rule.action != "deny", rule.policy, rule.id))
    return Verdict(
        hits,
        refused(first, revision),
        repair=first.action == "repair",
        complaint=_COMPLAINT.format(faults="; ".join(faults)),
        said=said,
    )


def refused(rule: Rule, revision: str) -> Ruling:
    """The refusal by one rule."""
    hit = _hit(rule, "enforce")
    return Ruling(
        "deny",
        rules=(hit,),
        message=refusal(rule.message or BUILT_IN["schema_invalid"]),
        contact=rule.contact,
        revision=revision,
        reason="rule",
        decided_by=hit,
    )


def _hit(rule: Rule, force: str) -> RuleHit:
    place = Place(None, "assistant", "response", 0)
    return RuleHit(rule.id, rule.policy, rule.action, force, (SCHEMA_INVALID,), 1, place)
