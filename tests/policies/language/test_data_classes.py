"""Data classes and labels: what makes a call be of one, what rules do about it, and what refuses a bundle."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from decide_cases import ALPHA, CALL, INTERNAL, VOCABULARY, Call, Found, Text, compiled, finding, judge, policy
from guard_cases import engine

from policies.decide import Policies
from policies.explain import told
from policies.language import Doc, Problem, compile, run_inline_tests


def data_class(name: str, level: int, **criteria: Any) -> Doc:
    return Doc("DataClass", f"{name}.yaml", {"kind": "DataClass", "id": name, "level": level, **criteria})


C0 = data_class("C0", 0)
C1 = data_class("C1", 1, findings={"any_of": ["contact.email"]}, labels=["C1"])
C2 = data_class("C2", 2, findings=[{"any_of": ["fin.iban"]}, {"any_of": ["contact.email"], "count": ">=3"}])
C3 = data_class("C3", 3, findings={"any_of": ["fr.nir"]}, labels=["C3", "TLP:*"], use_cases=["hr-payroll"])
CLASSES = (C0, C1, C2, C3)

DENY = {"id": "c2", "when": {"data_class": ">=C2", "destination": {"external": True}}, "action": "deny"}
NIR, IBAN, MAIL = finding("fr.nir"), finding("fin.iban", 10, 14), finding("contact.email", 20, 24)
PAYROLL = Call(use_case="hr-payroll")


def mark(label: str, passage: int = 0, confidence: float = 0.9):
    return replace(finding("doc.label", passage=passage, confidence=confidence), label=label)


TEXT = Text()


def ruled(*findings, action="deny", call=CALL, passages=(TEXT,), to=ALPHA, **more):
    made = compiled(*CLASSES, policy({**DENY, "action": action, **more}))
    return judge(made, findings, passages, to, call)


def of(*findings, call=CALL, failed=None) -> str:
    classed = compiled(*CLASSES).data_class(call, [Text()], Found(tuple(findings), failed))
    assert classed is not None
    return classed.of.id


def test_a_call_is_of_the_highest_class_that_anything_makes_it():
    assert of() == "C0"
    assert of(MAIL) == "C1"
    assert of(MAIL, replace(MAIL, start=30, end=34), replace(MAIL, start=40, end=44)) == "C2"
    assert of(MAIL, IBAN) == "C2"
    assert of(MAIL, IBAN, NIR) == of(NIR) == of(mark("C3")) == of(mark("TLP:RED")) == of(call=PAYROLL) == "C3"
    assert of(replace(NIR, confidence=0.5), mark("C3", confidence=0.5), mark("C2")) == "C0"
    assert of(call=Call(labels=("C3",))) == "C3"


def test_what_is_missing_counts_as_the_most_sensitive():
    assert of(call=Call(use_case=None)) == "C3"
    assert of(failed="budget") == "C3"
    assert compiled().data_class(CALL, [Text()], Found()) is None


def test_a_rule_on_a_class_matches_what_makes_it_that_class_or_a_higher_one():
    assert ruled(MAIL).verdict == "allow"
    ruling = ruled(MAIL, IBAN, NIR)
    (hit,) = ruling.rules
    assert (ruling.verdict, hit.detectors, hit.count) == ("deny", ("fin.iban", "fr.nir"), 2)
    assert ruled(IBAN, to=INTERNAL).verdict == "allow"


def test_what_replaces_takes_out_what_makes_the_class():
    ruling = ruled(MAIL, IBAN, action="redact")
    assert [(r.start, r.detector) for r in ruling.rewrites] == [(10, "fin.iban")]
    assert ruled(MAIL, IBAN, action="pseudonymise").pseudonyms() == {"fin.iban": 1}


def test_earlier_turns_are_redacted_and_the_conversation_goes_on():
    ruling = ruled(IBAN, passages=(Text(history=True),))
    assert ruling.verdict == "allow" and len(ruling.rewrites) == 1
    assert ruled(IBAN, passages=(Text(history=True),), in_history="deny").verdict == "deny"


@pytest.mark.parametrize("action", ["deny", "redact", "pseudonymise"])
@pytest.mark.parametrize("history", [True, False])
def test_a_mark_speaks_for_the_whole_text_so_taking_it_out_is_no_way(action, history):
    ruling = ruled(mark("C3"), IBAN, action=action, passages=(Text(history=history),))
    assert ruling.verdict == "deny"
    assert ruling.reason == ("rule" if action == "deny" else "not_rewritable")
    by_use_case = ruled(action=action, call=PAYROLL)
    assert (by_use_case.verdict, by_use_case.rules[0].count) == ("deny", 0)


def test_findings_that_a_rule_names_are_what_it_is_about_and_the_class_is_a_condition():
    when = {**DENY["when"], "findings": {"any_of": ["contact.email"]}}
    assert ruled(MAIL, when=when, action="redact").rewrites == ()
    ruling = ruled(MAIL, IBAN, when=when, action="redact")
    assert [r.detector for r in ruling.rewrites] == ["contact.email"]
    assert [r.detector for r in ruled(MAIL, mark("C3"), when=when, action="redact").rewrites] == ["contact.email"]


def test_only_texts_that_the_rule_looks_at_make_the_class():
    made = compiled(*CLASSES, policy(DENY, applies_to={"directions": ["tool_results"]}))
    texts = [Text(), Text(direction="tool_results", role="tool")]
    assert judge(made, [IBAN], texts).verdict == "allow"
    assert judge(made, [replace(IBAN, passage=1)], texts).verdict == "deny"
    assert judge(made, [], texts[:1], call=PAYROLL).verdict == "allow"
    assert judge(made, [], texts, call=PAYROLL).verdict == "deny"


def test_a_rule_that_permits_asks_for_at_most_a_class():
    made = compiled(*CLASSES, policy({"id": "open", "when": {"data_class": "<=C1"}, "action": "allow"}), defaults=None)
    assert judge(made).verdict == judge(made, [MAIL]).verdict == "allow"
    for more in ([IBAN], [mark("C3")]):
        assert judge(made, more).verdict == "deny"
    assert judge(made, call=PAYROLL).verdict == "deny"


def test_labels_are_asked_by_name():
    labelled = {"id": "tlp", "when": {"labels": ["TLP:RED", "Diffusion*"]}, "action": "deny"}
    made = compiled(policy(labelled))
    assert judge(made, [mark("TLP:GREEN"), finding("doc.label")]).verdict == "allow"
    assert judge(made, [mark("TLP:RED")]).rules[0].detectors == ("doc.label",)
    assert judge(made, [mark("Diffusion Restreinte")], [Text(history=True)]).verdict == "deny"
    assert judge(made, call=Call(labels=("TLP:RED",))).verdict == "deny"
    both = compiled(policy({**labelled, "when": {**labelled["when"], "findings": {"any_of": ["fin.iban"]}}}))
    assert judge(both, [mark("TLP:RED")]).verdict == judge(both, [IBAN]).verdict == "allow"
    assert judge(both, [mark("TLP:RED"), IBAN]).verdict == "deny"


def test_explain_tells_the_class_and_why():
    made = compiled(*CLASSES, policy(DENY, {"id": "tlp", "when": {"labels": ["TLP:RED"]}, "action": "warn"}))

    def conditions(*findings):
        found = Found(tuple(findings))
        return [(e.outcome, e.condition, e.actual) for e in made.explain(CALL, [Text()], found, ALPHA)]

    assert conditions(MAIL) == [
        ("no", "data_class >= C2", "C1 (contact.email x 1)"),
        ("no", "labels in [TLP:RED]", "none"),
    ]
    assert conditions(IBAN, mark("C1"))[0] == ("matched", "", "")
    assert conditions(mark("C1"))[1][2] == "[C1]"
    classed = made.data_class(PAYROLL, [Text()], Found((NIR,)))
    assert classed is not None
    assert told(classed, made.shown) == "C3 (fr.nir x 1; a label, or what the call is for)"


def test_labels_come_from_what_detection_finds():
    (findings,) = engine().scan(["TLP:AMBER+STRICT\n\nC3 - Confidentiel\n\nDocument à Diffusion Restreinte\n"])
    assert {f.label for f in findings} == {"TLP:AMBER+STRICT", "C3", "Diffusion Restreinte"}
    case = {
        "name": "a marked text",
        "text": "Niveau de confidentialité : C3\nPlan",
        "to": "alpha",
        "as": {"use_case": "hr-letters"},
        "expect": {"verdict": "deny", "rules": ["c2"]},
    }
    made = compiled(*CLASSES, policy(DENY, tests=[case]))
    assert run_inline_tests(made, engine(), VOCABULARY) == []


def problems(*documents: Doc) -> list[Problem]:
    made = compile([*documents], replace(VOCABULARY, labels=frozenset({"C1", "C3", "TLP:RED"})))
    return made if isinstance(made, list) else []


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (data_class("C4", 3, labels=["C3"]), ("C4.yaml", "level"), "C3 has this level"),
        (data_class("C3", 9, labels=["C3"]), ("C3.yaml", "id"), "already"),
        (data_class("C4", 4), ("C4.yaml",), "what makes a call be of this class"),
        (data_class("C4", 4, labels=["C5"]), ("C4.yaml", "labels", 0), "none of the labels"),
        (data_class("C4", 4, use_cases=["hx"]), ("C4.yaml", "use_cases", 0), "use cases"),
        (data_class("C4", 4, findings=[{"any_of": ["fr.nri"]}]), ("C4.yaml", "findings", 0, "any_of", 0), "detectors"),
        (data_class("C4", True, labels=["C3"]), ("C4.yaml", "level"), "whole number"),
        (data_class("C4", 4, labels=["C3"], titel="x"), ("C4.yaml", "titel"), "unknown key"),
    ],
)
def test_a_fault_in_a_class(document, path, words):
    (found,) = problems(*CLASSES, document)
    assert found.path == path and words in found.message


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"when": {"data_class": "C2"}}, "in quotes"),
        ({"when": {"data_class": "<=C2"}}, "at least"),
        ({"when": {"data_class": ">=C5"}}, "none of the data classes"),
        ({"when": {"data_class": 3}}, "in quotes"),
        ({"when": {"data_class": ">=C2"}, "action": "allow"}, "at most"),
        ({"when": {"labels": ["C1"]}, "action": "redact"}, "needs findings"),
        ({"when": {"labels": ["C9"]}}, "none of the labels"),
        ({"when": {}, "unless": {"data_class": "<=C1"}}, "can't loosen"),
    ],
)
def test_a_fault_in_a_rule_about_classes(rule, words):
    (found,) = problems(*CLASSES, policy({**DENY, **rule}))
    assert words in found.message


def test_the_order_of_classes_changes_nothing():
    one, other = compiled(*CLASSES, policy(DENY)), compiled(policy(DENY), *reversed(CLASSES))
    assert one.revision == other.revision
    assert isinstance(one, Policies) and [c.id for c in one.classes] == [c.id for c in other.classes]
