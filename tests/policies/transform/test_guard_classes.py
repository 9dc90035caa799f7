"""Rules on the data class and the marks of answers: the same in any cut, and held only where a class takes several."""

from __future__ import annotations

from typing import Any

from guard_cases import Call, Destination, engine, guard, told
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decide import Policies
from policies.language import Doc, Vocabulary, compile
from policies.transform.guard import is_local

IBAN = "FR76 3000 6000 0112 3456 7890 189"
MAIL = "jeanne.martin@example-corp.fr"
C1 = {"id": "C1", "level": 1}
C2 = {"id": "C2", "level": 2, "findings": {"any_of": ["contact.email"], "count": ">=2"}}
C3 = {"id": "C3", "level": 3, "findings": {"any_of": ["fin.iban"]}, "labels": ["C3"], "use_cases": ["hr-payroll"]}


def compiled(*rules: dict[str, Any]) -> Policies:
    detectors = engine().catalogue.detectors
    vocabulary = Vocabulary(
        detectors=frozenset(detectors),
        use_cases=frozenset({"hr-payroll", "sandbox"}),
        labels=detectors["doc.label"].labels,
    )
    value = {"kind": "EgressPolicy", "policy": "p", "owner": "o", "applies_to": {"directions": ["response"]}}
    classes = [Doc("DataClass", c["id"], {"kind": "DataClass", **c}) for c in (C1, C2, C3)]
    named = [{"id": f"r{i}", **r} for i, r in enumerate(rules)]
    made = compile([*classes, Doc("EgressPolicy", "p.yaml", {**value, "rules": named})], vocabulary)
    assert isinstance(made, Policies), made
    return made


HIGH = compiled({"when": {"data_class": ">=C3"}, "action": "redact"})
SOME = compiled({"when": {"data_class": ">=C2"}, "action": "redact"})
STOP = compiled({"when": {"data_class": ">=C2"}, "action": "deny"})
MARKS = compiled({"when": {"labels": ["TLP:RED"]}, "action": "deny"})
NEAR = compiled(
    {"when": {"findings": {"all_of": ["fin.iban", "contact.email"], "within": 60}}, "action": "redact"},
    {"when": {"data_class": ">=C3", "findings": {"any_of": ["contact.email"]}}, "action": "redact"},
)


def test_a_class_that_one_finding_makes_lets_answers_stream():
    assert is_local(HIGH.rules[0], frozenset()) and not is_local(SOME.rules[0], frozenset())
    assert told(HIGH, f"Voici : {IBAN}.", [3, 20]).text == "Voici : [redacted: fin.iban]."
    assert guard(HIGH).feed("c", "text", "Bonjour à tous. ").safe > 0
    assert guard(SOME).feed("c", "text", "Bonjour à tous. ").safe == 0


def test_what_makes_a_class_together_is_redacted_together():
    assert told(SOME, f"{MAIL} seul", [9]).text == f"{MAIL} seul"
    twice = f"{MAIL} et {MAIL}"
    assert told(SOME, twice, [9]).text == "[redacted: contact.email] et [redacted: contact.email]"
    assert told(SOME, f"{MAIL} {IBAN}", [9]).text == f"{MAIL} [redacted: fin.iban]"
    assert told(STOP, f"{MAIL} {IBAN}", [9]).stop is not None and told(STOP, MAIL, [9]).stop is None


def test_a_mark_is_not_redacted_away():
    end = told(HIGH, f"Classification : C3\nLe compte {IBAN}", [4, 30])
    assert end.text == "" and end.stop is not None and end.stop.reason == "not_rewritable"
    assert told(MARKS, "TLP:AMBER\nPlan", None).stop is None
    assert told(MARKS, "Note TLP:RED\nPlan", None).text == "Note "


def test_what_the_call_is_for_makes_no_answer_higher():
    made = HIGH.guard(Call(use_case="hr-payroll"), Destination(), engine())
    assert made is not None and made.whole("c", "text", "Bonjour").edits == () and made.hits() == ()


def test_findings_and_a_class_must_both_be_there():
    assert told(NEAR, MAIL, None).edits == ()
    far = f"{MAIL}{' ' * 60}{IBAN}"
    assert told(NEAR, far, None).text == f"[redacted: contact.email]{' ' * 60}{IBAN}"
    assert told(NEAR, f"{MAIL} {IBAN}", None).text == "[redacted: contact.email] [redacted: fin.iban]"


PIECES = st.sampled_from([IBAN, MAIL, "TLP:RED\n", "\nClassification : C3\n", "Bonjour, ", " et ", "x" * 40, "\n"])


@settings(max_examples=80, deadline=None)
@given(st.lists(PIECES, max_size=7), st.sampled_from([HIGH, SOME, STOP, MARKS, NEAR]), st.data())
def test_any_cut_gives_what_the_whole_gives(pieces, policies, data):
    text = "".join(pieces)
    cuts = data.draw(st.lists(st.integers(1, max(len(text), 1)), max_size=6))
    assert told(policies, text, cuts) == told(policies, text, None)
