"""Inline tests of policies and explanations of rulings."""

from __future__ import annotations

from datetime import date

from decide_cases import ALPHA, BETA, CALL, OPEN, VOCABULARY, Found, Text, compiled, finding, policy
from guard_cases import engine

from policies.language import Doc, run_inline_tests

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


def told(*rules, **more):
    one = {"name": "c", "to": "alpha", **more}
    return [p.message for p in run_inline_tests(compiled(policy(*rules, tests=[one])), engine(), VOCABULARY)]


def test_a_case_may_have_several_texts():
    expect = {"verdict": "deny"}
    assert not told(DENY, texts=[TEXT, f"{TEXT} !"], expect=expect)
    assert told(DENY, texts=[TEXT, "nothing"], expect=expect) == [
        "test 'c (2)': expected deny, got allow (rules: none)"
    ]


def test_a_case_may_expect_rules_in_shadow():
    shadow = DENY | {"mode": "shadow", "shadow_until": date(2026, 7, 1)}
    assert not told(shadow, text=TEXT, expect={"verdict": "allow", "rules": [], "shadow": ["no-iban"]})
    assert told(shadow, text=TEXT, expect={"verdict": "allow", "shadow": []}) == [
        "test 'c': other rules matched in shadow (in shadow: no-iban)"
    ]


def test_a_case_may_be_about_what_is_no_text():
    docs = {
        "id": "docs",
        "when": {"findings": {"any_of": ["class.remote_url"]}, "hosts": ["*.example.org"]},
        "action": "allow",
    }
    opened, closed = {"verdict": "allow", "rules": ["docs"]}, {"verdict": "deny", "rules": []}
    assert not told(docs, part={"remote_url": "https://docs.example.org"}, expect=opened)
    assert not told(docs, part={"remote_url": "https://docs.example.net"}, expect=closed)
    assert not told(docs, part="not_inspectable", expect=closed)


def test_a_case_may_be_about_an_answer_without_its_form():
    form = {"id": "form", "when": {"findings": {"any_of": ["class.schema_invalid"]}}, "action": "repair"}
    case = {"name": "c", "to": "alpha", "part": "schema_invalid", "expect": {"verdict": "repair", "rules": ["form"]}}
    given = policy(form, tests=[case], applies_to={"directions": ["response"]})
    assert run_inline_tests(compiled(given), engine(), VOCABULARY) == []


def test_a_case_may_be_about_a_tool():
    rule = DENY | {"when": {"findings": {"any_of": ["fin.iban"]}, "tools": ["read_*"]}}
    in_a_result = {"text": TEXT, "role": "tool", "direction": "tool_results"}
    assert not told(rule, tool="read_file", expect={"verdict": "deny"}, **in_a_result)
    assert not told(rule, tool="search", expect={"verdict": "allow"}, **in_a_result)


def test_a_case_may_say_what_the_client_says():
    rule = DENY | {"when": {"dialects": ["anthropic_messages"], "size": ">=1000", "keys": ["k-9"]}}
    asked = {"dialect": "anthropic_messages", "size": 1000, "key": "k-9"}
    assert not told(rule, text="x", expect={"verdict": "deny"}, **{"as": asked})
    for key, other in (("dialect", "openai_chat"), ("size", 999), ("key", "k-8")):
        assert not told(rule, text="x", expect={"verdict": "allow"}, **{"as": asked | {key: other}})


def test_a_case_may_expect_a_data_class():
    classes = [
        Doc("DataClass", "classes.yaml", {"kind": "DataClass", "id": "C1", "level": 1}),
        Doc("DataClass", "classes.yaml#2", {"kind": "DataClass", "id": "C3", "level": 3,
                                            "findings": {"any_of": ["fin.iban"]}}),
    ]  # fmt: skip
    cases = [
        {"name": "iban", "text": TEXT, "to": "alpha", "expect": {"verdict": "deny", "class": "C3"}},
        {"name": "none", "text": "x", "to": "alpha", "expect": {"verdict": "allow", "class": "C3"}},
    ]
    made = compiled(policy(DENY, tests=cases), *classes)
    assert [p.message for p in run_inline_tests(made, engine(), VOCABULARY)] == [
        "test 'none': expected data class C3, got C1"
    ]


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
