"""Mutants of a bundle: what they are, when a case notices one, and which case is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from decide_cases import OPEN, VOCABULARY, compiled, policy
from guard_cases import engine

from policies.language import Doc, run_inline_tests
from policies.language.coverage import coverage
from policies.language.equivalence import surroundings
from policies.language.mutants import mutants
from policies.language.mutation import EQUIVALENT, KILLED, SURVIVED, Bench
from policies.language.suggestions import suggest
from policies.language.trials import Stage, trials

IBAN = "Mon IBAN est FR76 3000 6000 0112 3456 7890 189"
RULE = {
    "id": "no-iban",
    "when": {"findings": {"any_of": ["fin.iban"]}, "destination": {"region": ["us"]}},
    "action": "redact",
}
FIRED = {"name": "fired", "text": IBAN, "to": "alpha", "expect": {"verdict": "redact", "rules": ["no-iban"]}}
ELSEWHERE = FIRED | {"name": "elsewhere", "to": "beta", "expect": {"verdict": "allow", "rules": []}}
EXAMPLES = {"fin.iban": (IBAN,), "contact.email": ("odile.marchand@exemple-sas.fr",)}
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def bench(*cases, rule=RULE, **more):
    documents = (policy(rule, tests=list(cases), **more), OPEN)
    made = compiled(documents[0])
    stage = Stage(engine(), VOCABULARY, NOW)
    ready, faults = trials(made.tests, stage)
    assert not faults
    around = surroundings(ready, engine(), VOCABULARY, [t for own in EXAMPLES.values() for t in own])
    return Bench(documents, VOCABULARY, made, ready, around), stage


def fates(*cases, **more):
    tried, _ = bench(*cases, **more)
    found = (tried.fate(m) for m in tried.mutants())
    return {f"{f.mutant.subject}: {f.mutant.says}": f for f in found if f is not None}


def says(document):
    return [m.says for m in mutants([document])]


def test_a_rule_is_changed_in_every_way_that_decides_something():
    rule = {
        "id": "r",
        "title": "t",
        "when": {
            "findings": {"any_of": ["fin.iban", "fr.nir"], "count": ">=3", "confidence": ">=0.8"},
            "destination": {"region": {"not_in": ["eu", "fr"]}, "external": True},
            "size": ">=10",
        },
        "unless": {"teams": ["audit"], "users": ["a", "b"]},
        "action": "deny",
        "message": {"en": "no"},
        "contact": "me@example.org",
        "overridable": True,
    }
    assert says(policy(rule)) == [
        "switched off",
        "redact instead of deny",
        "warn instead of deny",
        "in shadow instead of enforced",
        "in_history: deny",
        "findings dropped",
        "findings without fin.iban",
        "findings without fr.nir",
        "findings all_of instead of any_of",
        "findings count >=2 instead of >=3",
        "findings count >=4 instead of >=3",
        "findings confidence >=0.55 instead of >=0.8",
        "findings confidence >=0.90 instead of >=0.8",
        "destination.region dropped",
        "destination.region in instead of not_in",
        "destination.region without eu",
        "destination.region without fr",
        "destination.external dropped",
        "destination.external is false",
        "size dropped",
        "size >=9 instead of >=10",
        "size >=11 instead of >=10",
        "unless teams dropped",
        "unless teams not_in instead of in",
        "unless users dropped",
        "unless users not_in instead of in",
        "unless users without a",
        "unless users without b",
        "unless dropped",
    ]


def test_what_rules_share_and_exceptions_and_defaults_are_changed_too():
    exception = {
        "id": "EX", "lifts": ["r", "s"], "who": {"users": ["a", "b"]}, "reason": "r", "owner": "o",
        "expires": date(2026, 7, 1),
    }  # fmt: skip
    document = policy(
        {"id": "r", "action": "warn", "mode": "shadow", "shadow_until": date(2026, 7, 1)},
        applies_to={"directions": ["request", "tool_results"]},
        exceptions=[exception],
    )
    assert says(document) == [
        "directions dropped",
        "directions not_in instead of in",
        "directions without request",
        "directions without tool_results",
        "switched off",
        "enforced instead of in shadow",
        "dropped",
        "lifts without r",
        "lifts without s",
        "users of any name",
        "users without a",
        "users without b",
    ]
    assert says(OPEN) == ["internal: deny", "external: deny"]


def test_data_classes_are_changed_in_what_makes_a_call_be_of_them():
    low = Doc("DataClass", "low", {"kind": "DataClass", "id": "C1", "level": 1})
    value = {
        "kind": "DataClass", "id": "C3", "level": 3,
        "findings": [{"any_of": ["fin.iban", "fr.nir"]}, {"all_of": ["contact.email"], "count": ">=5"}],
        "labels": ["C3", "secret"],
    }  # fmt: skip
    assert [m.says for m in mutants([low, Doc("DataClass", "high", value)])] == [
        "findings dropped",
        "findings number 1 dropped",
        "findings without fin.iban",
        "findings without fr.nir",
        "findings all_of instead of any_of",
        "findings count >=2 instead of >=1",
        "findings number 2 dropped",
        "findings count >=4 instead of >=5",
        "findings count >=6 instead of >=5",
        "labels dropped",
        "labels not_in instead of in",
        "labels without C3",
        "labels without secret",
    ]
    rule = policy({"id": "r", "when": {"data_class": ">=C3"}, "action": "deny"})
    assert "data_class >=C1 instead of >=C3" in [m.says for m in mutants([low, Doc("DataClass", "high", value), rule])]


def test_times_are_changed_at_their_boundaries():
    time = {"days": ["mon-fri", "sun"], "hours": "20:00-06:00", "zone": "Europe/Paris", "until": date(2027, 1, 15)}
    document = policy({"id": "r", "when": {"time": time}, "action": "warn"})
    assert [s for s in says(document) if s.startswith("time")] == [
        "time dropped",
        "time days dropped",
        "time hours dropped",
        "time until dropped",
        "time days without mon-fri",
        "time days without sun",
        "time hours 21:00-06:00 instead of 20:00-06:00",
        "time hours 20:00-07:00 instead of 20:00-06:00",
        "time until 2027-01-16 instead of 2027-01-15",
    ]


def test_tables_are_changed_in_cells_and_columns():
    value = {
        "kind": "DecisionTable", "table": "t", "owner": "o", "columns": {"eu": {"region": ["eu", "fr"]}},
        "rows": {"C1": {"eu": "allow"}, "C3": {"eu": {"action": "redact", "contact": "me"}}},
    }  # fmt: skip
    found = list(mutants([Doc("DecisionTable", "t.yaml", value)]))
    assert [(m.subject, m.says) for m in found] == [
        ("table t eu", "region dropped"),
        ("table t eu", "region not_in instead of in"),
        ("table t eu", "region without eu"),
        ("table t eu", "region without fr"),
        ("rule t.C1.eu", "deny instead of allow"),
        ("rule t.C1.eu", "in shadow instead of enforced"),
        ("rule t.C3.eu", "pseudonymise instead of redact"),
        ("rule t.C3.eu", "warn instead of redact"),
        ("rule t.C3.eu", "allow instead of redact"),
        ("rule t.C3.eu", "in shadow instead of enforced"),
    ]
    assert found[-2].document.value["rows"]["C3"]["eu"] == {"action": "allow", "contact": "me"}
    assert found[-1].path == ("rows", "C3", "eu")


def test_what_a_bundle_could_not_be_has_no_fate():
    """`not_in` of directions, and a redaction of nothing in particular, are refused at load."""
    found = fates(FIRED, applies_to={"directions": ["request", "tool_results"]})
    assert not [name for name in found if "not_in instead of in" in name and "directions" in name]
    assert "rule no-iban: findings dropped" not in found


def test_a_mutant_is_killed_by_the_case_that_turns_red():
    found = fates(FIRED, ELSEWHERE)
    off, dropped = found["rule no-iban: switched off"], found["rule no-iban: destination.region dropped"]
    assert (off.fate, off.by) == (KILLED, "fired")
    assert (dropped.fate, dropped.by) == (KILLED, "elsewhere")
    assert {f.fate for f in fates(FIRED).values()} == {KILLED, SURVIVED}


def test_a_case_that_fails_anyway_notices_nothing():
    red = FIRED | {"expect": {"verdict": "deny"}}
    assert {f.fate for f in fates(red).values()} == {SURVIVED}


def test_an_answer_and_a_turn_of_before_count_like_any_case():
    answer = {"direction": "response", "role": "assistant"}
    found = fates(FIRED | answer, ELSEWHERE | answer, applies_to={"directions": ["response"]})
    assert {f.fate for name, f in found.items() if name.startswith("rule")} == {KILLED}
    denied = RULE | {"action": "deny"}
    new = FIRED | {"expect": {"verdict": "deny"}}
    assert fates(new, rule=denied)["rule no-iban: in_history: deny"].fate == SURVIVED
    old = FIRED | {"name": "old", "history": True}
    assert fates(new, old, rule=denied)["rule no-iban: in_history: deny"].fate == KILLED


def test_a_rule_in_shadow_is_noticed_by_a_case_that_expects_it():
    shadow = RULE | {"mode": "shadow", "shadow_until": date(2026, 7, 1)}
    quiet = FIRED | {"expect": {"verdict": "allow", "rules": []}}
    assert fates(quiet, rule=shadow)["rule no-iban: switched off"].fate == SURVIVED
    told = FIRED | {"expect": {"verdict": "allow", "shadow": ["no-iban"]}}
    assert fates(told, rule=shadow)["rule no-iban: switched off"].fate == KILLED


def test_where_a_call_goes_instead_is_noticed_by_a_case_that_says_so():
    rule = RULE | {"action": "reroute", "to": "beta"}
    went = FIRED | {"expect": {"verdict": "reroute", "rules": ["no-iban"]}}
    change = "rule no-iban: to alpha instead of beta"
    assert change not in fates(went, rule=RULE)
    elsewhere = went | {"to": {"external": True, "region": "us"}}
    assert fates(elsewhere, rule=rule)[change].fate == SURVIVED
    assert missing("to alpha instead of beta", elsewhere, rule=rule).expect["to"] == "beta"
    told = elsewhere | {"expect": went["expect"] | {"to": "beta"}}
    assert fates(told, rule=rule)[change].fate == KILLED
    (said,) = failures(told | {"expect": went["expect"] | {"to": "internal"}}, rule=rule)
    assert said == "test 'fired': expected to go to internal, got beta"


def failures(*cases, rule=RULE):
    return [p.message for p in run_inline_tests(compiled(policy(rule, tests=list(cases))), engine(), VOCABULARY)]


def test_exceptions_are_tried():
    exception = {
        "id": "EX", "lifts": ["no-iban"], "who": {"users": ["m.durand"]}, "reason": "r", "owner": "o",
        "expires": date(2026, 7, 1),
    }  # fmt: skip
    rule = RULE | {"overridable": True}
    spared = FIRED | {"name": "spared", "as": {"user": "m.durand"}, "expect": {"verdict": "allow"}}
    found = fates(FIRED, rule=rule, exceptions=[exception])
    assert found["exception EX: dropped"].fate == SURVIVED
    other = FIRED | {"name": "other", "as": {"user": "x"}}
    found = fates(FIRED, spared, other, rule=rule, exceptions=[exception])
    assert found["exception EX: dropped"].by == "spared"
    assert found["exception EX: users of any name"].fate == KILLED


@pytest.mark.parametrize(
    ("rule", "change", "why"),
    [
        (
            RULE | {"when": RULE["when"] | {"destination": {"region": ["us"], "training": False}}},
            "destination.training dropped",
            "no destination",
        ),
        (
            RULE | {"when": RULE["when"] | {"findings": {"any_of": ["fin.iban"], "confidence": ">=0.8"}}},
            "findings confidence >=0.55 instead of >=0.8",
            "no text",
        ),
        (
            RULE | {"when": RULE["when"] | {"findings": {"any_of": ["secret.*", "secret.jwt"]}}},
            "findings without secret.jwt",
            "the same",
        ),
    ],
)
def test_what_nothing_tells_apart_is_asked_of_no_case(rule, change, why):
    found = fates(FIRED, rule=rule)[f"rule no-iban: {change}"]
    assert found.fate == EQUIVALENT and why in found.by


def test_an_answer_has_no_earlier_turns():
    deny = RULE | {"action": "deny"}
    stopped = FIRED | {"direction": "response", "expect": {"verdict": "deny"}}
    found = fates(stopped, rule=deny, applies_to={"directions": ["response"]})
    assert found["rule no-iban: in_history: deny"].fate == EQUIVALENT


def missing(change, *cases, **more):
    tried, stage = bench(*cases, **more)
    (mutant,) = (m for m in tried.mutants() if m.says == change)
    assert tried.fate(mutant).fate == SURVIVED
    return suggest(tried, mutant, stage, EXAMPLES)


def test_the_missing_case_is_told():
    found = missing("destination.region dropped", FIRED)
    assert found == ("fired", {"to": "beta"}, {"verdict": "allow", "rules": []})
    allowed = {"verdict": "allow", "rules": []}
    by_night = RULE | {"when": RULE["when"] | {"time": {"hours": "20:00-06:00", "zone": "Europe/Paris"}}}
    at_night = FIRED | {"at": datetime(2026, 6, 2, 1, tzinfo=UTC)}
    found = missing("time hours 20:00-07:00 instead of 20:00-06:00", at_night, rule=by_night)
    assert found.changes == {"at": datetime(2026, 1, 5, 5, tzinfo=UTC)}
    by_team = RULE | {"unless": {"teams": ["audit"]}}
    assert missing("unless teams dropped", FIRED, rule=by_team) == ("fired", {"as": {"team": "audit"}}, allowed)
    two = RULE | {"when": RULE["when"] | {"findings": {"any_of": ["fin.iban", "contact.email"]}}}
    found = missing("findings without contact.email", FIRED, rule=two)
    assert found.changes == {"text": "odile.marchand@exemple-sas.fr"}
    many = RULE | {"when": RULE["when"] | {"findings": {"any_of": ["fin.iban"], "count": ">=3"}}}
    assert missing("findings count >=2 instead of >=3", rule=many).changes == {
        "text": f"{IBAN}\n{IBAN}",
        "to": "alpha",
    }


def test_the_missing_case_of_an_exception_that_asks_two_things_of_the_caller_is_told():
    who = {"users": ["m.durand"], "organisations": ["acme"]}
    exception = {"id": "EX", "lifts": ["no-iban"], "who": who, "reason": "r", "owner": "o", "expires": date(2026, 7, 1)}
    rule = RULE | {"overridable": True}
    dropped = missing("dropped", FIRED, rule=rule, exceptions=[exception])
    assert dropped.changes == {"as": {"user": "m.durand", "organisation": "acme"}}
    assert dropped.expect["verdict"] == "allow"
    anyone = missing("users dropped", FIRED, rule=rule, exceptions=[exception])
    assert anyone.changes == {"as": {"organisation": "acme"}}
    assert anyone.expect["verdict"] == "redact"


TABLE = {
    "kind": "DecisionTable",
    "table": "t",
    "owner": "o",
    "columns": {"home": {"external": False}, "us": {"external": True, "region": ["us"]}},
    "rows": {"C1": {"home": "allow", "us": "warn"}, "C3": {"home": "allow", "us": "deny"}},
    "tests": [
        {"name": "plain", "text": "Mon IBAN est FR76 3000 6000 0112 3456 7890 188", "to": "alpha",
         "expect": {"verdict": "allow", "rules": ["t.C1.us"]}},
        {"name": "iban", "text": IBAN, "to": "alpha", "expect": {"verdict": "deny", "rules": ["t.C1.us", "t.C3.us"]}},
        {"name": "before", "text": IBAN, "to": "alpha", "history": True,
         "expect": {"verdict": "redact", "rules": ["t.C1.us", "t.C3.us"]}},
        {"name": "home", "text": IBAN, "to": "internal", "expect": {"verdict": "allow", "rules": ["t.C3.home"]}},
        {"name": "plain home", "text": "x", "to": "internal", "expect": {"verdict": "allow", "rules": ["t.C1.home"]}},
        {"name": "elsewhere", "text": IBAN, "to": "beta", "expect": {"verdict": "allow", "rules": []}},
        {"name": "inside the US", "text": IBAN, "to": {"external": False, "region": "us"},
         "expect": {"verdict": "allow", "rules": ["t.C3.home"]}},
    ],
}  # fmt: skip
CLASSES = (
    Doc("DataClass", "low", {"kind": "DataClass", "id": "C1", "level": 1}),
    Doc("DataClass", "high", {"kind": "DataClass", "id": "C3", "level": 3, "findings": {"any_of": ["fin.iban"]}}),
)


def test_the_cases_of_a_table_prove_each_of_its_cells():
    documents = (Doc("DecisionTable", "t.yaml", TABLE), *CLASSES, OPEN)
    made = compiled(*documents, defaults=None)
    stage = Stage(engine(), VOCABULARY, NOW)
    ready, _ = trials(made.tests, stage)
    tried = Bench(documents, VOCABULARY, made, ready, surroundings(ready, engine(), VOCABULARY, [IBAN]))
    found = [f for m in tried.mutants() if (f := tried.fate(m)) is not None]
    assert len(found) > 10
    lived = [(f.mutant.subject, f.mutant.says, f.by) for f in found if f.fate != KILLED]
    # Every call inside the company is permitted by the table: nothing is left to what would become of others.
    assert lived == [("Defaults", "internal: deny", "rules permit every call at hand, or deny it")]
    assert not [c for c in coverage(made, ready) if c.missing]


def test_a_default_that_only_calls_with_findings_were_tried_on_is_not_proven():
    closed = {"kind": "Defaults", "when_no_rule_matches": {"internal": "allow", "external": "deny"}}
    deny = {**RULE, "action": "deny", "when": {"findings": {"any_of": ["fin.iban"]}}}
    documents = (
        policy(deny, tests=[FIRED | {"expect": {"verdict": "deny"}}]),
        Doc("Defaults", "defaults.yaml", closed),
    )
    made = compiled(*documents, defaults=None)
    stage = Stage(engine(), VOCABULARY, NOW)
    ready, _ = trials(made.tests, stage)
    tried = Bench(documents, VOCABULARY, made, ready, surroundings(ready, engine(), VOCABULARY, [IBAN]))
    found = {m.says: tried.fate(m).fate for m in tried.mutants() if m.subject == "Defaults"}
    assert found == {"internal: deny": SURVIVED, "external: allow": SURVIVED}
