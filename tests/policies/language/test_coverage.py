"""Which cases prove a rule."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from decide_cases import VOCABULARY, compiled, policy
from guard_cases import engine

from policies.language import Doc
from policies.language.coverage import ALWAYS, coverage, resembles, uncovered
from policies.language.trials import Stage, trials

TEXT = "Mon IBAN est FR76 3000 6000 0112 3456 7890 189"
RULE = {
    "id": "no-iban",
    "when": {"findings": {"any_of": ["fin.iban"]}, "destination": {"region": "us"}, "use_cases": ["hr-*"]},
    "unless": {"teams": ["audit"]},
    "action": "deny",
}
FIRED = {
    "name": "fired",
    "text": TEXT,
    "to": "alpha",
    "as": {"use_case": "hr-letters"},
    "expect": {"verdict": "deny", "rules": ["no-iban"]},
}
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def covered(*cases, rule=RULE, **more):
    made = compiled(policy(rule, tests=[FIRED, *cases], **more))
    ready, faults = trials(made.tests, Stage(engine(), VOCABULARY, NOW))
    assert not faults
    return coverage(made, ready)


def near(**changes):
    """What a case is a near miss for."""
    case = FIRED | {"name": "near", "expect": {"verdict": "allow"}} | changes
    (one,) = covered(case)
    return [m.condition for m in one.near]


def test_what_no_case_shows_is_a_problem_at_the_rule():
    (one,) = covered()
    assert one.fired == ("fired",) and one.missing == ("no case is a near miss",)
    (problem,) = uncovered([one])
    assert problem.path == ("p.yaml", "rules", 0) and problem.message == "rule no-iban: no case is a near miss"


@pytest.mark.parametrize(
    ("changes", "condition"),
    [
        ({"to": "beta"}, "destination.region in [us]"),
        ({"as": {"use_case": "sandbox"}}, "use_cases in [hr-*]"),
        ({"as": {"use_case": "hr-letters", "team": "audit"}}, "unless teams in [audit]"),
        ({"direction": "response", "role": "assistant"}, "another place: response, role assistant"),
        ({"text": "Mon IBAN est FR76 3000 6000 0112 3456 7890 188"}, "findings"),
        ({"text": "commande 76 3000 6000 0112 3456 7890 189"}, "findings"),
    ],
)
def test_one_condition_that_fails_is_a_near_miss(changes, condition):
    assert near(**changes) == [condition]


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "beta", "as": {"use_case": "sandbox"}},
        {"text": "Bonjour"},
        {"text": "an IBAN", "to": "beta"},
        {"to": "beta", "expect": {"verdict": "deny"}},
    ],
    ids=["two fail", "far away", "far away and elsewhere", "red"],
)
def test_what_is_no_near_miss(changes):
    assert near(**changes) == []


def test_too_few_findings_are_near():
    rule = RULE | {"when": {"findings": {"any_of": ["fin.iban"], "count": ">=2"}}}
    (one,) = covered({"name": "few", "text": "FR76 3000 6000 0112 3456 7890 189", "to": "alpha",
                      "expect": {"verdict": "allow"}}, rule=rule)  # fmt: skip
    assert [m.case for m in one.near] == ["few"]


def test_a_rule_in_shadow_is_fired_by_a_case_that_expects_it():
    shadow = RULE | {"mode": "shadow", "shadow_until": date(2026, 7, 1)}
    quiet = FIRED | {"expect": {"verdict": "allow"}}
    made = compiled(policy(shadow, tests=[quiet, quiet | {"expect": {"verdict": "allow", "shadow": ["no-iban"]}}]))
    ready, _ = trials(made.tests, Stage(engine(), VOCABULARY, NOW))
    assert len(coverage(made, ready)[0].fired) == 1


def test_an_exception_needs_a_case_that_it_spares_and_one_that_it_does_not():
    exception = {
        "id": "EX-1", "lifts": ["no-iban"], "who": {"users": ["m.durand"]}, "reason": "r", "owner": "o",
        "expires": date(2026, 7, 1),
    }  # fmt: skip
    rule = RULE | {"overridable": True}
    _, one = covered(rule=rule, exceptions=[exception])
    assert (one.what, one.missing) == ("exception", ("no case shows it",))
    assert [m.condition for m in one.near] == ["no-iban isn't lifted"]
    spared = FIRED | {"name": "spared", "as": FIRED["as"] | {"user": "m.durand"}, "expect": {"verdict": "allow"}}
    _, one = covered(spared, rule=rule, exceptions=[exception])
    assert one.fired == ("spared",) and not one.missing


def test_a_data_class_needs_a_call_that_is_of_it_and_one_that_nearly_is():
    classes = [
        Doc("DataClass", "classes.yaml", {"kind": "DataClass", "id": "C1", "level": 1}),
        Doc("DataClass", "classes.yaml#2", {"kind": "DataClass", "id": "C3", "level": 3,
                                            "findings": {"any_of": ["fin.iban"], "count": ">=2"}}),
    ]  # fmt: skip
    rule = {"id": "c3-stays", "when": {"data_class": ">=C3"}, "action": "deny"}
    fired = {"name": "two", "text": f"{TEXT}\n{TEXT}", "to": "alpha", "expect": {"verdict": "deny", "class": "C3"}}
    near = {"name": "one", "text": TEXT, "to": "alpha", "expect": {"verdict": "allow"}}
    made = compiled(policy(rule, tests=[fired, near]), *classes)
    of_rule, of_class = coverage(made, trials(made.tests, Stage(engine(), VOCABULARY, NOW))[0])
    assert of_rule.fired == of_class.fired == ("two",) and not of_rule.missing
    assert (of_class.what, of_class.id) == ("data class", "C3")
    assert [(m.case, m.condition) for m in of_class.near] == [("one", "it is C1")]


def test_a_rule_without_conditions_can_not_be_missed():
    rule = {"id": "no-iban", "action": "deny"}
    (one,) = covered(rule=rule)
    assert one.spared == ALWAYS and not one.missing


def test_any_other_text_or_part_is_near_a_part():
    rule = {"id": "no-images", "when": {"findings": {"any_of": ["class.not_inspectable"]}}, "action": "deny"}
    image = {"name": "image", "part": "not_inspectable", "to": "alpha", "expect": {"verdict": "deny"}}
    made = compiled(policy(rule, tests=[image, image | {"name": "text", "part": "text", "text": "x",
                                                        "expect": {"verdict": "allow"}}]))  # fmt: skip
    (one,) = coverage(made, trials(made.tests, Stage(engine(), VOCABULARY, NOW))[0])
    assert one.fired == ("image",) and [m.case for m in one.near] == ["text"]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("les panneaux Helios", "le projet Hélios", True),
        ("commande 295109912611194", "NIR 2 95 10 99 126 111 93", True),
        ("page 12", "NIR 2 95 10 99 126 111 93", False),
        ("bonjour", "le projet Hélios", False),
        ("un tiret\u00adconditionnel", "a\u00adb", True),
        ("", "", False),
    ],
)
def test_texts_that_resemble_each_other(one, other, alike):
    assert resembles(one, [other]) is alike
    assert resembles(other, [one]) is alike
