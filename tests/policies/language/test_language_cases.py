"""Inline tests of policies and explanations of rulings."""

from __future__ import annotations

from decide_cases import ALPHA, BETA, CALL, OPEN, VOCABULARY, Found, Text, compiled, finding, policy
from guard_cases import engine

from policies.language import run_inline_tests

DENY = {
    "id": "no-iban",
    "when": {"findings": {"any_of": ["fin.iban"]}, "destination": {"region": {"not_in": ["eu"]}}},
    "unless": {"teams": ["audit"]},
    "action": "deny",
}
TEXT = "IBAN FR76 3000 6000 0112 3456 7890 189"


def case(**changes):
    return {"name": "c", "text": TEXT, "to": "alpha", "expect": {"verdict": "deny", "rules": ["no-iban"]}, **changes}


def failures(*cases):
    return [p.message for p in run_inline_tests(compiled(policy(DENY, tests=list(cases))), engine(), VOCABULARY)]


def test_cases_that_hold_say_nothing():
    assert not failures(
        case(),
        case(to="beta", expect={"verdict": "allow", "rules": []}),
        case(**{"as": {"team": "audit"}}, expect={"verdict": "allow"}),
        case(history=True, expect={"verdict": "redact"}),
        case(to={"external": True, "region": "us"}),
        case(to={"external": True}),
    )


def test_cases_that_don_t_hold_say_what_came_instead():
    assert failures(case(to="beta")) == ["test 'c': expected deny, got allow (rules: none)"]
    assert failures(case(expect={"verdict": "deny", "rules": []})) == ["test 'c': other rules matched (rules: no-iban)"]


def test_explain_names_the_first_condition_that_does_not_hold():
    policies = compiled(policy(DENY, applies_to={"use_cases": ["hr-*"]}), defaults=OPEN)
    found = Found((finding("fin.iban", confidence=0.5),))

    def told(found=found, to=ALPHA, call=CALL):
        (line,) = policies.explain(call, [Text()], found, to)
        return line.outcome, line.condition, line.actual

    assert told(to=BETA) == ("no", "destination.region not in [eu]", "eu")
    assert told(call=type(CALL)(use_case="sandbox")) == ("no", "use_cases in [hr-*]", "sandbox")
    assert told(call=type(CALL)(team="audit")) == ("no", "unless teams in [audit]", "audit")
    outcome, condition, actual = told()
    assert outcome == "no" and condition.startswith("findings any of [fin.iban]")
    assert actual == "fin.iban x 1 (confidence 0.5)"
    assert told(Found())[2] == "none"
    assert told(Found((finding("fin.iban"),))) == ("matched", "", "")
