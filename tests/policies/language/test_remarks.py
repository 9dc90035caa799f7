"""What `check` says of rules that can't do what they say, and of what rules on answers cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from decide_cases import ALPHA, DESTINATIONS, OPEN, VOCABULARY, Call, Found, Text, finding, policy
from guard_cases import engine
from hypothesis import given, settings
from hypothesis import strategies as st
from table_cases import CLASSES, COLUMNS, ROWS, table

from policies.decide import Policies
from policies.language import Doc, Held, compile, overdue, remarks
from policies.language.covering import without_effect

HELD = Held(frozenset({"doc.label"}), lambda name: {"fin.iban": 68}.get(name, 30))
IBAN = {"any_of": ["fin.iban"]}
US = {"region": ["us"]}
VOCABULARY = replace(VOCABULARY, teams=frozenset({"finance", "audit"}))


def compiled(*documents: Doc) -> Policies:
    made = compile([*documents, OPEN], VOCABULARY)
    assert isinstance(made, Policies), made
    return made


def said(*rules: dict[str, Any], held: Held | None = None, **more: Any) -> list[tuple[str, str]]:
    given = [{"id": f"r{index}", "action": "deny", **rule} for index, rule in enumerate(rules)]
    return [(r.severity, r.message) for r in remarks(compiled(policy(*given, **more)), VOCABULARY, held)]


def only(*rules: dict[str, Any], **more: Any) -> tuple[str, str]:
    (one,) = said(*rules, **more)
    return one


DENY = {"when": {"findings": {"any_of": ["fin.iban", "fr.nir"]}, "destination": {"external": True}}}


@pytest.mark.parametrize(
    ("one", "other", "severity", "words"),
    [
        ({"when": {"destination": US}}, {"when": {"destination": US, "teams": ["audit"]}, "action": "allow"},
         "error", "r1 can never permit anything: r0 (deny, policy p)"),
        (DENY, {"when": {"findings": IBAN, "destination": {"external": True, **US}}, "action": "redact"},
         "error", "does more than redact"),
        ({"when": {"destination": US}}, {"when": {"findings": IBAN, "destination": US}, "action": "warn"},
         "error", "does more than warn"),
        (DENY, {"when": {"findings": {**IBAN, "confidence": ">=0.9"}, "destination": {"external": True}}},
         "warning", "r1 has no effect"),
        ({"when": {"findings": IBAN}, "action": "redact"}, {"when": {"findings": {**IBAN, "count": ">=2"}},
         "action": "redact"}, "warning", "r1 has no effect"),
        ({"action": "allow", "when": {"destination": US}}, {"action": "allow",
         "when": {"destination": US, "teams": ["audit"]}}, "warning", "r1 has no effect"),
        ({"when": {"findings": IBAN}, "in_history": "deny"}, {"when": {"findings": IBAN}, "action": "warn"},
         "error", "r1 can never have effect"),
        ({"when": {"findings": IBAN}}, {"when": {"findings": IBAN}}, "warning", "r1 has no effect"),
    ],
)  # fmt: skip
def test_a_rule_that_another_leaves_without_effect(one, other, severity, words):
    found = only(one, other)
    assert found[0] == severity and words in found[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DENY, {"when": {"findings": IBAN}}),
        (DENY, {"when": {"findings": {"any_of": ["fin.iban", "contact.email"]}, "destination": {"external": True}}}),
        ({**DENY, "overridable": True}, {**DENY}),
        ({**DENY, "mode": "shadow", "shadow_until": date(2027, 1, 1)}, DENY),
        ({**DENY, "unless": {"teams": ["audit"]}}, DENY),
        ({"when": {"findings": {**IBAN, "count": ">=2"}}}, {"when": {"findings": IBAN}, "action": "redact"}),
        ({"when": {"findings": IBAN}}, {"when": {"findings": IBAN}, "action": "warn"}),
        ({"when": {"findings": IBAN}}, {"when": {"findings": IBAN}, "in_history": "deny", "overridable": True}),
        ({"when": {"findings": IBAN}, "action": "redact"}, {"when": {"findings": IBAN}, "action": "warn"}),
        ({"when": {"findings": IBAN, "roles": ["user"]}}, {"when": {"findings": IBAN}}),
        ({"when": {"destination": US, "findings": IBAN}}, {"when": {"destination": US}, "action": "allow"}),
        ({"when": {"findings": {"any_of": ["class.remote_url"]}, "hosts": ["a.example"]}},
         {"when": {"findings": {"any_of": ["class.remote_url"]}, "hosts": ["b.example"]}, "action": "allow"}),
    ],
)  # fmt: skip
def test_a_rule_that_another_leaves_some_effect(one, other):
    assert not [message for _, message in said(one, other) if message.startswith("r1")]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"when": {"destination": {"region": ["us"], "vendor": "simulator-eu"}}}, "no destination meets"),
        ({"when": {"destination": {"external": False}}, "unless": {"destination": {"region": "fr"}}}, "unless spares"),
        ({"when": {"use_cases": {"not_in": ["hr-*", "sandbox"]}}}, "nothing meets use_cases"),
        ({"when": {"teams": ["audit"]}, "unless": {"teams": {"not_in": ["finance"]}}}, "unless spares"),
        ({"when": {"findings": IBAN, "roles": ["tool_arguments", "reasoning"]}}, "no text in [tool_results]"),
    ],
)  # fmt: skip
def test_a_rule_that_can_never_match(rule, words):
    more = {"applies_to": {"directions": ["tool_results"]}} if "roles" in rule["when"] else {}
    severity, message = only(rule, **more)
    assert severity == "warning" and "r0 can never match" in message and words in message


def test_rules_that_may_match_somebody():
    users = {"when": {"users": ["*@example.org"]}, "unless": {"users": ["a@example.org"]}}
    assert said(users, {"when": {"users": {"not_in": ["b"]}}}, {"when": {"groups": ["staff"]}}) == []
    applies = {"applies_to": {"users": ["a@*"]}}
    assert said({"when": {"users": ["*@example.org"]}}, **applies) == []


def test_which_api_is_spoken_is_up_to_the_caller():
    severity, message = only({"when": {"destination": US}, "unless": {"dialects": ["openai_embeddings"]}})
    assert severity == "note" and "callers choose which API" in message


def test_destinations_that_a_table_leaves_out():
    documents = (*CLASSES, table(columns={**COLUMNS, "us": {"region": ["us", "eu"]}}))
    outside = {**VOCABULARY.facts, "elsewhere": replace(ALPHA, name="elsewhere", region="fr")}
    found = remarks(compiled(*documents), replace(VOCABULARY, facts=outside))
    about = {(r.severity, r.message.split(":")[0], r.path) for r in found}
    assert ("warning", "destination elsewhere is in no column of t", ("t.yaml", "columns")) in about
    assert ("note", "destination beta is in columns eu and us of t", ("t.yaml", "columns")) in about
    assert all(severity != "error" for severity, *_ in about)
    assert remarks(compiled(*CLASSES, table(ROWS)), VOCABULARY) == []


def test_what_rules_on_answers_cost():
    rules = [
        {"when": {"findings": IBAN}, "action": "redact"},
        {"when": {"findings": {**IBAN, "count": ">=2"}}},
        {"when": {"findings": {"any_of": ["doc.label"]}}},
        {"when": {"findings": {"any_of": ["class.schema_invalid"]}}, "action": "repair"},
        {"when": {"findings": IBAN}, "mode": "shadow", "shadow_until": date(2027, 1, 1)},
    ]
    found = said(*rules, held=HELD, applies_to={"directions": ["response"]})
    costs = [message.partition("answers: ")[2] for severity, message in found if severity == "note"]
    assert costs[0] == "local, at most 68 characters of each channel are held back where a finding may begin"
    assert costs[1] == costs[2] == "whole answer, held to its end"
    assert "JSON schema" in costs[3] and "in shadow" in costs[4]
    assert said(*rules[:1], applies_to={"directions": ["response"]}) == []


def test_a_time_that_is_over_fails_the_check():
    made = compiled(policy({"id": "r", "when": {"time": {"until": date(2026, 6, 1)}}, "action": "deny"}))
    assert overdue(made, datetime(2026, 6, 1, tzinfo=UTC)) == []
    (late,) = overdue(made, datetime(2026, 6, 2, tzinfo=UTC))
    assert late.path == ("p.yaml", "rules", 0, "when", "time") and "is over" in late.message


@pytest.mark.parametrize(
    ("rule", "applies_to", "words"),
    [
        ({"action": "allow"}, {"directions": ["tool_results"]}, "up to the caller"),
        ({"action": "allow", "when": {"findings": {"any_of": ["class.server_tool"]}, "server_tools": ["web_search"],
          "roles": ["user"]}}, {}, "written by the caller"),
        ({"action": "allow", "unless": {"labels": ["C3"]}}, {}, "data_class"),
    ],
)  # fmt: skip
def test_what_the_caller_writes_permits_nothing(rule, applies_to, words):
    found = compile([policy({"id": "r", **rule}, applies_to=applies_to)], VOCABULARY)
    assert isinstance(found, list) and words in found[0].message


FINDINGS = st.fixed_dictionaries(
    {"any_of": st.lists(st.sampled_from(["fin.iban", "fr.nir"]), min_size=1, unique=True)},
    optional={"confidence": st.sampled_from([">=0.5", ">=0.9"]), "count": st.just(">=2")},
)
WHEN = st.fixed_dictionaries(
    {},
    optional={
        "findings": FINDINGS,
        "destination": st.sampled_from([US, {"external": True}]),
        "teams": st.sampled_from([["audit"], {"not_in": ["audit"]}]),
        "roles": st.sampled_from([["user"], ["user", "tool"]]),
    },
)


@st.composite
def rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for index in range(draw(st.integers(2, 4))):
        action = draw(st.sampled_from(["allow", "warn", "redact", "pseudonymise", "deny"]))
        when = draw(WHEN)
        if action == "allow":
            when = {k: v for k, v in when.items() if k in ("destination", "teams")}
        if action in ("redact", "pseudonymise"):
            when = {"findings": {"any_of": ["fin.iban"]}, **when}
        made.append(
            {"id": f"r{index}", "when": when, "action": action, "in_history": draw(st.sampled_from(["redact", "deny"]))}
        )
    return made


@settings(max_examples=150, deadline=None)
@given(
    rules(),
    st.lists(st.tuples(st.sampled_from(["fin.iban", "fr.nir"]), st.integers(0, 40), st.integers(0, 1),
                       st.sampled_from([0.6, 0.8, 0.95])), max_size=4),
    st.sampled_from(DESTINATIONS), st.sampled_from(["audit", "finance"]), st.booleans(), st.booleans(),
)  # fmt: skip
def test_a_rule_said_to_have_no_effect_has_none(rules, found, to, team, history, closed):
    """Without it the verdict and what is replaced are the same, whatever the call."""
    documents = [OPEN] if not closed else []
    made = compile([policy(*rules), *documents], VOCABULARY)
    assert isinstance(made, Policies)
    for rule, _ in without_effect(made.rules):
        less = compile([policy(*[r for r in rules if r["id"] != rule.id]), *documents], VOCABULARY)
        assert isinstance(less, Policies)
        texts = [Text(history=history), Text(role="tool", direction="tool_results")]
        findings = Found(tuple(finding(d, s, s + 4, passage, sure) for d, s, passage, sure in dict.fromkeys(found)))
        outcomes = [
            (r.verdict, [(w.passage, w.start, w.end, w.action) for w in r.rewrites])
            for r in (p.judge(Call(team=team), texts, findings, to) for p in (made, less))
        ]
        assert outcomes[0][0] == outcomes[1][0]
        assert outcomes[0] == outcomes[1] or outcomes[0][0] == "deny"


def test_the_real_engine_tells_its_own_costs():
    detectors = engine().catalogue.detectors
    assert detectors["fin.iban"].max_length + detectors["fin.iban"].after < 200
